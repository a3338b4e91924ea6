//! Checks that branches which part also meet again as they parted.
//!
//! A run begins with one step: a source, or a step that rolls back. It goes on from step to step by
//! the branches, which are the arrows to steps that do not roll back; several at a time after a step
//! that goes on by all of its own. A branch that nothing follows just ends. A flow is *sound* if no
//! run leaves a step waiting for ever, and none makes a step happen again because two branches that
//! both happen lead to it.
//!
//! Where no step goes on by all its branches or waits for all of them, there is nothing to find.
//! Otherwise the steps are gone through once, in order, and the branches that are open are kept in
//! groups ([`groups`]): the branches of a group come from one step, and of them all happen, or one.
//! Where branches of one group meet, it is plain whether they fit. Groups are nested, and one that is
//! down to a single branch is a branch of the group around it. So the time is linear. Branches of
//! different groups may meet, and then it is not plain: such a part of the flow is played through
//! ([`play`]), with every choice that can be made in it, as far as a fixed effort allows. Where the steps
//! go in a circle there is no such order, and whatever can be is looked at ([`circles`]), as far as the same
//! effort allows.

mod circles;
mod found;
mod groups;
mod play;

use super::{
    CheckId, Rule, Severity,
    nature::Nature,
    scope::{Scope, Violation},
};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: CheckId::Deadlock,
        severity: Severity::Error,
        explanation: "A step that waits for all its branches gets all of them, in every run in which it gets one. \
            It waits for ever where the branches come from a step that goes on by one of them, where one of them \
            may have ended before, or where nothing ever comes by one of them.",
        find: |scope| scope.soundness().deadlocks.clone(),
    },
    Rule {
        id: CheckId::LackOfSynchronisation,
        severity: Severity::Error,
        explanation: "Branches that all happen do not meet at a step that happens once for each of them. It and \
            everything after it would happen twice: an image would be tagged twice, or a version deployed again \
            after a newer one. The step has to say that it waits for all its branches.",
        find: |scope| scope.soundness().doubles.clone(),
    },
    Rule {
        id: CheckId::SoundnessUnknown,
        severity: Severity::Warning,
        explanation: "Whether a step waits for ever or happens twice is known. It is not where branches do not meet \
            in the reverse order in which they parted, or where the steps go in a circle, and there are too many \
            ways in which things can happen to play them all. Nested branches without a circle are always \
            understood.",
        find: |scope| scope.soundness().unknown.clone(),
    },
];

/// What is wrong with the branches of a flow.
#[derive(Default)]
pub(super) struct Soundness {
    deadlocks: Vec<Violation>,
    doubles: Vec<Violation>,
    unknown: Vec<Violation>,
}

impl Soundness {
    pub(super) fn of(scope: &Scope<'_>) -> Self {
        let net = &scope.net;
        let splits =
            net.that_are(Nature::SPLITS_INTO_ALL).filter(|&step| net.branches(step).nth(1).is_some());
        let joins = net.that_are(Nature::JOINS_ALL).filter(|&step| net.branches_to(step).nth(1).is_some());
        let Some(first) = splits.chain(joins).next() else { return Self::default() };
        let starts: Vec<usize> = (0..net.len())
            .filter(|&step| net.into.of(step).is_empty() || net.is(step, Nature::ROLLS_BACK))
            .collect();
        let found = match scope.order.rest.is_empty() {
            true => groups::reduce(scope, &starts),
            false => circles::search(scope, &starts, first),
        };
        found.finish(scope, &starts)
    }
}
