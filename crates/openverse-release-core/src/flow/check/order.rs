//! The order of the steps, and the circles that stand in its way.

use super::{nature::Nature, net::Net};

/// The steps so that links point onwards, as far as there is such an order.
pub(super) struct Order {
    /// The steps that roll back, then those that come after all that leads to them.
    pub(super) steps: Vec<u32>,
    /// The steps that lie on a circle without a rollback, or come after one.
    pub(super) rest: Vec<u32>,
}

impl Order {
    /// Orders the steps by all links but those of the steps that roll back.
    pub(super) fn of(net: &Net) -> Self {
        let rolls_back = |step: usize| net.is(step, Nature::ROLLS_BACK);
        let mut steps: Vec<u32> = net.that_are(Nature::ROLLS_BACK).map(|step| step as u32).collect();
        let mut waits_for = vec![0_u32; net.len()];
        let mut ready = Vec::new();
        for step in (0..net.len()).rev().filter(|&step| !rolls_back(step)) {
            let before = net.into.of(step).iter().filter(|arc| !rolls_back(arc.other()));
            waits_for[step] = before.count() as u32;
            if waits_for[step] == 0 {
                ready.push(step as u32);
            }
        }
        while let Some(step) = ready.pop() {
            steps.push(step);
            for arc in net.out.of(step as usize) {
                let next = arc.other();
                if rolls_back(next) {
                    continue;
                }
                waits_for[next] -= 1;
                if waits_for[next] == 0 {
                    ready.push(next as u32);
                }
            }
        }
        let rest = (0..net.len()).filter(|&step| waits_for[step] > 0).map(|step| step as u32).collect();
        Self { steps, rest }
    }

    /// Returns the groups of steps that lead to each other without a rollback, each in order.
    ///
    /// A step alone is such a group where a link leads from it to itself.
    pub(super) fn circles(&self, net: &Net) -> Vec<Vec<usize>> {
        let mut search = Search {
            net,
            number: vec![0; net.len()],
            lowest: vec![0; net.len()],
            next_number: 1,
            open: Vec::new(),
            found: Vec::new(),
        };
        let mut outside = vec![true; net.len()];
        self.rest.iter().for_each(|&step| outside[step as usize] = false);
        for &step in &self.rest {
            if search.number[step as usize] == 0 {
                search.from(step as usize, &outside);
            }
        }
        search.found.sort();
        search.found
    }
}

/// Tarjan's search for strongly connected components, with a stack of its own.
struct Search<'a> {
    net: &'a Net,
    /// In which order the steps were come to, from 1; 0 is not yet, and the largest is done with.
    number: Vec<u32>,
    /// The earliest step that is still open and can be come to from here.
    lowest: Vec<u32>,
    next_number: u32,
    open: Vec<usize>,
    found: Vec<Vec<usize>>,
}

impl Search<'_> {
    fn from(&mut self, start: usize, outside: &[bool]) {
        self.enter(start);
        let mut way = vec![(start, 0)];
        while let Some((step, at)) = way.last_mut() {
            let step = *step;
            if let Some(arc) = self.net.out.of(step).get(*at) {
                *at += 1;
                let next = arc.other();
                match self.number[next] {
                    _ if outside[next] => {}
                    0 => {
                        self.enter(next);
                        way.push((next, 0));
                    }
                    // That of a step that is done with is larger than any.
                    number => self.lowest[step] = self.lowest[step].min(number),
                }
                continue;
            }
            way.pop();
            if let Some(&(before, _)) = way.last() {
                self.lowest[before] = self.lowest[before].min(self.lowest[step]);
            }
            if self.lowest[step] == self.number[step] {
                let from = self.open.iter().rposition(|&open| open == step).unwrap_or(0);
                let mut group = self.open.split_off(from);
                group.iter().for_each(|&step| self.number[step] = u32::MAX);
                group.sort_unstable();
                let goes_round = self.net.out.of(step).iter().any(|arc| arc.other() == step);
                if group.len() > 1 || goes_round {
                    self.found.push(group);
                }
            }
        }
    }

    fn enter(&mut self, step: usize) {
        self.number[step] = self.next_number;
        self.lowest[step] = self.next_number;
        self.next_number += 1;
        self.open.push(step);
    }
}
