//! The token game: what a flow allows to happen, and in which order.
//!
//! [`Net::of`] compiles a [`Flow`] into places and moves. A step *begins* by taking tokens and *ends* with an
//! [`Outcome`] by giving tokens. This is the only place that knows what a split, a join or an outcome means; the
//! checks, the runs, the status, the audit and the charts all ask here.
//!
//! - A *branch* is an arrow that a token can go along: each solid and dotted link, except those to a step that
//!   rolls back, which a person may start at any time. If such a link names an outcome, it is a branch all the
//!   same: that rollback starts by itself.
//! - When a step ends, the branches of its outcome count. A link that names no outcome belongs to the first
//!   outcome that the step declares. A step that splits to *all* gives a token to each of these branches; one
//!   that splits to *one*, or that does not say, gives one token to a place that its branches share, and
//!   whichever step begins first takes it.
//! - A step that joins *all* waits for a token by each of its branches; any other begins for each token that
//!   comes.
//! - Any step can also be entered from outside ([`Marking::entering`]): that is how a process begins, and how a
//!   release, a deployment or a rollback puts the first token.
//!
//! ```
//! use openverse_release_core::{flow::net::{Marking, Net}, flows, Outcome};
//!
//! let flow = flows::api();
//! let net = Net::of(&flow);
//! let number = |name: &str| net.number(&name.parse().unwrap()).unwrap();
//! let mut marking = Marking::entering(number("Publish"));
//! net.begin(&mut marking, number("Publish"))?;
//! net.end(&mut marking, number("Publish"), &Outcome::done())?;
//! assert_eq!(net.ready(&marking), [number("Tag")]);
//! # Ok::<(), openverse_release_core::flow::net::IllegalMove>(())
//! ```

use std::collections::{BTreeMap, BTreeSet};

use petgraph::visit::EdgeRef;

use super::{Branches, Flow, LinkKind, Outcome, StepId};

/// A flow as places and moves. Steps and branches go by their numbers, in the order written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Net {
    steps: Vec<NetStep>,
    branches: Vec<Branch>,
    places: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct NetStep {
    id: StepId,
    joins_all: bool,
    /// The branches that lead to it.
    into: Vec<usize>,
    exits: Vec<Exit>,
}

/// What follows when a step ends with an outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exit {
    /// The outcome.
    pub outcome: Outcome,
    /// The branches that it leads to.
    pub branches: Vec<usize>,
    /// Whether a token goes to each of them, or one token to a place that they share.
    pub all: bool,
}

/// An arrow that a token can go along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Branch {
    /// The step that it leaves.
    pub from: usize,
    /// The step that it leads to.
    pub to: usize,
    /// The number of its link, in the order written.
    pub link: usize,
    /// The place that holds its token. The branches of a choice share one.
    pub place: usize,
}

/// Where tokens are. What happens next depends on nothing else.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Marking {
    /// How many tokens a place holds; places without any are left out.
    tokens: BTreeMap<usize, u32>,
    /// The steps that are entered from outside and have not begun.
    entered: BTreeSet<usize>,
    /// The steps that have begun and not ended.
    begun: BTreeSet<usize>,
}

/// A move that the flow does not allow where the tokens are.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IllegalMove {
    /// Nothing that the step waits for has come, or not all of it.
    #[error("{step} cannot begin: {}", missing(.waits_for))]
    NotReady {
        /// The step.
        step: StepId,
        /// The steps that have to happen before.
        waits_for: Vec<StepId>,
    },
    /// The step has begun already.
    #[error("{step} has begun already, and has not ended")]
    Begun {
        /// The step.
        step: StepId,
    },
    /// The step has not begun.
    #[error("{step} cannot end, because it has not begun")]
    NotBegun {
        /// The step.
        step: StepId,
    },
    /// The step cannot end so.
    #[error("{step} cannot end with the outcome {found}, expected one of {}", Outcome::listed(.expected, ", "))]
    NoSuchOutcome {
        /// The step.
        step: StepId,
        /// The outcome.
        found: Outcome,
        /// The outcomes that something follows.
        expected: Vec<Outcome>,
    },
}

