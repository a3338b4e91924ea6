//! What was found, in words.

use super::{
    super::scope::{Scope, Violation, Walk},
    Soundness,
};

/// What goes wrong at a step. Branches are named by their numbers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Problem {
    pub(super) step: usize,
    /// The branch by which something comes.
    pub(super) by: u32,
    pub(super) what: What,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum What {
    /// It waits for a step that no run comes to.
    NeverComes(usize),
    /// It waits for a branch that may have ended.
    MayEnd(u32),
    /// It waits for this branch too, and a run has one of the two.
    OneOf(u32),
    /// It waits for a branch by which nothing comes in some run.
    DoesNotCome(u32),
    /// It happens again by this branch.
    Twice(u32),
    /// Something comes by the branch again before it has happened.
    Again,
}

impl Problem {
    /// Tells whether the same goes wrong at the same step.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        self.step == other.step && self.is_double() == other.is_double()
    }

    pub(super) fn is_double(&self) -> bool {
        matches!(self.what, What::Twice(_) | What::Again)
    }
}

/// What was found, one problem for each step and kind.
#[derive(Default)]
pub(super) struct Found {
    /// Each with the steps in the order they happened until then, if that is known.
    pub(super) problems: Vec<(Problem, Vec<usize>)>,
    /// Where it was given up, and why.
    pub(super) gave_up: Vec<(usize, &'static str)>,
}

impl Found {
    pub(super) fn finish(mut self, scope: &Scope<'_>, starts: &[usize]) -> Soundness {
        let mut soundness = Soundness::default();
        if self.problems.is_empty() && self.gave_up.is_empty() {
            return soundness;
        }
        let walk = scope.walk(starts.iter().copied(), |_, arc| arc.is_branch);
        self.problems.sort_by_key(|(problem, trace)| (problem.step, problem.is_double(), trace.is_empty()));
        self.problems.dedup_by(|(problem, _), (before, _)| problem.is_like(before));
        for (problem, trace) in self.problems {
            let violation = violation(scope, &walk, problem, trace);
            let found = if problem.is_double() { &mut soundness.doubles } else { &mut soundness.deadlocks };
            found.push(violation);
        }
        self.gave_up.sort_unstable();
        self.gave_up.dedup();
        for (step, why) in self.gave_up {
            soundness.unknown.push(Violation::at(step, why).along(walk.path_to(step)));
        }
        soundness
    }
}

fn violation(scope: &Scope<'_>, walk: &Walk, problem: Problem, trace: Vec<usize>) -> Violation {
    let link = |branch: u32| scope.flow.graph.raw_edges().get(branch as usize);
    let from = |branch: u32| link(branch).map(|edge| edge.source().index());
    let name = |branch: u32| match from(branch) {
        Some(step) => scope.id(step).to_string(),
        None => "the beginning".to_owned(),
    };
    let Problem { step, by, what } = problem;
    let both = |other: u32| match name(by) == name(other) {
        true => format!("two branches of {}", name(by)),
        false => format!("{} and for {}", name(by), name(other)),
    };
    let why = match what {
        What::NeverComes(other) => format!("it waits for {}, which never happens", scope.id(other)),
        What::MayEnd(failing) => {
            format!("it waits for {} too, and what leads there may have ended before", name(failing))
        }
        What::OneOf(other) => format!("it waits for {}, of which a run has only one", both(other)),
        What::DoesNotCome(other) => {
            format!("it waits for {} too, from where not every run comes", name(other))
        }
        What::Twice(again) => {
            format!("it happens for {}, each by itself, and a run can have both", both(again))
        }
        What::Again => format!("a run can come to it from {} again before it has happened", name(by)),
    };
    let mut path = from(by).map(|before| walk.path_to(before)).unwrap_or_default();
    path.push(step);
    Violation { trace, ..Violation::at(step, why).along(path) }
}
