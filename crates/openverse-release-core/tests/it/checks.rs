use openverse_release_core::{
    Branches, CheckId, EnvironmentName, Finding, Flow, Link, LinkKind, Operation, Severity, Step, StepId,
    Trigger, flows,
    kind::{BuildImages, MergeToMain, PublishGitHubRelease, RevertOnMain, TagImage},
};

use crate::small_flows::{Automatic, COMMIT_TO_PRODUCTION, Manual, Parts, STAGING_BACK, TO_STAGING};

/// Each finding as `check Step`, and the path by which it is found; but for what is only to be known.
fn findings(parts: Parts) -> Vec<(String, String)> {
    let show = |finding: &Finding| {
        let path: Vec<_> = finding.path.iter().map(StepId::as_str).collect();
        (format!("{} {}", finding.check, finding.step), path.join(" "))
    };
    let findings = parts.flow().check().into_iter().filter(|finding| finding.severity != Severity::Info);
    findings.map(|finding| show(&finding)).collect()
}

pub(crate) fn assert_finds(parts: Parts, expected: &[(&str, &str)]) {
    let found = findings(parts);
    let found: Vec<_> = found.iter().map(|(what, path)| (what.as_str(), path.as_str())).collect();
    assert_eq!(found, expected);
}

#[test]
fn good_flows_have_no_findings() {
    assert_finds(Parts::empty(), &[]);
    assert_finds(Parts::staging_only(), &[]);
    assert_finds(Parts::to_production(), &[]);
}

#[test]
fn a_source_is_manual() {
    // An automatic source has no triggering link either, so it breaks that rule too.
    assert_finds(
        Parts::staging_only().step("Merge", Automatic, Operation::of(MergeToMain {})),
        &[("source-not-manual Merge", "Merge"), ("automatic-without-trigger Merge", "Merge")],
    );
}

#[test]
fn an_automatic_step_has_a_triggering_link() {
    // Whatever other link leads to it is not one that may lead to an automatic step.
    assert_finds(
        Parts::to_production().without_link("Publish", "Tag").link("Publish", "==>", "Tag"),
        &[("automatic-without-trigger Tag", "Publish Tag"), ("enables-into-automatic Tag", "Publish Tag")],
    );
}

#[test]
fn a_step_that_cannot_be_reached_is_dead() {
    let island = Parts::staging_only()
        .step("Build2", Automatic, Operation::of(BuildImages {}))
        .step("Staging2", Automatic, TO_STAGING)
        .step("Revert2", Manual, Operation::of(RevertOnMain {}))
        .link("Build2", "-->", "Staging2")
        .link("Staging2", "o--o", "Revert2")
        .link("Revert2", "-->", "Build2");
    assert_finds(island, &[("dead-step Build2", ""), ("dead-step Staging2", ""), ("dead-step Revert2", "")]);
}

#[test]
fn a_step_that_leads_to_no_deployment_is_stuck() {
    let unfinished = Parts::staging_only()
        .step("Publish", Manual, Operation::of(PublishGitHubRelease {}))
        .step("Tag", Automatic, Operation::of(TagImage {}))
        .link("Staging", "-.->", "Publish")
        .link("Publish", "-->", "Tag");
    assert_finds(
        unfinished,
        &[("stuck-step Publish", "Publish"), ("stuck-step Tag", "Tag"), ("artefact-never-used Tag", "Tag")],
    );
}

#[test]
fn a_circle_holds_a_rollback() {
    let circle = Parts::staging_only()
        .step("Again", Automatic, Operation::of(BuildImages {}))
        .link("Build", "-->", "Again")
        .link("Again", "-->", "Build")
        .split("Build", Branches::One);
    assert_finds(
        circle,
        &[("cycle-without-rollback Build", "Build Again Build"), ("artefact-lost Again", "Again")],
    );

    let own_end = Parts::staging_only().link("Build", "-->", "Build").split("Build", Branches::One);
    assert_finds(own_end, &[("cycle-without-rollback Build", "Build Build")]);

    let shortest = Parts::staging_only()
        .step("Long", Automatic, Operation::of(BuildImages {}))
        .step("Longer", Automatic, Operation::of(BuildImages {}))
        .link("Build", "-->", "Long")
        .link("Long", "-->", "Longer")
        .link("Longer", "-->", "Build")
        .link("Long", "-->", "Build")
        .split("Build", Branches::One)
        .split("Long", Branches::One);
    assert_finds(
        shortest,
        &[
            ("cycle-without-rollback Build", "Build Long Build"),
            ("artefact-lost Long", "Long"),
            ("artefact-lost Longer", "Longer"),
        ],
    );
}

