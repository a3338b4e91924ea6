//! What a run waits for.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use super::{ExternalRun, Limits, Phase, Run, Stop};
use crate::StepId;

/// Why a step does not go on: what is waited for, since when, until when, and what happens then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Wait {
    /// The step.
    pub step: StepId,
    /// What is waited for.
    pub reason: WaitReason,
    /// Since when, in UTC.
    pub since: DateTime<Utc>,
    /// Until when at most, in UTC: what is under way is over then by itself, or the outcome is unknown. None where a person is waited for, or other steps.
    pub until: Option<DateTime<Utc>>,
}

/// What a step waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "waits_for", rename_all = "snake_case")]
#[non_exhaustive]
pub enum WaitReason {
    /// A person, to let it go ahead.
    Approval,
    /// Other steps, each of which leads to it.
    Steps {
        /// Those that have not led to it yet.
        steps: Vec<StepId>,
    },
    /// The world, to be looked at.
    Observation,
    /// To see whether an effect happened whose reply did not come, or has not come yet.
    Doubt {
        /// What it would have done.
        effect: String,
    },
    /// What is under way out there, to end.
    UnderWay {
        /// What shows it.
        evidence: String,
        /// What carries it out, if that is known.
        run: Option<ExternalRun>,
    },
    /// A person, to look at why it stopped.
    Stopped {
        /// Why.
        stop: Stop,
    },
}

impl WaitReason {
    /// Tells whether a person is waited for.
    pub fn needs_person(&self) -> bool {
        matches!(self, Self::Approval | Self::Stopped { .. })
    }
}

impl Run {
    /// Returns why each step does not go on that could be next, in the order of the flow; empty once the run
    /// has ended.
    pub fn waits(&self, limits: &Limits) -> Vec<Wait> {
        if self.end().is_some() {
            return Vec::new();
        }
        let wants = self.wants();
        let approvals = wants.approvals.iter().map(|step| Wait {
            step: step.id.clone(),
            reason: WaitReason::Approval,
            since: self.updated_at(),
            until: None,
        });
        let id = |step: usize| self.net().id(step).clone();
        let joins = self.net().waiting(self.marking()).into_iter().map(|(step, missing)| Wait {
            step: id(step),
            reason: WaitReason::Steps { steps: missing.into_iter().map(id).collect() },
            since: self.updated_at(),
            until: None,
        });
        let active = self.active_steps().filter_map(|(step, active)| {
            let (reason, limit) = match &active.phase {
                // It may turn out that somebody else has to begin first.
                Phase::Looking => (WaitReason::Observation, Some(limits.begin.max(limits.sight))),
                Phase::InDoubt { effect, .. } => {
                    let limit = match effect.is_immediately_observable() {
                        true => limits.sight,
                        false => limits.appear.max(limits.sight),
                    };
                    (WaitReason::Doubt { effect: effect.describe() }, Some(limit))
                }
                Phase::UnderWay { evidence, until: Some(until) } => {
                    let reason = WaitReason::UnderWay { evidence: evidence.clone(), run: None };
                    let (step, since) = (step.clone(), active.waiting_since);
                    return Some(Wait { step, reason, since, until: Some(*until) });
                }
                Phase::UnderWay { evidence, .. } => {
                    let limit = if active.waits_to_appear() { limits.appear } else { limits.deployment };
                    let (evidence, run) = (evidence.clone(), active.follows.clone());
                    (WaitReason::UnderWay { evidence, run }, Some(limit))
                }
                Phase::Stopped { stop, .. } => (WaitReason::Stopped { stop: stop.clone() }, None),
                Phase::Failed { .. } => return None,
            };
            let until = limit.map(|limit: TimeDelta| active.waiting_since + limit);
            Some(Wait { step: step.clone(), reason, since: active.waiting_since, until })
        });
        let mut waits: Vec<_> = active.chain(approvals).chain(joins).collect();
        waits.sort_by_key(|wait| self.net().number(&wait.step));
        waits
    }
}
