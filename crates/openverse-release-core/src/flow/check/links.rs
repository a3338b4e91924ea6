//! Checks of each link by itself: what the builder's types refuse, for flows from a file.

use super::{
    CheckId, Rule, Severity,
    scope::{Scope, Seen, Violation},
};
use crate::{LinkKind, Trigger};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: CheckId::TriggerIntoManual,
        severity: Severity::Error,
        explanation: "A triggering link ends at an automatic step. A step that needs a person is not set off \
            by another: the step before it only makes it possible, and the person decides when.",
        find: |scope| {
            at_end(
                scope,
                LinkKind::Triggers,
                Trigger::Manual,
                "is set off, but needs a person; the link enables it",
            )
        },
    },
    Rule {
        id: CheckId::EnablesIntoAutomatic,
        severity: Severity::Error,
        explanation: "An enabling link ends at a manual step. An automatic step does not wait for anybody to \
            use the chance: what leads to it sets it off.",
        find: |scope| {
            at_end(
                scope,
                LinkKind::Enables,
                Trigger::Automatic,
                "is enabled, but needs nobody; the link triggers it",
            )
        },
    },
    Rule {
        id: CheckId::ContinuesIntoAutomatic,
        severity: Severity::Error,
        explanation: "A dotted link ends at a manual step. It says that the life of the code goes on there \
            although nothing is caused; an automatic step has to be caused.",
        find: |scope| {
            at_end(
                scope,
                LinkKind::Continues,
                Trigger::Automatic,
                "is automatic, and a dotted link causes nothing",
            )
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

fn at_end(scope: &Scope<'_>, kind: LinkKind, trigger: Trigger, why: &str) -> Vec<Violation> {
    let wrong = scope.links().filter(|link| link.kind == kind && link.to_step.trigger == trigger);
    wrong.map(|link| found(&link, false, format!("{} {why}", link.to_step.id))).collect()
}

fn continues_not_from_deployment(scope: &Scope<'_>) -> Vec<Violation> {
    let dotted = scope.links().filter(|link| link.kind == LinkKind::Continues);
    let wrong = dotted.filter(|link| !link.from_step.operation.is_deployment());
    wrong.map(|link| found(&link, true, format!("{} deploys nothing", link.from_step.id))).collect()
}

fn rolls_back_ill_typed(scope: &Scope<'_>) -> Vec<Violation> {
    let links = scope.links().filter(|link| link.kind == LinkKind::RollsBack);
    links
        .filter_map(|link| {
            if !link.from_step.operation.is_deployment() {
                Some(found(&link, true, format!("{} is not a deployment", link.from_step.id)))
            } else if !link.to_step.operation.rolls_back() {
                Some(found(&link, false, format!("{} rolls nothing back", link.to_step.id)))
            } else {
                None
            }
        })
        .collect()
}

fn found(link: &Seen<'_>, at_start: bool, why: String) -> Violation {
    let step = if at_start { link.from } else { link.to };
    Violation::at(step, why).on(link.index).along(vec![link.from, link.to])
}
