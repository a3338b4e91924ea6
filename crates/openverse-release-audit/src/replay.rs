//! Taking cases through a process, one look into a table for each event.

use crate::{
    Case, Cases, Process,
    process::{DEAD, START},
};

/// How a case stands to the process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Everything in it fits, and it may end as it does.
    Fits,
    /// Everything in it fits, and something has to follow.
    UnderWay,
    /// The event at this place does not fit.
    Deviates {
        /// The place of the first that does not, from 0.
        at: usize,
    },
}

/// A process made ready for the activities of some cases.
#[derive(Debug, Clone)]
pub struct Replay<'a> {
    process: &'a Process,
    /// The next state of each state and activity of the log, row by row; an activity that is no step
    /// leads to [`DEAD`].
    next: Vec<u16>,
    /// How many bits the number of an activity takes.
    bits: u32,
    known: usize,
}

impl<'a> Replay<'a> {
    /// Returns the process made ready for the activities that cases name.
    pub fn new(process: &'a Process, cases: &Cases) -> Self {
        let activities: Vec<_> = cases.activities().iter().map(|name| process.step_called(name)).collect();
        let bits = activities.len().next_power_of_two().trailing_zeros();
        let states = process.states() + 1;
        let mut next = vec![DEAD; states << bits];
        for (state, number) in (0..states).zip(0u16..) {
            for (activity, step) in activities.iter().enumerate() {
                if let Some(step) = step {
                    next[(state << bits) | activity] = process.next(number, *step);
                }
            }
        }
        Self { process, next, bits, known: activities.len() }
    }

    /// Returns the process.
    pub fn process(&self) -> &'a Process {
        self.process
    }

    /// Returns how many activities it is ready for.
    pub(crate) fn known(&self) -> usize {
        self.known
    }

    /// Returns how a case stands to the process.
    pub fn verdict(&self, case: &Case<'_>) -> Verdict {
        let (fitting, state) = self.follow(case.taken());
        match fitting == case.len() {
            false => Verdict::Deviates { at: fitting },
            true if self.process.may_end(state) => Verdict::Fits,
            true => Verdict::UnderWay,
        }
    }

    /// Returns how many events fit, and the state after them.
    pub(crate) fn follow(&self, taken: &[u32]) -> (usize, u16) {
        let mut state = START;
        for (place, &activity) in taken.iter().enumerate() {
            let next = self.next[(usize::from(state) << self.bits) | activity as usize];
            if next == DEAD {
                return (place, state);
            }
            state = next;
        }
        (taken.len(), state)
    }

    /// Returns how each case stands to the process, in order.
    pub fn verdicts(&self, cases: &Cases) -> Vec<Verdict> {
        cases.iter().map(|case| self.verdict(&case)).collect()
    }
}
