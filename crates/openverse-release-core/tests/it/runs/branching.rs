//! Runs of flows whose branches part and meet.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use openverse_release_core::{
    App, Automatic, Branches, CheckId, DeploymentMeans, DeploymentStep, End, Environment, EnvironmentName,
    Environments, Flow, FlowBuilder, Forward, GitHubRunStatus, Handle, Limits, Manual, Operation, Order,
    Outcome, Phase, PlanError, RollbackStep, Scope, Step, StepId, Stop, WaitReason,
    kind::RedeployLastWorking, plan,
};

use super::{
    drive::{Drive, release_order},
    world::{World, app_of, earlier, openverse, released, workflow_of},
};

fn name(text: &str) -> EnvironmentName {
    text.parse().unwrap()
}

fn id(text: &str) -> StepId {
    text.parse().unwrap()
}

/// A flow being drawn: its tagging, two deployments after it, and how each is taken back by a person.
struct Drawn {
    flow: FlowBuilder,
    publish: Handle<Manual, Forward>,
    tag: Handle<Automatic, Forward>,
    eu: Handle<Automatic, DeploymentStep>,
    us: Handle<Automatic, DeploymentStep>,
}

impl Drawn {
    /// Draws a flow that deploys to Europe and America at once.
    fn beside() -> Self {
        let mut flow = FlowBuilder::new("beside", semver::Version::new(1, 0, 0));
        let guarded = |text| Environment { name: name(text), guarded: true };
        flow.environments(Environments::new(["eu", "us", "rest"].map(guarded).to_vec()).unwrap());
        let merge = flow.merge_to_main("Merge", "Merge");
        let build = flow.build_images("Build", "Build");
        let publish = flow.publish_github_release("Publish", "Publish");
        let tag = flow.tag_image("Tag", "Tag");
        flow.triggers(merge, build).enables(build, publish).triggers(publish, tag);
        let eu = flow.deploy_by_github_workflow("Eu", "Deploy to Europe", name("eu"));
        let us = flow.deploy_by_github_workflow("Us", "Deploy to America", name("us"));
        flow.triggers(tag, eu).triggers(tag, us).splits(tag, Branches::All);
        let mut drawn = Self { flow, publish, tag, eu, us };
        drawn.taken_back(eu, "BackEu", "eu");
        drawn.taken_back(us, "BackUs", "us");
        drawn
    }

    fn taken_back(&mut self, step: Handle<Automatic, DeploymentStep>, back: &str, environment: &str) {
        let back = self.flow.redeploy_last_working(back, "Go back", name(environment));
        self.flow.rolls_back(step, back);
    }

    /// Deploys to the rest of the world after both.
    fn then_rest(&mut self) -> Handle<Automatic, DeploymentStep> {
        let rest = self.flow.deploy_by_github_workflow("Rest", "Deploy to the rest", name("rest"));
        self.taken_back(rest, "BackRest", "rest");
        self.flow.triggers(self.eu, rest).triggers(self.us, rest).joins(rest, Branches::All);
        rest
    }

    /// Takes these environments back by itself if a deployment fails.
    fn back_if_fails(
        &mut self,
        step: Handle<Automatic, DeploymentStep>,
        environments: &[&str],
    ) -> Handle<Automatic, RollbackStep> {
        let failed: Outcome = "failed".parse().unwrap();
        let back = match environments {
            [one] => self.flow.redeploy_last_working_by_itself("Return", "Go back", name(one)),
            [one, other] => {
                self.flow.redeploy_last_working_by_itself("Return", "Go back", [name(one), name(other)])
            }
            other => panic!("one or two environments, found {other:?}"),
        };
        self.flow.outcomes(step, vec![Outcome::done(), failed.clone()]);
        self.flow.triggers(step, back).on(failed);
        back
    }

    fn app(&self) -> App {
        app_of(self.flow.clone().build().unwrap())
    }
}

fn start(app: &App, world: &World) -> Drive {
    Drive::release(world, app)
}

fn go(drive: &mut Drive, world: &mut World) {
    drive.go(world, std::iter::empty());
}

fn dispatched(world: &World) -> Vec<String> {
    let mut dispatched: Vec<_> =
        world.dispatched.iter().map(|(workflow, tag)| format!("{workflow} {tag}")).collect();
    dispatched.sort();
    dispatched
}

fn deploys(environment: &str) -> String {
    format!("deploy-{environment}.yml {}", released())
}

fn goes_back(environment: &str) -> String {
    format!("deploy-{environment}.yml {}", earlier())
}

fn done(drive: &Drive) -> Vec<&str> {
    drive.run.done().iter().map(|done| done.step.as_str()).collect()
}

