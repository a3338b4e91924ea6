//! Flows whose steps happen side by side.

use openverse_release_audit::{
    Audit, Auditor, CaseSink, Cases, Ending, Explained, Found, Happened, Net, Process, Question,
    QuestionError, Reading, Replay, TooLarge, Verdict,
};
use openverse_release_core::{Branches, EnvironmentName, Flow, FlowBuilder, Outcome};

/// Builds that all have to happen between a merge and its deployment.
pub(crate) fn side_by_side(width: usize) -> Flow {
    let mut flow = FlowBuilder::new("wide", semver::Version::new(1, 0, 0));
    let merge = flow.merge_to_main("Merge", "Merge");
    let names = builds(width);
    let builds: Vec<_> = names.iter().map(|name| flow.build_images(name.clone().leak(), name)).collect();
    let deploy = flow.deploy_commit_by_github_workflow("Deploy", "Deploy", EnvironmentName::PRODUCTION);
    for build in builds {
        flow.triggers(merge, build).triggers(build, deploy);
    }
    flow.splits(merge, Branches::All).joins(deploy, Branches::All);
    flow.build().unwrap()
}

/// Two deployments side by side, one of which goes back by itself if it fails.
pub(crate) fn branches_that_end_apart() -> Flow {
    let mut flow = FlowBuilder::new("apart", semver::Version::new(1, 0, 0));
    let build = flow.build_images("Build", "Build");
    let [staging, production] = [EnvironmentName::STAGING, EnvironmentName::PRODUCTION];
    let one = flow.deploy_commit_by_github_workflow("One", "Deploy to staging", staging);
    let other = flow.deploy_commit_by_github_workflow("Other", "Deploy to production", production);
    let back = flow.redeploy_last_working_by_itself("Back", "Go back", production);
    let failed = || "failed".parse::<Outcome>().unwrap();
    flow.outcomes(other, vec![Outcome::done(), failed()]).splits(build, Branches::All);
    flow.triggers(build, one).triggers(build, other).triggers(other, back).on(failed());
    flow.build().unwrap()
}

fn builds(width: usize) -> Vec<String> {
    (0..width).map(|n| format!("Build{n}")).collect()
}

fn whole(builds: impl IntoIterator<Item = String>) -> Vec<String> {
    ["Merge".to_owned()].into_iter().chain(builds).chain(["Deploy".to_owned()]).collect()
}

fn audit(flow: &Flow, traces: &[Vec<String>], ending: Ending) -> Audit {
    let process = Process::of(flow, Reading::Chart).unwrap();
    let mut auditor = Auditor::new(&process, &[], ending).unwrap();
    for (trace, number) in traces.iter().zip(1..) {
        auditor.begin(&format!("case {number}"));
        trace.iter().for_each(|activity| auditor.event(&Happened::new(activity)));
    }
    auditor.finish().unwrap()
}

#[test]
fn twenty_branches_come_in_any_order_and_none_is_left_out() {
    let flow = side_by_side(20);
    let turned = |by: usize| {
        let mut builds = builds(20);
        builds.rotate_left(by);
        whole(builds)
    };
    let mut traces: Vec<_> = (0..20).map(turned).collect();
    traces.extend((0..20).map(|left_out| {
        let mut trace = turned(left_out);
        trace.remove(1);
        trace
    }));
    let audit = audit(&flow, &traces, Ending::Required);
    assert_eq!((audit.fitting, audit.deviating), (20, 20));
    for (number, deviation) in audit.deviations.iter().enumerate() {
        let missing = format!("Build{number}");
        assert_eq!(deviation.found, Found::OutOfTurn("Deploy".to_owned()));
        assert_eq!(deviation.expected, [&*missing]);
        let variant = &audit.variants[deviation.variant];
        assert_eq!(variant.cost, Some(1));
        assert!(variant.explanation.contains(&Explained::Missing(missing)), "{variant:?}");
    }
}