#[test]
fn a_trigger_leads_to_an_automatic_step() {
    let triggered =
        Parts::to_production().without_link("Staging", "Publish").link("Staging", "-->", "Publish");
    assert_finds(triggered, &[("trigger-into-manual Publish", "Staging Publish")]);
}

#[test]
fn an_enabling_link_leads_to_a_manual_step() {
    let enabled = Parts::staging_only().link("Build", "==>", "Staging").split("Build", Branches::One);
    assert_finds(enabled, &[("enables-into-automatic Staging", "Build Staging")]);
}

#[test]
fn a_dotted_link_leads_from_a_deployment_to_a_manual_step() {
    let into_automatic = Parts::staging_only()
        .step("Second", Automatic, TO_STAGING)
        .link("Build", "-->", "Second")
        .link("Second", "o--o", "Revert")
        .link("Staging", "-.->", "Second")
        .split("Build", Branches::One);
    assert_finds(into_automatic, &[("continues-into-automatic Second", "Staging Second")]);

    let from_build = Parts::to_production().link("Build", "-.->", "Publish").split("Build", Branches::One);
    assert_finds(from_build, &[("continues-not-from-deployment Build", "Build Publish")]);
}

#[test]
fn a_rollback_link_joins_a_deployment_and_a_rollback() {
    let from_build = Parts::staging_only().link("Build", "o--o", "Revert");
    assert_finds(from_build, &[("rolls-back-ill-typed Build", "Build Revert")]);

    let to_publish = Parts::to_production().link("Staging", "o--o", "Publish");
    assert_finds(to_publish, &[("rolls-back-ill-typed Publish", "Staging Publish")]);
}

#[test]
fn a_deployment_has_a_rollback() {
    assert_finds(
        Parts::to_production().without_step("Back"),
        &[("deployment-without-rollback Production", "Production")],
    );
}

#[test]
fn a_rollback_is_manual() {
    let automatic = Parts::staging_only()
        .step("Revert", Automatic, Operation::of(RevertOnMain {}))
        .link("Staging", "-->", "Revert");
    assert_finds(automatic, &[("rollback-not-manual Revert", "Revert")]);
}

#[test]
fn a_rollback_leads_to_a_deployment_of_its_environment() {
    let other_environment = Parts::to_production().step("Back", Manual, STAGING_BACK);
    assert_finds(other_environment, &[("rollback-reaches-no-deployment Back", "Production Back")]);

    let nowhere = Parts::staging_only().without_link("Revert", "Build");
    assert_finds(
        nowhere,
        &[
            ("rollback-reaches-no-deployment Revert", "Staging Revert"),
            ("artefact-never-used Revert", "Revert"),
        ],
    );

    let of_nothing = Parts::staging_only()
        .step("Other", Manual, Operation::of(RevertOnMain {}))
        .link("Other", "-->", "Build");
    assert_finds(of_nothing, &[("rollback-reaches-no-deployment Other", "Other")]);

    // The revert takes production back, but what it sets off is a staging deployment.
    let production_by_revert =
        Parts::to_production().without_step("Back").link("Production", "o--o", "Revert");
    assert_finds(production_by_revert, &[("rollback-reaches-no-deployment Revert", "Production Revert")]);
}

