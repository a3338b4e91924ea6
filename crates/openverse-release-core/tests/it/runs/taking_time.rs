//! Steps that take their time: waiting, and watching the live version.

use std::iter;

use chrono::TimeDelta;
use openverse_release_core::{
    App, End, EnvironmentName, FlowBuilder, Outcome, RunEvent, StepId, WaitReason,
    kind::{Pause, Verify},
};

use super::{
    drive::Drive,
    world::{World, app_of, sha},
};

/// A flow whose deployment is left alone for an hour, and then watched for ten minutes.
fn watched() -> App {
    let mut flow = FlowBuilder::new("watched", semver::Version::new(1, 0, 0));
    let merge = flow.merge_to_main("Merge", "Merge");
    let build = flow.build_images("Build", "Build");
    let publish = flow.publish_github_release("Publish", "Publish");
    let tag = flow.tag_image("Tag", "Tag");
    let production = EnvironmentName::PRODUCTION;
    let deploy = flow.deploy_by_github_workflow("Deploy", "Deploy", production);
    let bake = flow.does("Bake", "Wait", Pause { minutes: 60 });
    let endpoint = "https://api.example.org/version".parse().unwrap();
    let watch = flow.does("Watch", "Watch", Verify { endpoint, minutes: 10 });
    let back = flow.redeploy_last_working_by_itself("Back", "Go back", production);
    let [passed, failed] = ["passed", "failed"].map(|outcome| outcome.parse::<Outcome>().unwrap());
    flow.outcomes(watch, vec![passed, failed.clone()]);
    flow.triggers(merge, build).enables(build, publish).triggers(publish, tag).triggers(tag, deploy);
    flow.triggers(deploy, bake).triggers(bake, watch).triggers(watch, back).on(failed);
    flow.rolls_back(deploy, back);
    let flow = flow.build().unwrap();
    assert_eq!(flow.errors(), []);
    app_of(flow)
}

fn start(world: &World) -> Drive {
    Drive::release(world, &watched())
}

/// Drives a run until a step is under way.
fn go_to(drive: &mut Drive, world: &mut World, step: &str) {
    let under_way = |drive: &Drive| {
        drive
            .history
            .iter()
            .any(|(_, it)| matches!(it, RunEvent::UnderWay { step: id, .. } if id.as_str() == step))
    };
    while !under_way(drive) {
        drive.go_for(world, &mut iter::empty(), 1);
    }
}

#[test]
fn a_step_that_waits_is_over_when_its_time_is_and_not_before() {
    let mut world = World::new();
    let mut drive = start(&world);
    drive.go(&mut world, iter::empty());
    assert_eq!(drive.run.end(), Some(&End::Done));
    let at = |wanted: &dyn Fn(&RunEvent) -> bool| drive.history.iter().find(|(_, it)| wanted(it)).unwrap().0;
    let is = |step: &StepId| step.as_str() == "Bake";
    let begun = at(&|it| matches!(it, RunEvent::UnderWay { step, .. } if is(step)));
    let ended = at(&|it| matches!(it, RunEvent::StepDone { step, .. } if is(step)));
    // It began a turn before it was first looked at.
    assert_eq!((ended - begun).num_seconds(), 60 * 60 - 1);
    let bake = drive.run.done().iter().find(|done| is(&done.step)).unwrap();
    assert_eq!(bake.evidence, "waited 60 min");
}

#[test]
fn a_run_that_is_taken_up_again_waits_no_longer_than_it_would_have() {
    let mut world = World::new();
    let mut drive = start(&world);
    go_to(&mut drive, &mut world, "Bake");
    let [wait] = &drive.run.waits(&drive.limits)[..] else { panic!("{:?}", drive.run.waits(&drive.limits)) };
    assert!(
        matches!(&wait.reason, WaitReason::UnderWay { evidence, .. } if evidence.starts_with("waits until "))
    );
    let until = wait.until.unwrap();
    world.now += TimeDelta::minutes(50);
    drive.restart(&world);
    let [wait] = &drive.run.waits(&drive.limits)[..] else { panic!("{:?}", drive.run.waits(&drive.limits)) };
    assert_eq!(wait.until, Some(until));
    go_to(&mut drive, &mut world, "Watch");
    assert!((world.now - until).num_seconds() <= 2, "{} and not {until}", world.now);
}

#[test]
fn a_version_that_stays_live_is_verified_over_the_whole_time() {
    let mut world = World::new();
    let mut drive = start(&world);
    drive.go(&mut world, iter::empty());
    let watch = drive.run.done().last().unwrap();
    let said = (watch.step.as_str(), watch.outcome.as_str(), watch.evidence.as_str());
    let evidence = "https://api.example.org/version answers bbbbbbb after 10 min, and no look before saw another version";
    assert_eq!(said, ("Watch", "passed", evidence));
}

#[test]
fn another_version_that_goes_live_meanwhile_sets_off_the_way_back() {
    let mut world = World::new();
    let mut drive = start(&world);
    go_to(&mut drive, &mut world, "Watch");
    world.live = sha('c');
    drive.go(&mut world, iter::empty());
    let Some(End::RolledBack { because, .. }) = drive.run.end() else { panic!("{:?}", drive.run.end()) };
    let expected = "Watch ended as failed: https://api.example.org/version answers ccccccc, and not bbbbbbb";
    assert_eq!(because, expected);
}

#[test]
fn a_moment_in_which_nothing_is_seen_ends_no_watch() {
    let mut world = World::new();
    let mut drive = start(&world);
    go_to(&mut drive, &mut world, "Watch");
    drive.go_for(&mut world, &mut iter::empty(), 300);
    world.blind_until = world.now + TimeDelta::seconds(5);
    drive.go(&mut world, iter::empty());
    assert_eq!(drive.run.end(), Some(&End::Done));
}
