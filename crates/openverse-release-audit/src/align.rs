//! The cheapest explanation of a case that does not fit.
//!
//! The search is A*, not Dijkstra's: on a flow with few states at a time it takes as long, but from many steps
//! side by side it would not come back.

use std::collections::{BTreeMap, HashMap, hash_map::Entry};

use crate::{
    Process, TooLarge,
    process::{DEAD, START, State, States},
};

/// A case of more events and states together than this is not explained.
const MOST_VISITED: usize = 1 << 22;

/// Whether a case is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// It may go on.
    Open,
    /// It has ended, so nothing may be missing at its end.
    Required,
}

/// One part of the explanation of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alignment {
    /// The event at this place is the step that was due.
    Fits {
        /// The place.
        at: usize,
    },
    /// The event at this place should not have happened there.
    Extra {
        /// The place.
        at: usize,
    },
    /// A step, by its place among the process's, should have happened, and did not.
    Missing {
        /// The step.
        step: usize,
    },
}

/// How many events are explained, and the state of the process then.
type Node = (usize, State);

/// How a node is best reached.
struct Reached {
    cost: u32,
    from: Node,
    by: Alignment,
    /// Whether no way can be cheaper.
    settled: bool,
}

/// Returns the explanation of a case with the fewest events too many and steps missing, and how many
/// they are; `None` where the case is too long to be explained.
///
/// `steps` are the steps that the events mean, `None` for one that means none.
pub fn align(process: &Process, steps: &[Option<usize>], ending: Ending) -> Option<(u32, Vec<Alignment>)> {
    Aligner::new(process).ok()?.align(steps, ending)
}

/// Explains cases, and keeps the states of the process between them.
#[derive(Debug)]
pub(crate) struct Aligner<'a> {
    /// With a column for each step.
    states: States<'a>,
    most_visited: usize,
}

impl<'a> Aligner<'a> {
    pub(crate) fn new(process: &'a Process) -> Result<Self, TooLarge> {
        let states = States::new(process, (0..process.steps().len()).map(Some))?;
        Ok(Self { states, most_visited: MOST_VISITED })
    }

    /// As [`align`].
    pub(crate) fn align(&mut self, steps: &[Option<usize>], ending: Ending) -> Option<(u32, Vec<Alignment>)> {
        self.states.make_room(START).ok()?;
        Search::new(&mut self.states, steps, ending).run(self.most_visited).ok()?
    }
}

/// A*, over pairs of a place in the case and a state of the process. What is still to pay is at least one for
/// each event that is no step, and one for each step to the end for which no event is left.
struct Search<'s, 'a> {
    states: &'s mut States<'a>,
    steps: &'s [Option<usize>],
    ending: Ending,
    /// How many of the events from each place on are no step.
    unknown: Vec<u32>,
    reached: HashMap<Node, Reached>,
    /// By what they cost at the least, to the end.
    waiting: BTreeMap<u32, Vec<(u32, Node)>>,
}

impl<'s, 'a> Search<'s, 'a> {
    fn new(states: &'s mut States<'a>, steps: &'s [Option<usize>], ending: Ending) -> Self {
        let mut unknown = vec![0; steps.len() + 1];
        for (place, step) in steps.iter().enumerate().rev() {
            unknown[place] = unknown[place + 1] + u32::from(step.is_none());
        }
        Self { states, steps, ending, unknown, reached: HashMap::new(), waiting: BTreeMap::new() }
    }

    /// Returns the cheapest explanation and its cost, if there is one and it is found in time.
    fn run(mut self, most_visited: usize) -> Result<Option<(u32, Vec<Alignment>)>, TooLarge> {
        let start = (0, START);
        self.reach(start, 0, start, Alignment::Fits { at: 0 });
        while let Some((cost, node)) = self.cheapest() {
            let (place, state) = node;
            if place == self.steps.len() && (self.ending == Ending::Open || self.states.may_end(state)) {
                return Ok(Some((cost, self.path(node))));
            }
            if self.reached.len() > most_visited || self.states.are_too_many() {
                return Ok(None);
            }
            self.go_on(cost, node)?;
        }
        Ok(None)
    }

    fn go_on(&mut self, cost: u32, node: Node) -> Result<(), TooLarge> {
        let (place, state) = node;
        // What is reached last is followed first, of what may be as cheap.
        for step in (0..self.states.columns()).rev() {
            let next = self.states.next(state, step)?;
            if next != DEAD {
                self.reach((place, next), cost + 1, node, Alignment::Missing { step });
            }
        }
        if place < self.steps.len() {
            self.reach((place + 1, state), cost + 1, node, Alignment::Extra { at: place });
        }
        if let Some(Some(step)) = self.steps.get(place) {
            let next = self.states.next(state, *step)?;
            if next != DEAD {
                self.reach((place + 1, next), cost, node, Alignment::Fits { at: place });
            }
        }
        Ok(())
    }

