//! The cheapest explanation of a case that does not fit.

use std::collections::{HashMap, HashSet, VecDeque};

use crate::{
    Process,
    process::{DEAD, START},
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
type Node = (usize, u16);

/// For each node that was reached: at what cost, from where, and by what.
type Best = HashMap<Node, (u32, Option<Node>, Alignment)>;

/// Returns the explanation of a case with the fewest events too many and steps missing, and how many
/// they are; `None` where the case is too long to be explained.
///
/// `steps` are the steps that the events mean, `None` for one that means none.
pub fn align(process: &Process, steps: &[Option<usize>], ending: Ending) -> Option<(u32, Vec<Alignment>)> {
    // Dijkstra's search over pairs of a place in the case and a state of the process: with no costs but 0
    // and 1 a queue with two ends keeps the order.
    let mut best = Best::new();
    let mut done: HashSet<Node> = HashSet::new();
    let mut waiting = VecDeque::from([(0, (0, START))]);
    best.insert((0, START), (0, None, Alignment::Fits { at: 0 }));
    while let Some((cost, node)) = waiting.pop_front() {
        if !done.insert(node) {
            continue;
        }
        let (place, state) = node;
        if place == steps.len() && (ending == Ending::Open || process.may_end(state)) {
            return Some((cost, path(&best, node)));
        }
        if best.len() > MOST_VISITED {
            return None;
        }
        let mut reach = |to: Node, price: u32, by: Alignment| {
            let total = cost + price;
            let cheaper = best.get(&to).is_none_or(|(known, ..)| total < *known);
            if cheaper {
                best.insert(to, (total, Some(node), by));
                match price {
                    0 => waiting.push_front((total, to)),
                    _ => waiting.push_back((total, to)),
                }
            }
        };
        if place < steps.len() {
            reach((place + 1, state), 1, Alignment::Extra { at: place });
        }
        for step in process.possible(state) {
            reach((place, process.next(state, step)), 1, Alignment::Missing { step });
        }
        if let Some(Some(step)) = steps.get(place) {
            let next = process.next(state, *step);
            if next != DEAD {
                reach((place + 1, next), 0, Alignment::Fits { at: place });
            }
        }
    }
    None
}

fn path(best: &Best, end: Node) -> Vec<Alignment> {
    let mut parts = Vec::new();
    let mut node = end;
    while let Some((_, Some(before), by)) = best.get(&node) {
        parts.push(*by);
        node = *before;
    }
    parts.reverse();
    parts
}
