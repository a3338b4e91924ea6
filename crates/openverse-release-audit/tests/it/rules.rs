//! Rules that follow from the flows, and rules that are written down.

use openverse_release_audit::{CaseSink, Cases, Ending, Happened, Process, Reading, Rule, RuleBook};
use openverse_release_core::{EnvironmentName, FlowBuilder, flows};

#[test]
fn the_rules_of_a_flow_follow_from_what_its_steps_do() {
    let written = |flow: &openverse_release_core::Flow| -> Vec<String> {
        Rule::of(flow, |_| true).iter().map(|rule| format!("{}: {rule}", rule.says())).collect()
    };
    insta::assert_snapshot!(written(&flows::api()).join("\n"), @"
    no production deployment of a version that was never released: Publish precedes ProductionDispatch, TriggerRollback
    no production deployment of a version whose images have no release's image tag: Tag precedes ProductionDispatch, TriggerRollback
    the images of every published release get its image tag: Publish leads to Tag
    no release is published twice: Publish happens once
    ");
    assert_eq!(
        written(&flows::catalog())[0].split(": ").nth(1),
        Some("Publish precedes ManCat, ApplyRollback")
    );
    assert!(written(&flows::indexer_worker()).is_empty());
    // Of what is not seen, nothing is said.
    assert_eq!(Rule::of(&flows::api(), |step| step.id.as_str() != "Publish").len(), 1);
}

#[test]
fn a_rule_is_written_as_it_is_read() {
    for text in ["A precedes B", "A, B leads to C", "A excludes B, C", "Merge to main happens once"] {
        assert_eq!(text.parse::<Rule>().unwrap().to_string(), text);
    }
    for text in
        ["", "A", "A precedes ", " precedes B", "A happens once or twice", "A leads B", " happens once"]
    {
        let error = text.parse::<Rule>().unwrap_err().to_string();
        assert!(error.starts_with(&format!("found {text:?}, expected a rule such as ")), "{error}");
    }
}

#[test]
fn a_rule_knows_a_step_by_its_label_and_an_activity_that_is_no_step() {
    let process = Process::of(&flows::api(), Reading::Document).unwrap();
    let mut cases = Cases::default();
    cases.begin("case");
    for activity in ["Sing", "Publish the drafted GitHub Release"] {
        cases.event(&Happened::new(activity));
    }
    let rules = ["Sing excludes Publish".parse::<Rule>().unwrap(), "Dance precedes Publish".parse().unwrap()];
    let broken = RuleBook::new(&rules, &process, &cases).broken(&cases.case(0), Ending::Open);
    assert_eq!(broken.iter().map(|broken| (broken.rule, broken.at)).collect::<Vec<_>>(), [(0, 1), (1, 1)]);
}

#[test]
fn only_production_deployments_of_a_release_ask_for_one() {
    let mut flow = FlowBuilder::new("deployments", semver::Version::new(1, 0, 0));
    let build = flow.build_images("Build", "Build");
    let publish = flow.publish_github_release("Publish", "Publish");
    let commit =
        flow.deploy_commit_by_github_workflow("Commit", "Deploy a commit", EnvironmentName::PRODUCTION);
    let staging =
        flow.deploy_by_github_workflow("Staging", "Deploy a release to staging", EnvironmentName::STAGING);
    let release = flow.deploy_by_github_workflow("Release", "Deploy a release", EnvironmentName::PRODUCTION);
    let back = flow.redeploy_last_working("Back", "Back on staging", EnvironmentName::STAGING);
    flow.triggers(build, commit)
        .enables(build, publish)
        .triggers(publish, staging)
        .triggers(publish, release);
    flow.rolls_back(staging, back);
    let rules = Rule::of(&flow.build().unwrap(), |_| true);
    let rules: Vec<_> = rules.iter().map(ToString::to_string).collect();
    assert_eq!(rules, ["Publish precedes Release", "Publish happens once"]);
}