    fn reach(&mut self, to: Node, cost: u32, from: Node, by: Alignment) {
        let Some(to_pay) = self.to_pay(to) else { return };
        let reached = Reached { cost, from, by, settled: false };
        let cheaper = match self.reached.entry(to) {
            Entry::Vacant(new) => {
                new.insert(reached);
                true
            }
            Entry::Occupied(mut known) if cost < known.get().cost => {
                known.insert(reached);
                true
            }
            Entry::Occupied(_) => false,
        };
        if cheaper {
            self.waiting.entry(cost.saturating_add(to_pay)).or_default().push((cost, to));
        }
    }

    /// Returns how much is still to pay at the least; none where there is no way to an end.
    fn to_pay(&self, (place, state): Node) -> Option<u32> {
        let unknown = self.unknown[place];
        let left = u32::try_from(self.steps.len() - place).unwrap_or(u32::MAX) - unknown;
        match self.ending {
            Ending::Open => Some(unknown),
            Ending::Required => Some(unknown.saturating_add(self.states.bound(state)?.saturating_sub(left))),
        }
    }

    /// Takes the node that leads to the cheapest explanation, as far as can be told.
    fn cheapest(&mut self) -> Option<(u32, Node)> {
        loop {
            let mut least = self.waiting.first_entry()?;
            let Some((cost, node)) = least.get_mut().pop() else {
                least.remove();
                continue;
            };
            let reached = self.reached.get_mut(&node)?;
            if !std::mem::replace(&mut reached.settled, true) {
                return Some((cost, node));
            }
        }
    }

    fn path(&self, mut node: Node) -> Vec<Alignment> {
        let mut parts = Vec::new();
        while let Some(reached) = self.reached.get(&node)
            && reached.from != node
        {
            parts.push(reached.by);
            node = reached.from;
        }
        parts.reverse();
        parts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Net, process::side_by_side};

    #[test]
    fn a_search_that_takes_too_much_is_given_up_and_the_next_one_begins_anew() {
        let process = side_by_side(8);
        let mut aligner = Aligner::new(&process).unwrap();
        aligner.states.keep(16_000);
        let easy: Vec<_> = (0..9).map(Some).collect();
        let hard: Vec<_> = [5, 5, 0, 5, 5, 3, 5].map(Some).to_vec();
        assert_eq!(aligner.align(&easy, Ending::Required).map(|(cost, _)| cost), Some(0));
        assert_eq!(aligner.align(&hard, Ending::Required), None);
        assert_eq!(aligner.align(&easy, Ending::Required).map(|(cost, _)| cost), Some(0));
        let (cost, _) = align(&process, &hard, Ending::Required).unwrap();
        assert_eq!(cost, 10);

        let mut aligner = Aligner { most_visited: 50, ..Aligner::new(&process).unwrap() };
        assert_eq!(aligner.align(&hard, Ending::Required), None);
        assert!(aligner.align(&[None; 10], Ending::Open).is_some());
    }

    #[test]
    fn events_that_are_no_step_do_not_make_the_search_any_wider() {
        // Of 2^30 states, those on one way are looked at and their neighbours.
        let process = side_by_side(30);
        let mut aligner = Aligner::new(&process).unwrap();
        let (cost, parts) = aligner.align(&[None; 40], Ending::Required).unwrap();
        assert_eq!((cost, parts.len()), (71, 71));
        assert!(aligner.states.count() < 1000, "{}", aligner.states.count());
    }

    #[test]
    fn what_leads_to_no_end_is_not_searched() {
        let mut net = Net::new();
        let [lost, end] = [net.place(), net.place()];
        net.step("Stray".parse().unwrap(), &[Net::START], &[lost]);
        net.step("Wander".parse().unwrap(), &[lost], &[lost, lost]);
        net.may_end(&[end]);
        let process = Process::of_net(&net).unwrap();
        let mut aligner = Aligner::new(&process).unwrap();
        assert_eq!(aligner.align(&[Some(0)], Ending::Required), None);
        assert_eq!(aligner.states.count(), 1);
        assert_eq!(aligner.align(&[Some(1)], Ending::Open), Some((1, vec![Alignment::Extra { at: 0 }])));
    }
}
