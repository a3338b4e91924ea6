//! Checks of the chart that is drawn of a flow.

use super::{
    CheckId, Rule, Severity,
    branches::MOST_LINKS,
    scope::{Scope, Violation},
};
use crate::{
    ChartLevel, Flow,
    flow::{LinkLabel, link::words},
};

pub(super) const RULES: &[Rule] = &[Rule {
    id: CheckId::ChartTooLarge,
    severity: Severity::Info,
    explanation: "The flowchart of the flow has at most 500 links and 50,000 characters. Mermaid draws no more \
        unless it is configured to, and on GitHub it is not: the page then shows an error where the chart should \
        be. The finding is at the first link, or at the last step, that is too much.",
    find: chart_too_large,
}];

const MOST_CHARACTERS: usize = 50_000;

fn chart_too_large(scope: &Scope<'_>) -> Vec<Violation> {
    let mut links = scope.flow.graph.raw_edges().iter().enumerate();
    if let Some((link, edge)) = links.nth(MOST_LINKS) {
        let why = format!("the chart has {} links", scope.flow.graph.edge_count());
        let (from, to) = (edge.source().index(), edge.target().index());
        return vec![Violation::at(from, why).on(link).along(vec![from, to])];
    }
    let Some(last) = scope.net.len().checked_sub(1) else { return Vec::new() };
    // Drawing the chart takes longer than all other checks, and few are near the limit.
    let drawn = || scope.flow.to_mermaid(ChartLevel::Overview).chars().count();
    if at_most(scope.flow) <= MOST_CHARACTERS || drawn() <= MOST_CHARACTERS {
        return Vec::new();
    }
    let why = format!("the chart has more than {MOST_CHARACTERS} characters");
    vec![Violation::at(last, why).along(vec![last])]
}

/// Returns a number of characters that the chart does not have more of.
fn at_most(flow: &Flow) -> usize {
    /// What a line has at most beside names and words.
    const LINE: usize = 20;
    /// How many characters a byte of a word is written with at most.
    const CODE: usize = 10;
    let longest = flow.steps().map(|step| step.id.as_str().len()).max().unwrap_or_default();
    let steps = flow.steps().map(|step| LINE + longest + CODE * step.label.len());
    let words =
        |link: &LinkLabel| words(link.outcome.as_ref(), link.label.as_deref()).map_or(0, |it| it.len());
    let labels = flow.graph.edge_weights().map(words);
    let links = labels.map(|label| LINE + 2 * longest + CODE * label);
    LINE + steps.sum::<usize>() + links.sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Link, LinkKind, Operation, Step, Trigger, kind::MergeToMain};

    #[test]
    fn a_chart_has_no_more_characters_than_it_has_at_most() {
        for label in ["", "d", "\"", "é", "\n", "#", " ", "a d\u{1f680}"] {
            for times in [1, 40] {
                let flow = of_one_step(&label.repeat(times));
                let drawn = flow.to_mermaid(ChartLevel::Overview).chars().count();
                assert!(drawn <= at_most(&flow), "{label:?}: {drawn} and not {}", at_most(&flow));
            }
        }
    }

    fn of_one_step(label: &str) -> Flow {
        let id: crate::StepId = "S".repeat(60).parse().unwrap();
        let step = Step::new(id.clone(), label, Trigger::Manual, Operation::of(MergeToMain {}));
        let link = Link { label: Some(label.to_owned()), ..Link::new(id.clone(), LinkKind::RollsBack, id) };
        Flow::new("one", semver::Version::new(1, 0, 0), vec![step], vec![link; 3], Vec::new()).unwrap()
    }
}