#[test]
fn both_branches_of_a_split_are_deployed_once_each_in_whatever_order_the_links_are_written() {
    let app = Drawn::beside().app();
    let (steps, links): (Vec<Step>, Vec<_>) =
        (app.flow.steps().cloned().collect(), app.flow.links().collect());
    let turned = links.iter().rev().cloned().collect();
    let turned = Flow::new("beside", app.flow.version().clone(), steps, turned, Vec::new()).unwrap();
    let turned = app_of(turned.in_environments(app.flow.environments().clone()));
    let histories = [app, turned].map(|app| {
        let mut world = World::new();
        let mut drive = start(&app, &world);
        go(&mut drive, &mut world);
        assert_eq!(drive.run.end(), Some(&End::Done));
        assert_eq!(dispatched(&world), [deploys("eu"), deploys("us")]);
        drive.history.into_iter().skip(1).collect::<Vec<_>>()
    });
    assert_eq!(histories[0], histories[1]);
}

#[test]
fn a_join_waits_for_all_and_says_for_which() {
    let mut drawn = Drawn::beside();
    drawn.then_rest();
    let mut world = World::new();
    let mut drive = start(&drawn.app(), &world);
    world.takes = TimeDelta::seconds(30);
    drive.go_for(&mut world, &mut std::iter::empty(), 12);
    let eu = world.dispatched.iter().position(|(workflow, _)| *workflow == workflow_of(name("eu"))).unwrap();
    world.deployments[eu].ends_at = world.now;
    drive.go_for(&mut world, &mut std::iter::empty(), 3);
    assert!(done(&drive).contains(&"Eu") && drive.run.active(&id("Us")).is_some());
    assert!(drive.run.active(&id("Rest")).is_none(), "it waits for America");
    let waits = drive.run.waits(&drive.limits);
    let rest = waits.iter().find(|wait| wait.step == id("Rest")).unwrap();
    assert_eq!(rest.reason, WaitReason::Steps { steps: vec![id("Us")] });
    assert!(rest.until.is_none() && !rest.reason.needs_person());
    go(&mut drive, &mut world);
    assert_eq!(drive.run.end(), Some(&End::Done));
    assert_eq!(dispatched(&world), [deploys("eu"), deploys("rest"), deploys("us")]);
    assert_eq!(done(&drive).last(), Some(&"Rest"));
}

#[test]
fn two_steps_under_way_at_once_each_have_a_phase_of_their_own_and_wait_until_a_time_of_their_own() {
    let mut world = World::new();
    let mut drive = start(&Drawn::beside().app(), &world);
    let limits = Limits::default();
    let waits = drive.run.waits(&limits);
    assert!(matches!(&waits[..], [it] if it.step == id("Publish") && it.reason == WaitReason::Approval));
    for _ in 0..50 {
        drive.go_for(&mut world, &mut std::iter::empty(), 1);
        if drive.run.active(&id("Eu")).is_some() {
            break;
        }
    }
    let observes = |wait: &openverse_release_core::Wait| wait.reason == WaitReason::Observation;
    assert!(drive.run.waits(&limits).iter().all(observes), "{:?}", drive.run.waits(&limits));
    // Europe is asked for, and America is not looked at.
    let (_, look) = drive.run.wants().looks.into_iter().find(|(step, _)| *step == id("Eu")).unwrap();
    let sight = world.see(&drive.run, &id("Eu"), &look);
    let effect = drive.tell(&world, openverse_release_core::Input::Saw { step: id("Eu"), sight }).unwrap();
    assert!(matches!(drive.run.active(&id("Eu")).unwrap().phase, Phase::InDoubt { .. }));
    assert!(matches!(drive.run.active(&id("Us")).unwrap().phase, Phase::Looking));
    let waits = drive.run.waits(&limits);
    assert!(matches!(&waits[0].reason, WaitReason::Doubt { effect } if effect.contains("deploy-eu.yml")));
    assert_eq!(waits[0].until, Some(world.now + limits.appear.max(limits.sight)));
    let reply = world.perform(&effect);
    drive.tell(&world, openverse_release_core::Input::Replied { step: id("Eu"), reply });
    assert_eq!(drive.run.waits(&limits)[0].until, Some(world.now + limits.appear), "it has to appear");
    drive.go_for(&mut world, &mut std::iter::empty(), 8);
    for (step, since) in [("Eu", 0), ("Us", 1)] {
        let wait = &drive.run.waits(&limits)[since];
        assert_eq!(wait.step, id(step));
        assert!(matches!(&wait.reason, WaitReason::UnderWay { run: Some(_), .. }), "{wait:?}");
        assert_eq!(wait.until, Some(wait.since + limits.deployment));
    }
    go(&mut drive, &mut world);
    assert!(drive.run.waits(&limits).is_empty(), "it has ended");
}

