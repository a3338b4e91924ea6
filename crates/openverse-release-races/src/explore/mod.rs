//! Breadth-first exploration: every state once, and the shortest way to each race.

#[cfg(test)]
pub(crate) mod naive;
mod visited;

use std::hash::Hash;

use self::visited::Visited;
use crate::race::{Race, Races};

/// Something that several hands act on, one at a time.
pub(crate) trait Model {
    /// All there is to know at one moment.
    type State: Copy + Eq + Hash;
    /// One thing that somebody does.
    type Move: Copy;

    /// Returns where everything begins.
    fn start(&self) -> Self::State;

    /// Collects everything that can happen next, always in the same order.
    fn moves(&self, state: &Self::State, steps: &mut Vec<Step<Self>>);

    /// Returns the state that stands for all that differ from this one only in names.
    fn canonical(&self, state: Self::State) -> Self::State {
        state
    }

    /// Says in words what a move in a state is.
    fn describe(&self, before: &Self::State, step: &Step<Self>) -> String;
}

/// One thing that can happen in a state.
pub(crate) struct Step<M: Model + ?Sized> {
    /// What happens.
    pub(crate) what: M::Move,
    /// What comes of it.
    pub(crate) to: M::State,
    /// What thereby goes wrong.
    pub(crate) races: Races,
}

/// What an exploration came to.
#[derive(Debug)]
pub(crate) struct Explored {
    /// How many states were seen.
    pub(crate) states: usize,
    /// How many steps were tried.
    pub(crate) steps: usize,
    /// Whether those are all there are within the bounds.
    pub(crate) complete: bool,
    /// The shortest way to each race, in words.
    pub(crate) found: Vec<(Race, Vec<String>)>,
}

impl Default for Explored {
    fn default() -> Self {
        Self { states: 0, steps: 0, complete: true, found: Vec::new() }
    }
}

impl Explored {
    /// Adds what another exploration came to, of another part of the same world.
    pub(crate) fn add(&mut self, other: Self) {
        self.states += other.states;
        self.steps += other.steps;
        self.complete &= other.complete;
        self.found.extend(other.found);
        // Of equally short ones, the one that was found first.
        self.found.sort_by_key(|(race, events)| (events.len(), *race));
        let mut seen = Races::default();
        self.found.retain(|(race, _)| {
            let is_new = !seen.contains(*race);
            seen.add(*race);
            is_new
        });
    }
}

/// Explores a model, up to a number of states.
pub(crate) fn explore<M: Model>(model: &M, most_states: usize) -> Explored {
    let mut visited = Visited::starting_with(model.canonical(model.start()));
    let mut firsts: Vec<(Race, u32)> = Vec::new();
    let mut seen = Races::default();
    let mut steps = Vec::new();
    let mut tried = 0;
    let mut at = 0u32;
    while (at as usize) < visited.len() && visited.len() <= most_states {
        steps.clear();
        model.moves(&visited.state(at), &mut steps);
        tried += steps.len();
        for step in &steps {
            for race in step.races.without(seen).iter() {
                seen.add(race);
                firsts.push((race, at));
            }
            visited.insert(model.canonical(step.to), at);
        }
        at += 1;
    }
    let found = firsts.into_iter().map(|(race, before)| (race, narrate(model, &visited, before, race)));
    Explored {
        states: visited.len(),
        steps: tried,
        complete: at as usize == visited.len(),
        found: found.collect(),
    }
}

/// Returns in words the way to a state, and the step from there that is a race.
///
/// The states on the way stand for others too, so it is gone once more, with one of each that is real.
fn narrate<M: Model>(model: &M, visited: &Visited<M::State>, before: u32, race: Race) -> Vec<String> {
    let mut state = model.start();
    let mut words = Vec::new();
    let mut go = |state: &mut M::State, is_it: &dyn Fn(&Step<M>) -> bool| {
        let mut steps = Vec::new();
        model.moves(state, &mut steps);
        let step = steps.into_iter().find(is_it);
        let step = step.unwrap_or_else(|| unreachable!("a state was reached by a step that there is"));
        words.push(model.describe(state, &step));
        *state = step.to;
    };
    for next in visited.way_to(before).into_iter().skip(1) {
        let next = visited.state(next);
        go(&mut state, &|step| model.canonical(step.to) == next);
    }
    go(&mut state, &|step| step.races.contains(race));
    words
}