#[test]
fn a_dotted_line_takes_no_rollback_to_a_deployment() {
    // From the revert one comes to production only by way of the dotted line, which causes nothing.
    let parts = Parts::to_production().without_step("Back").link("Production", "o--o", "Revert");
    assert!(parts.links.iter().any(|link| link.kind == LinkKind::Continues));
    assert_eq!(findings(parts).len(), 1);
}

#[test]
fn publishing_is_manual() {
    let published = Parts::to_production()
        .step("Publish", Automatic, Operation::of(PublishGitHubRelease {}))
        .without_link("Staging", "Publish")
        .link("Staging", "-->", "Publish");
    assert_finds(
        published,
        &[
            ("publish-not-manual Publish", "Publish"),
            ("production-without-consent Production", "Merge Build Staging Publish Tag Production"),
        ],
    );
}

#[test]
fn every_way_to_production_publishes_a_github_release() {
    assert_finds(
        Parts::staging_only().step("Staging", Automatic, COMMIT_TO_PRODUCTION),
        &[
            ("publish-does-not-dominate-production Staging", "Merge Build Staging"),
            ("production-without-consent Staging", "Merge Build Staging"),
        ],
    );
    let hotfix = Parts::to_production()
        .step("Hotfix", Automatic, COMMIT_TO_PRODUCTION)
        .link("Build", "-->", "Hotfix")
        .link("Hotfix", "o--o", "Back")
        .split("Build", Branches::One);
    // The rollback can then be reached with nothing released, which is another finding.
    assert_finds(
        hotfix,
        &[
            ("publish-does-not-dominate-production Hotfix", "Merge Build Hotfix"),
            ("production-without-consent Hotfix", "Merge Build Hotfix"),
            ("artefact-consumed-before-produced Back", "Merge Build Hotfix Back"),
        ],
    );
}

#[test]
fn a_rollback_may_be_started_at_any_time_without_breaking_the_rule_of_publishing() {
    // Reached from nothing at all, the rollback is a start of its own, and the rule holds.
    let parts = Parts::to_production()
        .without_link("Production", "Back")
        .link("Back", "-->", "Production")
        .exempt("Back", "rollback-reaches-no-deployment");
    let checks: Vec<_> = parts.flow().errors().iter().map(|finding| finding.check).collect();
    assert!(!checks.contains(&CheckId::PublishDoesNotDominateProduction), "{checks:?}");
    // What it deploys was never released on that way, and that is found.
    assert!(checks.contains(&CheckId::ArtefactConsumedBeforeProduced), "{checks:?}");
}

#[test]
fn what_is_used_was_made_before() {
    let unbuilt = Parts::staging_only()
        .without_step("Build")
        .link("Merge", "-->", "Staging")
        .link("Revert", "-->", "Staging");
    // Nobody uses the commits then.
    assert_finds(
        unbuilt,
        &[
            ("artefact-consumed-before-produced Staging", "Merge Staging"),
            ("artefact-never-used Merge", "Merge"),
            ("artefact-never-used Revert", "Revert"),
        ],
    );

    // Made on one way, but not on the other.
    let sometimes = Parts::staging_only().link("Merge", "-->", "Staging").split("Merge", Branches::One);
    assert_finds(sometimes, &[("artefact-consumed-before-produced Staging", "Merge Staging")]);
}

#[test]
fn an_exempted_finding_is_still_returned_with_the_reason() {
    let flow = Parts::to_production()
        .without_step("Back")
        .exempt("Production", "deployment-without-rollback")
        .flow();
    let findings = flow.check();
    let finding = findings.iter().find(|finding| finding.step.as_str() == "Production").unwrap();
    assert_eq!(finding.severity, Severity::Exempted);
    assert_eq!(finding.exemption.as_deref(), Some("because"));
    assert!(flow.errors().is_empty());
    flow.assert_valid();
}

#[test]
fn an_exemption_that_matches_nothing_is_a_warning() {
    let parts =
        Parts::to_production().exempt("Staging", "deployment-without-rollback").exempt("Build", "dead-step");
    let flow = parts.clone().flow();
    assert_finds(parts, &[("unused-exemption Build", ""), ("unused-exemption Staging", "")]);
    assert!(flow.check().iter().all(|finding| finding.severity <= Severity::Warning));
    assert!(flow.errors().is_empty());
}

