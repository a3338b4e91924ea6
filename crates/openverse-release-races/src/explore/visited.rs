//! The states that were seen, numbered in the order they were found.

use std::hash::{Hash, Hasher};

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
        let mut place = spread(state) as usize & mask;
        while self.table[place] != 0 && self.states[self.table[place] as usize - 1] != *state {
            place = (place + 1) & mask;
        }
        place
    }

    fn grow(&mut self) {
        let mask = self.table.len() * 4 - 1;
        let mut table = vec![0; mask + 1];
        for (number, state) in (1..).zip(&self.states) {
            let mut place = spread(state) as usize & mask;
            while table[place] != 0 {
                place = (place + 1) & mask;
            }
            table[place] = number;
        }
        self.table = table;
    }
}

fn spread<S: Hash>(state: &S) -> u64 {
    let mut hasher = Multiplying(0);
    state.hash(&mut hasher);
    // The low bits of a product depend on few bits; the high ones on all.
    hasher.0 ^ (hasher.0 >> 32)
}

/// A fast hash for small states. Nobody chooses them, so it need not withstand anybody.
struct Multiplying(u64);

impl Multiplying {
    fn mix(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95);
    }
}

impl Hasher for Multiplying {
    fn write(&mut self, bytes: &[u8]) {
        for part in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..part.len()].copy_from_slice(part);
            self.mix(u64::from_le_bytes(word));
        }
    }

    fn write_u8(&mut self, byte: u8) {
        self.mix(u64::from(byte));
    }

    fn write_u16(&mut self, word: u16) {
        self.mix(u64::from(word));
    }

    fn write_u64(&mut self, word: u64) {
        self.mix(word);
    }

    fn write_usize(&mut self, word: usize) {
        self.mix(word as u64);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
