//! The steps of a flow as a net: what each takes, and what it leaves.

use std::collections::BTreeMap;

use openverse_release_core::{Branches, Flow, LinkKind, Operation, Step, StepId};

/// How much of what is documented counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// The chart and nothing beside it: a case begins at a step without an arrow to it, each step comes
    /// after one that leads to it, and a rollback is the last that happens.
    Chart,
    /// What the document says in words as well: any deployment can be made again, also after it was
    /// rolled back, a rollback can follow another, and a revert on the main branch is a change like any
    /// other, with which a case can begin.
    Document,
}

/// A net of steps and places: a step happens where each place it takes from holds a token, and puts one
/// on each place it gives to.
///
/// A [`Flow`] leads from each step to one of those after it, so a single token goes along, except where a
/// step says that it goes on to all of them. Any other net can be written here by hand.
///
/// ```
/// use openverse_release_audit::{Ending, Net, Process, align};
///
/// let mut net = Net::new();
/// let [done, built, tested] = [net.place(), net.place(), net.place()];
/// net.step("Merge".parse()?, &[Net::START], &[done, built]);
/// net.step("Build".parse()?, &[done], &[tested]);
/// net.step("Lint".parse()?, &[built], &[tested]);
/// net.may_end(&[tested, tested]);
/// let (cost, _) = align(&Process::of_net(&net)?, &[Some(0), Some(2), Some(1)], Ending::Required).unwrap();
/// assert_eq!(cost, 0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Net {
    pub(super) places: usize,
    pub(super) steps: Vec<StepId>,
    pub(super) moves: Vec<Move>,
    pub(super) ends: Vec<Vec<usize>>,
}

/// One way in which a step can happen.
#[derive(Debug, Clone)]
pub(super) struct Move {
    pub(super) step: usize,
    /// Sorted, as is `gives`.
    pub(super) takes: Vec<usize>,
    pub(super) gives: Vec<usize>,
    /// Whether it can happen without being seen.
    pub(super) unseen: bool,
}

impl Default for Net {
    fn default() -> Self {
        Self::new()
    }
}

impl Net {
    /// The place that holds a token when a case begins.
    pub const START: usize = 0;

    /// Returns a net without steps.
    pub fn new() -> Self {
        Self { places: 1, steps: Vec::new(), moves: Vec::new(), ends: Vec::new() }
    }

    /// Returns the net of a flow. A step that `seen` denies can happen without an event in the log.
    pub fn of(flow: &Flow, reading: Reading, seen: impl Fn(&Step) -> bool) -> Self {
        let mut net = Self::new();
        let after: BTreeMap<_, _> =
            flow.steps().map(|step| (&step.id, Outputs::of(flow, step, &mut net))).collect();
        for step in flow.steps() {
            let gives: Vec<_> = after[&step.id].all();
            let mut add = |takes: &[usize]| net.add(step.id.clone(), takes, &gives, !seen(step));
            let arrows = flow.before(&step.id, &LinkKind::FORWARD);
            let arrows: Vec<_> = arrows.map(|before| after[&before.id].to(&step.id)).collect();
            if step.join == Some(Branches::All) {
                add(&arrows);
            } else {
                arrows.iter().for_each(|&place| add(&[place]));
            }
            for before in also_comes_after(flow, step, reading) {
                match before {
                    Some(before) => add(&after[&before.id].all()),
                    None => add(&[Self::START]),
                }
            }
            if flow.after(&step.id, &LinkKind::FORWARD).next().is_none() {
                net.may_end(&gives);
            }
        }
        net
    }

    /// Adds a place.
    pub fn place(&mut self) -> usize {
        self.places += 1;
        self.places - 1
    }

    /// Adds a way in which a step can happen: it takes a token from each of some places, and gives one to
    /// each of others.
    pub fn step(&mut self, step: StepId, takes: &[usize], gives: &[usize]) {
        self.add(step, takes, gives, false);
    }

    /// Says that a case may end with one token on each of these places, and none elsewhere.
    pub fn may_end(&mut self, places: &[usize]) {
        self.ends.push(sorted(places));
    }

    /// Returns every way in which a step can happen, with the places it takes from and gives to.
    pub fn ways(&self) -> impl Iterator<Item = (&StepId, &[usize], &[usize])> {
        self.moves.iter().map(|way| (&self.steps[way.step], &*way.takes, &*way.gives))
    }

