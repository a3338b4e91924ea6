//! The steps of a flow as a net: what each takes, and what it leaves.

use std::collections::BTreeSet;

use openverse_release_core::{Flow, LinkKind, Step, StepId, flow::net::Net as TokenGame};

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
/// The net of a [`Flow`] has the places of the [token game](TokenGame) of the core, which says what splits,
/// joins and outcomes mean: each outcome that something follows is another way in which its step can happen.
/// Any other net can be written here by hand.
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
    /// The places where tokens may stay.
    pub(super) last: BTreeSet<usize>,
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
        Self { places: 1, steps: Vec::new(), moves: Vec::new(), ends: Vec::new(), last: BTreeSet::new() }
    }

    /// Returns the net of a flow. A step that `seen` denies can happen without an event in the log.
    pub fn of(flow: &Flow, reading: Reading, seen: impl Fn(&Step) -> bool) -> Self {
        let game = TokenGame::of(flow);
        let mut net = Self::new();
        let first = net.places;
        net.places += game.places();
        let of_game = |places: Vec<usize>| places.into_iter().map(|place| first + place).collect::<Vec<_>>();
        let gives: Vec<Vec<_>> = (0..game.len())
            .map(|step| {
                let exits = game.exits(step).iter().map(|exit| of_game(game.outputs(exit)));
                exits.map(|places| if places.is_empty() { vec![net.last_place()] } else { places }).collect()
            })
            .collect();
        let started_by_people = started_by_people(flow, &game);
        for (number, step) in flow.steps().enumerate() {
            let mut takes: Vec<_> = game.inputs(number).into_iter().map(of_game).collect();
            if begins_a_case(flow, step, reading) {
                takes.push(vec![Self::START]);
            }
            let by_people = started_by_people.iter().filter(|(_, to)| *to == number).map(|(from, _)| *from);
            let again = comes_again_after(flow, step, reading).filter_map(|id| game.number(id));
            takes.extend(by_people.chain(again).flat_map(|before| gives[before].iter().cloned()));
            let mut known = BTreeSet::new();
            takes.retain(|places| known.insert(places.clone()));
            for takes in &takes {
                for gives in &gives[number] {
                    net.add(step.id.clone(), takes, gives, !seen(step));
                }
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

    /// Says that tokens may stay on this place when a case ends: it may end with as many tokens as there are
    /// on such places, at least one, and none elsewhere.
    pub fn may_stay(&mut self, place: usize) {
        self.last.insert(place);
    }

    pub(super) fn ends_with(&self, tokens: &[usize]) -> bool {
        let stay = !tokens.is_empty() && tokens.iter().all(|place| self.last.contains(place));
        stay || self.ends.iter().any(|end| end == tokens)
    }

    fn last_place(&mut self) -> usize {
        let place = self.place();
        self.may_stay(place);
        place
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

fn sorted(places: &[usize]) -> Vec<usize> {
    let mut places = places.to_vec();
    places.sort_unstable();
    places
}

/// Returns the links that a token does not go along by itself, as the steps that they lead from and to: a
/// person may start those rollbacks at any time.
fn started_by_people(flow: &Flow, game: &TokenGame) -> BTreeSet<(usize, usize)> {
    let branches: BTreeSet<_> = game.branches().iter().map(|branch| branch.link).collect();
    let others = flow.links().enumerate().filter(|(number, _)| !branches.contains(number));
    others.filter_map(|(_, link)| Some((game.number(&link.from)?, game.number(&link.to)?))).collect()
}

fn begins_a_case(flow: &Flow, step: &Step, reading: Reading) -> bool {
    let nothing_before = flow.before(&step.id, &LinkKind::ALL).next().is_none();
    nothing_before || (reading == Reading::Document && step.operation.nature().reverts())
}

/// Returns the steps after which a deployment can be made once more, as the document says in words.
fn comes_again_after<'a>(
    flow: &'a Flow,
    step: &'a Step,
    reading: Reading,
) -> impl Iterator<Item = &'a StepId> {
    // Forward again, after a rollback that deployed something else.
    let rollbacks = flow.after(&step.id, &LinkKind::ALL);
    let rollbacks = rollbacks.filter(|by| by.operation.nature().redeploys());
    let itself = (!step.environments.is_empty()).then_some(step);
    itself.into_iter().chain(rollbacks).filter(move |_| reading == Reading::Document).map(|step| &step.id)
}

#[cfg(test)]
mod tests {
    use openverse_release_core::{Branches, EnvironmentName, FlowBuilder};

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
