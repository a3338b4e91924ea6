//! A net worked out to a table of states.

use std::collections::{BTreeSet, HashMap};

use openverse_release_core::{Flow, Step, StepId};

use super::{Net, Reading, net::Move};

/// The state that nothing leads out of: the case does not fit.
pub(crate) const DEAD: u16 = 0;
/// The state before anything has happened.
pub(crate) const START: u16 = 1;

/// A table of more entries than this is given up.
const MOST_ENTRIES: usize = 1 << 24;
/// More tokens than this in one marking, and the net is taken to have no bound.
const MOST_TOKENS: usize = 1 << 10;
/// More markings than this in one state are given up.
const MOST_MARKINGS: usize = 1 << 14;

/// A process that is too large to be worked out to a table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "found a process of more than {states} states with {steps} steps, or one without a bound; expected one that \
         is finite and whose table has at most {MOST_ENTRIES} entries"
)]
pub struct TooLarge {
    /// How many states were worked out.
    pub states: usize,
    /// How many steps it has.
    pub steps: usize,
}

/// What can happen in a process, worked out so that each further event takes one look into a table.
#[derive(Debug, Clone)]
pub struct Process {
    steps: Vec<StepId>,
    /// What else logs call each step.
    labels: Vec<String>,
    /// The next state of each state and step, row by row.
    next: Vec<u16>,
    may_end: Vec<bool>,
    /// How few further events each state needs to come to an end.
    to_end: Vec<u32>,
}

impl Process {
    /// Returns the process that a flow documents.
    ///
    /// # Errors
    /// When it is too large.
    pub fn of(flow: &Flow, reading: Reading) -> Result<Self, TooLarge> {
        Self::seen_in_part(flow, reading, |_| true)
    }

    /// Returns the process that a flow documents, for a log that shows only some of its steps. The others
    /// may have happened unseen; where one is seen all the same, it has to fit.
    ///
    /// # Errors
    /// When it is too large.
    pub fn seen_in_part(
        flow: &Flow,
        reading: Reading,
        seen: impl Fn(&Step) -> bool,
    ) -> Result<Self, TooLarge> {
        let mut process = Self::of_net(&Net::of(flow, reading, seen))?;
        let label = |id: &StepId| flow.step(id).map_or_else(String::new, |step| words(&step.label));
        process.labels = process.steps.iter().map(label).collect();
        Ok(process)
    }

    /// Returns the process of a net.
    ///
    /// # Errors
    /// When it is too large.
    pub fn of_net(net: &Net) -> Result<Self, TooLarge> {
        let mut states = States { net, numbers: HashMap::new(), markings: vec![BTreeSet::new()] };
        let steps = net.steps.len();
        let start = BTreeSet::from([vec![Net::START]]);
        states.number(start)?;
        let mut next = vec![DEAD; steps];
        let mut state = usize::from(START);
        while state < states.markings.len() {
            for step in 0..steps {
                let after = states.after(state, step);
                next.push(if after.is_empty() { DEAD } else { states.number(after)? });
            }
            state += 1;
        }
        let ends = |markings: &BTreeSet<Marking>| markings.iter().any(|marking| net.ends.contains(marking));
        let may_end: Vec<_> = states.markings.iter().map(ends).collect();
        let to_end = to_end(&next, steps, &may_end);
        Ok(Self { labels: vec![String::new(); steps], steps: net.steps.clone(), next, may_end, to_end })
    }

    /// Returns the steps.
    pub fn steps(&self) -> &[StepId] {
        &self.steps
    }

    /// Returns how many states the process can be in.
    pub fn states(&self) -> usize {
        self.may_end.len() - 1
    }

    /// Returns the step that a log means by an activity: its name, or its label in the chart.
    pub fn step_called(&self, activity: &str) -> Option<usize> {
        let by_name = self.steps.iter().position(|step| step.as_str() == activity);
        by_name.or_else(|| {
            let words = words(activity);
            self.labels.iter().position(|label| !label.is_empty() && *label == words)
        })
    }

    pub(crate) fn next(&self, state: u16, step: usize) -> u16 {
        self.next[usize::from(state) * self.steps.len() + step]
    }

    pub(crate) fn may_end(&self, state: u16) -> bool {
        self.may_end[usize::from(state)]
    }

    /// Returns how few further events lead from a state to an end; `u32::MAX` where none does.
    pub(crate) fn to_end(&self, state: u16) -> u32 {
        self.to_end[usize::from(state)]
    }

    /// Returns the steps that can happen in a state.
    pub(crate) fn possible(&self, state: u16) -> impl Iterator<Item = usize> {
        (0..self.steps.len()).filter(move |&step| self.next(state, step) != DEAD)
    }
}

/// Returns a label without its line breaks.
fn words(label: &str) -> String {
    label.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Tokens, by place, in order.
type Marking = Vec<usize>;

struct States<'a> {
    net: &'a Net,
    numbers: HashMap<BTreeSet<Marking>, u16>,
    /// What each state stands for: where the tokens may be, after what was seen.
    markings: Vec<BTreeSet<Marking>>,
}

