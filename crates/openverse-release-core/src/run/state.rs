//! The state of a run, as its events make it.

use chrono::{DateTime, TimeDelta, Utc};
use semver::{Comparator, Op, Version, VersionReq};

use super::{
    AutomationLook, DeploymentLook, Effect, End, Followed, Look, Order, PlannedStep, RunEvent, RunId, Stop,
    Task,
};
use crate::{DeploymentId, DeploymentMeans, Flow, GitHubRunId, OrderKind, StepId, Trigger};

/// One release, deployment or rollback.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    id: RunId,
    order: Order,
    steps: Vec<PlannedStep>,
    flow: String,
    flow_version: Version,
    started_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    pub(super) position: usize,
    pub(super) phase: Phase,
    /// From when the patience for the present wait is counted.
    pub(super) waiting_since: DateTime<Utc>,
    /// Every effect that was accepted, or seen to have happened.
    pub(super) performed: Vec<Effect>,
    /// Whether an attempt was in doubt, and a later one failed, so that the doubt was never settled.
    pub(super) may_have_changed: bool,
    /// Whether nothing has happened since an effect was accepted.
    just_performed: bool,
    pub(super) hold_placed: bool,
    pub(super) followed: Option<Followed>,
    done: Vec<DoneStep>,
}

/// A step that was seen to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoneStep {
    /// The step.
    pub step: StepId,
    /// What shows it.
    pub evidence: String,
    /// What a person should know all the same.
    pub warning: Option<String>,
}

/// Where a run stands in its present step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Phase {
    /// A person has to let the step go ahead.
    AwaitingApproval,
    /// Nothing is known of the step yet, or what was done last has to be read back.
    Looking,
    /// An effect was about to be performed; nobody knows whether it was.
    InDoubt {
        /// The effect.
        effect: Effect,
        /// When it was last about to be performed.
        since: DateTime<Utc>,
        /// How often it was about to be performed.
        times: u32,
        /// Whether a person has let the run go on since.
        resumed: bool,
    },
    /// The step is under way out there.
    UnderWay {
        /// What shows it.
        evidence: String,
    },
    /// The run cannot go on by itself.
    Stopped {
        /// Why.
        stop: Stop,
        /// Where it stood.
        before: Box<Phase>,
    },
    /// The run ended.
    Ended(End),
}

