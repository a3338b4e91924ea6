//! Checks that branches which part also meet again as they parted.
//!
//! A run begins with one step: a source, or a step that rolls back. It goes on by the rules of the token game
//! ([`crate::flow::net`]); a branch that nothing follows just ends. A flow is *sound* if no run leaves a step
//! waiting for ever, and none makes a step happen again because two branches that both happen lead to it.
//!
//! Where no step goes on by all its branches or waits for all of them, there is nothing to find. Otherwise every
//! run is played. If the branches lead in no circle, whatever can come to a step has come when it is its turn, so
//! that only choices multiply ([`play`]). If they do, whatever can be is looked at, nearest first ([`circles`]).
//! Both give up after a fixed effort.

mod circles;
mod found;
mod play;

use super::{
    CheckId, Rule, Severity,
    nature::Nature,
    scope::{Scope, Violation},
};
use crate::flow::net::Net;

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
            ways in which things can happen to play them all.",
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
        let game = &scope.game;
        let splits = |step: &usize| game.exits(*step).iter().any(|exit| exit.all && exit.branches.len() > 1);
        let several = |step: &usize| splits(step) || game.waits_for_all(*step);
        let Some(first) = (0..game.len()).find(several) else { return Self::default() };
        let is_start =
            |&step: &usize| scope.net.into.of(step).is_empty() || scope.is(step, Nature::ROLLS_BACK);
        let starts: Vec<usize> = (0..game.len()).filter(is_start).collect();
        let (order, rest) = game.order();
        let found = match rest.is_empty() {
            true => play::play(game, &order, &starts),
            false => circles::search(game, &starts, first),
        };
        found.finish(scope, &starts)
    }
}

/// How many branches are looked at or copied in all plays of a flow, before they are given up.
const EFFORT: usize = 400_000;

/// Returns the branches by which something can come to a step, and last the way into it from outside, if it is a
/// start. Those ways are numbered after the branches.
fn ways_into(game: &Net, starts: &[usize], step: usize) -> Vec<usize> {
    let entry = starts.binary_search(&step).ok().map(|start| game.branches().len() + start);
    game.leading_to(step).iter().copied().chain(entry).collect()
}