impl States<'_> {
    fn too_large(&self) -> TooLarge {
        TooLarge { states: self.markings.len(), steps: self.net.steps.len() }
    }

    /// Returns the number of the state in which the tokens are so, or have moved on unseen.
    fn number(&mut self, mut markings: BTreeSet<Marking>) -> Result<u16, TooLarge> {
        let mut waiting: Vec<_> = markings.iter().cloned().collect();
        while let Some(marking) = waiting.pop() {
            if marking.len() > MOST_TOKENS || markings.len() > MOST_MARKINGS {
                return Err(self.too_large());
            }
            for unseen in self.net.moves.iter().filter(|way| way.unseen) {
                if let Some(after) = taken(&marking, unseen)
                    && markings.insert(after.clone())
                {
                    waiting.push(after);
                }
            }
        }
        if let Some(&number) = self.numbers.get(&markings) {
            return Ok(number);
        }
        let entries = self.markings.len().saturating_mul(self.net.steps.len().max(1));
        match u16::try_from(self.markings.len()) {
            Ok(number) if entries < MOST_ENTRIES => {
                self.markings.push(markings.clone());
                self.numbers.insert(markings, number);
                Ok(number)
            }
            _ => Err(self.too_large()),
        }
    }

    fn after(&self, state: usize, step: usize) -> BTreeSet<Marking> {
        let ways = self.net.moves.iter().filter(|way| way.step == step);
        ways.flat_map(|way| self.markings[state].iter().filter_map(|marking| taken(marking, way))).collect()
    }
}

/// Returns where the tokens are after a step happened in one way, if it can.
fn taken(marking: &Marking, way: &Move) -> Option<Marking> {
    let mut after = marking.clone();
    for place in &way.takes {
        after.remove(after.binary_search(place).ok()?);
    }
    for &place in &way.gives {
        let at = after.binary_search(&place).unwrap_or_else(|at| at);
        after.insert(at, place);
    }
    Some(after)
}

fn to_end(next: &[u16], steps: usize, may_end: &[bool]) -> Vec<u32> {
    let mut before = vec![Vec::new(); may_end.len()];
    for state in 0..may_end.len() {
        for &after in &next[state * steps..(state + 1) * steps] {
            if after != DEAD {
                before[usize::from(after)].push(state);
            }
        }
    }
    let mut distance: Vec<_> = may_end.iter().map(|&ends| if ends { 0 } else { u32::MAX }).collect();
    let mut waiting: std::collections::VecDeque<_> =
        (0..may_end.len()).filter(|&state| may_end[state]).collect();
    while let Some(state) = waiting.pop_front() {
        for &earlier in &before[state] {
            if distance[earlier] == u32::MAX {
                distance[earlier] = distance[state] + 1;
                waiting.push_back(earlier);
            }
        }
    }
    distance
}

#[cfg(test)]
mod tests {
    use openverse_release_core::flows;

    use super::*;

    fn fits(process: &Process, trace: &[&str]) -> bool {
        let state = trace.iter().fold(START, |state, activity| match process.step_called(activity) {
            Some(step) => process.next(state, step),
            None => DEAD,
        });
        state != DEAD && process.may_end(state)
    }

    #[test]
    fn the_chart_alone_is_stricter_than_what_the_document_says() {
        let (chart, document) = (
            Process::of(&flows::api(), Reading::Chart).unwrap(),
            Process::of(&flows::api(), Reading::Document).unwrap(),
        );
        let released = ["Merge", "Build", "StagingDispatch", "Publish", "Tag", "ProductionDispatch"];
        assert!(fits(&chart, &released) && fits(&document, &released));
        let again = [&released[..], &["TriggerRollback", "ProductionDispatch"]].concat();
        assert!(!fits(&chart, &again) && fits(&document, &again));
        let revert = [&["RevertRollback"], &released[1..]].concat();
        assert!(!fits(&chart, &revert) && fits(&document, &revert));
        assert!(!fits(&document, &released[..4]));
    }

    #[test]
    fn a_step_that_a_log_does_not_show_may_have_happened() {
        let unseen = ["Merge", "Build", "StagingDispatch"];
        let seen = |step: &Step| !unseen.contains(&step.id.as_str());
        let process = Process::seen_in_part(&flows::api(), Reading::Document, seen).unwrap();
        assert!(fits(&process, &["Publish", "Tag", "ProductionDispatch"]));
        assert!(fits(&process, &["Merge", "Publish", "Tag", "ProductionDispatch"]));
        assert!(!fits(&process, &["Publish", "ProductionDispatch"]));
    }

    #[test]
    fn a_step_is_known_by_its_label_too() {
        let process = Process::of(&flows::api(), Reading::Chart).unwrap();
        assert_eq!(
            process.step_called("Publish the drafted  GitHub Release"),
            process.step_called("Publish")
        );
        assert_eq!(process.step_called(""), None);
    }

    #[test]
    fn steps_side_by_side_come_in_any_order_and_all_of_them() {
        let mut net = Net::new();
        let mut after = Vec::new();
        for name in ["A", "B", "C"] {
            let (before, done) = (net.place(), net.place());
            net.step(name.parse().unwrap(), &[before], &[done]);
            after.push((before, done));
        }
        let end = net.place();
        let (before, done): (Vec<_>, Vec<_>) = after.into_iter().unzip();
        net.step("Split".parse().unwrap(), &[Net::START], &before);
        net.step("Join".parse().unwrap(), &done, &[end]);
        net.may_end(&[end]);
        let process = Process::of_net(&net).unwrap();
        assert!(fits(&process, &["Split", "C", "A", "B", "Join"]));
        assert!(!fits(&process, &["Split", "C", "A", "Join", "B"]));
        assert!(!fits(&process, &["Split", "C", "A", "B", "B", "Join"]));
    }

    #[test]
    fn a_process_without_a_bound_is_refused() {
        let mut net = Net::new();
        let more = net.place();
        net.step("More".parse().unwrap(), &[Net::START], &[Net::START, more]);
        assert!(Process::of_net(&net).is_err());
    }
}