#[test]
#[should_panic(expected = "error [stuck-step] small: Publish: no arrow leads on from it to a deployment")]
fn asserting_that_a_flow_is_valid_says_what_is_wrong() {
    Parts::staging_only()
        .step("Publish", Manual, Operation::of(PublishGitHubRelease {}))
        .link("Staging", "-.->", "Publish")
        .flow()
        .assert_valid();
}

#[test]
fn findings_say_where_and_why_on_one_line() {
    let flow = Parts::staging_only().link("Build", "o--o", "Revert").flow();
    insta::assert_snapshot!(flow.check()[0], @"error [rolls-back-ill-typed] small: Build is rolled back by Revert: Build is not a deployment (by way of Build -> Revert)");
    insta::assert_snapshot!(flows::indexer_worker().check()[0], @"exempted [publish-does-not-dominate-production] indexer worker: IdxWorker: it deploys to production, and a way to it publishes no GitHub Release (by way of Merge -> Build -> IdxWorker); exempted: every run pulls latest, so there is no release of its own for production and nothing to publish");
    insta::assert_json_snapshot!(flow.check()[0], @r#"
    {
      "check": "rolls-back-ill-typed",
      "severity": "error",
      "flow": "small",
      "step": "Build",
      "link": {
        "from": "Build",
        "to": "Revert",
        "kind": "rolls_back"
      },
      "why": "Build is not a deployment",
      "path": [
        "Build",
        "Revert"
      ],
      "trace": [],
      "exemption": null
    }
    "#);
}

#[test]
fn the_name_of_a_check_is_read_back_and_another_refused() {
    for check in CheckId::ALL {
        assert_eq!(check.as_str().parse::<CheckId>(), Ok(check));
    }
    let error = "dead_step".parse::<CheckId>().unwrap_err().to_string();
    assert!(error.contains("one of source-not-manual, "), "{error}");
}

/// A chain of merges, each made possible by the one before, and a deployment at the end.
fn chain(length: usize, closed: bool) -> Flow {
    let ids: Vec<StepId> = (0..length).map(|number| format!("S{number}").parse().unwrap()).collect();
    let step = |(number, id): (usize, &StepId)| {
        let (operation, environments) = match number + 1 == length {
            true => (TO_STAGING.operation(), vec![EnvironmentName::STAGING]),
            false => (Operation::of(MergeToMain {}), Vec::new()),
        };
        Step::new(id.clone(), "", Trigger::Manual, operation).updating(environments)
    };
    let link = |from: usize, to: usize| Link::new(ids[from].clone(), LinkKind::Enables, ids[to].clone());
    let mut links: Vec<_> = (1..length).map(|to| link(to - 1, to)).collect();
    if closed {
        links.push(link(length - 1, 1));
    }
    let steps = ids.iter().enumerate().map(step).collect();
    Flow::new("chain", "1.0.0".parse().unwrap(), steps, links, Vec::new()).unwrap()
}

#[test]
fn a_chain_of_100_000_steps_is_checked_and_shown_on_a_small_stack() {
    let work = || {
        let open = chain(100_000, false).errors();
        let closed = chain(100_000, true);
        let path = closed.errors().iter().map(|finding| finding.path.len()).max();
        let text = closed.to_text(Default::default()).lines().count();
        let chart = closed.to_mermaid(Default::default()).lines().count();
        (open.len(), path, text > 100_000, chart > 200_000)
    };
    // The deployment uses no built image and is not rolled back; and the circle has all but one step.
    assert_eq!(on_a_small_stack(work), (2, Some(100_000), true, true));
}

#[test]
fn a_chain_of_a_million_steps_is_checked_on_a_small_stack() {
    assert_eq!(on_a_small_stack(|| chain(1_000_000, false).errors().len()), 2);
}

fn on_a_small_stack<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    std::thread::Builder::new().stack_size(128 * 1024).spawn(work).unwrap().join().unwrap()
}
