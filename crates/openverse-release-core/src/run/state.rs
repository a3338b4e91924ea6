//! The state of a run, as its events make it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use chrono::{DateTime, Utc};
use semver::{Comparator, Op, Version, VersionReq};

use super::{
    ActiveStep, Effect, End, Look, Order, Part, Phase, Plan, PlannedPart, PlannedStep, RunEvent, RunId, Stop,
};
use crate::{
    DeployableVersion, EnvironmentName, Flow, LinkKind, OrderKind, Outcome, Step, StepId, Trigger,
    flow::net::{Marking, Net},
};

/// One release, deployment or rollback: a marking of the part of the flow that it carries out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    id: RunId,
    order: Order,
    flow: Flow,
    net: Net,
    /// In the order of the flow's steps.
    steps: Vec<PlannedStep>,
    started_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    pub(super) marking: Marking,
    /// The steps that have begun, by their numbers.
    pub(super) active: BTreeMap<usize, ActiveStep>,
    pub(super) held: BTreeSet<EnvironmentName>,
    done: Vec<DoneStep>,
    performed: Vec<Effect>,
    end: Option<End>,
}

/// A step, or a part of one, that was seen to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoneStep {
    /// The step.
    pub step: StepId,
    /// Which of its parts, from 0.
    pub part: usize,
    /// How it ended.
    pub outcome: Outcome,
    /// What shows it.
    pub evidence: String,
    /// What a person should know all the same.
    pub warning: Option<String>,
}

impl fmt::Display for DoneStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ended as {}: {}", self.step, self.outcome, self.evidence)
    }
}

/// What a run wants next.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wants<'a> {
    /// To see the world, for each of these steps. None of them waits for another.
    pub looks: Vec<(StepId, Look)>,
    /// A person to let these steps go ahead.
    pub approvals: Vec<&'a Step>,
    /// A person to look at why these steps stopped.
    pub stopped: Vec<(&'a StepId, &'a Stop)>,
    /// Nothing; it ended.
    pub end: Option<&'a End>,
}

/// A history that is not that of a run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReplayError {
    /// It does not begin with [`RunEvent::Started`], or has that more than once.
    #[error("the history of run {run} does not begin with one start, and only one")]
    NotStarted {
        /// The run.
        run: RunId,
    },
    /// The run has no steps, or its steps are not those of its flow.
    #[error("run {run} has no steps, or other steps than its flow")]
    NoSteps {
        /// The run.
        run: RunId,
    },
    /// Something happens after the end, or to a step where it cannot.
    #[error("event {position} of run {run} cannot follow those before it")]
    OutOfPlace {
        /// The run.
        run: RunId,
        /// Which event, counted from 1.
        position: usize,
    },
}

/// A run that began under another version of the process.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "found a run of process {run_process}, expected one that {process} can continue; finish it with the version it \
     began under, or abandon it"
)]
pub struct IncompatibleProcess {
    /// The flow the run follows, and its version.
    pub run_process: String,
    /// The flow there is now, and its version.
    pub process: String,
}

impl Run {
    /// Returns a run and the events that start it.
    ///
    /// A forced deployment and a rollback are asked for by a person in so many words, so the
    /// order is their approval; a release still asks before it publishes.
    ///
    /// # Errors
    /// If the plan has no steps.
    pub fn start(
        id: RunId,
        order: Order,
        plan: Plan,
        at: DateTime<Utc>,
    ) -> Result<(Self, Vec<RunEvent>), ReplayError> {
        let Plan { flow, first, steps } = plan;
        let approved = match &order.kind {
            OrderKind::Deploy | OrderKind::RollOut | OrderKind::RollBack => {
                Some(RunEvent::Approved { step: first.clone(), by: order.actor.clone() })
            }
            OrderKind::Release { .. } => None,
        };
        let started = RunEvent::Started { order: Box::new(order), flow: Box::new(flow), first, steps };
        let events: Vec<_> = [started].into_iter().chain(approved).collect();
        let run = Self::replay(id, events.iter().map(|event| (at, event.clone())))?;
        Ok((run, events))
    }