fn missing(steps: &[StepId]) -> String {
    match steps {
        [] => "nothing leads to it".to_owned(),
        steps => {
            format!("it waits for {}", steps.iter().map(StepId::as_str).collect::<Vec<_>>().join(" and "))
        }
    }
}

impl Net {
    /// Compiles a flow.
    pub fn of(flow: &Flow) -> Self {
        let mut net = Self { steps: Vec::new(), branches: Vec::new(), places: 0 };
        net.steps.extend(flow.steps().map(|step| NetStep {
            id: step.id.clone(),
            joins_all: step.join == Some(Branches::All),
            into: Vec::new(),
            exits: vec![Exit {
                outcome: step.good_outcome(),
                branches: Vec::new(),
                all: step.split == Some(Branches::All),
            }],
        }));
        for (link, edge) in flow.graph.edge_references().enumerate() {
            let (from, to) = (edge.source().index(), edge.target().index());
            let starts_rollback = flow.graph[edge.target()].operation.nature().rolls_back;
            let label = edge.weight();
            if label.kind == LinkKind::RollsBack || (starts_rollback && label.outcome.is_none()) {
                continue;
            }
            let branch = net.branches.len();
            let exits = &mut net.steps[from].exits;
            let all = exits[0].all;
            let exit = match &label.outcome {
                None => 0,
                Some(outcome) => {
                    exits.iter().position(|exit| exit.outcome == *outcome).unwrap_or_else(|| {
                        exits.push(Exit { outcome: outcome.clone(), branches: Vec::new(), all });
                        exits.len() - 1
                    })
                }
            };
            let shared = exits[exit].branches.first().filter(|_| !all);
            let place = match shared {
                Some(&first) => net.branches[first].place,
                None => {
                    net.places += 1;
                    net.places - 1
                }
            };
            net.steps[from].exits[exit].branches.push(branch);
            net.steps[to].into.push(branch);
            net.branches.push(Branch { from, to, link, place });
        }
        net
    }

    /// Returns how many steps there are.
    pub fn len(&self) -> usize {
        self.steps.len()
    }

    /// Tells whether there is no step.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Returns how many places there are, apart from those by which steps are entered from outside.
    pub fn places(&self) -> usize {
        self.places
    }

    /// Returns the name of a step.
    ///
    /// # Panics
    /// If there is no step of that number, as every other method does.
    pub fn id(&self, step: usize) -> &StepId {
        &self.steps[step].id
    }

    /// Returns the number of a step.
    pub fn number(&self, id: &StepId) -> Option<usize> {
        self.steps.iter().position(|step| step.id == *id)
    }

    /// Returns every branch.
    pub fn branches(&self) -> &[Branch] {
        &self.branches
    }

    /// Returns the branches that lead to a step.
    pub fn leading_to(&self, step: usize) -> &[usize] {
        &self.steps[step].into
    }

    /// Returns what follows each outcome of a step, its good outcome first.
    pub fn exits(&self, step: usize) -> &[Exit] {
        &self.steps[step].exits
    }

    /// Tells whether a step waits for all of the branches that lead to it.
    pub fn waits_for_all(&self, step: usize) -> bool {
        self.steps[step].joins_all && self.steps[step].into.len() > 1
    }

    /// Returns the places that a step takes a token from when it begins: one set for each way in which it can,
    /// beside being entered from outside.
    pub fn inputs(&self, step: usize) -> Vec<Vec<usize>> {
        let mut known = BTreeSet::new();
        let places = self.leading_to(step).iter().map(|&branch| self.branches[branch].place);
        let places = places.filter(|&place| known.insert(place));
        match self.waits_for_all(step) {
            true => vec![places.collect()],
            false => places.map(|place| vec![place]).collect(),
        }
    }

