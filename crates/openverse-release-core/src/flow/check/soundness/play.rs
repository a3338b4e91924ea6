//! Playing every run, where the branches lead in no circle.

use std::{
    collections::{BTreeMap, BTreeSet},
    mem,
};

use super::{
    EFFORT,
    found::{Found, Problem, What},
    ways_into,
};
use crate::flow::net::Net;

const TOO_MANY_RUNS: &str = "branches do not meet in the reverse order in which they parted, and there are too many \
    runs to play all of them";

/// The branches by which something has come and that no step has taken yet.
type Open = BTreeSet<usize>;

/// Plays the steps in order, from each start.
///
/// Whatever can come to a step has come when it is its turn. What happens at the same time can therefore be
/// played one after the other, and only choices multiply.
pub(super) fn play(game: &Net, order: &[usize], starts: &[usize]) -> Found {
    let entries = (game.branches().len()..).take(starts.len());
    let states = entries.map(|entry| (Open::from([entry]), History::NONE)).collect();
    let mut play = Play { game, states, happened: Vec::new(), found: Found::default() };
    let mut effort = EFFORT;
    for &step in order {
        let by = ways_into(game, starts, step);
        let choices = game.choices(step);
        let Some(left) = effort.checked_sub(play.cost(&by, choices.len())) else {
            play.found.gave_up.push((step, TOO_MANY_RUNS));
            break;
        };
        effort = left;
        play.come_to(step, &by, &choices);
    }
    play.found
}

/// Where the story of a state ends in the list of what happened.
#[derive(Clone, Copy)]
struct History(usize);

impl History {
    const NONE: Self = Self(usize::MAX);
}

struct Play<'a> {
    game: &'a Net,
    /// What can be open at this point, and how one gets there.
    states: BTreeMap<Open, History>,
    happened: Vec<(usize, History)>,
    found: Found,
}

impl Play<'_> {
    /// Returns how many branches are looked at, or copied, when it is a step's turn.
    fn cost(&self, by: &[usize], choices: usize) -> usize {
        let looked_at = self.states.len() * (1 + by.len());
        match choices {
            0 | 1 => looked_at,
            _ => looked_at + choices * self.states.keys().map(BTreeSet::len).sum::<usize>(),
        }
    }

    fn come_to(&mut self, step: usize, by: &[usize], choices: &[Vec<usize>]) {
        let waits_for_all = self.game.waits_for_all(step);
        for (mut open, history) in mem::take(&mut self.states) {
            let (come, missing): (Vec<usize>, Vec<usize>) =
                by.iter().partition(|branch| open.contains(branch));
            let Some(&first) = come.first() else {
                self.states.entry(open).or_insert(history);
                continue;
            };
            open.retain(|branch| !come.contains(branch));
            // A start is entered by itself, without what it waits for otherwise.
            let entered = first >= self.game.branches().len();
            match missing.first() {
                Some(&other) if waits_for_all && !entered && other < self.game.branches().len() => {
                    self.problem(Problem { step, by: first, what: What::DoesNotCome(other) }, history);
                    self.states.entry(open).or_insert(history);
                    continue;
                }
                _ => {}
            }
            if let (false, Some(&again)) = (waits_for_all, come.get(1)) {
                let once = self.happens(step, history);
                let twice = self.happens(step, once);
                self.problem(Problem { step, by: first, what: What::Twice(again) }, twice);
            }
            let history = self.happens(step, history);
            for choice in choices {
                let mut chosen = open.clone();
                chosen.extend(choice);
                self.states.entry(chosen).or_insert(history);
            }
        }
    }

    fn happens(&mut self, step: usize, before: History) -> History {
        self.happened.push((step, before));
        History(self.happened.len() - 1)
    }

    fn problem(&mut self, problem: Problem, history: History) {
        if self.found.knows(&problem) {
            return;
        }
        let mut trace = Vec::new();
        let mut at = history;
        while let Some(&(step, before)) = self.happened.get(at.0) {
            trace.push(step);
            at = before;
        }
        trace.reverse();
        self.found.problems.push((problem, trace));
    }
}
