//! Checks that every deployment can be taken back, and that taking back works.

use petgraph::{Direction, graph::NodeIndex};

use super::{
    CheckId, Rule, Severity,
    scope::{Scope, Violation},
};
use crate::{Environment, LinkKind, Operation, Trigger};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: CheckId::DeploymentWithoutRollback,
        severity: Severity::Error,
        explanation: "Every deployment has a step that rolls it back. Whoever finds a live environment broken \
            must not have to think up, at that moment, how to go back.",
        find: deployments_without_rollback,
    },
    Rule {
        id: CheckId::RollbackNotManual,
        severity: Severity::Error,
        explanation: "Every step that rolls back is manual. Whether the new version is the cause, and going \
            back the cure, is for a person to judge.",
        find: rollbacks_not_manual,
    },
    Rule {
        id: CheckId::RollbackReachesNoDeployment,
        severity: Severity::Error,
        explanation: "Every rollback ends in a deployment of the environment it takes back. A step that \
            deploys the last working version names that environment, and does it by the means of a \
            deployment it is linked to, which must update the same one. A revert takes back whatever the \
            deployments it is linked to update, and solid arrows must lead on from it to a deployment of \
            each. A rollback that is linked to no deployment takes nothing back.",
        find: rollbacks_without_deployment,
    },
];

fn deployments_without_rollback(scope: &Scope<'_>) -> Vec<Violation> {
    let deployments = scope.steps().filter(|(_, step)| step.operation.is_deployment());
    let bare = deployments
        .filter(|(index, _)| scope.links_from(*index).all(|link| link.kind != LinkKind::RollsBack));
    bare.map(|(index, _)| Violation::at(index, "it deploys, and no step rolls it back").along(vec![index]))
        .collect()
}

fn rollbacks_not_manual(scope: &Scope<'_>) -> Vec<Violation> {
    let rollbacks = scope.steps().filter(|(_, step)| step.operation.rolls_back());
    let automatic = rollbacks.filter(|(_, step)| step.trigger == Trigger::Automatic);
    automatic
        .map(|(index, _)| Violation::at(index, "it rolls back, and is automatic").along(vec![index]))
        .collect()
}

fn rollbacks_without_deployment(scope: &Scope<'_>) -> Vec<Violation> {
    let rollbacks: Vec<_> = scope.steps().filter(|(_, step)| step.operation.rolls_back()).collect();
    // For each environment, the steps from which solid arrows lead to a deployment of it. Walking
    // back once from the deployments keeps this linear, however many rollbacks there are.
    let leads_to = Environment::ALL.map(|environment| {
        let deploys = |step: NodeIndex| {
            let operation = scope.graph[step].operation;
            operation.is_deployment() && operation.deploys_to().contains(&environment)
        };
        let deployments = scope.graph.node_indices().filter(|&step| deploys(step));
        let solid = |kind| matches!(kind, LinkKind::Triggers | LinkKind::Enables);
        (environment, scope.walk(deployments, Direction::Incoming, |link| solid(link.kind)))
    });
    let mut violations = Vec::new();
    for (index, step) in rollbacks {
        let links = scope.links_to(index).filter(|link| link.kind == LinkKind::RollsBack);
        let undone: Vec<_> = links.filter(|link| link.from_step.operation.is_deployment()).collect();
        let Some(first) = undone.first() else {
            violations.push(Violation::at(index, "it is linked to no deployment").along(vec![index]));
            continue;
        };
        let takes_back = |environment: Environment| {
            undone.iter().find(|link| link.from_step.operation.deploys_to().contains(&environment))
        };
        let missing = if let Operation::RedeployLastWorking { environment } = step.operation {
            takes_back(environment).is_none().then_some((environment, *first))
        } else {
            let mut unreached = leads_to.iter().filter(|(_, walk)| !walk.reached(index));
            unreached.find_map(|(environment, _)| Some((*environment, *takes_back(*environment)?)))
        };
        if let Some((environment, link)) = missing {
            let why = match step.operation {
                Operation::RedeployLastWorking { .. } => {
                    format!("it deploys to {environment}, which no deployment it is linked to updates")
                }
                _ => format!("it takes {environment} back, but leads to no deployment of {environment}"),
            };
            violations.push(Violation::at(index, why).on(link.index).along(vec![link.from, index]));
        }
    }
    violations
}