    /// Returns the places that get a token when a step ends so.
    pub fn outputs(&self, exit: &Exit) -> Vec<usize> {
        let places = exit.branches.iter().map(|&branch| self.branches[branch].place);
        places.take(if exit.all { exit.branches.len() } else { 1 }).collect()
    }

    /// Returns the branches that get a token together when a step ends: one set for each way in which it can
    /// end and each choice that is made then.
    pub fn choices(&self, step: usize) -> Vec<Vec<usize>> {
        let choices =
            self.steps[step].exits.iter().flat_map(|exit| match exit.all || exit.branches.is_empty() {
                true => vec![exit.branches.clone()],
                false => exit.branches.iter().map(|&branch| vec![branch]).collect(),
            });
        choices.collect()
    }

    /// Returns the steps that follow a step by its branches.
    pub fn after(&self, step: usize) -> impl Iterator<Item = usize> {
        let branches = self.steps[step].exits.iter().flat_map(|exit| &exit.branches);
        branches.map(|&branch| self.branches[branch].to)
    }

    /// Returns the steps that can be reached from a step by branches, itself included.
    pub fn reachable(&self, from: usize) -> BTreeSet<usize> {
        let (mut reached, mut open) = (BTreeSet::from([from]), vec![from]);
        while let Some(step) = open.pop() {
            open.extend(self.after(step).filter(|&next| reached.insert(next)));
        }
        reached
    }

    /// Returns the steps so that each comes after those that lead to it, and those that lie on a circle of
    /// branches or come after one.
    ///
    /// Whatever follows a step comes soon after it, so that few branches are open at any point.
    pub fn order(&self) -> (Vec<usize>, Vec<usize>) {
        let mut waits_for: Vec<_> = self.steps.iter().map(|step| step.into.len()).collect();
        let mut ready: Vec<_> = (0..self.len()).rev().filter(|&step| waits_for[step] == 0).collect();
        let mut order = Vec::with_capacity(self.len());
        while let Some(step) = ready.pop() {
            order.push(step);
            for next in self.after(step) {
                waits_for[next] -= 1;
                if waits_for[next] == 0 {
                    ready.push(next);
                }
            }
        }
        let rest = (0..self.len()).filter(|&step| waits_for[step] > 0).collect();
        (order, rest)
    }

    /// Returns the steps that can begin.
    pub fn ready(&self, marking: &Marking) -> Vec<usize> {
        (0..self.len()).filter(|&step| self.takes(marking, step).is_some()).collect()
    }

    /// Returns the steps to which something has come and that wait for more, each with the steps that they
    /// wait for.
    pub fn waiting(&self, marking: &Marking) -> Vec<(usize, Vec<usize>)> {
        let waits = |step: usize| {
            let come = |&branch: &usize| marking.has(self.branches[branch].place);
            let (come, missing): (Vec<usize>, Vec<usize>) =
                self.leading_to(step).iter().partition(|it| come(it));
            let missing = missing.into_iter().map(|branch| self.branches[branch].from);
            (!come.is_empty()).then(|| (step, missing.collect::<Vec<_>>())).filter(|(_, it)| !it.is_empty())
        };
        (0..self.len()).filter(|&step| self.waits_for_all(step)).filter_map(waits).collect()
    }

    /// Returns the places that a step takes a token from when it begins; empty if it is entered from outside.
    fn takes(&self, marking: &Marking, step: usize) -> Option<Vec<usize>> {
        if marking.begun.contains(&step) {
            return None;
        }
        if marking.entered.contains(&step) {
            return Some(Vec::new());
        }
        self.inputs(step).into_iter().find(|places| places.iter().all(|&place| marking.has(place)))
    }

