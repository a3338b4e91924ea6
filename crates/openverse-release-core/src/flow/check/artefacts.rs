//! Checks that what a step uses was made before.

use petgraph::Direction;

use super::{
    CheckId, Rule, Severity,
    scope::{Scope, Violation},
};
use crate::{Artefact, Environment, Operation};

pub(super) const RULES: &[Rule] = &[Rule {
    id: CheckId::ArtefactConsumedBeforeProduced,
    severity: Severity::Error,
    explanation: "What a step uses was made on every way that leads to it: the commit, the built image, the \
        published GitHub Release, the image with the release's image tag. The way to a rollback goes through \
        the deployment that it takes back, so whatever a rollback deploys was made once.",
    find: consumed_before_produced,
}];

/// Everything a step can use.
const ARTEFACTS: [Artefact; 6] = [
    Artefact::Commit,
    Artefact::BuiltImage,
    Artefact::PublishedRelease,
    Artefact::ReleasedImage,
    Artefact::Deployment(Environment::Staging),
    Artefact::Deployment(Environment::Production),
];

fn makes(operation: Operation, artefact: Artefact) -> bool {
    match artefact {
        Artefact::Deployment(environment) => operation.deploys_to().contains(&environment),
        _ => operation.produces().contains(&artefact),
    }
}

fn consumed_before_produced(scope: &Scope<'_>) -> Vec<Violation> {
    let mut violations = Vec::new();
    for artefact in ARTEFACTS {
        // The steps one can come to without passing a step that makes it.
        let walk = scope.walk(scope.sources.iter().copied(), Direction::Outgoing, |link| {
            !makes(link.from_step.operation, artefact)
        });
        for (index, step) in scope.steps() {
            if step.operation.consumes().contains(&artefact) && walk.reached(index) {
                let why = format!("it uses {artefact}, which no step before it on this way makes");
                violations.push(Violation::at(index, why).along(walk.path_to(index)));
            }
        }
    }
    violations.sort_by_key(|violation| violation.step);
    violations
}
