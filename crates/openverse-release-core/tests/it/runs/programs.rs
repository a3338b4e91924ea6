//! Programs that are steps of a run.

use std::iter;

use openverse_release_core::{
    App, Automatic, End, EnvironmentName, FlowBuilder, Forward, Handle, Outcome, Program, Stop,
    step_protocol::{AnswerText, ObserveAnswer, Parameters},
};

use super::{
    drive::{Drive, Mishap},
    world::{World, app_of, program_ended},
};

/// A flow whose deployment is tested by a program, which takes it back if it fails.
fn tested() -> App {
    let mut flow = FlowBuilder::new("tested", semver::Version::new(1, 0, 0));
    let merge = flow.merge_to_main("Merge", "Merge");
    let build = flow.build_images("Build", "Build");
    let publish = flow.publish_github_release("Publish", "Publish");
    let tag = flow.tag_image("Tag", "Tag");
    let production = EnvironmentName::PRODUCTION;
    let deploy = flow.deploy_by_github_workflow("Deploy", "Deploy", production);
    let smoke: Handle<Automatic, Forward> = flow.run_program("Smoke", "Test it", program());
    let back = flow.redeploy_last_working_by_itself("Back", "Go back", production);
    let [passed, failed] = ["passed", "failed"].map(|outcome| outcome.parse::<Outcome>().unwrap());
    flow.outcomes(smoke, vec![passed, failed.clone()]);
    flow.triggers(merge, build).enables(build, publish).triggers(publish, tag).triggers(tag, deploy);
    flow.triggers(deploy, smoke).triggers(smoke, back).on(failed).rolls_back(deploy, back);
    let flow = flow.build().unwrap();
    assert_eq!(flow.errors(), []);
    app_of(flow)
}

fn program() -> Program {
    Program {
        run: vec!["steps/smoke".to_owned()],
        parameters: Parameters::default(),
        variables: Vec::new(),
        limit: 60,
    }
}

fn start(world: &World) -> Drive {
    Drive::release(world, &tested())
}

fn times_run(world: &World) -> usize {
    world.mutations.iter().filter(|mutation| *mutation == "run Smoke").count()
}

#[test]
fn a_program_is_run_once_and_its_evidence_is_kept() {
    let mut world = World::new();
    let mut drive = start(&world);
    drive.go(&mut world, iter::empty());
    assert_eq!(drive.run.end(), Some(&End::Done));
    assert_eq!(times_run(&world), 1);
    let done = drive.run.done().last().unwrap();
    assert_eq!((done.step.as_str(), done.outcome.as_str()), ("Smoke", "passed"));
    assert_eq!(done.evidence, "12 of 12 pages answer");
}

#[test]
fn the_outcome_of_a_program_decides_what_follows() {
    let mut world = World::new();
    world.program_says = program_ended("failed");
    let mut drive = start(&world);
    drive.go(&mut world, iter::empty());
    let Some(End::RolledBack { because, environments, .. }) = drive.run.end() else {
        panic!("{:?}", drive.run.end());
    };
    assert_eq!(because, "Smoke ended as failed: 12 of 12 pages answer");
    assert_eq!(environments, &[EnvironmentName::PRODUCTION]);
    assert_eq!(drive.holds(), [EnvironmentName::PRODUCTION]);
    assert_eq!(times_run(&world), 1);
}

#[test]
fn a_program_that_failed_in_its_own_words_takes_the_way_of_that_outcome() {
    let mut world = World::new();
    world.program_says = ObserveAnswer::Failed { evidence: AnswerText::cut("it crashed") };
    let mut drive = start(&world);
    drive.go(&mut world, iter::empty());
    assert!(matches!(drive.run.end(), Some(End::RolledBack { .. })), "{:?}", drive.run.end());
}

#[test]
fn an_outcome_that_the_step_does_not_declare_is_a_conflict() {
    let mut world = World::new();
    world.program_says = program_ended("flaky");
    let mut drive = start(&world);
    drive.go(&mut world, iter::empty());
    assert_eq!(stop(&drive), ("the outcome flaky".to_owned(), "passed or failed".to_owned()));
}

#[test]
fn a_program_that_cannot_tell_is_asked_again_and_then_the_outcome_is_unknown() {
    let mut world = World::new();
    world.program_says = ObserveAnswer::Unknown { why: AnswerText::cut("no network") };
    let mut drive = start(&world);
    drive.go(&mut world, iter::empty());
    assert!(drive.unknown().starts_with("no network, after 2 min of waiting"), "{}", drive.unknown());
    assert_eq!(times_run(&world), 1);
}

#[test]
fn a_program_is_run_once_whatever_befalls_an_attempt() {
    for mishap in [Mishap::CrashBefore, Mishap::CrashAfter, Mishap::LostRequest, Mishap::LostReply] {
        for before in 0..9 {
            let mut world = World::new();
            let mut drive = start(&world);
            drive.go_on(&mut world, iter::repeat_n(Mishap::None, before).chain([mishap]));
            assert_eq!(drive.run.end(), Some(&End::Done), "{mishap:?} after {before}");
            assert_eq!(times_run(&world), 1, "{mishap:?} after {before}");
        }
    }
}

fn stop(drive: &Drive) -> (String, String) {
    match drive.run.wants().stopped[..] {
        [(_, Stop::Conflict { found, expected })] => (found.clone(), expected.clone()),
        ref other => panic!("a conflict is expected, and it is {other:?}"),
    }
}
