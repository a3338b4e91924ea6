//! The documented process with nothing forgotten.

use super::{Documented, Move, State};
use crate::explore::{Model, Step};

/// The same process; its states keep what nobody will read again.
pub(crate) struct Remembering<'a>(pub(crate) Documented<'a>);

impl Model for Remembering<'_> {
    type State = State;
    type Move = Move;

    fn start(&self) -> State {
        self.0.start()
    }

    fn moves(&self, state: &State, steps: &mut Vec<Step<Self>>) {
        let mut forgetful = Vec::new();
        self.0.moves(state, &mut forgetful);
        steps.extend(forgetful.into_iter().filter_map(|Step { what, .. }| {
            let (to, races) = self.0.after(*state, what)?;
            Some(Step { what, to, races })
        }));
    }

    fn describe(&self, before: &State, step: &Step<Self>) -> String {
        self.0.words(before, step.what, &step.to)
    }
}
