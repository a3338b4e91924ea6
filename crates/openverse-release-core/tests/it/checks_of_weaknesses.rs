//! Checks of what is allowed in parts and weak as a whole.

use openverse_release_core::{
    Branches::{All, One},
    CheckId, Finding, Link, LinkKind, Operation, Severity, flows,
    kind::{BuildImages, DeployByAnsible, MergeToMain, PublishGitHubRelease, TagImage},
};

use crate::{
    checks::assert_finds,
    small_flows::{Automatic, Manual, Parts, STAGING_BACK, TO_PRODUCTION},
};

fn of(parts: Parts, check: CheckId) -> Vec<Finding> {
    parts.flow().check().into_iter().filter(|finding| finding.check == check).collect()
}

fn texts(findings: &[Finding]) -> String {
    findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_process_begins_with_one_step() {
    let two = Parts::staging_only()
        .step("Push", Manual, Operation::of(MergeToMain {}))
        .link("Push", "-->", "Build");
    assert_finds(two, &[("several-sources Push", "Push")]);
}

#[test]
fn somebody_is_asked_between_a_merge_and_production() {
    // Nobody who is waited for elsewhere, but at one branch that has to happen as well.
    let waits = Parts::to_production().link("Merge", "-->", "Tag").split("Merge", All).join("Tag", All);
    assert_eq!(of(waits.clone(), CheckId::ProductionWithoutConsent), []);
    let hurries = waits.join("Tag", One);
    assert_eq!(of(hurries, CheckId::ProductionWithoutConsent)[0].path.len(), 3);
}

#[test]
fn a_published_github_release_is_tagged_whatever_happens() {
    let or_not = Parts::to_production()
        .step("Ansible", Manual, Operation::of(DeployByAnsible {}))
        .link("Publish", "==>", "Ansible")
        .link("Ansible", "o--o", "Back")
        .split("Publish", One);
    let found = of(or_not.clone(), CheckId::PublishWithoutTag);
    insta::assert_snapshot!(texts(&found), @"error [publish-without-tag] small: Publish: it is not certain that the image is tagged afterwards (by way of Publish -> Ansible)");
    assert_eq!(of(or_not.split("Publish", All), CheckId::PublishWithoutTag), []);
}

#[test]
fn what_is_made_is_used() {
    let unused = Parts::staging_only()
        .step("Tag", Automatic, Operation::of(TagImage {}))
        .step("Publish", Manual, Operation::of(PublishGitHubRelease {}))
        .link("Staging", "-.->", "Publish")
        .link("Publish", "-->", "Tag");
    insta::assert_snapshot!(texts(&of(unused, CheckId::ArtefactNeverUsed)), @"warning [artefact-never-used] small: Tag: it makes an image with the release's image tag, which no step after it uses (by way of Tag)");
    let lost = Parts::staging_only()
        .step("Again", Automatic, Operation::of(BuildImages {}))
        .without_link("Build", "Staging")
        .link("Build", "-->", "Again")
        .link("Again", "-->", "Staging");
    insta::assert_snapshot!(texts(&of(lost, CheckId::ArtefactLost)), @"warning [artefact-lost] small: Build: it makes a built image, which is made again before any step uses it (by way of Build)");
}

#[test]
fn an_image_that_is_taken_as_latest_may_have_moved() {
    let findings = flows::api().check();
    insta::assert_snapshot!(texts(&findings), @"info [stale-alias] API: Tag: it takes the image by the image tag latest, which may have moved while Publish waited for a person (by way of Publish -> Tag)");
    let findings: Vec<_> = flows::indexer_worker()
        .check()
        .into_iter()
        .filter(|finding| finding.severity == Severity::Info)
        .collect();
    insta::assert_snapshot!(texts(&findings), @"info [stale-alias] indexer worker: IdxWorker: it takes the image by the image tag latest, whichever it is whenever that happens (by way of IdxWorker)");
    // Tagged right after it is built, it is the image that was built.
    let at_once =
        Parts::staging_only().step("Tag", Automatic, Operation::of(TagImage {})).link("Build", "-->", "Tag");
    assert_eq!(of(at_once, CheckId::StaleAlias), []);
}

#[test]
fn each_environment_is_rather_taken_back_by_its_own_means() {
    let by_deployment = Parts::staging_only()
        .without_step("Revert")
        .step("Back", Manual, STAGING_BACK)
        .link("Staging", "o--o", "Back");
    insta::assert_snapshot!(texts(&of(by_deployment, CheckId::RollbackNotPreferred)), @"info [rollback-not-preferred] small: Staging is rolled back by Back: staging is rather taken back by a revert on main (by way of Staging -> Back)");
    let by_revert = Parts::to_production().without_step("Back").link("Production", "o--o", "Revert");
    insta::assert_snapshot!(texts(&of(by_revert.clone(), CheckId::RollbackNotPreferred)), @"info [rollback-not-preferred] small: Production is rolled back by Revert: production is rather taken back by deploying the last working version (by way of Production -> Revert)");
    // One of several is enough.
    assert_eq!(
        of(Parts::to_production().link("Production", "o--o", "Revert"), CheckId::RollbackNotPreferred),
        []
    );
}

#[test]
fn a_chart_is_small_enough_to_be_drawn() {
    let mut many_links = Parts::to_production();
    let more = std::iter::repeat_n(many_links.links[0].clone(), 500 - many_links.links.len());
    many_links.links.extend(more.map(|link| Link { kind: LinkKind::Triggers, ..link }));
    assert_eq!(of(many_links.clone(), CheckId::ChartTooLarge), []);
    let many_links = many_links.link("Merge", "-->", "Build");
    insta::assert_snapshot!(texts(&of(many_links, CheckId::ChartTooLarge)), @"info [chart-too-large] small: Merge triggers Build: the chart has 501 links (by way of Merge -> Build)");

    // A quotation mark is written with four characters.
    for (label, large) in
        [("x".repeat(49_000), false), ("\"".repeat(12_600), true), ("x".repeat(300_000), true)]
    {
        let mut wordy = Parts::to_production();
        wordy.steps[0].label = label;
        let found = of(wordy, CheckId::ChartTooLarge);
        assert_eq!(!found.is_empty(), large);
        assert!(found.iter().all(|finding| finding.why == "the chart has more than 50000 characters"));
    }
}

#[test]
fn what_is_only_to_be_known_makes_no_flow_invalid() {
    let flow = Parts::to_production().step("Production", Automatic, TO_PRODUCTION).flow();
    assert!(flow.check().iter().any(|finding| finding.severity == Severity::Info));
    flow.assert_valid();
}
