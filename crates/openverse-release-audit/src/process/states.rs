//! The states that a process can be in, each worked out when it is first reached.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use super::{Process, net::Move};

/// The number of a state among those that are known.
pub(crate) type State = u32;
/// The state before anything has happened.
pub(crate) const START: State = 0;
/// The state that nothing leads out of: the case does not fit.
pub(crate) const DEAD: State = 0xffff_ffff;
/// Stands for a state that is not worked out yet. It and [`DEAD`] are above all others.
const UNKNOWN: State = 0xffff_fffe;

/// More tokens than this in one marking are given up.
const MOST_TOKENS: usize = 1 << 10;
/// More markings than this in one state are given up.
const MOST_MARKINGS: usize = 1 << 14;
/// How many bytes of states are kept, before they are forgotten and worked out again.
const KEPT: usize = 1 << 26;

/// A process in which more can have happened unseen, or side by side, than can be kept track of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "found {markings} ways in which the process can stand after the same events, one with {tokens} things side by \
         side; expected at most {MOST_MARKINGS} and {MOST_TOKENS}: a log that shows more of the steps, or a flow with a bound"
)]
pub struct TooLarge {
    /// In how many ways the process can stand.
    pub markings: usize,
    /// How many things go on side by side in one of them.
    pub tokens: usize,
}

/// Tokens, by place, in order.
type Marking = Vec<usize>;
/// Stands between two markings.
const AND: usize = usize::MAX;

/// The states of a process that were reached so far, and which follows which, in a table with a column for
/// each activity or step. Where the table grows too large, it is begun again: that takes time, and changes
/// no answer.
#[derive(Debug, Clone)]
pub(crate) struct States<'a> {
    process: &'a Process,
    /// The step that each column stands for; none for an activity that is no step.
    columns: Vec<Option<usize>>,
    /// The next state of each state and column, row by row.
    next: Vec<State>,
    /// A row has room for as many columns as this many bits can number.
    bits: u32,
    known: Vec<Known>,
    numbers: HashMap<Arc<[usize]>, State>,
    /// How many bytes the states take without the table.
    held: usize,
    kept: usize,
}

#[derive(Debug, Clone)]
struct Known {
    /// Where the tokens may be, after what was seen.
    markings: Arc<[usize]>,
    may_end: bool,
    bound: Option<u32>,
}

impl<'a> States<'a> {
    /// Returns the state before anything has happened, with a column for each of these steps.
    ///
    /// # Errors
    /// When it is too large.
    pub(crate) fn new(
        process: &'a Process,
        columns: impl IntoIterator<Item = Option<usize>>,
    ) -> Result<Self, TooLarge> {
        let mut states = Self {
            process,
            columns: columns.into_iter().collect(),
            next: Vec::new(),
            bits: 0,
            known: Vec::new(),
            numbers: HashMap::new(),
            held: 0,
            kept: KEPT,
        };
        states.bits = bits(states.columns.len());
        states.number(BTreeSet::from([vec![super::Net::START]]))?;
        Ok(states)
    }

    /// Keeps no more bytes than this.
    #[cfg(test)]
    pub(crate) fn keep(&mut self, bytes: usize) {
        self.kept = bytes;
    }

    /// Returns how many states are known.
    #[cfg(test)]
    pub(crate) fn count(&self) -> usize {
        self.known.len()
    }

