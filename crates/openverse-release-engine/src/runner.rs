//! Driving a run until it wants a person, stops, or ends.

use std::{sync::Arc, time::Duration};

use openverse_release_core::{Input, Limits, Next, Phase, Run, RunEvent};

use crate::{EngineError, Journal, StoredRun, World};

/// Is told what happens in a run while it is driven. Must not block for long.
pub trait Watcher: Send + Sync {
    /// Something happened; `run` is as it is after it.
    fn happened(&self, run: &Run, event: &RunEvent);

    /// Nothing happened; the run looks again after a pause.
    fn waiting(&self, run: &Run);
}

/// Why a runner gave a run back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pause {
    /// The present step waits for an approval.
    Approval,
    /// The run stopped; a person has to look.
    Stopped,
    /// The run ended.
    Ended,
}

/// Drives runs over the ports of a world, and records what happens in a journal.
#[derive(Debug)]
pub struct Runner<'a> {
    /// The world.
    pub world: &'a World,
    /// Where events are recorded.
    pub journal: &'a Arc<dyn Journal>,
    /// How long to wait for what.
    pub limits: &'a Limits,
    /// How long to pause between two looks.
    pub poll: Duration,
}

impl Runner<'_> {
    /// Gives the run an input from a person and records what it leads to.
    ///
    /// # Errors
    /// When the run cannot take it now, or the journal fails.
    pub fn tell(
        &self,
        stored: &mut StoredRun,
        input: Input,
        watcher: &dyn Watcher,
    ) -> Result<(), EngineError> {
        let decision = stored.run.decide(input, self.world.clock.now(), self.limits)?;
        self.record(stored, &decision.events, watcher)
    }

    /// Drives the run until it wants a person, stops, or ends.
    ///
    /// Dropping the future at any point leaves a run that can be resumed.
    ///
    /// # Errors
    /// When the journal fails. Trouble in the world does not fail: it becomes part of the run.
    pub async fn drive(&self, stored: &mut StoredRun, watcher: &dyn Watcher) -> Result<Pause, EngineError> {
        loop {
            let look = match stored.run.next() {
                Next::Approval(_) => return Ok(Pause::Approval),
                Next::Stopped(_) => return Ok(Pause::Stopped),
                Next::Ended(_) => return Ok(Pause::Ended),
                Next::Look(look) => look,
            };
            let sight = self.world.look(&stored.run, &look).await;
            let decision = stored.run.decide(Input::Saw(sight), self.world.clock.now(), self.limits)?;
            self.record(stored, &decision.events, watcher)?;
            match decision.perform {
                Some(effect) => {
                    let reply = self.world.perform(&effect).await;
                    self.tell(stored, Input::Replied(reply), watcher)?;
                }
                None if decision.events.is_empty()
                    || matches!(stored.run.phase(), Phase::UnderWay { .. }) =>
                {
                    watcher.waiting(&stored.run);
                    self.world.clock.sleep(self.poll).await;
                }
                None => {}
            }
        }
    }

    fn record(
        &self,
        stored: &mut StoredRun,
        events: &[RunEvent],
        watcher: &dyn Watcher,
    ) -> Result<(), EngineError> {
        if events.is_empty() {
            return Ok(());
        }
        let at = self.world.clock.now();
        self.journal.append(stored, at, events)?;
        for event in events {
            stored.run.apply(at, event);
            watcher.happened(&stored.run, event);
        }
        Ok(())
    }
}
