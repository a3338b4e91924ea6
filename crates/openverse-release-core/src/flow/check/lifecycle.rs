//! Checks of the life of the code: every step is started by something and leads somewhere.

use petgraph::{Direction, algo::kosaraju_scc, graph::NodeIndex, visit::NodeFiltered};

use super::{
    CheckId, Rule, Severity,
    scope::{Scope, Violation},
};
use crate::{LinkKind, Trigger};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: CheckId::SourceNotManual,
        severity: Severity::Error,
        explanation: "Every step that no link leads to is manual. A process begins with somebody who decides \
            something; an automatic step is the result of the step before it, and here there is none.",
        find: sources_not_manual,
    },
    Rule {
        id: CheckId::AutomaticWithoutTrigger,
        severity: Severity::Error,
        explanation: "Every automatic step is the end of a triggering link. The other links set nothing off: \
            an automatic step that only they lead to, or nothing at all, would never happen.",
        find: automatic_without_trigger,
    },
    Rule {
        id: CheckId::DeadStep,
        severity: Severity::Error,
        explanation: "Every step can be reached from a step that no link leads to. A step that cannot is \
            never taken: it is left over, or a link to it is missing.",
        find: dead_steps,
    },
    Rule {
        id: CheckId::StuckStep,
        severity: Severity::Error,
        explanation: "From every step, the arrows lead to a step that updates a live environment, unless it \
            is such a step itself. Work that can never be deployed is lost, so a link is missing there. \
            Rollback steps are held to the stricter rollback-reaches-no-deployment.",
        find: stuck_steps,
    },
    Rule {
        id: CheckId::CycleWithoutRollback,
        severity: Severity::Error,
        explanation: "Steps follow each other in a circle only by way of a step that rolls back. Going round \
            because a deployment was bad is the purpose of a rollback; any other circle would go on for \
            ever without anything having gone wrong.",
        find: cycles_without_rollback,
    },
];

fn sources_not_manual(scope: &Scope<'_>) -> Vec<Violation> {
    let automatic = scope.sources.iter().filter(|&&step| scope.graph[step].trigger == Trigger::Automatic);
    automatic
        .map(|&step| Violation::at(step, "it is automatic, and no link leads to it").along(vec![step]))
        .collect()
}

fn automatic_without_trigger(scope: &Scope<'_>) -> Vec<Violation> {
    let automatic = scope.steps().filter(|(_, step)| step.trigger == Trigger::Automatic);
    automatic
        .filter(|(index, _)| scope.links_to(*index).all(|link| link.kind != LinkKind::Triggers))
        .map(|(index, _)| {
            let violation = Violation::at(index, "it is automatic, and no link sets it off");
            match scope.links_to(index).next() {
                Some(link) => violation.on(link.index).along(vec![link.from, index]),
                None => violation.along(vec![index]),
            }
        })
        .collect()
}

fn dead_steps(scope: &Scope<'_>) -> Vec<Violation> {
    let walk = scope.walk(scope.sources.iter().copied(), Direction::Outgoing, |_| true);
    let dead = scope.steps().filter(|(step, _)| !walk.reached(*step));
    dead.map(|(step, _)| Violation::at(step, "no way leads to it from where the flow starts")).collect()
}

fn stuck_steps(scope: &Scope<'_>) -> Vec<Violation> {
    let updates = |step: NodeIndex| !scope.graph[step].operation.deploys_to().is_empty();
    let outcomes = scope.graph.node_indices().filter(|&step| updates(step));
    let walk = scope.walk(outcomes, Direction::Incoming, |link| link.kind.is_forward());
    scope
        .steps()
        .filter(|(step, value)| !walk.reached(*step) && !value.operation.rolls_back())
        .map(|(step, _)| Violation::at(step, "no arrow leads on from it to a deployment").along(vec![step]))
        .collect()
}

fn cycles_without_rollback(scope: &Scope<'_>) -> Vec<Violation> {
    let kept = |step: NodeIndex| !scope.graph[step].operation.rolls_back();
    let forward = NodeFiltered::from_fn(scope.graph, kept);
    let mut component = vec![0; scope.graph.node_count()];
    let components = kosaraju_scc(&forward);
    for (number, steps) in components.iter().enumerate() {
        for step in steps {
            component[step.index()] = number + 1;
        }
    }
    let mut violations = Vec::new();
    for (number, steps) in components.iter().enumerate() {
        let Some(&first) = steps.iter().min() else { continue };
        let inside = |step: NodeIndex| component[step.index()] == number + 1;
        let onward: Vec<_> = scope.links_from(first).map(|link| link.to).filter(|&to| inside(to)).collect();
        if onward.is_empty() {
            continue;
        }
        // The shortest way back to the first step, and that step again.
        let walk = scope.walk(onward, Direction::Outgoing, |link| inside(link.to));
        let mut path = vec![first];
        path.extend(walk.path_to(first));
        let why =
            format!("from {} the links lead back to it, and no step on the way rolls back", scope.id(first));
        violations.push(Violation::at(first, why).along(path));
    }
    violations.sort_by_key(|violation| violation.step);
    violations
}