    /// Returns the process.
    pub(crate) fn process(&self) -> &'a Process {
        self.process
    }

    /// Returns how many columns there are.
    pub(crate) fn columns(&self) -> usize {
        self.columns.len()
    }

    /// Adds columns.
    pub(crate) fn add_columns(&mut self, columns: impl IntoIterator<Item = Option<usize>>) {
        self.columns.extend(columns);
        let (from, to) = (1 << self.bits, 1 << bits(self.columns.len()));
        if from < to {
            let mut next = vec![UNKNOWN; self.known.len() * to];
            for (wider, row) in next.chunks_mut(to).zip(self.next.chunks(from)) {
                wider[..from].copy_from_slice(row);
            }
            self.next = next;
            self.bits = bits(self.columns.len());
        }
    }

    /// Goes from a state as far as is worked out. Returns how many columns that takes, and the state then.
    pub(crate) fn follow(&self, mut state: State, columns: &[u32]) -> (usize, State) {
        for (place, &column) in columns.iter().enumerate() {
            let next = self.next[self.entry(state, column as usize)];
            if next >= UNKNOWN {
                return (place, state);
            }
            state = next;
        }
        (columns.len(), state)
    }

    fn entry(&self, state: State, column: usize) -> usize {
        ((state as usize) << self.bits) | column
    }

    /// Returns the next state, which is worked out if need be.
    ///
    /// # Errors
    /// When it is too large.
    pub(crate) fn next(&mut self, state: State, column: usize) -> Result<State, TooLarge> {
        let entry = self.entry(state, column);
        let known = self.next[entry];
        if known != UNKNOWN {
            return Ok(known);
        }
        let after = self.columns[column].map(|step| self.after(state, step)).unwrap_or_default();
        let next = if after.is_empty() { DEAD } else { self.number(after)? };
        self.next[entry] = next;
        Ok(next)
    }

    /// Tells whether more states are kept than should be.
    pub(crate) fn are_too_many(&self) -> bool {
        self.held + self.next.len() * size_of::<State>() > self.kept
    }

    /// Forgets every state but the first one and this one, if too many are kept. Returns the number that
    /// this one then has; no other number means anything any more.
    ///
    /// # Errors
    /// None where there was none before.
    pub(crate) fn make_room(&mut self, state: State) -> Result<State, TooLarge> {
        if !self.are_too_many() {
            return Ok(state);
        }
        let markings = self.markings(state).map(<[usize]>::to_vec).collect();
        let columns = std::mem::take(&mut self.columns);
        *self = Self { kept: self.kept, ..Self::new(self.process, columns)? };
        self.number(markings)
    }

    /// Tells whether a case may end in a state.
    pub(crate) fn may_end(&self, state: State) -> bool {
        self.known[state as usize].may_end
    }

    /// Returns how few further events lead from a state to an end, at the least; none where none do.
    pub(crate) fn bound(&self, state: State) -> Option<u32> {
        self.known[state as usize].bound
    }

    /// Returns the steps that can happen in a state.
    pub(crate) fn possible(&self, state: State) -> impl Iterator<Item = usize> {
        (0..self.process.steps().len()).filter(move |&step| {
            self.process
                .ways_of(step)
                .any(|way| self.markings(state).any(|tokens| taken(tokens, way).is_some()))
        })
    }

    fn markings(&self, state: State) -> impl Iterator<Item = &[usize]> {
        self.known[state as usize].markings.split(|&place| place == AND)
    }

    fn after(&self, state: State, step: usize) -> BTreeSet<Marking> {
        let ways = self.process.ways_of(step);
        ways.flat_map(|way| self.markings(state).filter_map(|tokens| taken(tokens, way))).collect()
    }

    /// Returns the number of the state in which the tokens are so, or have moved on unseen.
    fn number(&mut self, mut markings: BTreeSet<Marking>) -> Result<State, TooLarge> {
        let mut waiting: Vec<_> = markings.iter().cloned().collect();
        while let Some(marking) = waiting.pop() {
            if marking.len() > MOST_TOKENS || markings.len() > MOST_MARKINGS {
                return Err(TooLarge { markings: markings.len(), tokens: marking.len() });
            }
            for unseen in self.process.unseen() {
                if let Some(after) = taken(&marking, unseen)
                    && markings.insert(after.clone())
                {
                    waiting.push(after);
                }
            }
        }
        let written: Arc<[usize]> = markings.iter().map(Vec::as_slice).collect::<Vec<_>>().join(&AND).into();
        if let Some(&number) = self.numbers.get(&written) {
            return Ok(number);
        }
        let number = State::try_from(self.known.len()).unwrap_or(DEAD);
        self.held += size_of_val(&*written) + size_of::<(Known, Arc<[usize]>, State)>();
        self.numbers.insert(written.clone(), number);
        self.known.push(Known {
            may_end: markings.iter().any(|marking| self.process.ends_with(marking)),
            bound: markings.iter().filter_map(|marking| self.process.bound(marking)).min(),
            markings: written,
        });
        self.next.resize(self.known.len() << self.bits, UNKNOWN);
        Ok(number)
    }
}

fn bits(columns: usize) -> u32 {
    columns.next_power_of_two().trailing_zeros()
}

/// Returns where the tokens are after a step happened in one way, if it can.
fn taken(tokens: &[usize], way: &Move) -> Option<Marking> {
    let mut after = tokens.to_vec();
    for place in &way.takes {
        after.remove(after.binary_search(place).ok()?);
    }
    for &place in &way.gives {
        let at = after.binary_search(&place).unwrap_or_else(|at| at);
        after.insert(at, place);
    }
    Some(after)
}