#[test]
fn a_failing_step_lets_the_others_come_to_their_end_and_then_the_run_fails() {
    let mut drawn = Drawn::beside();
    drawn.then_rest();
    let mut world = World::new();
    world.fails.insert((workflow_of(name("eu")), released()));
    let mut drive = start(&drawn.app(), &world);
    drive.limits.settle = TimeDelta::seconds(1);
    drive.go_for(&mut world, &mut std::iter::empty(), 12);
    let us = world.dispatched.iter().position(|(workflow, _)| *workflow == workflow_of(name("us"))).unwrap();
    world.deployments[us].ends_at = world.now + TimeDelta::minutes(20);
    drive.go_for(&mut world, &mut std::iter::empty(), 100);
    assert!(matches!(drive.run.active(&id("Eu")).unwrap().phase, Phase::Failed { .. }));
    assert!(drive.run.end().is_none() && drive.run.active(&id("Us")).unwrap().phase.is_going_on());
    go(&mut drive, &mut world);
    assert!(
        matches!(drive.run.end(), Some(End::Failed { step, .. }) if *step == id("Eu")),
        "{:?}",
        drive.run.end()
    );
    assert!(done(&drive).contains(&"Us"));
    assert_eq!(dispatched(&world), [deploys("eu"), deploys("us")]);
    assert!(drive.holds().is_empty());
}

#[test]
fn of_two_steps_that_fail_the_run_names_the_first() {
    for first in ["eu", "us"] {
        let mut world = World::new();
        world.fails.extend(["eu", "us"].map(|it| (workflow_of(name(it)), released())));
        let mut drive = start(&Drawn::beside().app(), &world);
        drive.limits.settle = TimeDelta::seconds(1);
        drive.go_for(&mut world, &mut std::iter::empty(), 12);
        let at = world.dispatched.iter().position(|(it, _)| *it == workflow_of(name(first))).unwrap();
        world.deployments[at].ends_at = world.now;
        go(&mut drive, &mut world);
        let Some(End::Failed { evidence, step }) = drive.run.end() else { panic!("{:?}", drive.run.end()) };
        assert_eq!(step.as_str().to_lowercase(), first, "{evidence}");
    }
}

#[test]
fn a_failing_deployment_takes_both_back_by_itself_where_the_flow_says_so_and_holds_both() {
    let mut drawn = Drawn::beside();
    // America comes after Europe, and a failure there takes both back.
    let rest = drawn.then_rest();
    let back = drawn.back_if_fails(rest, &["us", "rest"]);
    drawn.flow.rolls_back(rest, back).rolls_back(drawn.us, back);
    let app = drawn.app();
    let mut world = World::new();
    world.fails.insert((workflow_of(name("rest")), released()));
    let mut drive = start(&app, &world);
    go(&mut drive, &mut world);
    let Some(End::RolledBack { step, environments, because }) = drive.run.end() else {
        panic!("{:?}", drive.run.end())
    };
    assert_eq!((step, &environments[..]), (&id("Return"), &[name("us"), name("rest")][..]));
    assert!(because.starts_with("Rest ended as failed: the deployment failed"), "{because}");
    assert_eq!(drive.run.holds().count(), 2);
    assert!([name("us"), name("rest")].iter().all(|it| drive.holds().contains(it)));
    let expected = [deploys("eu"), goes_back("rest"), deploys("rest"), goes_back("us"), deploys("us")];
    let mut expected = expected.to_vec();
    expected.sort();
    assert_eq!(dispatched(&world), expected);

    // Where all goes well, nothing is taken back.
    let mut world = World::new();
    let mut drive = start(&app, &world);
    go(&mut drive, &mut world);
    assert_eq!(drive.run.end(), Some(&End::Done));
    assert!(drive.holds().is_empty());
    assert!(!done(&drive).contains(&"Return"));

    // A rollback that fails itself is a failure, and holds what it began to take back.
    let mut world = World::new();
    world.fails.insert((workflow_of(name("rest")), released()));
    world.fails.insert((workflow_of(name("us")), earlier()));
    let mut drive = start(&app, &world);
    go(&mut drive, &mut world);
    assert!(matches!(drive.run.end(), Some(End::Failed { step, .. }) if *step == id("Return")));
    assert_eq!(drive.run.holds().count(), 2);
}