/// What a run wants next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next<'a> {
    /// A person to let this step go ahead.
    Approval(&'a PlannedStep),
    /// To see the world.
    Look(Look),
    /// A person to look at why it stopped.
    Stopped(&'a Stop),
    /// Nothing; it ended.
    Ended(&'a End),
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
    /// The run has no steps.
    #[error("run {run} has no steps")]
    NoSteps {
        /// The run.
        run: RunId,
    },
    /// Something happens after the end, or to a step that is not the present one.
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
    pub fn start(
        id: RunId,
        order: Order,
        steps: Vec<PlannedStep>,
        flow: &Flow,
        at: DateTime<Utc>,
    ) -> Result<(Self, Vec<RunEvent>), ReplayError> {
        let approved = match (&order.kind, steps.first()) {
            (OrderKind::Deploy | OrderKind::RollOut | OrderKind::RollBack, Some(first)) => {
                Some(RunEvent::Approved { step: first.step.clone(), by: order.actor.clone() })
            }
            _ => None,
        };
        let (flow, flow_version) = (flow.name().to_owned(), flow.version().clone());
        let mut events = vec![RunEvent::Started { order: Box::new(order), steps, flow, flow_version }];
        events.extend(approved);
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
        let Some((at, RunEvent::Started { order, steps, flow, flow_version })) = events.next() else {
            return Err(ReplayError::NotStarted { run: id });
        };
        let Some(first) = steps.first() else {
            return Err(ReplayError::NoSteps { run: id });
        };
        let mut run = Self {
            phase: Self::first_phase(first),
            id,
            order: *order,
            steps,
            flow,
            flow_version,
            started_at: at,
            updated_at: at,
            position: 0,
            waiting_since: at,
            performed: Vec::new(),
            may_have_changed: false,
            just_performed: false,
            hold_placed: false,
            followed: None,
            done: Vec::new(),
        };
        for (position, (at, event)) in events.enumerate() {
            if !run.fits(&event) {
                return Err(ReplayError::OutOfPlace { run: run.id, position: position + 2 });
            }
            run.apply(at, &event);
        }
        Ok(run)
    }

    fn first_phase(step: &PlannedStep) -> Phase {
        match step.trigger {
            Trigger::Manual => Phase::AwaitingApproval,
            Trigger::Automatic => Phase::Looking,
        }
    }

    fn fits(&self, event: &RunEvent) -> bool {
        let here = |step: &StepId| self.step().step == *step;
        !matches!(self.phase, Phase::Ended(_))
            && match event {
                RunEvent::Started { .. } => false,
                RunEvent::HoldPlaced | RunEvent::Resumed { .. } | RunEvent::Ended { .. } => true,
                RunEvent::Performed { step, .. }
                | RunEvent::NotPerformed { step, .. }
                | RunEvent::ReplyLost { step, .. } => {
                    here(step) && matches!(self.phase, Phase::InDoubt { .. })
                }
                RunEvent::Approved { step, .. } => here(step) && self.phase == Phase::AwaitingApproval,
                RunEvent::Intended { step, .. }
                | RunEvent::UnderWay { step, .. }
                | RunEvent::StepDone { step, .. }
                | RunEvent::Stopped { step, .. } => here(step) && self.phase != Phase::AwaitingApproval,
            }
    }

    /// Makes an event part of the state. The event has to come from [`Run::decide`] or a history.
    pub fn apply(&mut self, at: DateTime<Utc>, event: &RunEvent) {
        self.updated_at = at;
        self.just_performed = matches!(event, RunEvent::Performed { .. });
        match event {
            RunEvent::Started { .. } | RunEvent::ReplyLost { .. } => {}
            RunEvent::HoldPlaced => self.hold_placed = true,
            RunEvent::Approved { .. } => self.enter(Phase::Looking, at),
            RunEvent::NotPerformed { .. } => {
                // That it was not done this time says nothing of an earlier time that is in doubt.
                self.may_have_changed |= matches!(self.phase, Phase::InDoubt { times: 2.., .. });
                self.enter(Phase::Looking, at);
            }
            RunEvent::Intended { effect, .. } => {
                let times = match &self.phase {
                    Phase::InDoubt { effect: before, times, .. } if before == effect => times + 1,
                    _ => 1,
                };
                let effect = effect.clone();
                self.enter(Phase::InDoubt { effect, since: at, times, resumed: false }, at);
            }
            RunEvent::Performed { run, .. } => {
                if let Phase::InDoubt { effect, .. } = &self.phase {
                    let effect = effect.clone();
                    let phase = if effect.shows_at_once() {
                        Phase::Looking
                    } else {
                        let evidence = "asked for; the deployment has not appeared yet".to_owned();
                        Phase::UnderWay { evidence }
                    };
                    self.performed.push(effect);
                    self.follow(run.as_ref());
                    self.enter(phase, at);
                }
            }
            RunEvent::UnderWay { evidence, run, .. } => {
                self.follow(run.as_ref());
                let phase = Phase::UnderWay { evidence: evidence.clone() };
                if matches!(self.phase, Phase::UnderWay { .. }) {
                    self.phase = phase;
                } else {
                    self.enter(phase, at);
                }
            }
            RunEvent::StepDone { step, evidence, warning } => {
                let (step, evidence, warning) = (step.clone(), evidence.clone(), warning.clone());
                self.done.push(DoneStep { step, evidence, warning });
                self.followed = None;
                self.position = (self.position + 1).min(self.steps.len() - 1);
                self.enter(Self::first_phase(self.step()), at);
            }
            RunEvent::Stopped { stop, .. } => {
                let before = Box::new(std::mem::replace(&mut self.phase, Phase::Looking));
                self.enter(Phase::Stopped { stop: stop.clone(), before }, at);
            }
            RunEvent::Resumed { .. } => {
                self.waiting_since = at;
                if let Phase::Stopped { before, .. } = &self.phase {
                    self.phase = (**before).clone();
                }
                if let Phase::InDoubt { resumed, .. } = &mut self.phase {
                    *resumed = true;
                }
            }
            RunEvent::Ended { end } => self.enter(Phase::Ended(end.clone()), at),
        }
    }

    fn follow(&mut self, started: Option<&Followed>) {
        if let Some(started) = started {
            self.followed = Some(started.clone());
        }
    }

    fn enter(&mut self, phase: Phase, at: DateTime<Utc>) {
        self.phase = phase;
        self.waiting_since = at;
    }

    /// Returns what the run wants next.
    pub fn next(&self) -> Next<'_> {
        match &self.phase {
            Phase::AwaitingApproval => Next::Approval(self.step()),
            Phase::Looking | Phase::InDoubt { .. } | Phase::UnderWay { .. } => Next::Look(self.look()),
            Phase::Stopped { stop, .. } => Next::Stopped(stop),
            Phase::Ended(end) => Next::Ended(end),
        }
    }

    fn look(&self) -> Look {
        /// How far the clocks of this machine and of GitHub may be apart.
        const SKEW: TimeDelta = TimeDelta::minutes(10);
        let version = &self.order.version;
        match (&self.step().task, &self.order.kind) {
            (Task::Publish, OrderKind::Release { draft }) => {
                Look::Release { id: draft.id, git_tag: draft.git_tag.clone() }
            }
            (Task::Deploy { target, .. }, _) => match &target.means {
                DeploymentMeans::GitHubWorkflow { workflow, .. } => Look::Deployment(DeploymentLook {
                    workflow: workflow.clone(),
                    run: self.followed_run(),
                    since: self.started_at - SKEW,
                    endpoint: target.version_endpoint.clone(),
                    automation: self.automation(),
                }),
                _ => unreachable!("only deployments by a GitHub Workflow are planned"),
            },
            (Task::Configure { target }, _) => Look::Configuration {
                target: Box::new(target.clone()),
                tag: version.image_tag.clone(),
                foresee: !self.has_just_set_the_image_tag(),
            },
            (Task::Propose { proposal }, _) => Look::Proposal(proposal.clone()),
            (Task::RollOut { target, service }, _) => Look::Service {
                service: service.clone(),
                marker: self.id.marker(),
                rollout: self.followed_rollout().cloned(),
                endpoint: target.version_endpoint.clone(),
            },
            (Task::TagImages | Task::Publish, _) => Look::ImageTag {
                images: version.bundle.images.keys().cloned().collect(),
                tag: version.image_tag.clone(),
                automation: self.automation(),
            },
        }
    }

    /// Returns which automation performs the present step, where the run does not.
    fn automation(&self) -> Option<AutomationLook> {
        let OrderKind::Release { draft } = &self.order.kind else { return None };
        Some(AutomationLook {
            workflow: self.step().automation.clone()?,
            git_tag: draft.git_tag.clone(),
            commit: self.order.version.bundle.commit.clone(),
        })
    }

    /// Returns the run of a GitHub Workflow that is followed, if it is known.
    pub(super) fn followed_run(&self) -> Option<GitHubRunId> {
        match self.followed {
            Some(Followed::GitHubRun(id)) => Some(id),
            _ => None,
        }
    }

    /// Returns the deployment of ECS that is followed, if it is known.
    pub(super) fn followed_rollout(&self) -> Option<&DeploymentId> {
        match &self.followed {
            Some(Followed::EcsDeployment(id)) => Some(id),
            _ => None,
        }
    }

    /// Tells whether a dry run was had right before the last effect, which only wrote the file.
    fn has_just_set_the_image_tag(&self) -> bool {
        self.just_performed && matches!(self.performed.last(), Some(Effect::SetImageTag { .. }))
    }

    /// Checks that a flow can continue this run: the same flow, at a semver-compatible version.
    ///
    /// # Errors
    /// When it cannot.
    pub fn check_process(&self, flow: &Flow) -> Result<(), IncompatibleProcess> {
        let Version { major, minor, patch, pre, .. } = self.flow_version.clone();
        let caret = Comparator { op: Op::Caret, major, minor: Some(minor), patch: Some(patch), pre };
        let compatible = VersionReq { comparators: vec![caret] };
        if self.flow == flow.name() && compatible.matches(flow.version()) {
            return Ok(());
        }
        Err(IncompatibleProcess {
            run_process: format!("{} {}", self.flow, self.flow_version),
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

    /// Returns the steps it goes through.
    pub fn steps(&self) -> &[PlannedStep] {
        &self.steps
    }

    /// Returns the present step; of a run that is done, its last.
    pub fn step(&self) -> &PlannedStep {
        &self.steps[self.position]
    }

    /// Returns where it stands in the present step.
    pub fn phase(&self) -> &Phase {
        &self.phase
    }

    /// Returns the steps that were seen to be done.
    pub fn done(&self) -> &[DoneStep] {
        &self.done
    }

    /// Returns the effects that were accepted, or seen to have happened.
    pub fn performed(&self) -> &[Effect] {
        &self.performed
    }

    /// Tells whether the environment is held because of this run: a rollback that began.
    ///
    /// A rollback that was refused before anything was changed holds nothing.
    pub fn holds(&self) -> bool {
        self.hold_placed && !matches!(self.phase, Phase::Ended(End::Refused { .. }))
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
        match &self.phase {
            Phase::Ended(end) => Some(end),
            _ => None,
        }
    }
}
