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
    // Drawing the chart takes longer than all other checks, and most are far from being too large.
    let is_large = bounds(scope.flow).is_some_and(|drawn| match drawn {
        Bounds::Above => true,
        Bounds::Near => scope.flow.to_mermaid(ChartLevel::Overview).chars().count() > MOST_CHARACTERS,
    });
    if !is_large {
        return Vec::new();
    }
    vec![
        Violation::at(last, format!("the chart has more than {MOST_CHARACTERS} characters"))
            .along(vec![last]),
    ]
}

enum Bounds {
    Near,
    Above,
}

/// Tells what can be known of the number of characters without drawing; nothing is said if it is small.
fn bounds(flow: &Flow) -> Option<Bounds> {
    /// As many bytes as a character takes at most, and as many characters as one is written with.
    const WIDEST: usize = 4;
    const LONGEST_CODE: usize = 10;
    const LONGEST_LINE_BUT_LABEL: usize = 160;
    let steps = flow.steps().map(|step| step.label.len());
    let links = flow.graph.edge_weights().map(|link| link.label.as_ref().map_or(0, String::len));
    let (words, lines) = steps.chain(links).fold((0, 1), |(sum, lines), words| (sum + words, lines + 1));
    if words / WIDEST > MOST_CHARACTERS {
        Some(Bounds::Above)
    } else if words * LONGEST_CODE + lines * LONGEST_LINE_BUT_LABEL > MOST_CHARACTERS {
        Some(Bounds::Near)
    } else {
        None
    }
}
