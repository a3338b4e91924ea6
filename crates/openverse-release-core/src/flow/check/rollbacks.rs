//! Checks that every deployment can be taken back, and that taking back works.

use super::{
    CheckId, Rule, Severity,
    nature::Nature,
    net::Arc,
    scope::{Scope, Violation, Walk},
};
use crate::{EnvironmentName, LinkKind};

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
        explanation: "A step that rolls back is manual, or set off by an outcome alone. Whether the new version is \
            the cause, and going back the cure, is for a person to judge, or for a verification that failed.",
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
    Rule {
        id: CheckId::RollbackNotPreferred,
        severity: Severity::Info,
        explanation: "Each environment is taken back by its preferred means. For staging, and any other environment \
            that is not guarded, that is a revert on main: main must be healthy at any time, since every production \
            deployment starts there. For production, and any other guarded environment that runs a release, it is \
            deploying the last working version, which is there already; a revert would have to be released first. \
            Either is enough as one of several rollbacks.",
        find: rollbacks_not_preferred,
    },
];

/// Returns the links from a step to those that roll it back.
fn rollbacks_of(scope: &Scope<'_>, step: usize) -> impl Iterator<Item = Arc> {
    scope.net.out.of(step).iter().copied().filter(|arc| arc.kind == LinkKind::RollsBack)
}

/// Tells whether a step that rolls back does so by deploying an earlier version, not by a revert.
fn redeploys(scope: &Scope<'_>, step: usize) -> bool {
    scope.step(step).operation.nature().redeploys()
}

fn deployments_without_rollback(scope: &Scope<'_>) -> Vec<Violation> {
    let deployments = scope.net.that_are(Nature::DEPLOYMENT);
    let bare = deployments.filter(|&step| rollbacks_of(scope, step).next().is_none());
    bare.map(|step| Violation::at(step, "it deploys, and no step rolls it back").along(vec![step])).collect()
}

fn rollbacks_not_manual(scope: &Scope<'_>) -> Vec<Violation> {
    let rollbacks = scope.net.that_are(Nature::ROLLS_BACK);
    let judged = |step: usize| {
        let mut triggers =
            scope.net.into.of(step).iter().filter(|arc| arc.kind == LinkKind::Triggers).peekable();
        let links = scope.flow.graph.raw_edges();
        triggers.peek().is_some() && triggers.all(|arc| links[arc.link()].weight.outcome.is_some())
    };
    let automatic = rollbacks.filter(|&step| !scope.is(step, Nature::MANUAL) && !judged(step));
    automatic
        .map(|step| {
            Violation::at(step, "it rolls back, is automatic, and no outcome sets it off").along(vec![step])
        })
        .collect()
}

fn rollbacks_without_deployment(scope: &Scope<'_>) -> Vec<Violation> {
    let updated: Vec<_> = scope.flow.updated_environments().collect();
    let ways: Vec<_> =
        updated.into_iter().map(|environment| (environment, ways_to(scope, environment))).collect();
    let rollbacks = scope.net.that_are(Nature::ROLLS_BACK);
    rollbacks.filter_map(|step| without_deployment(scope, &ways, step)).collect()
}

/// Walks back along solid arrows from every deployment to an environment.
fn ways_to(scope: &Scope<'_>, environment: EnvironmentName) -> Walk {
    let deployments = (0..scope.net.len()).filter(|&step| scope.step(step).deploys_to(environment));
    scope.walk_back(deployments, |arc| matches!(arc.kind, LinkKind::Triggers | LinkKind::Enables))
}

fn without_deployment(scope: &Scope<'_>, ways: &[(EnvironmentName, Walk)], step: usize) -> Option<Violation> {
    let links = scope.net.into.of(step).iter().copied().filter(|arc| arc.kind == LinkKind::RollsBack);
    let undone = links.filter(|arc| scope.is(arc.other(), Nature::DEPLOYMENT));
    let Some(first) = undone.clone().next() else {
        return Some(Violation::at(step, "it is linked to no deployment").along(vec![step]));
    };
    let (arc, why) = ways.iter().find_map(|&(environment, ref ways)| {
        let undone = undone.clone().find(|arc| scope.step(arc.other()).updates(environment));
        if redeploys(scope, step) {
            let strange = scope.step(step).updates(environment) && undone.is_none();
            let why = format!("it deploys to {environment}, which no deployment it is linked to updates");
            strange.then_some((first, why))
        } else {
            let arc = undone.filter(|_| !ways.reached(step))?;
            Some((arc, format!("it takes {environment} back, but leads to no deployment of {environment}")))
        }
    })?;
    Some(Violation::at(step, why).on(arc.link()).along(vec![arc.other(), step]))
}

fn rollbacks_not_preferred(scope: &Scope<'_>) -> Vec<Violation> {
    let violation = |step: usize| {
        let nature = scope.net.natures[step];
        let guarded = nature.is(Nature::UPDATES_GUARDED);
        // What runs there without a release has no earlier version to deploy again.
        if guarded && !nature.uses_released_image() {
            return None;
        }
        let rollbacks = rollbacks_of(scope, step).filter(|arc| scope.is(arc.other(), Nature::ROLLS_BACK));
        let rollbacks: Vec<_> = rollbacks.collect();
        let first = rollbacks.first()?;
        if rollbacks.iter().any(|arc| redeploys(scope, arc.other()) == guarded) {
            return None;
        }
        let environments = scope.step(step).environments.iter();
        let mut meant = environments.filter(|&&it| scope.flow.environments().is_guarded(it) == guarded);
        let environment = meant.next()?;
        let by = if guarded { "deploying the last working version" } else { "a revert on main" };
        let why = format!("{environment} is rather taken back by {by}");
        Some(Violation::at(step, why).on(first.link()).along(vec![step, first.other()]))
    };
    scope.net.that_are(Nature::DEPLOYMENT).filter_map(violation).collect()
}
