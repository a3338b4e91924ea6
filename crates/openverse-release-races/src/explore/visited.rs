//! The states that were seen, numbered in the order they were found.

use std::hash::{BuildHasher, Hash};

use rustc_hash::FxBuildHasher;

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
        let mut place = FxBuildHasher.hash_one(state) as usize & mask;
        while self.table[place] != 0 && self.states[self.table[place] as usize - 1] != *state {
            place = (place + 1) & mask;
        }
        place
    }

    fn grow(&mut self) {
        let mask = self.table.len() * 4 - 1;
        let mut table = vec![0; mask + 1];
        for (number, state) in (1..).zip(&self.states) {
            let mut place = FxBuildHasher.hash_one(state) as usize & mask;
            while table[place] != 0 {
                place = (place + 1) & mask;
            }
            table[place] = number;
        }
        self.table = table;
    }
}

#[cfg(test)]
mod tests {
    use super::Visited;

    #[test]
    fn a_state_is_kept_once_and_from_where_it_was_first_reached() {
        let mut visited = Visited::starting_with(10);
        for (state, parent) in [(11, 0), (12, 1), (11, 2), (10, 2), (13, 2), (13, 0)] {
            visited.insert(state, parent);
        }
        assert_eq!((visited.len(), visited.state(3)), (4, 13));
        assert_eq!(visited.way_to(3), [0, 1, 2, 3]);
        assert_eq!(visited.way_to(0), [0]);
    }

    #[test]
    fn the_table_is_never_more_than_half_full_and_not_much_larger_than_it_must_be() {
        let mut visited = Visited::starting_with(0);
        for state in 1..50_000 {
            visited.insert(state, 0);
            let places = visited.table.len();
            assert!(visited.len() * 2 <= places, "{state}: {places}");
            assert!(visited.len() * 10 >= places || places <= 1024, "{state}: {places}");
        }
        assert!((0..50_000).all(|state| visited.table[visited.place(&state)] == state + 1));
    }
}