    /// Returns the run that a history makes.
    ///
    /// # Errors
    /// When the events are not the history of a run.
    pub fn replay(
        id: RunId,
        events: impl IntoIterator<Item = (DateTime<Utc>, RunEvent)>,
    ) -> Result<Self, ReplayError> {
        let mut events = events.into_iter();
        let Some((at, RunEvent::Started { order, flow, first, steps })) = events.next() else {
            return Err(ReplayError::NotStarted { run: id });
        };
        let net = Net::of(&flow);
        let of_the_flow = flow.steps().map(|step| &step.id).eq(steps.iter().map(|step| &step.step));
        let entered = net.number(&first);
        let Some(entered) = entered.filter(|_| of_the_flow && steps.iter().all(|it| !it.parts.is_empty()))
        else {
            return Err(ReplayError::NoSteps { run: id });
        };
        let mut run = Self {
            id,
            order: *order,
            flow: *flow,
            net,
            steps,
            started_at: at,
            updated_at: at,
            marking: Marking::entering(entered),
            active: BTreeMap::new(),
            held: BTreeSet::new(),
            done: Vec::new(),
            performed: Vec::new(),
            end: None,
        };
        run.settle(at);
        for (position, (at, event)) in events.enumerate() {
            if !run.fits(&event) {
                return Err(ReplayError::OutOfPlace { run: run.id, position: position + 2 });
            }
            run.apply(at, &event);
        }
        Ok(run)
    }

    fn fits(&self, event: &RunEvent) -> bool {
        let phase = |step: &StepId| self.active(step).map(|active| &active.phase);
        let going_on = |step: &StepId| phase(step).is_some_and(Phase::is_going_on);
        self.end.is_none()
            && match event {
                RunEvent::Started { .. } => false,
                RunEvent::HoldPlaced { .. } | RunEvent::Resumed { .. } | RunEvent::Ended { .. } => true,
                RunEvent::Performed { step, .. }
                | RunEvent::NotPerformed { step, .. }
                | RunEvent::ReplyLost { step, .. } => matches!(phase(step), Some(Phase::InDoubt { .. })),
                RunEvent::Approved { step, .. } => self.awaits_approval(step),
                RunEvent::StepDone { step, outcome, .. } => going_on(step) && self.can_end(step, outcome),
                RunEvent::Intended { step, .. }
                | RunEvent::UnderWay { step, .. }
                | RunEvent::StepFailed { step, .. }
                | RunEvent::Stopped { step, .. } => going_on(step),
            }
    }

    /// Tells whether a step can end so, by its present part.
    fn can_end(&self, step: &StepId, outcome: &Outcome) -> bool {
        let exits = self.net.number(step).map(|number| self.net.exits(number)).unwrap_or_default();
        exits.iter().any(|exit| exit.outcome == *outcome)
    }

    /// Makes an event part of the state. The event has to come from [`Run::decide`] or a history.
    pub fn apply(&mut self, at: DateTime<Utc>, event: &RunEvent) {
        self.updated_at = at;
        match event {
            RunEvent::Started { .. } | RunEvent::ReplyLost { .. } => {}
            RunEvent::HoldPlaced { environments } => self.held.extend(environments),
            RunEvent::Resumed { .. } => self.active.values_mut().for_each(|active| active.apply(at, event)),
            RunEvent::Ended { end } => self.end = Some(end.clone()),
            RunEvent::Approved { step, .. } => self.begin(step, at),
            RunEvent::Intended { step, .. }
            | RunEvent::Performed { step, .. }
            | RunEvent::NotPerformed { step, .. }
            | RunEvent::UnderWay { step, .. }
            | RunEvent::StepDone { step, .. }
            | RunEvent::StepFailed { step, .. }
            | RunEvent::Stopped { step, .. } => {
                let Some(number) = self.net.number(step) else { return };
                let Some(active) = self.active.get_mut(&number) else { return };
                let part = active.part;
                active.apply(at, event);
                if matches!(event, RunEvent::Performed { .. }) {
                    self.performed.extend(active.performed.last().cloned());
                }
                if let RunEvent::StepDone { step, outcome, evidence, warning } = event {
                    // A part that ends badly is the last one.
                    let well = self.net.exits(number)[0].outcome == *outcome;
                    let ended = !well || active.part == self.steps[number].parts.len();
                    let (step, evidence, warning) = (step.clone(), evidence.clone(), warning.clone());
                    let outcome = outcome.clone();
                    if ended {
                        self.active.remove(&number);
                        let ended = self.net.end(&mut self.marking, number, &outcome);
                        debug_assert_eq!(ended, Ok(()), "`fits` and `decide` see to it that it can end so");
                    }
                    if ended && well {
                        self.supersede(&step);
                    }
                    self.done.push(DoneStep { step, part, outcome, evidence, warning });
                    self.settle(at);
                } else if matches!(event, RunEvent::Stopped { .. }) {
                    // A rollback may have waited for this step to come to rest.
                    self.settle(at);
                }
            }
        }
    }

    fn begin(&mut self, step: &StepId, at: DateTime<Utc>) {
        if let Some(number) = self.net.number(step)
            && self.net.begin(&mut self.marking, number).is_ok()
        {
            self.active.insert(number, ActiveStep::begun(at));
        }
    }

