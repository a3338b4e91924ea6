//! A flow as what can happen in it.

use openverse_release_core::{Flow, Step, StepId};

use super::{Net, Reading, States, TooLarge, bound::Bound, net::Move};

/// What can happen in a process. A [`Replay`](crate::Replay) works it out to a table as far as cases go.
#[derive(Debug, Clone)]
pub struct Process {
    net: Net,
    /// What else logs call each step.
    labels: Vec<String>,
    /// The ways in which each step can happen.
    ways: Vec<Vec<usize>>,
    bound: Bound,
}

impl Process {
    /// Returns the process that a flow documents.
    ///
    /// # Errors
    /// When too much can happen unseen before anything is seen.
    pub fn of(flow: &Flow, reading: Reading) -> Result<Self, TooLarge> {
        Self::seen_in_part(flow, reading, |_| true)
    }

    /// Returns the process that a flow documents, for a log that shows only some of its steps. The others
    /// may have happened unseen; where one is seen all the same, it has to fit.
    ///
    /// # Errors
    /// As for [`Process::of`].
    pub fn seen_in_part(
        flow: &Flow,
        reading: Reading,
        seen: impl Fn(&Step) -> bool,
    ) -> Result<Self, TooLarge> {
        let mut process = Self::of_net(&Net::of(flow, reading, seen))?;
        let label = |id: &StepId| flow.step(id).map_or_else(String::new, |step| words(&step.label));
        process.labels = process.steps().iter().map(label).collect();
        Ok(process)
    }

    /// Returns the process of a net.
    ///
    /// # Errors
    /// As for [`Process::of`].
    pub fn of_net(net: &Net) -> Result<Self, TooLarge> {
        let mut ways = vec![Vec::new(); net.steps.len()];
        net.moves.iter().zip(0..).for_each(|(way, number)| ways[way.step].push(number));
        let process = Self {
            labels: vec![String::new(); net.steps.len()],
            ways,
            bound: Bound::of(net),
            net: net.clone(),
        };
        States::new(&process, [])?;
        Ok(process)
    }

    /// Returns the steps.
    pub fn steps(&self) -> &[StepId] {
        &self.net.steps
    }

    /// Returns the step that a log means by an activity: its name, or its label in the chart.
    pub fn step_called(&self, activity: &str) -> Option<usize> {
        let by_name = self.steps().iter().position(|step| step.as_str() == activity);
        by_name.or_else(|| {
            let words = words(activity);
            self.labels.iter().position(|label| !label.is_empty() && *label == words)
        })
    }

    pub(super) fn ways_of(&self, step: usize) -> impl Iterator<Item = &Move> {
        self.ways[step].iter().map(|&way| &self.net.moves[way])
    }

    pub(super) fn unseen(&self) -> impl Iterator<Item = &Move> {
        self.net.moves.iter().filter(|way| way.unseen)
    }

    pub(super) fn ends_with(&self, tokens: &[usize]) -> bool {
        self.net.ends_with(tokens)
    }

    /// Returns how few steps lead from tokens to an end, at the least; none where none do.
    pub(super) fn bound(&self, tokens: &[usize]) -> Option<u32> {
        self.bound.of_marking(tokens)
    }
}

/// Returns a label without its line breaks.
fn words(label: &str) -> String {
    label.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns a beginning, and then so many steps in any order, for the tests.
#[cfg(test)]
pub(crate) fn side_by_side(width: usize) -> Process {
    let mut net = Net::new();
    let ends: Vec<_> = (0..width).map(|_| (net.place(), net.place())).collect();
    let (begun, done): (Vec<_>, Vec<_>) = ends.iter().copied().unzip();
    net.step("Begin".parse().unwrap(), &[Net::START], &begun);
    for (number, (from, to)) in ends.into_iter().enumerate() {
        net.step(format!("Step{number}").parse().unwrap(), &[from], &[to]);
    }
    net.may_end(&done);
    Process::of_net(&net).unwrap()
}

#[cfg(test)]
mod tests {
    use openverse_release_core::flows;

    use super::*;
    use crate::process::{DEAD, START};

    fn fits(process: &Process, trace: &[&str]) -> bool {
        let mut states = States::new(process, (0..process.steps().len()).map(Some)).unwrap();
        let steps = trace.iter().map(|activity| process.step_called(activity).unwrap());
        let state = steps.fold(START, |state, step| match state {
            DEAD => DEAD,
            _ => states.next(state, step).unwrap(),
        });
        state != DEAD && states.may_end(state)
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
}
