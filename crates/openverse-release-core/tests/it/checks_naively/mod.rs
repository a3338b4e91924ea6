//! The checks that walk the flow, against slow and obvious ways of finding the same.

mod local;
mod outcomes;
mod runs;
mod table;

use std::collections::BTreeSet;

use openverse_release_core::{
    Artefact, Branches, CheckId, EnvironmentName, Exemption, Finding, Flow, Link, LinkKind, Operation,
    Severity, Step, StepId, Trigger,
    kind::{MergeToMain, PublishGitHubRelease},
    strategies,
};
use proptest::{prelude::*, sample::Index};

use local::Lists;
use table::Table;

fn number(step: &StepId) -> usize {
    step.as_str()[1..].parse().unwrap()
}

fn found(flow: &Flow, check: CheckId) -> BTreeSet<usize> {
    let findings = flow.check();
    findings.iter().filter(|finding| finding.check == check).map(|finding| number(&finding.step)).collect()
}

/// The steps at which a check finds something, and the artefacts that it names there.
fn artefacts(flow: &Flow, check: CheckId) -> BTreeSet<(usize, Artefact)> {
    let all = [Artefact::Commit, Artefact::BuiltImage, Artefact::PublishedRelease, Artefact::ReleasedImage];
    let named = |finding: &Finding| {
        let named = all.into_iter().filter(|artefact| finding.why.contains(&artefact.to_string()));
        let named: Vec<_> = named.collect();
        assert_eq!(named.len(), 1, "{finding}");
        (number(&finding.step), named[0])
    };
    let findings = flow.check();
    let found: Vec<_> = findings.iter().filter(|finding| finding.check == check).map(named).collect();
    let unique: BTreeSet<_> = found.iter().copied().collect();
    assert_eq!(unique.len(), found.len());
    unique
}

