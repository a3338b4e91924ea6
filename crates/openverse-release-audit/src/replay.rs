//! Taking cases through a process, one look into a table for each event.

use crate::{
    Case, Cases, Process, TooLarge,
    process::{DEAD, START, State, States},
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

/// A process made ready for the activities of some cases, and worked out as far as they went.
///
/// ```
/// use openverse_release_audit::{CaseSink, Cases, Happened, Net, Process, Replay, Verdict};
///
/// let mut net = Net::new();
/// let branches: Vec<_> = (0..30).map(|number| (format!("Test{number}"), net.place(), net.place())).collect();
/// let begun: Vec<_> = branches.iter().map(|(_, begun, _)| *begun).collect();
/// net.step("Build".parse()?, &[Net::START], &begun);
/// for (name, begun, done) in &branches {
///     net.step(name.parse()?, &[*begun], &[*done]);
/// }
/// net.may_end(&branches.iter().map(|(.., done)| *done).collect::<Vec<_>>());
/// let process = Process::of_net(&net)?;
///
/// // It can be in 2^30 states, of which a case comes through 31.
/// let mut cases = Cases::default();
/// cases.event(&Happened::new("Build"));
/// branches.iter().rev().for_each(|(name, ..)| cases.event(&Happened::new(name)));
/// assert_eq!(Replay::new(&process, &cases)?.verdict(&cases.case(0))?, Verdict::Fits);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Replay<'a> {
    /// With a column for each activity of the log.
    states: States<'a>,
}

impl<'a> Replay<'a> {
    /// Returns the process made ready for the activities that cases name.
    ///
    /// # Errors
    /// When too much can happen unseen before anything is seen.
    pub fn new(process: &'a Process, cases: &Cases) -> Result<Self, TooLarge> {
        let mut replay = Self { states: States::new(process, [])? };
        replay.learn(cases);
        Ok(replay)
    }

    /// Makes it ready for the activities that were named since.
    pub(crate) fn learn(&mut self, cases: &Cases) {
        let process = self.states.process();
        let new = cases.activities().iter().skip(self.states.columns());
        self.states.add_columns(new.map(|name| process.step_called(name)));
    }

    /// Returns the process.
    pub fn process(&self) -> &'a Process {
        self.states.process()
    }

    /// Returns how a case stands to the process.
    ///
    /// # Errors
    /// When more can have happened unseen than can be kept track of.
    pub fn verdict(&mut self, case: &Case<'_>) -> Result<Verdict, TooLarge> {
        let (fitting, state) = self.follow(case.taken())?;
        Ok(match fitting == case.len() {
            false => Verdict::Deviates { at: fitting },
            true if self.states.may_end(state) => Verdict::Fits,
            true => Verdict::UnderWay,
        })
    }

    /// Returns how many events fit, and the state after them.
    pub(crate) fn follow(&mut self, taken: &[u32]) -> Result<(usize, State), TooLarge> {
        let (mut place, mut state) = (0, START);
        loop {
            let (followed, last) = self.states.follow(state, &taken[place..]);
            place += followed;
            let Some(&activity) = taken.get(place) else { return Ok((place, last)) };
            state = self.states.make_room(last)?;
            match self.states.next(state, activity as usize)? {
                DEAD => return Ok((place, state)),
                next => state = next,
            }
            place += 1;
        }
    }

    /// Returns the states that were worked out, the one of [`Replay::follow`] among them.
    pub(crate) fn states(&self) -> &States<'a> {
        &self.states
    }

    /// Returns how each case stands to the process, in order.
    ///
    /// # Errors
    /// As for [`Replay::verdict`].
    pub fn verdicts(&mut self, cases: &Cases) -> Result<Vec<Verdict>, TooLarge> {
        cases.iter().map(|case| self.verdict(&case)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CaseSink, Happened, process::side_by_side};

    #[test]
    fn what_was_forgotten_is_worked_out_again() {
        let process = side_by_side(10);
        let mut cases = Cases::default();
        for case in 0..200usize {
            cases.begin(&case.to_string());
            cases.event(&Happened::new("Begin"));
            // Each number once, from another place and with another stride; some cases do a step again.
            let mut steps: Vec<_> = (0..10).map(|n| (case + n * [1, 3, 7, 9][case % 4]) % 10).collect();
            if case % 5 == 0 {
                steps.insert(case % 7, case % 10);
            }
            steps.iter().for_each(|step| cases.event(&Happened::new(&format!("Step{step}"))));
        }
        let mut replay = Replay::new(&process, &cases).unwrap();
        let expected = replay.verdicts(&cases).unwrap();
        let all = replay.states().count();
        let fitting = expected.iter().filter(|verdict| **verdict == Verdict::Fits).count();
        assert!(fitting == 160 && all > 100, "{fitting} fit, {all} states");
        for (bytes, most) in [(0, 3), (4096, 20), (8192, 50)] {
            let mut replay = Replay::new(&process, &cases).unwrap();
            replay.states.keep(bytes);
            for (case, expected) in cases.iter().zip(&expected) {
                assert_eq!(replay.verdict(&case).unwrap(), *expected, "{}", case.name());
                let count = replay.states().count();
                assert!(count <= most, "{count} states in {bytes} bytes");
            }
        }
    }

    #[test]
    fn activities_may_come_up_at_any_time() {
        let process = side_by_side(10);
        let mut cases = Cases::default();
        let mut replay = Replay::new(&process, &cases).unwrap();
        for number in 0..10 {
            cases.begin("");
            cases.event(&Happened::new("Begin"));
            (0..=number).for_each(|step| cases.event(&Happened::new(&format!("Step{step}"))));
            cases.event(&Happened::new(&format!("unknown {number}")));
            replay.learn(&cases);
            assert_eq!(replay.verdict(&cases.case(number)).unwrap(), Verdict::Deviates { at: number + 2 });
        }
        assert_eq!(replay.states().count(), 12);
    }
}
