//! The states that were seen, numbered in the order they were found.

use std::hash::{BuildHasher, Hash};

use crate::hash::Fast;

/// Every state once, and from which other it was reached first.
#[derive(Debug)]
pub(super) struct Visited<S> {
    states: Vec<S>,
    parents: Vec<u32>,
    /// Numbers of states plus one, by hash; zero where nothing is.
    table: Vec<u32>,
}

impl<S: Copy + Eq + Hash> Visited<S> {
    pub(super) fn starting_with(state: S) -> Self {
        let mut visited = Self { states: Vec::new(), parents: Vec::new(), table: vec![0; 1 << 10] };
        visited.insert(state, 0);
        visited
    }

    pub(super) fn len(&self) -> usize {
        self.states.len()
    }

    pub(super) fn state(&self, number: u32) -> S {
        self.states[number as usize]
    }

    /// Adds a state that was not seen before.
    pub(super) fn insert(&mut self, state: S, parent: u32) {
        if self.states.len() * 2 >= self.table.len() {
            self.grow();
        }
        let place = self.place(&state);
        if self.table[place] == 0 {
            self.states.push(state);
            self.parents.push(parent);
            self.table[place] = u32::try_from(self.states.len()).unwrap_or(u32::MAX);
        }
    }

    /// Returns the numbers of the states on the way to one, from the first.
    pub(super) fn way_to(&self, number: u32) -> Vec<u32> {
        let mut way = vec![number];
        let mut at = number;
        while at != 0 {
            at = self.parents[at as usize];
            way.push(at);
        }
        way.reverse();
        way
    }

    fn place(&self, state: &S) -> usize {
        let mask = self.table.len() - 1;
        let mut place = Fast::default().hash_one(state) as usize & mask;
        while self.table[place] != 0 && self.states[self.table[place] as usize - 1] != *state {
            place = (place + 1) & mask;
        }
        place
    }

    fn grow(&mut self) {
        let mask = self.table.len() * 4 - 1;
        let mut table = vec![0; mask + 1];
        for (number, state) in (1..).zip(&self.states) {
            let mut place = Fast::default().hash_one(state) as usize & mask;
            while table[place] != 0 {
                place = (place + 1) & mask;
            }
            table[place] = number;
        }
        self.table = table;
    }
}
