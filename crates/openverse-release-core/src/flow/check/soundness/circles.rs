//! Looking at whatever can be, where the steps go in a circle.

use std::collections::BTreeSet;

use super::{
    super::{nature::Nature, scope::Scope},
    found::{Found, Problem, What},
    play::EFFORT,
};

const TOO_MANY_RUNS: &str = "several branches happen at a time, the steps go in a circle, and there are too many \
    runs to play all of them";

/// The branches by which something has come and that no step has taken yet.
type Open = BTreeSet<u32>;

/// Plays every run, nearest first, up to where something happens twice or nothing can happen any more.
///
/// If that is too much, `first` is the step where it was given up.
pub(super) fn search(scope: &Scope<'_>, starts: &[usize], first: usize) -> Found {
    let mut search =
        Search { scope, starts, states: Vec::new(), known: BTreeSet::new(), found: Found::default() };
    let entries = (search.links()..).take(starts.len());
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
    by: Vec<u32>,
    /// The branch it waits for.
    missing: Option<u32>,
    /// What it leaves open, of which one happens.
    leaves: Vec<Open>,
}

struct Search<'a> {
    scope: &'a Scope<'a>,
    starts: &'a [usize],
    states: Vec<State>,
    known: BTreeSet<Open>,
    found: Found,
}

impl Search<'_> {
    /// Returns the number of links. The ways into the starts of the flow are numbered after them.
    fn links(&self) -> u32 {
        self.scope.flow.graph.edge_count() as u32
    }

    /// Returns the steps to which these branches lead.
    fn steps_of(&self, branches: &Open) -> BTreeSet<usize> {
        let edges = self.scope.flow.graph.raw_edges();
        let end = |&branch: &u32| match edges.get(branch as usize) {
            Some(edge) => edge.target().index(),
            None => self.starts[(branch - self.links()) as usize],
        };
        branches.iter().map(end).collect()
    }

    fn turn(&self, step: usize, open: &Open) -> Turn {
        let net = &self.scope.net;
        let entry = self.starts.binary_search(&step).ok().map(|start| self.links() + start as u32);
        let all: Vec<u32> = net.branches_to(step).map(|arc| arc.link() as u32).chain(entry).collect();
        let (by, missing): (Vec<u32>, Vec<u32>) = all.iter().partition(|branch| open.contains(branch));
        let missing = missing.first().copied().filter(|_| net.is(step, Nature::JOINS_ALL));
        let leaving = net.branches(step).map(|arc| arc.link() as u32);
        let mut leaves: Vec<Open> = match net.is(step, Nature::SPLITS_INTO_ALL) {
            true => vec![leaving.collect()],
            false => leaving.map(|branch| Open::from([branch])).collect(),
        };
        if leaves.is_empty() {
            leaves.push(Open::new());
        }
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
                (None, &[by, again, ..]) if !self.scope.is(step, Nature::JOINS_ALL) => {
                    Some((by, What::Twice(again)))
                }
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
        if self.found.problems.iter().any(|(known, _)| known.is_like(&problem)) {
            return;
        }
        let mut trace = Vec::new();
        while let Some((step, before)) = after {
            trace.push(step);
            after = self.states[before].after;
        }
        trace.reverse();
        if problem.is_double() && !self.scope.is(problem.step, Nature::JOINS_ALL) {
            trace.extend([problem.step; 2]);
        }
        self.found.problems.push((problem, trace));
    }
}
