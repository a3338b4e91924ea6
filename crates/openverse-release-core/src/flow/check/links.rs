//! Checks of each link by itself: what the builder's types refuse, for flows from a file.

use super::{
    CheckId, Rule, Severity,
    nature::Nature,
    net::Arc,
    scope::{Scope, Violation},
};
use crate::LinkKind;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: CheckId::TriggerIntoManual,
        severity: Severity::Error,
        explanation: "A triggering link ends at an automatic step. A step that needs a person is not set off \
            by another: the step before it only makes it possible, and the person decides when.",
        find: |scope| {
            at_end(scope, LinkKind::Triggers, true, "is set off, but needs a person; the link enables it")
        },
    },
    Rule {
        id: CheckId::EnablesIntoAutomatic,
        severity: Severity::Error,
        explanation: "An enabling link ends at a manual step. An automatic step does not wait for anybody to \
            use the chance: what leads to it sets it off.",
        find: |scope| {
            at_end(scope, LinkKind::Enables, false, "is enabled, but needs nobody; the link triggers it")
        },
    },
    Rule {
        id: CheckId::ContinuesIntoAutomatic,
        severity: Severity::Error,
        explanation: "A dotted link ends at a manual step. It says that the life of the code goes on there \
            although nothing is caused; an automatic step has to be caused.",
        find: |scope| {
            at_end(scope, LinkKind::Continues, false, "is automatic, and a dotted link causes nothing")
        },
    },
    Rule {
        id: CheckId::ContinuesNotFromDeployment,
        severity: Severity::Error,
        explanation: "A dotted link starts at a deployment. It carries the life of the code over from where \
            it was tried to where it is released; before a deployment there is nothing to carry over.",
        find: continues_not_from_deployment,
    },
    Rule {
        id: CheckId::RollsBackIllTyped,
        severity: Severity::Error,
        explanation: "A rollback link joins a deployment to a step that rolls back, in that order. Only a \
            deployment changes an environment, so only a deployment can be taken back.",
        find: rolls_back_ill_typed,
    },
];

fn at_end(scope: &Scope<'_>, kind: LinkKind, manual: bool, why: &str) -> Vec<Violation> {
    let links = scope.links().filter(|(_, arc)| arc.kind == kind);
    links
        .filter(|(_, arc)| scope.is(arc.other(), Nature::MANUAL) == manual)
        .map(|(from, arc)| at(arc.other(), from, arc, format!("{} {why}", scope.id(arc.other()))))
        .collect()
}

fn continues_not_from_deployment(scope: &Scope<'_>) -> Vec<Violation> {
    let dotted = scope.links().filter(|(_, arc)| arc.kind == LinkKind::Continues);
    dotted
        .filter(|(from, _)| !scope.is(*from, Nature::DEPLOYMENT))
        .map(|(from, arc)| at(from, from, arc, format!("{} deploys nothing", scope.id(from))))
        .collect()
}

fn rolls_back_ill_typed(scope: &Scope<'_>) -> Vec<Violation> {
    let links = scope.links().filter(|(_, arc)| arc.kind == LinkKind::RollsBack);
    links
        .filter_map(|(from, arc)| {
            if !scope.is(from, Nature::DEPLOYMENT) {
                Some(at(from, from, arc, format!("{} is not a deployment", scope.id(from))))
            } else if !scope.is(arc.other(), Nature::ROLLS_BACK) {
                Some(at(arc.other(), from, arc, format!("{} rolls nothing back", scope.id(arc.other()))))
            } else {
                None
            }
        })
        .collect()
}

fn at(step: usize, from: usize, arc: Arc, why: String) -> Violation {
    Violation::at(step, why).on(arc.link()).along(vec![from, arc.other()])
}
