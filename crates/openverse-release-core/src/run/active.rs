//! Where a run stands in one step that has begun.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Effect, ExternalRun, RunEvent, Stop};

/// A step of a run that has begun and not ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActiveStep {
    /// Which of its parts is the present one, from 0.
    pub part: usize,
    /// Where it stands in that part.
    pub phase: Phase,
    /// When it began, in UTC.
    pub begun_at: DateTime<Utc>,
    /// Since when the present wait lasts, in UTC.
    pub waiting_since: DateTime<Utc>,
    /// What carries the present part out, out there, if that is known.
    pub follows: Option<ExternalRun>,
    /// Every effect of the step that was accepted, or seen to have happened.
    pub(super) performed: Vec<Effect>,
    /// Whether an attempt was in doubt, and a later one failed, so that the doubt was never settled.
    pub(super) may_have_changed: bool,
    /// Whether nothing has happened in it since an effect was accepted.
    pub(super) just_performed: bool,
}

/// Where a step stands that has begun.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "phase", rename_all = "snake_case", deny_unknown_fields)]
pub enum Phase {
    /// Nothing is known of it yet, or what was done last has to be read back.
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
    /// It is under way out there.
    UnderWay {
        /// What shows it.
        evidence: String,
        /// When it is over, in UTC, if that is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<DateTime<Utc>>,
    },
    /// It cannot go on by itself.
    Stopped {
        /// Why.
        stop: Stop,
        /// Where it stood.
        before: Box<Phase>,
    },
    /// It was seen to have failed.
    Failed {
        /// What shows it.
        evidence: String,
    },
}

impl Phase {
    /// Tells whether the step goes on by itself: the world is looked at for it.
    pub fn is_going_on(&self) -> bool {
        matches!(self, Self::Looking | Self::InDoubt { .. } | Self::UnderWay { .. })
    }
}

impl ActiveStep {
    pub(super) fn begun(at: DateTime<Utc>) -> Self {
        Self {
            part: 0,
            phase: Phase::Looking,
            begun_at: at,
            waiting_since: at,
            follows: None,
            performed: Vec::new(),
            may_have_changed: false,
            just_performed: false,
        }
    }

    /// Makes an event of the step part of its state.
    pub(super) fn apply(&mut self, at: DateTime<Utc>, event: &RunEvent) {
        self.just_performed = matches!(event, RunEvent::Performed { .. });
        match event {
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
            RunEvent::Performed { run, .. } => self.performed(run.as_ref(), at),
            RunEvent::UnderWay { evidence, until, run, .. } => {
                self.follow(run.as_ref());
                let phase = Phase::UnderWay { evidence: evidence.clone(), until: *until };
                if matches!(self.phase, Phase::UnderWay { .. }) {
                    self.phase = phase;
                } else {
                    self.enter(phase, at);
                }
            }
            RunEvent::StepDone { .. } => {
                self.part += 1;
                self.follows = None;
                self.enter(Phase::Looking, at);
            }
            RunEvent::StepFailed { evidence, .. } => {
                self.enter(Phase::Failed { evidence: evidence.clone() }, at);
            }
            RunEvent::Stopped { stop, .. } => {
                let before = Box::new(std::mem::replace(&mut self.phase, Phase::Looking));
                self.enter(Phase::Stopped { stop: stop.clone(), before }, at);
            }
            RunEvent::Resumed { .. } => self.resume(at),
            RunEvent::Started { .. }
            | RunEvent::Approved { .. }
            | RunEvent::HoldPlaced { .. }
            | RunEvent::ReplyLost { .. }
            | RunEvent::Ended { .. } => {}
        }
    }

    /// Tells whether what it asked for was accepted and has not appeared yet.
    pub(super) fn waits_to_appear(&self) -> bool {
        let asked = self.performed.last().is_some_and(|effect| !effect.is_immediately_observable());
        matches!(self.phase, Phase::UnderWay { .. }) && self.follows.is_none() && asked
    }

    fn performed(&mut self, run: Option<&ExternalRun>, at: DateTime<Utc>) {
        let Phase::InDoubt { effect, .. } = &self.phase else { return };
        let effect = effect.clone();
        let phase = if effect.is_immediately_observable() {
            Phase::Looking
        } else {
            Phase::UnderWay {
                evidence: "asked for; the deployment has not appeared yet".to_owned(),
                until: None,
            }
        };
        self.performed.push(effect);
        self.follow(run);
        self.enter(phase, at);
    }

    fn resume(&mut self, at: DateTime<Utc>) {
        self.waiting_since = at;
        if let Phase::Stopped { before, .. } = &self.phase {
            self.phase = (**before).clone();
        }
        if let Phase::InDoubt { resumed, .. } = &mut self.phase {
            *resumed = true;
        }
    }

    fn follow(&mut self, started: Option<&ExternalRun>) {
        if let Some(started) = started {
            self.follows = Some(started.clone());
        }
    }

    fn enter(&mut self, phase: Phase, at: DateTime<Utc>) {
        self.phase = phase;
        self.waiting_since = at;
    }
}