#[test]
fn branches_that_end_apart_end_together_and_either_outcome_is_a_way_to_happen() {
    let flow = branches_that_end_apart();
    let trace = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
    let traces = [
        trace(&["Build", "One", "Other"]),
        trace(&["Build", "Other", "One"]),
        trace(&["Build", "Other", "Back", "One"]),
        trace(&["Build", "One", "Other", "Back"]),
        trace(&["Build", "One"]),
        trace(&["Build", "One", "Back", "Other"]),
    ];
    let required = audit(&flow, &traces, Ending::Required);
    assert_eq!((required.fitting, required.deviating), (4, 2), "{required:#?}");
    assert_eq!(required.deviations[0].expected, ["Other"]);
    let open = audit(&flow, &traces, Ending::Open);
    assert_eq!((open.fitting, open.under_way, open.deviating), (4, 1, 1), "{open:#?}");
}

#[test]
fn what_is_missing_at_the_end_of_many_branches_is_explained() {
    let flow = side_by_side(20);
    // Nothing but the merge: 20 builds and the deployment are missing.
    let audit = audit(&flow, &[vec!["Merge".to_owned()], whole([])], Ending::Required);
    assert_eq!(audit.variants.iter().map(|variant| variant.cost).collect::<Vec<_>>(), [Some(21), Some(20)]);
    // It would cost 22 steps and the events to explain nothing.
    assert!((audit.fitness - (1.0 - 41.0 / 47.0)).abs() < 1e-9, "{}", audit.fitness);
}

#[test]
fn a_process_without_a_bound_is_followed_as_far_as_it_can_be_kept_track_of() {
    let mut net = Net::new();
    let more = net.place();
    net.step("More".parse().unwrap(), &[Net::START], &[Net::START, more]);
    net.step("Less".parse().unwrap(), &[more], &[]);
    net.may_end(&[Net::START]);
    let process = Process::of_net(&net).unwrap();
    let verdict = |more: usize, less: usize| {
        let mut cases = Cases::default();
        (0..more).for_each(|_| cases.event(&Happened::new("More")));
        (0..less).for_each(|_| cases.event(&Happened::new("Less")));
        Replay::new(&process, &cases).unwrap().verdict(&cases.case(0))
    };
    assert_eq!(verdict(500, 500), Ok(Verdict::Fits));
    assert_eq!(verdict(500, 499), Ok(Verdict::UnderWay));
    assert_eq!(verdict(500, 501), Ok(Verdict::Deviates { at: 1000 }));
    assert_eq!(verdict(1023, 1023), Ok(Verdict::Fits));
    assert_eq!(verdict(1024, 0), Err(TooLarge { markings: 1, tokens: 1025 }));
}

#[test]
fn more_that_may_have_happened_unseen_than_can_be_kept_track_of_is_an_error_and_no_verdict() {
    let flow = side_by_side(20);
    let audited = |hidden: usize| {
        let process = Process::seen_in_part(&flow, Reading::Chart, |step| {
            !builds(hidden).contains(&step.id.to_string())
        });
        let process = process.unwrap();
        let mut auditor = Auditor::new(&process, &[], Ending::Open).unwrap();
        auditor.begin("case");
        auditor.event(&Happened::new("Merge"));
        auditor.begin("another, which fits");
        auditor.event(&Happened::new("Merge"));
        auditor.finish()
    };
    assert_eq!(audited(14).unwrap().under_way, 2);
    let error = audited(15).unwrap_err();
    assert_eq!(error.tokens, 20);
    let said = error.to_string();
    assert!(
        said.starts_with(&format!("found {} ways in which the process can stand", error.markings)),
        "{said}"
    );
    assert!(said.contains("expected at most 16384 and 1024"), "{said}");
    // So it is for a question.
    let mut log = openverse_release_audit::Log::default();
    log.add_event("e1", "Merge", chrono::DateTime::UNIX_EPOCH);
    log.event_object("r1", "of");
    log.add_object("r1", "release");
    let question = Question { not_recorded: builds(15).into_iter().collect(), ..Question::new(&flow) };
    assert!(matches!(question.ask(&log), Err(QuestionError::TooLarge(_))));
}
