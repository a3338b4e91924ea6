//! Checks that a flow can be carried out as it is drawn.

use std::collections::BTreeSet;

use super::{
    CheckId, Rule, Severity,
    nature::Nature,
    scope::{Scope, Violation},
};
use crate::Outcome;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: CheckId::OutcomeUnknown,
        severity: Severity::Error,
        explanation: "A link that is taken only with some outcome names one that its first step declares. With any \
            other the link would never be taken, and nobody would notice until the day it is needed.",
        find: outcomes_unknown,
    },
    Rule {
        id: CheckId::ChoiceUndetermined,
        severity: Severity::Error,
        explanation: "After a release is published, somebody or something decides which of several branches is \
            taken: a person, if each of them leads to a manual step, or the outcome of the step that they leave. \
            Where the branches lead to automatic steps, a run would have to toss a coin.",
        find: choices_undetermined,
    },
    Rule {
        id: CheckId::JoinOutsideRelease,
        severity: Severity::Error,
        explanation: "A step that follows a release and waits for all its branches waits only for what follows the \
            release too. A run begins where the release is published: what comes from elsewhere would never come, \
            and the run would wait for ever.",
        find: joins_outside_release,
    },
];

fn outcomes_unknown(scope: &Scope<'_>) -> Vec<Violation> {
    let unknown = |(link, edge): (usize, &petgraph::graph::Edge<crate::flow::LinkLabel>)| {
        let outcome = edge.weight.outcome.as_ref()?;
        let (from, to) = (edge.source().index(), edge.target().index());
        let step = scope.step(from);
        if step.outcomes.contains(outcome) {
            return None;
        }
        let declared = Outcome::listed(&step.outcomes, ", ");
        let why = format!("it is taken with the outcome {outcome}; {} declares {declared}", step.id);
        Some(Violation::at(from, why).on(link).along(vec![from, to]))
    };
    scope.flow.graph.raw_edges().iter().enumerate().filter_map(unknown).collect()
}

/// Returns what a release carries out: for each step that publishes, everything that follows it.
fn releases(scope: &Scope<'_>) -> Vec<(usize, BTreeSet<usize>)> {
    let publishing = scope.net.that_are(Nature::PUBLISH);
    publishing.map(|step| (step, scope.game.reachable(step))).collect()
}

fn choices_undetermined(scope: &Scope<'_>) -> Vec<Violation> {
    let steps: BTreeSet<usize> = releases(scope).into_iter().flat_map(|(_, steps)| steps).collect();
    let violation = |step: usize| {
        let choices = scope.game.exits(step).iter().filter(|exit| !exit.all && exit.branches.len() > 1);
        let mut branches = choices.flat_map(|exit| &exit.branches).map(|&it| scope.game.branches()[it]);
        let automatic = branches.find(|branch| !scope.is(branch.to, Nature::MANUAL))?;
        let why = format!("nobody decides whether {} follows or another step", scope.id(automatic.to));
        Some(Violation::at(step, why).on(automatic.link).along(vec![step, automatic.to]))
    };
    steps.into_iter().filter_map(violation).collect()
}

fn joins_outside_release(scope: &Scope<'_>) -> Vec<Violation> {
    let mut violations = Vec::new();
    for (publishing, steps) in releases(scope) {
        for &step in steps.iter().filter(|&&step| step != publishing && scope.game.waits_for_all(step)) {
            let branches = scope.game.leading_to(step).iter().map(|&branch| scope.game.branches()[branch]);
            let mut outside = branches.filter(|branch| !steps.contains(&branch.from));
            if let Some(branch) = outside.next() {
                let (from, first) = (scope.id(branch.from), scope.id(publishing));
                let why =
                    format!("it waits for {from}, which does not follow the release that {first} publishes");
                violations.push(Violation::at(step, why).on(branch.link).along(vec![branch.from, step]));
            }
        }
    }
    violations
}
