//! Playing through a part of a flow, with every choice that can be made in it.

use std::{
    collections::{BTreeMap, BTreeSet},
    mem,
};

use super::{
    super::{nature::Nature, scope::Scope},
    found::{Problem, What},
};

/// How many branches are looked at or copied in all plays of a flow, before they are given up.
pub(super) const EFFORT: usize = 400_000;

/// What became of a play.
#[derive(Default)]
pub(super) struct Played {
    /// Each with the steps in the order they happened until then.
    pub(super) problems: Vec<(Problem, Vec<usize>)>,
    /// Whether some run does not go on by the last branch.
    pub(super) may_end: bool,
    /// The step from which on it was given up.
    pub(super) gave_up: Option<usize>,
}

/// The branches by which something has come and that no step has taken yet, in order.
type Open = BTreeSet<u32>;

/// Where a play begins.
#[derive(Clone, Copy)]
pub(super) enum From<'a> {
    /// At a step, whose branches are played.
    Head(usize),
    /// At one of the starts of the flow, in order, each with the branch by which it is entered.
    Starts(&'a [(usize, u32)]),
}

/// Plays steps in order, until a single branch `last` is left, if there is one; returns what is left
/// of the effort as well.
///
/// Whatever can come to a step has come when it is its turn. What happens at the same time can
/// therefore be played one after the other, and only choices multiply.
pub(super) fn play(
    scope: &Scope<'_>,
    from: From<'_>,
    members: &[usize],
    last: Option<u32>,
    mut effort: usize,
) -> (Played, usize) {
    let mut play =
        Play { scope, last, states: BTreeMap::new(), happened: Vec::new(), played: Played::default() };
    let (head, starts) = match from {
        From::Head(head) => (Some(head), &[][..]),
        From::Starts(starts) => (None, starts),
    };
    for &(_, entry) in starts {
        play.states.insert(Open::from([entry]), History::NONE);
    }
    if let Some(head) = head {
        let history = play.happens(head, History::NONE);
        play.leave(Open::new(), history, head);
    }
    for &step in members {
        let cost = play.cost(step);
        let Some(left) = effort.checked_sub(cost) else {
            play.played.gave_up = Some(head.unwrap_or(step));
            return (play.played, 0);
        };
        effort = left;
        let start = starts.binary_search_by_key(&step, |&(start, _)| start);
        play.come_to(step, start.ok().map(|at| starts[at].1));
    }
    let goes_on = |open: &Open| last.is_none_or(|last| open.contains(&last));
    play.played.may_end = !play.states.keys().all(goes_on);
    (play.played, effort)
}

/// Where the story of a state ends in the list of what happened.
#[derive(Clone, Copy)]
struct History(usize);

impl History {
    const NONE: Self = Self(usize::MAX);
}

struct Play<'a> {
    scope: &'a Scope<'a>,
    last: Option<u32>,
    /// What can be open at this point, and how one gets there.
    states: BTreeMap<Open, History>,
    happened: Vec<(usize, History)>,
    played: Played,
}

impl Play<'_> {
    /// Returns how many branches are looked at, or copied, when it is a step's turn.
    fn cost(&self, step: usize) -> usize {
        let net = &self.scope.net;
        let looked_at = self.states.len() * (1 + net.branches_to(step).count());
        let choices = if net.is(step, Nature::SPLITS_INTO_ALL) { 0 } else { net.branches(step).count() };
        match choices {
            0 | 1 => looked_at,
            _ => looked_at + choices * self.states.keys().map(BTreeSet::len).sum::<usize>(),
        }
    }

    fn come_to(&mut self, step: usize, entry: Option<u32>) {
        let net = &self.scope.net;
        let by: Vec<u32> = net.branches_to(step).map(|arc| arc.link() as u32).chain(entry).collect();
        let waits_for_all = net.is(step, Nature::JOINS_ALL);
        for (mut open, history) in mem::take(&mut self.states) {
            let (come, missing): (Vec<u32>, Vec<u32>) = by.iter().partition(|branch| open.contains(branch));
            let Some(&first) = come.first() else {
                self.states.entry(open).or_insert(history);
                continue;
            };
            come.iter().for_each(|branch| {
                open.remove(branch);
            });
            match missing.first() {
                Some(&other) if waits_for_all => {
                    self.problem(Problem { step, by: first, what: What::DoesNotCome(other) }, history);
                    self.states.entry(open).or_insert(history);
                    continue;
                }
                _ => {}
            }
            if !waits_for_all && let Some(&again) = come.get(1) {
                let once = self.happens(step, history);
                let twice = self.happens(step, once);
                self.problem(Problem { step, by: first, what: What::Twice(again) }, twice);
            }
            let history = self.happens(step, history);
            match self.last {
                // The step has branches of its own, which are no longer part of this.
                Some(last) if by.contains(&last) => {
                    open.insert(last);
                    self.states.entry(open).or_insert(history);
                }
                _ => self.leave(open, history, step),
            }
        }
    }

    fn happens(&mut self, step: usize, before: History) -> History {
        self.happened.push((step, before));
        History(self.happened.len() - 1)
    }

    /// Opens the branches that leave a step: all, or each by itself.
    fn leave(&mut self, mut open: Open, history: History, step: usize) {
        let net = &self.scope.net;
        let branches = net.branches(step).map(|arc| arc.link() as u32);
        if net.is(step, Nature::SPLITS_INTO_ALL) || branches.clone().nth(1).is_none() {
            open.extend(branches);
            self.states.entry(open).or_insert(history);
            return;
        }
        for branch in branches {
            let mut chosen = open.clone();
            chosen.insert(branch);
            self.states.entry(chosen).or_insert(history);
        }
    }

    fn problem(&mut self, problem: Problem, history: History) {
        if self.played.problems.iter().any(|(known, _)| known.is_like(&problem)) {
            return;
        }
        let mut trace = Vec::new();
        let mut at = history;
        while let Some(&(step, before)) = self.happened.get(at.0) {
            trace.push(step);
            at = before;
        }
        trace.reverse();
        self.played.problems.push((problem, trace));
    }
}
