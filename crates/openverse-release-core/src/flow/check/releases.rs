//! Checks that nothing gets to production unless somebody published its GitHub Release.

use super::{
    CheckId, Rule, Severity,
    facts::Facts,
    nature::Nature,
    scope::{Scope, Violation},
};
use crate::EnvironmentName;

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
        explanation: "Every way to a deployment that updates production, or another guarded environment, goes \
            through the publishing of a GitHub Release. Steps that roll back are left out here, because a person may start one at any \
            time; that they deploy something once released is the business of \
            artefact-consumed-before-produced. The dotted links count: code comes to the release by them.",
        find: |scope| guarded_after(scope, Facts::UNPUBLISHED, "a way to it publishes no GitHub Release"),
    },
    Rule {
        id: CheckId::ProductionWithoutConsent,
        severity: Severity::Error,
        explanation: "Between a merge and a deployment to production, or to another guarded environment, stands a \
            step that needs a person, or the deployment itself does. Whoever merges a change decides that it is good, not that its users get \
            it now. Where the two are one decision, the flow has to say so by an exemption.",
        find: |scope| {
            let manual = |violation: &Violation| scope.is(violation.step, Nature::MANUAL);
            let mut found =
                guarded_after(scope, Facts::UNASKED, "a merge leads to it without asking anybody");
            found.retain(|violation| !manual(violation));
            found
        },
    },
    Rule {
        id: CheckId::PublishWithoutTag,
        severity: Severity::Error,
        explanation: "Whatever happens after a GitHub Release is published, the image is given the release's \
            image tag. A GitHub Release without it names no image, so nobody can deploy it, nor go back to it.",
        find: publish_without_tag,
    },
];

fn publish_not_manual(scope: &Scope<'_>) -> Vec<Violation> {
    let publishing = scope.net.that_are(Nature::PUBLISH);
    publishing
        .filter(|&step| !scope.is(step, Nature::MANUAL))
        .map(|step| Violation::at(step, "it publishes a GitHub Release, and is automatic").along(vec![step]))
        .collect()
}

/// Finds the deployments to a guarded environment to which a way of this kind leads.
fn guarded_after(scope: &Scope<'_>, fact: Facts, why: &str) -> Vec<Violation> {
    let guarded = scope.net.that_are(Nature::DEPLOYMENT | Nature::UPDATES_GUARDED);
    let found: Vec<_> = guarded.filter(|&step| scope.before[step].has(fact)).collect();
    if found.is_empty() {
        return Vec::new();
    }
    let ways = scope.ways_of(fact);
    let violation = |step| {
        let environments = scope.step(step).environments.iter();
        let guarded = environments.filter(|&&it| scope.flow.environments().is_guarded(it));
        let guarded: Vec<_> = guarded.map(EnvironmentName::as_str).collect();
        Violation::at(step, format!("it deploys to {}, and {why}", guarded.join(" and ")))
    };
    found.into_iter().map(|step| violation(step).along(ways.path_to(step))).collect()
}

fn publish_without_tag(scope: &Scope<'_>) -> Vec<Violation> {
    let publishing = scope.net.that_are(Nature::PUBLISH);
    publishing
        .filter(|&step| !scope.after[step].has(Facts::TAGGED))
        .map(|step| {
            let untagged = |at: usize| !scope.is(at, Nature::TAG) && !scope.after[at].has(Facts::TAGGED);
            let walk = scope.walk([step], |_, arc| arc.is_branch && untagged(arc.other()));
            let mut ends = (0..scope.net.len()).filter(|&end| scope.net.branches(end).next().is_none());
            let end = ends.find(|&end| walk.reached(end)).unwrap_or(step);
            Violation::at(step, "it is not certain that the image is tagged afterwards")
                .along(walk.path_to(end))
        })
        .collect()
}
