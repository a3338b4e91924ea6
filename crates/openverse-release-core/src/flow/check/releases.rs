//! Checks that nothing gets to production unless somebody published its GitHub Release.

use petgraph::Direction;

use super::{
    CheckId, Rule, Severity,
    scope::{Scope, Violation},
};
use crate::{Environment, Operation, Trigger};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: CheckId::PublishNotManual,
        severity: Severity::Error,
        explanation: "Publishing a GitHub Release is manual. It is the decision to go to production, and \
            production releases are never automated; their deployments may be.",
        find: publish_not_manual,
    },
    Rule {
        id: CheckId::PublishDoesNotDominateProduction,
        severity: Severity::Error,
        explanation: "Every way to a deployment that updates production goes through the publishing of a \
            GitHub Release. Steps that roll back are left out here, because a person may start one at any \
            time; that they deploy something once released is the business of \
            artefact-consumed-before-produced. The dotted links count: code comes to the release by them.",
        find: publish_does_not_dominate,
    },
];

fn publish_not_manual(scope: &Scope<'_>) -> Vec<Violation> {
    let publishing = scope.steps().filter(|(_, step)| step.operation == Operation::PublishGitHubRelease);
    let automatic = publishing.filter(|(_, step)| step.trigger == Trigger::Automatic);
    automatic
        .map(|(index, _)| {
            Violation::at(index, "it publishes a GitHub Release, and is automatic").along(vec![index])
        })
        .collect()
}

fn publish_does_not_dominate(scope: &Scope<'_>) -> Vec<Violation> {
    // A step is dominated by a set of steps exactly if it cannot be reached once they are blocked.
    let sources = scope.sources.iter().copied();
    let starts = sources.filter(|&source| !scope.graph[source].operation.rolls_back());
    let walk = scope.walk(starts, Direction::Outgoing, |link| {
        link.kind.is_forward()
            && link.from_step.operation != Operation::PublishGitHubRelease
            && !link.to_step.operation.rolls_back()
    });
    let production = scope.steps().filter(|(_, step)| {
        step.operation.is_deployment() && step.operation.deploys_to().contains(&Environment::Production)
    });
    production
        .filter(|(index, _)| walk.reached(*index))
        .map(|(index, _)| {
            let why = "it deploys to production, and a way to it publishes no GitHub Release";
            Violation::at(index, why).along(walk.path_to(index))
        })
        .collect()
}
