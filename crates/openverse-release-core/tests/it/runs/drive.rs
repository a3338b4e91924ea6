//! Driving a run over the model of the world, with what may befall each attempt to change it.

use std::fmt::Debug;

use chrono::{DateTime, TimeDelta, Utc};
use openverse_release_core::{
    App, Effect, End, EnvironmentName, Input, Limits, Look, Order, OrderKind, Phase, Reply, Run, RunEvent,
    Scope, Sight, Step, StepId, Stop, Wants, plan,
};

use serde::{Serialize, de::DeserializeOwned};

use super::world::{IMAGE_TAG, World, openverse};

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

/// What a run wants in which one step at most is under way.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next<'a> {
    Look(Look),
    Approval(&'a Step),
    Stopped(&'a Stop),
    Ended(&'a End),
}

/// Checks that this can be written and read: somebody else may drive the run.
fn written_and_read<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: T) -> T {
    let read: T = serde_json::from_str(&serde_json::to_string(&value).unwrap()).unwrap();
    assert_eq!(read, value);
    value
}

/// A run being driven, with the history that a journal would have.
pub(super) struct Drive {
    pub(super) run: Run,
    pub(super) history: Vec<(DateTime<Utc>, RunEvent)>,
    pub(super) limits: Limits,
}

/// Returns the order of a release that can go back everywhere to what worked last.
pub(super) fn release_order(world: &World, app: &App) -> Order {
    let scope = Scope::of_release(app).unwrap();
    let version = world.order(OrderKind::RollBack).version;
    let last_working = scope.goes_back().map(|(_, at)| (at, version.clone())).collect();
    Order { environments: scope.environments, last_working, ..world.release_order() }
}

impl Drive {
    pub(super) fn start(world: &World, app: &App, order: Order) -> Self {
        let id = "run-1".parse().unwrap();
        let plan = plan(openverse(), app, &order, &id).unwrap();
        let (run, events) = Run::start(id, order, plan, world.now).unwrap();
        let history = events.into_iter().map(|event| (world.now, event)).collect();
        Self { run, history, limits: Limits::default() }
    }

    /// Starts a release of an app, all of whose environments can go back to what worked last.
    pub(super) fn release(world: &World, app: &App) -> Self {
        Self::start(world, app, release_order(world, app))
    }

    pub(super) fn tell(&mut self, world: &World, input: Input) -> Option<Effect> {
        let decision = self.run.decide(written_and_read(input), world.now, &self.limits).unwrap();
        let decision = written_and_read(decision);
        for event in decision.events {
            self.run.apply(world.now, &event);
            self.history.push((world.now, event));
        }
        decision.perform
    }

    /// Returns what the run wants, of which there is one thing at any time.
    pub(super) fn next(&self) -> Next<'_> {
        let Wants { looks, approvals, stopped, end } = self.run.wants();
        match (looks.as_slice(), approvals.as_slice(), stopped.as_slice(), end) {
            ([(_, look)], [], [], None) => Next::Look(written_and_read(look.clone())),
            ([], [step], [], None) => Next::Approval(step),
            ([], [], [(_, stop)], None) => Next::Stopped(stop),
            ([], [], [], Some(end)) => Next::Ended(end),
            other => panic!("expected one thing that is wanted, found {other:?}"),
        }
    }

    /// Returns the only step that is under way.
    pub(super) fn step(&self) -> StepId {
        let mut steps = self.run.active_steps().map(|(step, _)| step.clone());
        let step = steps.next().expect("a step is under way");
        assert_eq!(steps.next(), None, "one step is under way");
        step
    }

    /// Returns where the only step stands that is under way.
    pub(super) fn phase(&self) -> &Phase {
        &self.run.active(&self.step()).unwrap().phase
    }

    pub(super) fn holds(&self) -> Vec<EnvironmentName> {
        self.run.holds().collect()
    }

    /// Lets the step go ahead that asks for it.
    pub(super) fn approve(&mut self, world: &World) {
        let Next::Approval(step) = self.next() else { panic!("nothing to approve: {:?}", self.run.wants()) };
        let step = step.id.clone();
        self.tell(world, Input::Approve { step, by: "ada".to_owned() });
    }

    /// Tells what was seen of the step that is under way, and returns what the run then wants to do.
    pub(super) fn saw(&mut self, world: &World, sight: Sight) -> Option<Effect> {
        self.tell(world, Input::Saw { step: self.step(), sight })
    }

    /// Tells what became of the effect of the step that is under way.
    pub(super) fn replied(&mut self, world: &World, reply: Reply) {
        self.tell(world, Input::Replied { step: self.step(), reply });
    }

    /// Forgets everything but the history, as a crash does, and takes the run up again.
    pub(super) fn restart(&mut self, world: &World) {
        self.run = Run::replay(self.run.id().clone(), self.history.clone()).unwrap();
        if self.run.end().is_none() {
            self.tell(world, Input::Resume { by: "ada".to_owned() });
        }
    }

    pub(super) fn look(&self) -> Look {
        match self.next() {
            Next::Look(look) => look,
            other => panic!("expected a look, found {other:?}"),
        }
    }

    /// Looks, and returns what the run then wants to do.
    pub(super) fn see(&mut self, world: &mut World) -> Option<Effect> {
        let sight = world.see(&self.run, &self.step(), &self.look());
        self.saw(world, sight)
    }

    pub(super) fn conflict(&self) -> &str {
        match self.next() {
            Next::Stopped(Stop::Conflict { found, .. }) => found,
            other => panic!("expected a conflict, found {other:?}"),
        }
    }

    pub(super) fn refused(&self) -> &str {
        match self.next() {
            Next::Ended(End::Refused { found, .. }) => found,
            other => panic!("expected a refusal, found {other:?}"),
        }
    }

    pub(super) fn unknown(&self) -> &str {
        match self.next() {
            Next::Stopped(Stop::Unknown { what }) => what,
            other => panic!("expected unknown, found {other:?}"),
        }
    }

    /// Drives the run like [`Drive::go`], and resumes it where it stopped because it could not tell.
    pub(super) fn go_on(&mut self, world: &mut World, mut mishaps: impl Iterator<Item = Mishap>) {
        for _ in 0..100 {
            self.go(world, &mut mishaps);
            let unknown = |(_, stop): &(&StepId, &Stop)| matches!(stop, Stop::Unknown { .. });
            if !self.run.wants().stopped.iter().any(unknown) {
                return;
            }
            self.restart(world);
        }
        panic!("the run cannot tell, however often it is resumed: {:?}", self.run.wants());
    }

    /// Drives the run until it stops or ends; each attempt to perform meets the next mishap.
    pub(super) fn go(&mut self, world: &mut World, mut mishaps: impl Iterator<Item = Mishap>) {
        self.go_for(world, &mut mishaps, 10_000);
        assert!(self.is_at_rest(), "the run goes on for ever: {:?}", self.run.wants());
    }

    /// Tells whether nothing is wanted but a person who looks at why it stopped.
    pub(super) fn is_at_rest(&self) -> bool {
        let wants = self.run.wants();
        wants.looks.is_empty() && wants.approvals.is_empty()
    }

    /// Drives the run like [`Drive::go`], for so many turns at most. In each, everything is approved, and the
    /// world is looked at for every step that is under way.
    pub(super) fn go_for(
        &mut self,
        world: &mut World,
        mishaps: &mut impl Iterator<Item = Mishap>,
        turns: usize,
    ) {
        for _ in 0..turns {
            let approvals: Vec<_> = self.run.wants().approvals.iter().map(|step| step.id.clone()).collect();
            for step in approvals {
                if self.run.awaits_approval(&step) {
                    self.tell(world, Input::Approve { step, by: "ada".to_owned() });
                }
            }
            if self.is_at_rest() {
                return;
            }
            for (step, look) in self.run.wants().looks {
                self.turn(world, &step, &look, mishaps);
            }
            world.now += TimeDelta::seconds(1);
        }
    }

    /// Looks for one step, if the run still wants that, and tries what it then wants to do.
    fn turn(
        &mut self,
        world: &mut World,
        step: &StepId,
        look: &Look,
        mishaps: &mut impl Iterator<Item = Mishap>,
    ) {
        if !self.run.active(step).is_some_and(|active| active.phase.is_going_on()) || self.run.end().is_some()
        {
            return;
        }
        let sight = world.see(&self.run, step, look);
        if let Some(effect) = self.tell(world, Input::Saw { step: step.clone(), sight }) {
            self.attempt(world, step, &effect, mishaps.next().unwrap_or(Mishap::None));
            world.blind_until = world.now + world.blinks.pop_front().unwrap_or_default();
        }
    }

    fn attempt(&mut self, world: &mut World, step: &StepId, effect: &Effect, mishap: Mishap) {
        let lost = Reply::Lost { why: "connection reset".to_owned() };
        let replied = |drive: &mut Self, world: &World, reply| {
            drive.tell(world, Input::Replied { step: step.clone(), reply });
        };
        match mishap {
            Mishap::None => {
                let reply = world.perform(effect);
                replied(self, world, reply);
            }
            Mishap::LostReply => {
                world.perform(effect);
                replied(self, world, lost);
            }
            Mishap::LostRequest => replied(self, world, lost),
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