    /// Lets every automatic step begin that can. Once a step has failed, no further one begins. A rollback waits
    /// until what it takes back is not under way any more.
    fn settle(&mut self, at: DateTime<Utc>) {
        if self.failure().is_some() {
            return;
        }
        for number in self.net.ready(&self.marking) {
            let id = self.net.id(number).clone();
            let waits = self.taken_back_by(&id).any(|active| active.phase.is_going_on());
            if self.flow_step(&id).trigger == Trigger::Automatic && !waits {
                self.begin(&id, at);
            }
        }
    }

    /// Returns the deployments that a step rolls back, of those that have begun and not ended.
    fn taken_back_by<'a>(&'a self, step: &'a StepId) -> impl Iterator<Item = &'a ActiveStep> {
        let deployments = self.flow.before(step, &[LinkKind::RollsBack]);
        deployments.filter_map(|deployment| self.active(&deployment.id))
    }

    /// Ends what was taken back without ever being settled: nobody can tell any more what became of it.
    fn supersede(&mut self, rollback: &StepId) {
        let deployments = self.flow.before(rollback, &[LinkKind::RollsBack]);
        let numbers: Vec<_> = deployments.filter_map(|step| self.net.number(&step.id)).collect();
        self.active.retain(|number, active| {
            !(numbers.contains(number) && matches!(active.phase, Phase::Stopped { .. }))
        });
    }

