//! Checks that what a step uses was made before, and that what it makes is used.

use super::{
    CheckId, Rule, Severity,
    facts::Facts,
    nature::Nature,
    scope::{Scope, Violation},
};
use crate::Artefact;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: CheckId::ArtefactConsumedBeforeProduced,
        severity: Severity::Error,
        explanation: "What a step uses was made on every way that leads to it: the commit, the built image, the \
            published GitHub Release, the image with the release's image tag. The way to a rollback goes through \
            the deployment that it takes back, so whatever a rollback deploys was made once.",
        find: consumed_before_produced,
    },
    Rule {
        id: CheckId::ArtefactNeverUsed,
        severity: Severity::Warning,
        explanation: "What a step makes is used by some step after it: the commit, the built image, the published \
            GitHub Release, the image with the release's image tag. If none does, the step does not do anything \
            for the process, or the link to whoever needs it is missing.",
        find: |scope| {
            let unused = |step: usize| !scope.after[step].used();
            makes_in_vain(scope, unused, "which no step after it uses")
        },
    },
    Rule {
        id: CheckId::ArtefactLost,
        severity: Severity::Warning,
        explanation: "What a step makes is used before it is made again. Where every way on makes it again first, \
            the earlier one is lost: an image that is built twice before anybody runs it was built once in vain.",
        find: |scope| {
            let lost = |step: usize| scope.after[step].used() & !scope.after[step].used_before_remade();
            makes_in_vain(scope, lost, "which is made again before any step uses it")
        },
    },
    Rule {
        id: CheckId::StaleAlias,
        severity: Severity::Info,
        explanation: "A step takes the image that was built for the code it is about. By the image tag latest it \
            takes whatever was built last: where a person is waited for in between, or where the step happens in \
            its own time, another merge may have moved the image tag. An image is safely named by its digest: this \
            tool reads the digest for the release's commit first, and stops where latest is another one.",
        find: stale_aliases,
    },
];

fn artefacts(set: u16) -> impl Iterator<Item = (u16, Artefact)> {
    let bits = Artefact::ALL.into_iter().enumerate().map(|(number, artefact)| (1 << number, artefact));
    bits.filter(move |(bit, _)| set & bit != 0)
}

fn consumed_before_produced(scope: &Scope<'_>) -> Vec<Violation> {
    let missing = |step: usize| scope.net.natures[step].uses() & scope.before[step].missing_artefacts();
    let found: Vec<_> = (0..scope.net.len()).filter(|&step| missing(step) != 0).collect();
    let mut violations = Vec::new();
    for (bit, artefact) in artefacts(found.iter().fold(0, |set, &step| set | missing(step))) {
        let ways = scope.ways_of(Facts::missing(bit));
        for &step in found.iter().filter(|&&step| missing(step) & bit != 0) {
            let why = format!("it uses {artefact}, which no step before it on this way makes");
            violations.push(Violation::at(step, why).along(ways.path_to(step)));
        }
    }
    violations.sort_by_key(|violation| violation.step);
    violations
}

/// Finds the steps that make artefacts of which `in_vain` says that it is for nothing.
fn makes_in_vain(scope: &Scope<'_>, in_vain: impl Fn(usize) -> u16, why: &str) -> Vec<Violation> {
    let makers = (0..scope.net.len()).map(|step| (step, scope.net.natures[step].makes()));
    let makers = makers.filter(|&(_, makes)| makes != 0);
    makers
        .flat_map(|(step, makes)| artefacts(makes & in_vain(step)).map(move |(_, artefact)| (step, artefact)))
        .map(|(step, artefact)| Violation::at(step, format!("it makes {artefact}, {why}")).along(vec![step]))
        .collect()
}

fn stale_aliases(scope: &Scope<'_>) -> Vec<Violation> {
    let is_stale = |step: usize| {
        let waited = scope.before[step].has(Facts::WAITED) || scope.is(step, Nature::MANUAL);
        waited || !scope.is(step, Nature::TAG)
    };
    let takers: Vec<_> = scope.net.that_are(Nature::TAKES_LATEST).filter(|&step| is_stale(step)).collect();
    if takers.is_empty() {
        return Vec::new();
    }
    let ways = scope.ways_of(Facts::WAITED);
    let violation = |step: usize| {
        let mut path = ways.path_to(step);
        let when = match path.first() {
            Some(&person) => format!("which may have moved while {} waited for a person", scope.id(person)),
            None => "whichever it is whenever that happens".to_owned(),
        };
        if path.is_empty() {
            path.push(step);
        }
        Violation::at(step, format!("it takes the image by the image tag latest, {when}")).along(path)
    };
    takers.into_iter().map(violation).collect()
}
