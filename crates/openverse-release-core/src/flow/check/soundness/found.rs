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
    pub(super) by: usize,
    pub(super) what: What,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum What {
    /// It waits for a branch by which nothing comes in some run.
    DoesNotCome(usize),
    /// It happens again by this branch.
    Twice(usize),
    /// Something comes by the branch again before it has happened.
    Again,
}

impl Problem {
    /// Tells whether the same goes wrong at the same step.
    fn is_like(&self, other: &Self) -> bool {
        self.step == other.step && self.is_double() == other.is_double()
    }

    pub(super) fn is_double(&self) -> bool {
        matches!(self.what, What::Twice(_) | What::Again)
    }
}

/// What was found, one problem for each step and kind.
#[derive(Default)]
pub(super) struct Found {
    /// Each with the steps in the order they happened until then.
    pub(super) problems: Vec<(Problem, Vec<usize>)>,
    /// Where it was given up, and why.
    pub(super) gave_up: Vec<(usize, &'static str)>,
}

impl Found {
    /// Tells whether the same was found before.
    pub(super) fn knows(&self, problem: &Problem) -> bool {
        self.problems.iter().any(|(known, _)| known.is_like(problem))
    }

    pub(super) fn finish(mut self, scope: &Scope<'_>, starts: &[usize]) -> Soundness {
        let mut soundness = Soundness::default();
        if self.problems.is_empty() && self.gave_up.is_empty() {
            return soundness;
        }
        let walk = scope.walk(starts.iter().copied(), |_, arc| arc.is_branch);
        self.problems.sort_by_key(|(problem, _)| (problem.step, problem.is_double()));
        for (problem, trace) in self.problems {
            let violation = violation(scope, &walk, problem, trace);
            let found = if problem.is_double() { &mut soundness.doubles } else { &mut soundness.deadlocks };
            found.push(violation);
        }
        for (step, why) in self.gave_up {
            soundness.unknown.push(Violation::at(step, why).along(walk.path_to(step)));
        }
        soundness
    }
}

fn violation(scope: &Scope<'_>, walk: &Walk, problem: Problem, trace: Vec<usize>) -> Violation {
    let from = |branch: usize| scope.game.branches().get(branch).map(|branch| branch.from);
    let name = |branch: usize| match from(branch) {
        Some(step) => scope.id(step).to_string(),
        None => "the beginning".to_owned(),
    };
    let Problem { step, by, what } = problem;
    let both = |other: usize| match name(by) == name(other) {
        true => format!("two branches of {}", name(by)),
        false => format!("{} and for {}", name(by), name(other)),
    };
    let why = match what {
        What::DoesNotCome(other) if from(other).is_some_and(|other| !walk.reached(other)) => {
            format!("it waits for {}, which never happens", name(other))
        }
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
