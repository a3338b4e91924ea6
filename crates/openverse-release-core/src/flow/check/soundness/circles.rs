//! Looking at whatever can be, where the steps go in a circle.

use std::collections::BTreeSet;

use super::{
    EFFORT,
    found::{Found, Problem, What},
    ways_into,
};
use crate::flow::net::Net;

const TOO_MANY_RUNS: &str = "several branches happen at a time, the steps go in a circle, and there are too many \
    runs to play all of them";

/// The branches by which something has come and that no step has taken yet.
type Open = BTreeSet<usize>;

/// Plays every run, nearest first, up to where something happens twice or nothing can happen any more.
///
/// If that is too much, `first` is the step where it was given up.
pub(super) fn search(game: &Net, starts: &[usize], first: usize) -> Found {
    let mut search =
        Search { game, starts, states: Vec::new(), known: BTreeSet::new(), found: Found::default() };
    let entries = (game.branches().len()..).take(starts.len());
    entries.for_each(|entry| search.come_to(&Open::new(), &Open::from([entry]), None));
    let (mut effort, mut at) = (EFFORT, 0);
    while at < search.states.len() {
        let open = search.states[at].open.clone();
        let turns: Vec<Turn> =
            search.steps_of(&open).into_iter().map(|step| search.turn(step, &open)).collect();
        let branches: usize = turns.iter().map(|turn| turn.by.len() + turn.leaves.len()).sum();
        let Some(left) = effort.checked_sub(branches * open.len()) else {
            search.found.gave_up.push((first, TOO_MANY_RUNS));
            break;
        };
        effort = left;
        search.go_on(at, &open, &turns);
        at += 1;
    }
    search.found
}

struct State {
    open: Open,
    /// The step that has just happened, and the number of the state before it.
    after: Option<(usize, usize)>,
}

/// What a step would do next.
struct Turn {
    step: usize,
    /// The branches by which something has come.
    by: Vec<usize>,
    /// The branch it waits for.
    missing: Option<usize>,
    /// What it leaves open, of which one happens.
    leaves: Vec<Open>,
}

struct Search<'a> {
    game: &'a Net,
    starts: &'a [usize],
    states: Vec<State>,
    known: BTreeSet<Open>,
    found: Found,
}

impl Search<'_> {
    /// Returns the steps to which these branches lead.
    fn steps_of(&self, branches: &Open) -> BTreeSet<usize> {
        let known = self.game.branches();
        let end = |&branch: &usize| match known.get(branch) {
            Some(branch) => branch.to,
            None => self.starts[branch - known.len()],
        };
        branches.iter().map(end).collect()
    }

    fn turn(&self, step: usize, open: &Open) -> Turn {
        let ways = ways_into(self.game, self.starts, step);
        let (by, missing): (Vec<usize>, Vec<usize>) = ways.iter().partition(|branch| open.contains(branch));
        // A start is entered by itself, without what it waits for otherwise.
        let is_branch = |branch: &usize| *branch < self.game.branches().len();
        let waits = self.game.waits_for_all(step) && by.iter().all(is_branch);
        let missing = missing.into_iter().find(|branch| waits && is_branch(branch));
        let leaves = self.game.choices(step).into_iter().map(Open::from_iter).collect();
        Turn { step, by, missing, leaves }
    }

    /// Lets each step happen by itself that can. If none can, each waits for ever to which something has come.
    fn go_on(&mut self, at: usize, open: &Open, turns: &[Turn]) {
        for turn in turns.iter().filter(|turn| turn.missing.is_none()) {
            let rest: Open = open.iter().copied().filter(|branch| !turn.by.contains(branch)).collect();
            for leaves in &turn.leaves {
                self.come_to(&rest, leaves, Some((turn.step, at)));
            }
        }
        if turns.iter().all(|turn| turn.missing.is_some()) {
            for turn in turns {
                if let (&[by, ..], Some(other)) = (&turn.by[..], turn.missing) {
                    let problem = Problem { step: turn.step, by, what: What::DoesNotCome(other) };
                    self.problem(problem, self.states[at].after);
                }
            }
        }
    }

    /// Comes to a state by what a step leaves open beside the rest. It goes on from there only if nothing has
    /// come twice.
    fn come_to(&mut self, rest: &Open, leaves: &Open, after: Option<(usize, usize)>) {
        let open: Open = rest.union(leaves).copied().collect();
        let mut goes_on = true;
        for step in self.steps_of(leaves) {
            let by = self.turn(step, &open).by;
            let again = by.iter().find(|branch| rest.contains(branch) && leaves.contains(branch));
            let what = match (again, &by[..]) {
                (Some(&by), _) => Some((by, What::Again)),
                (None, &[by, again, ..]) if !self.game.waits_for_all(step) => Some((by, What::Twice(again))),
                _ => None,
            };
            if let Some((by, what)) = what {
                self.problem(Problem { step, by, what }, after);
                goes_on = false;
            }
        }
        if goes_on && self.known.insert(open.clone()) {
            self.states.push(State { open, after });
        }
    }

    fn problem(&mut self, problem: Problem, mut after: Option<(usize, usize)>) {
        if self.found.knows(&problem) {
            return;
        }
        let mut trace = Vec::new();
        while let Some((step, before)) = after {
            trace.push(step);
            after = self.states[before].after;
        }
        trace.reverse();
        if problem.is_double() && !self.game.waits_for_all(problem.step) {
            trace.extend([problem.step; 2]);
        }
        self.found.problems.push((problem, trace));
    }
}