    /// Lets a step begin.
    ///
    /// # Errors
    /// If it is under way, or what it waits for has not come.
    pub fn begin(&self, marking: &mut Marking, step: usize) -> Result<(), IllegalMove> {
        let id = || self.id(step).clone();
        if marking.begun.contains(&step) {
            return Err(IllegalMove::Begun { step: id() });
        }
        let places = self.takes(marking, step).ok_or_else(|| {
            let missing = self.leading_to(step).iter().map(|&branch| self.branches[branch]);
            let missing = missing.filter(|branch| !marking.has(branch.place));
            let waits_for = missing.map(|branch| self.id(branch.from).clone()).collect();
            IllegalMove::NotReady { step: id(), waits_for }
        })?;
        if places.is_empty() {
            marking.entered.remove(&step);
        }
        places.into_iter().for_each(|place| marking.take(place));
        marking.begun.insert(step);
        Ok(())
    }

    /// Lets a step end with an outcome.
    ///
    /// # Errors
    /// If it has not begun, or nothing can follow that outcome.
    pub fn end(&self, marking: &mut Marking, step: usize, outcome: &Outcome) -> Result<(), IllegalMove> {
        if !marking.begun.contains(&step) {
            return Err(IllegalMove::NotBegun { step: self.id(step).clone() });
        }
        let exits = self.exits(step);
        let exit = exits.iter().find(|exit| exit.outcome == *outcome).ok_or_else(|| {
            let expected = exits.iter().map(|exit| exit.outcome.clone()).collect();
            IllegalMove::NoSuchOutcome { step: self.id(step).clone(), found: outcome.clone(), expected }
        })?;
        marking.begun.remove(&step);
        self.outputs(exit).into_iter().for_each(|place| *marking.tokens.entry(place).or_default() += 1);
        Ok(())
    }
}

impl Marking {
    /// Returns the marking in which a step is entered from outside, and nothing else has happened.
    pub fn entering(step: usize) -> Self {
        Self { entered: BTreeSet::from([step]), ..Self::default() }
    }

    /// Returns the steps that have begun and not ended.
    pub fn begun(&self) -> impl Iterator<Item = usize> + '_ {
        self.begun.iter().copied()
    }

    /// Tells whether a place holds a token.
    pub fn has(&self, place: usize) -> bool {
        self.tokens.contains_key(&place)
    }

    fn take(&mut self, place: usize) {
        match self.tokens.get_mut(&place) {
            Some(tokens @ 2..) => *tokens -= 1,
            _ => drop(self.tokens.remove(&place)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{EnvironmentName, FlowBuilder};

    /// A step that goes on to two deployments, and a release that joins both.
    fn net(split: Branches, join: Branches) -> Net {
        let mut flow = FlowBuilder::new("branches", semver::Version::new(1, 0, 0));
        let build = flow.build_images("Build", "Build");
        let one = flow.deploy_commit_by_github_workflow("One", "Deploy", EnvironmentName::STAGING);
        let other = flow.deploy_commit_by_github_workflow("Other", "Deploy", EnvironmentName::PRODUCTION);
        let publish = flow.publish_github_release("Publish", "Publish");
        flow.triggers(build, one).triggers(build, other).enables(one, publish).enables(other, publish);
        flow.splits(build, split).joins(publish, join);
        Net::of(&flow.build().unwrap())
    }

    #[test]
    fn the_branches_of_a_choice_share_a_place_and_those_of_a_split_have_one_each() {
        let outputs = |split| {
            let net = net(split, Branches::One);
            net.outputs(&net.exits(0)[0])
        };
        assert_eq!(outputs(Branches::All), [0, 1]);
        assert_eq!(outputs(Branches::One), [0]);
    }

    #[test]
    fn a_join_takes_from_all_its_places_at_once_and_any_other_step_from_one_of_them() {
        assert_eq!(net(Branches::All, Branches::All).inputs(3), [vec![2, 3]]);
        assert_eq!(net(Branches::All, Branches::One).inputs(3), [vec![2], vec![3]]);
        assert_eq!(net(Branches::One, Branches::One).inputs(1), net(Branches::One, Branches::One).inputs(2));
        assert!(net(Branches::All, Branches::All).inputs(0).is_empty());
    }
}
