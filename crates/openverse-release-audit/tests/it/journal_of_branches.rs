//! The journal of runs whose steps happen side by side, or can end in more than one way.

use std::collections::BTreeMap;

use chrono::Duration;
use openverse_release_audit::{
    Audit, Ending, Explained, Log, NOT_RECORDED, Question, RecordedRun, log_of_journal,
};
use openverse_release_core::{
    Branches, DeploymentTarget, End, Environment, EnvironmentName, Environments, Flow, FlowBuilder, ImageTag,
    Order, OrderKind, Outcome, Plan, Project, Run, RunEvent, StepId, plan,
};

use crate::journal::{date, released, start, version};

fn environments() -> [EnvironmentName; 3] {
    [EnvironmentName::STAGING, "beta".parse().unwrap(), EnvironmentName::PRODUCTION]
}

fn failed() -> Outcome {
    "failed".parse().unwrap()
}

/// A release that goes to two environments side by side, and then to production, from where it goes back by
/// itself if that fails.
fn flow() -> Flow {
    let [staging, beta, production] = environments();
    let mut flow = FlowBuilder::new("branches", semver::Version::new(1, 0, 0));
    let merge = flow.merge_to_main("Merge", "Merge");
    let build = flow.build_images("Build", "Build");
    let publish = flow.publish_github_release("Publish", "Publish");
    let tag = flow.tag_image("Tag", "Tag");
    let to_staging = flow.deploy_by_github_workflow("ToStaging", "Deploy to staging", staging);
    let to_beta = flow.deploy_by_github_workflow("ToBeta", "Deploy to beta", beta);
    let to_production = flow.deploy_by_github_workflow("ToProduction", "Deploy to production", production);
    let back = flow.redeploy_last_working_by_itself("Back", "Go back", production);
    let by_hand = flow.redeploy_last_working("ByHand", "Go back", [staging, beta]);
    flow.triggers(merge, build).enables(build, publish).triggers(publish, tag);
    flow.triggers(tag, to_staging).triggers(tag, to_beta).splits(tag, Branches::All);
    flow.triggers(to_staging, to_production).triggers(to_beta, to_production);
    flow.joins(to_production, Branches::All).outcomes(to_production, vec![Outcome::done(), failed()]);
    flow.triggers(to_production, back).on(failed());
    flow.rolls_back(to_staging, by_hand).rolls_back(to_beta, by_hand).rolls_back(to_production, back);
    let declared = |name| Environment { name, guarded: name == production };
    flow.environments(Environments::new([staging, beta, production].map(declared).to_vec()).unwrap());
    flow.build().unwrap()
}

fn project() -> Project {
    let mut project = Project::openverse();
    let api = project.apps.iter_mut().find(|app| app.slug.as_str() == "api").unwrap();
    let [staging, beta, _] = environments();
    let target = api.deployment(staging).unwrap().clone();
    api.deployments.push(DeploymentTarget { environment: beta, ..target });
    api.flow = flow();
    project
}

/// A run of a release, in which these steps and parts were seen to be done in this order.
fn run(day: i64, done: &[(&str, Outcome)], end: End) -> RecordedRun {
    let project = project();
    let last_working = version(ImageTag::of_release(date(1)), 'a');
    let order = Order {
        environments: environments().to_vec(),
        last_working: BTreeMap::from([(EnvironmentName::PRODUCTION, last_working)]),
        ..released("api", day, if day == 1 { 'a' } else { 'b' })
    };
    let id = format!("run-{day}").parse().unwrap();
    let Plan { flow, first, steps } = plan(&project, project.app("api").unwrap(), &order, &id).unwrap();
    let approved = RunEvent::Approved { step: first.clone(), by: "grace".to_owned() };
    let (order, flow) = (Box::new(order), Box::new(flow));
    let mut events = vec![RunEvent::Started { order, flow, first, steps }, approved];
    for (step, outcome) in done {
        if *step == "Back" {
            events.push(RunEvent::HoldPlaced { environments: vec![EnvironmentName::PRODUCTION] });
        }
        let (step, outcome, evidence) = (step.parse().unwrap(), outcome.clone(), "seen".to_owned());
        events.push(RunEvent::StepDone { step, outcome, evidence, warning: None });
    }
    events.push(RunEvent::Ended { end });
    let at = |minutes| start() + Duration::days(day) + Duration::minutes(minutes);
    RecordedRun { id, events: (0..).map(at).zip(events).collect() }
}