/// Any flow, in which one step may name environments that it does not update or that are not declared, or
/// none at all.
fn with_strange_environments() -> impl Strategy<Value = Flow> {
    let names = ["dev", "staging", "production"].map(|name| name.parse::<EnvironmentName>().unwrap());
    let named = proptest::sample::subsequence(names.to_vec(), 0..=3);
    (strategies::flow(), any::<Index>(), named).prop_map(|(flow, which, named)| {
        let mut steps: Vec<Step> = flow.steps().cloned().collect();
        let which = which.index(steps.len());
        steps[which].environments = named;
        let links = flow.links().collect();
        Flow::new("any", flow.version().clone(), steps, links, Vec::new()).unwrap()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn checks_that_walk_agree_with_naive_ones(flow in strategies::flow()) {
        let table = Table::of(&flow);
        prop_assert_eq!(found(&flow, CheckId::DeadStep), table.dead());
        prop_assert_eq!(found(&flow, CheckId::StuckStep), table.stuck());
        prop_assert_eq!(found(&flow, CheckId::CycleWithoutRollback), table.circles());
        prop_assert_eq!(found(&flow, CheckId::PublishDoesNotDominateProduction), table.unpublished());
        if flow.steps().all(|step| step.join != Some(Branches::All)) {
            prop_assert_eq!(table.unpublished(), table.undominated());
        }
        prop_assert_eq!(found(&flow, CheckId::ProductionWithoutConsent), table.unasked());
        prop_assert_eq!(found(&flow, CheckId::PublishWithoutTag), table.untagged());
        prop_assert_eq!(found(&flow, CheckId::StaleAlias), table.stale());
        prop_assert_eq!(found(&flow, CheckId::SplitUndeclared), table.silent_splits());
        prop_assert_eq!(found(&flow, CheckId::RollbackReachesNoDeployment), table.aimless());

        let (never, lost) = table.vain();
        prop_assert_eq!(artefacts(&flow, CheckId::ArtefactConsumedBeforeProduced), table.missing());
        prop_assert_eq!(artefacts(&flow, CheckId::ArtefactNeverUsed), never);
        prop_assert_eq!(artefacts(&flow, CheckId::ArtefactLost), lost);
    }

    #[test]
    fn checks_of_a_step_or_link_by_itself_agree_with_naive_ones(flow in strategies::flow()) {
        let lists = Lists::of(&flow);
        for check in [
            CheckId::SourceNotManual,
            CheckId::SeveralSources,
            CheckId::AutomaticWithoutTrigger,
            CheckId::TriggerIntoManual,
            CheckId::EnablesIntoAutomatic,
            CheckId::ContinuesIntoAutomatic,
            CheckId::ContinuesNotFromDeployment,
            CheckId::RollsBackIllTyped,
            CheckId::DeploymentWithoutRollback,
            CheckId::RollbackNotManual,
            CheckId::RollbackNotPreferred,
            CheckId::PublishNotManual,
            CheckId::RedundantLink,
        ] {
            prop_assert_eq!(found(&flow, check), lists.found(check), "{}", check);
        }
    }

    #[test]
    fn environments_of_steps_are_judged_as_naively(flow in with_strange_environments()) {
        let check = CheckId::EnvironmentsIllTyped;
        prop_assert_eq!(found(&flow, check), Lists::of(&flow).found(check));
    }

    #[test]
    fn every_exemption_finds_what_it_exempts(flow in strategies::flow(), which in any::<[Index; 2]>()) {
        let [checks @ .., _unused] = CheckId::ALL;
        let (check, step) = (which[0].get(&checks), which[1].index(flow.steps().count()));
        let step = flow.steps().nth(step).map(|step| step.id.clone()).unwrap();
        let (steps, links) = (flow.steps().cloned().collect(), flow.links().collect());
        let exemption = Exemption { check: *check, step: step.clone(), reason: "because".to_owned() };
        let exempted = Flow::new("any", flow.version().clone(), steps, links, vec![exemption]).unwrap();
        let there = |finding: &Finding| finding.check == *check && finding.step == step;
        let (before, after) = (flow.check(), exempted.check());
        prop_assert_eq!(before.iter().any(there), found(&exempted, CheckId::UnusedExemption).is_empty());
        for finding in &after {
            prop_assert_eq!(finding.severity == Severity::Exempted, there(finding));
        }
        prop_assert_eq!(after.len() - before.len(), found(&exempted, CheckId::UnusedExemption).len());
    }

    #[test]
    fn every_path_follows_links_to_where_the_finding_is(flow in strategies::flow()) {
        let table = Table::of(&flow);
        for finding in flow.check() {
            let path: Vec<_> = finding.path.iter().map(number).collect();
            for pair in path.windows(2) {
                prop_assert!(!table.links[pair[0]][pair[1]].is_empty(), "{}", finding);
            }
            if !path.is_empty() {
                prop_assert!(path.contains(&number(&finding.step)), "{}", finding);
            }
        }
    }

    #[test]
    fn a_way_to_production_that_is_found_is_one(flow in strategies::flow()) {
        let steps: Vec<Step> = flow.steps().cloned().collect();
        for finding in flow.check() {
            let way: Vec<&Step> = finding.path.iter().map(|id| &steps[number(id)]).collect();
            match (finding.check, &way[..]) {
                (CheckId::PublishDoesNotDominateProduction, [first, ..]) => {
                    prop_assert!(flow.links().all(|link| link.to != first.id), "{}", finding);
                    prop_assert!(!first.operation.nature().rolls_back, "{}", finding);
                    let publish = |step: &&Step| step.operation == Operation::of(PublishGitHubRelease {});
                    prop_assert!(!way.iter().any(publish), "{}", finding);
                }
                (CheckId::ProductionWithoutConsent, [first, between @ .., _]) => {
                    prop_assert_eq!(&first.operation, &Operation::of(MergeToMain {}), "{}", finding);
                    let asks = |step: &&Step| step.trigger == Trigger::Manual || step.operation.nature().rolls_back;
                    prop_assert!(!between.iter().any(asks), "{}", finding);
                }
                (CheckId::PublishDoesNotDominateProduction | CheckId::ProductionWithoutConsent, _) => {
                    prop_assert!(false, "no way is shown: {}", finding);
                }
                _ => {}
            }
        }
    }

    #[test]
    fn any_flow_can_be_shown_and_read_back(flow in strategies::flow()) {
        let json = serde_json::to_string(&flow).unwrap();
        prop_assert_eq!(&serde_json::from_str::<Flow>(&json).unwrap(), &flow);
        let text = flow.to_text(Default::default());
        let chart = flow.to_mermaid(Default::default());
        for step in flow.steps() {
            let boxed = [format!("[{}]", step.id), format!("({})", step.id)];
            prop_assert!(boxed.iter().any(|boxed| text.contains(boxed)));
            let line = format!("\n    {}", step.id);
            prop_assert!(chart.contains(&line));
        }
    }
}

proptest! {
    // Large charts are slow to draw.
    #![proptest_config(ProptestConfig::with_cases(50))]

    #[test]
    fn a_chart_is_too_large_if_it_is_when_it_is_drawn(
        flow in strategies::flow(),
        label in prop_oneof![Just("x"), Just("d"), Just("\""), Just("é"), Just("\n"), Just("#")],
        characters in 40_000_usize..52_000,
        links in 499_usize..503,
    ) {
        let mut steps: Vec<Step> = flow.steps().cloned().collect();
        let last = steps.len() - 1;
        let (from, to) = (steps[last].id.clone(), steps[0].id.clone());
        let link = Link::new(from, LinkKind::Triggers, to);
        let flow_of = |steps: &[Step], links| {
            Flow::new("any", flow.version().clone(), steps.to_vec(), links, Vec::new()).unwrap()
        };
        let many = flow_of(&steps, vec![link.clone(); links]);
        prop_assert_eq!(found(&many, CheckId::ChartTooLarge).is_empty(), links <= 500);

        let written = flow_of(&steps, Vec::new()).to_mermaid(Default::default()).chars().count();
        steps[last].label = label.to_owned();
        let one = flow_of(&steps, Vec::new()).to_mermaid(Default::default()).chars().count();
        steps[last].label = label.repeat(2);
        let each = flow_of(&steps, Vec::new()).to_mermaid(Default::default()).chars().count() - one;
        steps[last].label = label.repeat((characters - written) / each.max(1));
        let wordy = flow_of(&steps, Vec::new());
        let drawn = wordy.to_mermaid(Default::default()).chars().count();
        prop_assert_eq!(found(&wordy, CheckId::ChartTooLarge).is_empty(), drawn <= 50_000);
    }
}