    /// Returns what the run wants next.
    pub fn wants(&self) -> Wants<'_> {
        if let Some(end) = &self.end {
            return Wants { end: Some(end), ..Wants::default() };
        }
        let mut wants = Wants { approvals: self.approvals().collect(), ..Wants::default() };
        for (&number, active) in &self.active {
            match &active.phase {
                Phase::Stopped { stop, .. } => wants.stopped.push((self.net.id(number), stop)),
                phase if phase.is_going_on() => {
                    wants.looks.push((self.net.id(number).clone(), self.part_of(number, active).look()));
                }
                _ => {}
            }
        }
        wants
    }

    /// Returns the steps that a person can let go ahead.
    fn approvals(&self) -> impl Iterator<Item = &Step> {
        let open = self.end.is_none() && self.failure().is_none();
        let ready = self.net.ready(&self.marking).into_iter().filter(move |_| open);
        ready.map(|number| self.flow_step(self.net.id(number))).filter(|step| step.trigger == Trigger::Manual)
    }

    /// Tells whether a person can let a step go ahead.
    pub fn awaits_approval(&self, step: &StepId) -> bool {
        self.approvals().any(|waiting| waiting.id == *step)
    }

    /// Returns the steps that could not go ahead any more if this one did, of those that wait for a person.
    pub fn alternatives(&self, step: &StepId) -> Vec<&StepId> {
        let Some(number) = self.net.number(step) else { return Vec::new() };
        let mut then = self.marking.clone();
        if self.net.begin(&mut then, number).is_err() {
            return Vec::new();
        }
        let still = self.net.ready(&then);
        let waiting = self.approvals().map(|waiting| &waiting.id).filter(|waiting| *waiting != step);
        waiting.filter(|waiting| self.net.number(waiting).is_some_and(|it| !still.contains(&it))).collect()
    }

    /// Returns the environments that the run has deployed to, in the order in which code reaches them.
    pub fn deployed(&self) -> impl Iterator<Item = EnvironmentName> {
        let deployed =
            |at: &EnvironmentName| self.flow.steps().any(|step| step.updates(*at) && self.ended_well(step));
        self.order.environments.iter().copied().filter(deployed)
    }

    /// Returns the first step that was seen to have failed, and what shows it.
    pub(super) fn failure(&self) -> Option<(&StepId, &str)> {
        let failures = self.active.iter().filter_map(|(&number, active)| match &active.phase {
            Phase::Failed { evidence } => {
                Some((active.waiting_since, self.net.id(number), evidence.as_str()))
            }
            _ => None,
        });
        failures.min_by_key(|&(since, ..)| since).map(|(_, step, evidence)| (step, evidence))
    }

    fn flow_step(&self, id: &StepId) -> &Step {
        self.flow
            .step(id)
            .unwrap_or_else(|| unreachable!("the net has the steps of the flow, and {id} is none"))
    }

    pub(super) fn part_of<'a>(&'a self, number: usize, active: &'a ActiveStep) -> Part<'a> {
        let planned = &self.steps[number];
        let part = &planned.parts[active.part.min(planned.parts.len() - 1)];
        Part { run: self, step: self.flow_step(&planned.step), planned, part, active }
    }

    /// Returns the present part of a step that has begun.
    pub fn part(&self, step: &StepId) -> Option<Part<'_>> {
        let number = self.net.number(step)?;
        self.active.get(&number).map(|active| self.part_of(number, active))
    }

    /// Returns where the run stands in a step that has begun and not ended.
    pub fn active(&self, step: &StepId) -> Option<&ActiveStep> {
        self.active.get(&self.net.number(step)?)
    }

    /// Returns the steps that have begun and not ended, in the order of the flow.
    pub fn active_steps(&self) -> impl Iterator<Item = (&StepId, &ActiveStep)> {
        self.active.iter().map(|(&number, active)| (self.net.id(number), active))
    }

    /// Checks that a flow can continue this run: the same flow, at a semver-compatible version.
    ///
    /// # Errors
    /// When it cannot.
    pub fn check_process(&self, flow: &Flow) -> Result<(), IncompatibleProcess> {
        let Version { major, minor, patch, pre, .. } = self.flow.version().clone();
        let caret = Comparator { op: Op::Caret, major, minor: Some(minor), patch: Some(patch), pre };
        let compatible = VersionReq { comparators: vec![caret] };
        if self.flow.name() == flow.name() && compatible.matches(flow.version()) {
            return Ok(());
        }
        Err(IncompatibleProcess {
            run_process: format!("{} {}", self.flow.name(), self.flow.version()),
            process: format!("{} {}", flow.name(), flow.version()),
        })
    }

    /// Returns the run's name.
    pub fn id(&self) -> &RunId {
        &self.id
    }

    /// Returns what the run is to bring about.
    pub fn order(&self) -> &Order {
        &self.order
    }

    /// Returns the part of the flow that the run carries out.
    pub fn flow(&self) -> &Flow {
        &self.flow
    }

    /// Returns the token game of that part.
    pub fn net(&self) -> &Net {
        &self.net
    }

    /// Returns where the tokens are.
    pub fn marking(&self) -> &Marking {
        &self.marking
    }

    /// Returns what the run does for each step, in the order of the flow.
    pub fn steps(&self) -> &[PlannedStep] {
        &self.steps
    }

    /// Returns what the run does for a step.
    pub fn planned(&self, step: &StepId) -> Option<&PlannedStep> {
        self.steps.iter().find(|planned| planned.step == *step)
    }

    /// Returns what a part deploys or tags.
    pub fn version_of<'a>(&'a self, part: &'a PlannedPart) -> &'a DeployableVersion {
        part.version.as_deref().unwrap_or(&self.order.version)
    }

    /// Returns the steps and parts that were seen to be done, in the order in which they were.
    pub fn done(&self) -> &[DoneStep] {
        &self.done
    }

    /// Returns the parts of steps that were seen to be done.
    pub fn done_parts(&self) -> impl Iterator<Item = &PlannedPart> {
        self.done.iter().filter_map(|done| self.planned(&done.step)?.parts.get(done.part))
    }

    /// Returns how a part of a step was last seen to be done.
    pub fn done_part(&self, step: &StepId, part: usize) -> Option<&DoneStep> {
        self.done.iter().rfind(|done| done.step == *step && done.part == part)
    }

    /// Tells whether a step was seen to be done well, up to its last part.
    pub(super) fn ended_well(&self, step: &Step) -> bool {
        let last = self.planned(&step.id).and_then(|planned| planned.parts.len().checked_sub(1));
        let done = last.and_then(|last| self.done_part(&step.id, last));
        done.is_some_and(|done| done.outcome == step.good_outcome())
    }

    /// Returns the step that set off a rollback by the outcome with which it ended.
    pub fn sets_off(&self, rollback: &StepId) -> Option<&DoneStep> {
        let links: Vec<_> = self.flow.links().filter(|link| link.to == *rollback).collect();
        self.done.iter().rfind(|done| {
            links.iter().any(|link| link.from == done.step && link.outcome.as_ref() == Some(&done.outcome))
        })
    }

    /// Returns the effects that were accepted, or seen to have happened.
    pub fn performed(&self) -> &[Effect] {
        &self.performed
    }

    /// Returns the environments that are held because of this run: those that it began to roll back.
    ///
    /// A rollback that was refused before anything was changed holds nothing.
    pub fn holds(&self) -> impl Iterator<Item = EnvironmentName> {
        let refused = matches!(self.end, Some(End::Refused { .. }));
        self.held.iter().copied().filter(move |_| !refused)
    }

    /// Returns when it began, in UTC.
    pub fn started_at(&self) -> DateTime<Utc> {
        self.started_at
    }

    /// Returns when something last happened in it, in UTC.
    pub fn updated_at(&self) -> DateTime<Utc> {
        self.updated_at
    }

    /// Returns how it ended, if it has.
    pub fn end(&self) -> Option<&End> {
        self.end.as_ref()
    }
}