fn good(steps: &[&'static str]) -> Vec<(&'static str, Outcome)> {
    steps.iter().map(|step| (*step, Outcome::done())).collect()
}

/// The first of two versions, as the core says that a run can go.
fn first() -> RecordedRun {
    let steps = ["Publish", "Tag", "ToStaging", "ToBeta", "ToProduction"];
    possible(run(1, &good(&steps), End::Done))
}

fn rolled_back() -> RecordedRun {
    let mut done = good(&["Publish", "Tag", "ToBeta", "ToStaging"]);
    done.extend([("ToProduction", failed()), ("Back", Outcome::done())]);
    let (step, environments) = ("Back".parse().unwrap(), vec![EnvironmentName::PRODUCTION]);
    let because = "ToProduction ended as failed: seen".to_owned();
    possible(run(2, &done, End::RolledBack { step, environments, because }))
}

fn possible(run: RecordedRun) -> RecordedRun {
    Run::replay(run.id.clone(), run.events.clone()).expect("the core allows it");
    run
}

fn log(runs: &[RecordedRun]) -> Log {
    log_of_journal(&project(), runs)
}

fn ask(log: &Log) -> Audit {
    let flow = flow();
    Question { app: Some("api"), ..Question::new(&flow) }.ask(log).unwrap()
}

#[test]
fn deployments_side_by_side_fit_in_either_order() {
    let order = ["Publish", "Tag", "ToBeta", "ToStaging", "ToProduction"];
    let audit = ask(&log(&[first(), possible(run(2, &good(&order), End::Done))]));
    assert_eq!((audit.cases, audit.fitting), (2, 2), "{audit:#?}");
    assert!(audit.is_clean(), "{audit:#?}");
}

#[test]
fn a_branch_that_is_missing_before_the_branches_meet_is_named() {
    for (left_out, happened) in [("ToBeta", "ToStaging"), ("ToStaging", "ToBeta")] {
        let steps = ["Publish", "Tag", happened, "ToProduction"];
        let (flow, log) = (flow(), log(&[run(1, &good(&steps), End::Done)]));
        // If the case may go on, that the deployment happened is explained away just as cheaply.
        let question = Question { app: Some("api"), ending: Ending::Required, ..Question::new(&flow) };
        let audit = question.ask(&log).unwrap();
        let [deviation] = &audit.deviations[..] else { panic!("{audit:#?}") };
        assert!(deviation.expected.contains(&left_out.to_owned()), "{deviation:?}");
        assert!(!deviation.expected.contains(&"ToProduction".to_owned()), "{deviation:?}");
        let variant = &audit.variants[deviation.variant];
        let missing = Explained::Missing(left_out.to_owned());
        assert!(variant.explanation.contains(&missing), "{variant:?}");
    }
}

#[test]
fn a_release_that_goes_back_by_itself_fits_as_well_as_one_that_does_not() {
    let audit = ask(&log(&[first(), rolled_back()]));
    assert_eq!((audit.cases, audit.fitting), (2, 2), "{audit:#?}");
    assert!(audit.is_clean(), "{audit:#?}");
    // It goes back only after the deployment to production.
    let mut done = good(&["Publish", "Tag", "ToBeta", "ToStaging", "Back"]);
    let audit = ask(&log(&[first(), run(2, &done, End::Done)]));
    assert_eq!(audit.deviating, 1, "{audit:#?}");
    // Nothing but a rollback follows one that failed.
    done.truncate(4);
    done.extend([("ToProduction", failed()), ("Tag", Outcome::done())]);
    let audit = ask(&log(&[first(), run(2, &done, End::Done)]));
    assert_eq!(audit.deviating, 1, "{audit:#?}");
}

#[test]
fn an_outcome_a_hold_and_what_was_gone_back_to_stand_in_the_log() {
    let log = log(&[first(), rolled_back()]);
    let outcomes = log
        .events()
        .filter_map(|event| Some(format!("{} {}", event.activity(), event.attribute("ended_as")?)));
    assert_eq!(outcomes.collect::<Vec<_>>(), ["ToProduction failed"]);
    let run = log.find_object("run run-2").unwrap();
    let said = |name: &str| run.attribute(name).map(ToString::to_string);
    assert_eq!(said("environment").as_deref(), Some("staging,beta,production"));
    assert_eq!(said("holds_production").as_deref(), Some("true"));
    assert_eq!(said("holds_beta"), None);
    let said = said("outcome").unwrap();
    assert_eq!(said, "production rolled back by Back: ToProduction ended as failed: seen");
    let back = log.events().find(|event| event.activity() == "Back").unwrap();
    let versions = back.objects().filter(|(_, how)| ["brings about", "takes back"].contains(how));
    assert_eq!(
        versions.collect::<Vec<_>>(),
        [("api-2024.03.02.12.00.00", "brings about"), ("api-2024.03.03.12.00.00", "takes back")]
    );
}

#[test]
fn what_a_release_could_go_back_to_is_not_in_the_log_before_it_does() {
    let steps = ["Publish", "Tag", "ToBeta", "ToStaging", "ToProduction"];
    let log = log(&[possible(run(2, &good(&steps), End::Done))]);
    let releases = log.objects().filter(|object| object.kind() == openverse_release_audit::RELEASE);
    assert_eq!(releases.map(|release| release.id()).collect::<Vec<_>>(), ["api-2024.03.03.12.00.00"]);
}

#[test]
fn only_deployments_to_guarded_environments_are_all_in_the_journal() {
    let mut project = Project::openverse();
    let app = project.apps.iter_mut().find(|app| app.slug.as_str() == "api").unwrap();
    let [staging, _, production] = environments();
    let mut flow = FlowBuilder::new("no releases", semver::Version::new(1, 0, 0));
    let merge = flow.merge_to_main("Merge", "Merge");
    let build = flow.build_images("Build", "Build");
    let first = flow.deploy_commit_by_github_workflow("First", "Deploy to staging", staging);
    let then = flow.deploy_commit_by_github_workflow("Then", "Deploy to production", production);
    flow.triggers(merge, build).triggers(build, first).triggers(first, then);
    app.flow = flow.build().unwrap();
    let order = Order { kind: OrderKind::Deploy, ..released("api", 1, 'a') };
    let id = "run-1".parse().unwrap();
    let Plan { flow, first, steps } = plan(&project, project.app("api").unwrap(), &order, &id).unwrap();
    let started = RunEvent::Started { order: Box::new(order), flow: Box::new(flow), first, steps };
    let log = log_of_journal(&project, &[RecordedRun { id, events: vec![(start(), started)] }]);
    let missing = log.find_object("app api").unwrap().attribute(NOT_RECORDED).unwrap().to_string();
    assert_eq!(missing, "Merge,Build,First");
}

#[test]
fn a_step_that_failed_is_aborted_once() {
    let mut run = run(1, &good(&["Publish", "Tag"]), End::Done);
    let step: StepId = "ToBeta".parse().unwrap();
    let evidence = || "red".to_owned();
    let at = run.events.last().unwrap().0;
    run.events.last_mut().unwrap().1 = RunEvent::StepFailed { step: step.clone(), evidence: evidence() };
    let (other, outcome) = ("ToStaging".parse().unwrap(), Outcome::done());
    run.events.push((at, RunEvent::StepDone { step: other, outcome, evidence: evidence(), warning: None }));
    run.events.push((at, RunEvent::Ended { end: End::Failed { step, evidence: evidence() } }));
    let log = log(&[possible(run)]);
    let aborted = log
        .events()
        .filter(|event| event.attribute("lifecycle").is_some_and(|it| it.to_string() == "ate_abort"));
    assert_eq!(aborted.map(|event| event.activity().to_owned()).collect::<Vec<_>>(), ["ToBeta"]);
    // A failed deployment did not happen, so the case has not come further.
    assert_eq!(ask(&log).under_way, 1);
}

#[test]
fn the_parts_of_steps_side_by_side_are_told_apart() {
    let project = {
        let mut project = Project::openverse();
        let app = project.apps.iter_mut().find(|app| app.slug.as_str() == "ingestion-server").unwrap();
        let [staging, _, production] = environments();
        let mut flow = FlowBuilder::new("branches", semver::Version::new(1, 0, 0));
        let merge = flow.merge_to_main("Merge", "Merge");
        let build = flow.build_images("Build", "Build");
        let publish = flow.publish_github_release("Publish", "Publish");
        let tag = flow.tag_image("Tag", "Tag");
        let one = flow.deploy_by_ansible("One", "Deploy to dev", staging);
        let other = flow.deploy_by_ansible("Other", "Deploy to production", production);
        let back = flow.redeploy_last_working("Back", "Go back", [staging, production]);
        flow.enables(tag, one).enables(tag, other).triggers(publish, tag).splits(tag, Branches::All);
        flow.triggers(merge, build).enables(build, publish).rolls_back(one, back).rolls_back(other, back);
        app.flow = flow.build().unwrap();
        project
    };
    let [staging, _, production] = environments();
    let order = Order { environments: vec![staging, production], ..released("ingestion-server", 1, 'a') };
    let id = "run-1".parse().unwrap();
    let app = project.app("ingestion-server").unwrap();
    let Plan { flow, first, steps } = plan(&project, app, &order, &id).unwrap();
    let mut events = vec![RunEvent::Started { order: Box::new(order), flow: Box::new(flow), first, steps }];
    let approved = |step: &str| RunEvent::Approved { step: step.parse().unwrap(), by: "grace".to_owned() };
    let done = |step: &str| RunEvent::StepDone {
        step: step.parse().unwrap(),
        outcome: Outcome::done(),
        evidence: "seen".to_owned(),
        warning: None,
    };
    events.extend([approved("Publish"), done("Publish"), done("Tag")]);
    events.extend([approved("Other"), approved("One")]);
    events.extend(["One", "Other", "Other", "One"].map(done));
    let run = possible(RecordedRun { id, events: (0..).map(|_| start()).zip(events).collect() });
    let log = log_of_journal(&project, &[run]);
    let parts =
        log.events().filter(|event| ["One", "Other"].contains(&event.activity())).filter_map(|event| {
            let transition = event.attribute("lifecycle")?.to_string();
            let part = event.attribute("part")?.to_string();
            (transition != "assign").then(|| format!("{} {part} {transition}", event.activity()))
        });
    assert_eq!(
        parts.collect::<Vec<_>>(),
        [
            "One dev progress",
            "Other production progress",
            "Other pull request complete",
            "One pull request complete"
        ]
    );
}