#[test]
fn a_rollback_of_which_a_part_fails_is_no_way_back_even_if_the_flow_goes_on() {
    for second in [None, Some("us")] {
        let mut drawn = Drawn::beside();
        let rest = drawn.then_rest();
        let back = drawn.back_if_fails(rest, &["us", "rest"]);
        let failed: Outcome = "failed".parse().unwrap();
        let again = drawn.flow.redeploy_last_working_by_itself(
            "Again",
            "Go back again",
            name(second.unwrap_or("eu")),
        );
        drawn.flow.outcomes(back, vec![Outcome::done(), failed.clone()]);
        drawn.flow.triggers(back, again).on(failed);
        drawn.flow.rolls_back(rest, back).rolls_back(drawn.us, back).rolls_back(drawn.us, again);
        drawn.flow.rolls_back(drawn.eu, again);
        let mut world = World::new();
        // America goes back, and the rest of the world does not.
        world.fails.insert((workflow_of(name("rest")), released()));
        world.fails.insert((workflow_of(name("rest")), earlier()));
        let mut drive = start(&drawn.app(), &world);
        go(&mut drive, &mut world);
        assert!(dispatched(&world).contains(&goes_back("us")), "{:?}", dispatched(&world));
        assert!(done(&drive).contains(&"Again"), "{:?}", done(&drive));
        assert!(
            matches!(drive.run.end(), Some(End::Failed { step, .. }) if *step == id("Return")),
            "{:?}",
            drive.run.end()
        );
    }
}

#[test]
fn a_part_of_a_step_that_fails_leaves_the_other_parts_undone_and_takes_the_way_of_that_outcome() {
    let mut drawn = Drawn::beside();
    drawn.flow.outcomes(drawn.us, vec![Outcome::done(), "failed".parse().unwrap()]);
    let back = drawn.back_if_fails(drawn.eu, &["eu", "rest"]);
    drawn.flow.rolls_back(drawn.eu, back);
    let flow = drawn.flow.build().unwrap();
    let steps = flow.steps().map(|step| match step.id.as_str() {
        "Eu" => step.clone().updating(["eu", "rest"].map(name)),
        _ => step.clone(),
    });
    let (steps, links) = (steps.collect(), flow.links().collect());
    let flow = Flow::new("beside", flow.version().clone(), steps, links, Vec::new()).unwrap();
    let environments = drawn_environments();
    let mut world = World::new();
    world.fails.insert((workflow_of(name("eu")), released()));
    let mut drive = start(&app_of(flow.in_environments(environments)), &world);
    go(&mut drive, &mut world);
    assert!(matches!(drive.run.end(), Some(End::RolledBack { .. })), "{:?}", drive.run.end());
    assert!(!dispatched(&world).contains(&deploys("rest")), "{:?}", dispatched(&world));
    assert!(dispatched(&world).contains(&goes_back("rest")));
}

fn drawn_environments() -> Environments {
    Drawn::beside().app().flow.environments().clone()
}

/// Makes both deployments run by one file, each set off by an event of its own or both by the same.
fn by_one_file(app: &mut App, same_event: bool) {
    for target in &mut app.deployments {
        let DeploymentMeans::GitHubWorkflow { workflow, event_type } = &mut target.means else { continue };
        *workflow = "deploy.yml".parse().unwrap();
        if same_event {
            *event_type = "deploy".parse().unwrap();
        }
        target.version_endpoint = Some("https://example.org/version".parse().unwrap());
        target.called = Some("production".to_owned());
    }
}

#[test]
fn two_deployments_by_one_github_workflow_are_told_apart_by_their_correlation() {
    for same_event in [true, false] {
        let mut app = Drawn::beside().app();
        by_one_file(&mut app, same_event);
        let mut world = World::new();
        let mut drive = start(&app, &world);
        drive.limits.settle = TimeDelta::seconds(1);
        drive.go_for(&mut world, &mut std::iter::empty(), 12);
        // The first fails, and the second does not.
        (world.deployments[0].outcome, world.deployments[0].goes_live) = (GitHubRunStatus::Failed, false);
        world.deployments[1].ends_at += TimeDelta::minutes(5);
        go(&mut drive, &mut world);
        let titles: Vec<_> = world.deployments.iter().map(|it| it.run.title.as_str()).collect();
        assert!(titles[0].contains("[run-1-1]") && titles[1].contains("[run-1-2]"), "{titles:?}");
        assert!(matches!(drive.run.end(), Some(End::Failed { step, .. }) if *step == id("Eu")));
        assert!(done(&drive).contains(&"Us"), "{:?}", drive.run.end());
    }
}

