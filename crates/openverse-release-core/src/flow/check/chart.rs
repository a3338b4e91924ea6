//! Checks of the chart that is drawn of a flow.

use super::{
    CheckId, Rule, Severity,
    branches::MOST_LINKS,
    scope::{Scope, Violation},
};
use crate::{ChartLevel, Flow};

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
    let too_many = |characters| characters > MOST_CHARACTERS;
    let drawn = || scope.flow.to_mermaid(ChartLevel::Overview).chars().count();
    if !too_many(at_most(scope.flow)) || !(too_many(at_least(scope.flow)) || too_many(drawn())) {
        return Vec::new();
    }
    let why = format!("the chart has more than {MOST_CHARACTERS} characters");
    vec![Violation::at(last, why).along(vec![last])]
}

fn at_least(flow: &Flow) -> usize {
    flow.steps().map(|step| step.id.as_str().len() + step.label.chars().count()).sum()
}

fn at_most(flow: &Flow) -> usize {
    /// What a line has beside names and words, and what a character is written with at most.
    const LINE: usize = 20;
    const CODE: usize = 10;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() && byte != b'd';
    let words = |text: &str| text.bytes().map(|byte| if plain(byte) { 1 } else { CODE }).sum::<usize>();
    let longest = flow.steps().map(|step| step.id.as_str().len()).max().unwrap_or_default();
    let steps = flow.steps().map(|step| LINE + longest + words(&step.label));
    let labels = flow.graph.edge_weights().map(|link| link.label.as_deref().map_or(0, words));
    let links = labels.map(|words| LINE + 2 * longest + words);
    LINE + steps.sum::<usize>() + links.sum::<usize>()
}
