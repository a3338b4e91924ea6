//! Driving a run over the model of the world, with what may befall each attempt to change it.

use chrono::{DateTime, TimeDelta, Utc};
use openverse_release_core::{
    App, Effect, Input, Limits, Look, Next, Order, Project, Reply, Run, RunEvent, Stop, plan,
};

use super::world::{IMAGE_TAG, World};

/// What befalls one attempt to perform an effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mishap {
    None,
    CrashBefore,
    CrashAfter,
    LostRequest,
    LostReply,
    /// A crash before it, and a person does it by hand before the run is resumed.
    ByHand,
}

impl Mishap {
    pub(super) const ALL: [Self; 6] =
        [Self::None, Self::CrashBefore, Self::CrashAfter, Self::LostRequest, Self::LostReply, Self::ByHand];
}

/// A run being driven, with the history that a journal would have.
pub(super) struct Drive {
    pub(super) run: Run,
    pub(super) history: Vec<(DateTime<Utc>, RunEvent)>,
    pub(super) limits: Limits,
}

impl Drive {
    pub(super) fn start(world: &World, app: &App, order: Order) -> Self {
        let id = "run-1".parse().unwrap();
        let steps = plan(&Project::openverse(), app, &order.kind, order.environment, &id).unwrap();
        let (run, events) = Run::start(id, order, steps, &app.flow, world.now).unwrap();
        let history = events.into_iter().map(|event| (world.now, event)).collect();
        Self { run, history, limits: Limits::default() }
    }

    pub(super) fn tell(&mut self, world: &World, input: Input) -> Option<Effect> {
        let decision = self.run.decide(input, world.now, &self.limits).unwrap();
        for event in decision.events {
            self.run.apply(world.now, &event);
            self.history.push((world.now, event));
        }
        decision.perform
    }

    /// Forgets everything but the history, as a crash does, and takes the run up again.
    pub(super) fn restart(&mut self, world: &World) {
        self.run = Run::replay(self.run.id().clone(), self.history.clone()).unwrap();
        self.tell(world, Input::Resume { by: "ada".to_owned() });
    }

    pub(super) fn look(&self) -> Look {
        match self.run.next() {
            Next::Look(look) => look,
            other => panic!("expected a look, found {other:?}"),
        }
    }

    /// Looks, and returns what the run then wants to do.
    pub(super) fn see(&mut self, world: &mut World) -> Option<Effect> {
        let sight = world.see(&self.run, &self.look());
        self.tell(world, Input::Saw(sight))
    }

    pub(super) fn conflict(&self) -> &str {
        match self.run.next() {
            Next::Stopped(Stop::Conflict { found, .. }) => found,
            other => panic!("expected a conflict, found {other:?}"),
        }
    }

    pub(super) fn refused(&self) -> &str {
        match self.run.next() {
            Next::Ended(openverse_release_core::End::Refused { found, .. }) => found,
            other => panic!("expected a refusal, found {other:?}"),
        }
    }

    pub(super) fn unknown(&self) -> &str {
        match self.run.next() {
            Next::Stopped(Stop::Unknown { what }) => what,
            other => panic!("expected unknown, found {other:?}"),
        }
    }

    /// Drives the run like [`Drive::go`], and resumes it where it stopped because it could not tell.
    pub(super) fn go_on(&mut self, world: &mut World, mut mishaps: impl Iterator<Item = Mishap>) {
        for _ in 0..100 {
            self.go(world, &mut mishaps);
            if !matches!(self.run.next(), Next::Stopped(Stop::Unknown { .. })) {
                return;
            }
            self.restart(world);
        }
        panic!("the run cannot tell, however often it is resumed: {:?}", self.run.phase());
    }

    /// Drives the run until it stops or ends; each attempt to perform meets the next mishap.
    pub(super) fn go(&mut self, world: &mut World, mut mishaps: impl Iterator<Item = Mishap>) {
        self.go_for(world, &mut mishaps, 10_000);
        let at_rest = matches!(self.run.next(), Next::Stopped(_) | Next::Ended(_));
        assert!(at_rest, "the run goes on for ever: {:?}", self.run.phase());
    }

    /// Drives the run like [`Drive::go`], for so many looks at most.
    pub(super) fn go_for(
        &mut self,
        world: &mut World,
        mishaps: &mut impl Iterator<Item = Mishap>,
        looks: usize,
    ) {
        for _ in 0..looks {
            if matches!(self.run.next(), Next::Approval(_)) {
                self.tell(world, Input::Approve { by: "ada".to_owned() });
            }
            if matches!(self.run.next(), Next::Stopped(_) | Next::Ended(_)) {
                return;
            }
            if let Some(effect) = self.see(world) {
                self.attempt(world, &effect, mishaps.next().unwrap_or(Mishap::None));
                world.blind_until = world.now + world.blinks.pop_front().unwrap_or_default();
            }
            world.now += TimeDelta::seconds(1);
        }
    }

    fn attempt(&mut self, world: &mut World, effect: &Effect, mishap: Mishap) {
        let lost = Input::Replied(Reply::Lost { why: "connection reset".to_owned() });
        match mishap {
            Mishap::None => {
                let reply = world.perform(effect);
                self.tell(world, Input::Replied(reply));
            }
            Mishap::LostReply => {
                world.perform(effect);
                self.tell(world, lost);
            }
            Mishap::LostRequest => {
                self.tell(world, lost);
            }
            Mishap::CrashAfter => {
                world.perform(effect);
                self.restart(world);
            }
            Mishap::CrashBefore => self.restart(world),
            Mishap::ByHand => {
                by_hand(world, effect);
                self.restart(world);
            }
        }
    }
}

/// Does what a person can do in a run's place. A deployment forced by hand is another deployment.
fn by_hand(world: &mut World, effect: &Effect) {
    match effect {
        // Nor does anybody else register what the run finds again by its mark.
        Effect::DispatchDeployment { event_type: None, .. } | Effect::RegisterTaskDefinition(_) => {}
        Effect::DispatchDeployment { .. } => {
            world.mutations.push("dispatch".to_owned());
            world.deploy(&format!("{IMAGE_TAG}: by hand"), "workflow_dispatch");
        }
        effect => {
            world.perform(effect);
        }
    }
}