#[test]
fn another_deployment_of_the_same_run_by_the_same_github_workflow_is_no_later_one() {
    let mut app = Drawn::beside().app();
    by_one_file(&mut app, true);
    let mut world = World::new();
    let mut drive = start(&app, &world);
    // The first is live only some time after the second was asked for.
    world.next_goes_live = false;
    drive.go_for(&mut world, &mut std::iter::empty(), 90);
    assert_eq!(world.dispatched.len(), 2);
    assert!(drive.run.wants().stopped.is_empty(), "{:?}", drive.run.wants().stopped);
    world.live = super::world::sha('b');
    go(&mut drive, &mut world);
    assert_eq!(drive.run.end(), Some(&End::Done));

    // Somebody else's is.
    let mut world = World::new();
    let mut drive = start(&app, &world);
    world.next_goes_live = false;
    drive.go_for(&mut world, &mut std::iter::empty(), 60);
    world.deploy(&format!("{}: somebody else", super::world::sha('a')), "workflow_dispatch");
    drive.go_for(&mut world, &mut std::iter::empty(), 60);
    let stopped = drive.run.wants().stopped;
    assert!(matches!(stopped[..], [(_, Stop::Conflict { .. }), ..]), "{stopped:?}");
}

#[test]
fn what_no_run_can_carry_out_is_refused_by_name() {
    let refused = |drawn: &Drawn| Scope::of_release(&drawn.app()).unwrap_err();
    let broken = |drawn: &Drawn| match refused(drawn) {
        PlanError::BrokenFlow { finding } => (finding.check, finding.step.to_string()),
        other => panic!("expected a broken flow, found {other:?}"),
    };
    let undeclared = |drawn: &mut Drawn, step: &str| {
        let flow = drawn.flow.clone().build().unwrap();
        let silent =
            |it: &Step| Step { split: if it.id == id(step) { None } else { it.split }, ..it.clone() };
        let (steps, links) = (flow.steps().map(silent).collect(), flow.links().collect());
        let flow = Flow::new("beside", flow.version().clone(), steps, links, Vec::new()).unwrap();
        app_of(flow.in_environments(drawn_environments()))
    };
    let app = undeclared(&mut Drawn::beside(), "Tag");
    let Err(PlanError::BrokenFlow { finding }) = Scope::of_release(&app) else { panic!("it says nothing") };
    assert_eq!((finding.check, finding.step), (CheckId::SplitUndeclared, id("Tag")));

    let mut drawn = Drawn::beside();
    drawn.flow.splits(drawn.tag, Branches::One);
    assert_eq!(broken(&drawn), (CheckId::ChoiceUndetermined, "Tag".to_owned()));

    let mut drawn = Drawn::beside();
    let rest = drawn.then_rest();
    let merge = drawn.flow.merge_to_main("Other", "Merge something else");
    let build = drawn.flow.build_images("OtherBuild", "Build that");
    drawn.flow.triggers(merge, build).triggers(build, rest);
    let (check, step) = broken(&drawn);
    assert!([CheckId::JoinOutsideRelease, CheckId::Deadlock].contains(&check), "{check}");
    assert_eq!(step, "Rest");

    let mut drawn = Drawn::beside();
    let sync = drawn.flow.sync_dags("Sync", "Sync", name("rest"));
    drawn.flow.triggers(drawn.eu, sync);
    assert!(
        matches!(refused(&drawn), PlanError::NotCarriedOut { step, .. } if step == id("Sync")),
        "{:?}",
        refused(&drawn)
    );

    let mut drawn = Drawn::beside();
    let again = drawn.flow.publish_github_release("PublishAgain", "Publish");
    drawn.flow.enables(drawn.publish, again);
    assert!(
        matches!(refused(&drawn), PlanError::Ambiguous { steps, .. } if steps == [id("Publish"), id("PublishAgain")])
    );
}

#[test]
fn a_release_that_goes_back_by_itself_needs_something_to_go_back_to() {
    let mut drawn = Drawn::beside();
    let back = drawn.back_if_fails(drawn.us, &["us"]);
    drawn.flow.rolls_back(drawn.us, back);
    let (app, world) = (drawn.app(), World::new());
    let order = Order { last_working: BTreeMap::new(), ..release_order(&world, &app) };
    let run = "run-1".parse().unwrap();
    assert_eq!(
        plan(openverse(), &app, &order, &run),
        Err(PlanError::NothingToGoBackTo { step: id("Return"), environment: name("us") })
    );
    assert!(app.flow.step(&id("Return")).unwrap().operation == Operation::of(RedeployLastWorking {}));
}