    fn add(&mut self, step: StepId, takes: &[usize], gives: &[usize], unseen: bool) {
        let known = self.steps.iter().rposition(|known| *known == step);
        let step = known.unwrap_or_else(|| {
            self.steps.push(step);
            self.steps.len() - 1
        });
        self.moves.push(Move { step, takes: sorted(takes), gives: sorted(gives), unseen });
    }
}

/// The places that a step gives tokens to.
enum Outputs {
    /// One, from which whatever comes next takes.
    Shared(usize),
    /// One for each step that the step goes on to.
    Each(BTreeMap<StepId, usize>),
}

impl Outputs {
    fn of(flow: &Flow, step: &Step, net: &mut Net) -> Self {
        if step.split != Some(Branches::All) {
            return Self::Shared(net.place());
        }
        let next = flow.after(&step.id, &LinkKind::FORWARD);
        Self::Each(next.map(|next| (next.id.clone(), net.place())).collect())
    }

    fn to(&self, next: &StepId) -> usize {
        match self {
            Self::Shared(place) => *place,
            Self::Each(places) => places[next],
        }
    }

    fn all(&self) -> Vec<usize> {
        match self {
            Self::Shared(place) => vec![*place],
            Self::Each(places) => places.values().copied().collect(),
        }
    }
}

fn sorted(places: &[usize]) -> Vec<usize> {
    let mut places = places.to_vec();
    places.sort_unstable();
    places
}

/// Returns what a step can come right after, beside the steps that an arrow leads from; `None` stands for
/// the beginning.
fn also_comes_after<'a>(flow: &'a Flow, step: &'a Step, reading: Reading) -> Vec<Option<&'a Step>> {
    let mut before: Vec<_> = flow.before(&step.id, &[LinkKind::RollsBack]).map(Some).collect();
    let nothing_before = flow.before(&step.id, &LinkKind::ALL).next().is_none();
    if reading == Reading::Document {
        if !step.environments.is_empty() {
            before.push(Some(step));
        }
        // Forward again, after a rollback that deployed something else.
        let rollbacks = flow.after(&step.id, &[LinkKind::RollsBack]);
        before.extend(rollbacks.filter(|by| by.operation == Operation::RedeployLastWorking).map(Some));
    }
    if nothing_before || (reading == Reading::Document && step.operation == Operation::RevertOnMain) {
        before.push(None);
    }
    before
}

#[cfg(test)]
mod tests {
    use openverse_release_core::{EnvironmentName, FlowBuilder};

    use super::*;
    use crate::{Ending, Process, align};

    #[test]
    fn branches_that_all_happen_may_do_so_in_any_order_and_none_is_left_out() {
        let mut flow = FlowBuilder::new("branches", semver::Version::new(1, 0, 0));
        let merge = flow.merge_to_main("Merge", "Merge");
        let api = flow.build_images("BuildApi", "Build the API");
        let proxy = flow.build_images("BuildProxy", "Build the proxy");
        let deploy = flow.deploy_commit_by_github_workflow("Deploy", "Deploy", EnvironmentName::PRODUCTION);
        flow.triggers(merge, api).triggers(merge, proxy).triggers(api, deploy).triggers(proxy, deploy);
        flow.splits(merge, Branches::All).joins(deploy, Branches::All);
        let flow = flow.build().unwrap();
        let net = Net::of(&flow, Reading::Chart, |_| true);
        let process = Process::of_net(&net).unwrap();
        let cost = |steps: &[&str]| {
            let number = |name: &&str| net.steps.iter().position(|step| step.as_str() == *name);
            let steps: Vec<_> = steps.iter().map(number).collect();
            align(&process, &steps, Ending::Required).unwrap().0
        };
        assert_eq!(cost(&["Merge", "BuildApi", "BuildProxy", "Deploy"]), 0);
        assert_eq!(cost(&["Merge", "BuildProxy", "BuildApi", "Deploy"]), 0);
        assert_eq!(cost(&["Merge", "BuildProxy", "Deploy"]), 1);
        assert_eq!(cost(&["Merge", "BuildProxy", "Deploy", "BuildApi"]), 2);
    }
}
