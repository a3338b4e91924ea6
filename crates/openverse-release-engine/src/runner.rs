//! Driving a run until it wants a person, stops, or ends.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use futures_util::future::join_all;
use openverse_release_core::{Effect, Input, Limits, Phase, Run, RunEvent, Sight, StepId};

use crate::{EngineError, Journal, StoredRun, World};

/// Is told what happens in a run while it is driven. Must not block for long.
pub trait Watcher: Send + Sync {
    /// Something happened; `run` is as it is after it.
    fn happened(&self, run: &Run, event: &RunEvent);

    /// Nothing happened in any step; the run looks again after a pause.
    fn waiting(&self, run: &Run);
}

/// Why a runner gave a run back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Yield {
    /// A step waits for an approval.
    Approval,
    /// Nothing goes on by itself, and a step stopped: a person has to look.
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

/// How approvals are asked for while a run is driven.
#[derive(Debug, Clone, Default)]
pub struct Approvals {
    /// The steps that a person was asked about already, and did not let go ahead: the others go on without them.
    pub declined: BTreeSet<StepId>,
    /// Whether the run is given back as soon as a step waits for an approval. Otherwise what is under way comes
    /// to its end first, so that nobody has to answer before a failure is seen.
    pub at_once: bool,
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
    /// All steps are looked at together, and what is to be done for them is done together, each after its own
    /// intent was recorded. Dropping the future at any point leaves a run that can be resumed.
    ///
    /// # Errors
    /// When the journal fails. Trouble in the world does not fail: it becomes part of the run.
    pub async fn drive(
        &self,
        stored: &mut StoredRun,
        approvals: &Approvals,
        watcher: &dyn Watcher,
    ) -> Result<Yield, EngineError> {
        loop {
            let wants = stored.run.wants();
            if wants.end.is_some() {
                return Ok(Yield::Ended);
            }
            let asks = wants.approvals.iter().any(|step| !approvals.declined.contains(&step.id));
            if asks && (wants.looks.is_empty() || approvals.at_once) {
                return Ok(Yield::Approval);
            }
            if wants.looks.is_empty() {
                return Ok(if wants.stopped.is_empty() { Yield::Approval } else { Yield::Stopped });
            }
            let looks = wants.looks.into_iter().map(async |(step, look)| {
                let sight = self.world.look(&stored.run, &step, &look).await;
                (step, sight)
            });
            let sights = join_all(looks).await;
            if !self.act_on(stored, sights, watcher).await? {
                watcher.waiting(&stored.run);
                self.world.clock.sleep(self.poll).await;
            }
        }
    }

    /// Decides on what was seen, performs what is to be done, and tells whether anything but waiting happened.
    async fn act_on(
        &self,
        stored: &mut StoredRun,
        sights: Vec<(StepId, Sight)>,
        watcher: &dyn Watcher,
    ) -> Result<bool, EngineError> {
        let mut effects: Vec<(StepId, Effect)> = Vec::new();
        let mut acted = false;
        for (step, sight) in sights {
            if stored.run.end().is_some() {
                break;
            }
            let input = Input::Saw { step: step.clone(), sight };
            let decision = stored.run.decide(input, self.world.clock.now(), self.limits)?;
            self.record(stored, &decision.events, watcher)?;
            let under_way =
                |run: &Run| matches!(run.active(&step).map(|it| &it.phase), Some(Phase::UnderWay { .. }));
            acted |= !decision.events.is_empty() && !under_way(&stored.run);
            effects.extend(decision.perform.map(|effect| (step, effect)));
        }
        let performed = effects.iter().map(async |(step, effect)| (step, self.world.perform(effect).await));
        for (step, reply) in join_all(performed).await {
            self.tell(stored, Input::Replied { step: step.clone(), reply }, watcher)?;
        }
        Ok(acted || !effects.is_empty())
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
