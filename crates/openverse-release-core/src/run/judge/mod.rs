//! What a sight means for the present step of a run.

mod automation;
mod configuration;
mod deployment;
mod proposal;
mod publishing;
mod service;
mod tagging;
mod verdict;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use self::proposal::judge_proposal;
use super::{Part, Sight, Task};
use crate::{DeploymentTarget, LiveVersion, OrderKind, Outcome, kind::KindData};

pub use verdict::{Patience, Verdict};

/// How long a run waits. Every wait has a limit; past it the outcome is unknown, not failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// For a deployment that was asked for to appear among the runs.
    pub appear: TimeDelta,
    /// For somebody else's automation to begin, or for another deployment to make way.
    pub begin: TimeDelta,
    /// For a deployment to end.
    pub deployment: TimeDelta,
    /// For the live version to follow a deployment that ended well.
    pub converge: TimeDelta,
    /// For the live version to follow a deployment that ended badly.
    pub settle: TimeDelta,
    /// For the world to be seen at all.
    pub sight: TimeDelta,
}

impl Default for Limits {
    /// Returns limits for the live world; a deployment there takes about ten minutes.
    fn default() -> Self {
        Self {
            appear: TimeDelta::seconds(90),
            begin: TimeDelta::minutes(15),
            deployment: TimeDelta::minutes(40),
            converge: TimeDelta::minutes(5),
            settle: TimeDelta::minutes(2),
            sight: TimeDelta::minutes(2),
        }
    }
}

impl Part<'_> {
    pub(super) fn judge(&self, sight: &Sight, now: DateTime<Utc>, limits: &Limits) -> Verdict {
        let patience = Patience { now, limits };
        match (sight, self.task(), &self.run.order().kind) {
            (Sight::Blind { why }, ..) => Verdict::Blind { why: why.clone() },
            (Sight::Release { release, tag_commit }, Task::Publish, OrderKind::Release { draft }) => {
                self.judge_publishing(draft, release.as_deref(), tag_commit.as_ref())
            }
            (Sight::ImageTag { named, automation }, Task::TagImages, _) => {
                self.judge_tagging(named, automation.as_deref(), patience)
            }
            (Sight::Deployment { runs, live, automation }, Task::Deploy { target, forced }, _) => {
                let automation = automation.as_deref();
                self.judge_deployment(runs, live.as_ref(), automation, target, *forced, patience)
            }
            (Sight::Configuration { configured, foreseen, running }, Task::Configure { target }, _) => {
                self.judge_configuration(target, configured, foreseen.as_ref(), running)
            }
            (Sight::OfKind(answer), Task::OfKind {}, _) => self.judge_by_kind(answer, patience),
            (Sight::Proposal(seen), Task::Propose { proposal }, _) => judge_proposal(proposal, seen),
            (Sight::Service(seen), Task::RollOut { target, service }, _) => {
                self.judge_service(target, service, seen)
            }
            _ => Verdict::Blind { why: "the sight answers another question than was asked".to_owned() },
        }
    }

    fn judge_by_kind(&self, answer: &KindData, patience: Patience<'_>) -> Verdict {
        let Some(work) = self.step.operation.work() else {
            return Verdict::Blind { why: "no run carries out a step of its kind".to_owned() };
        };
        let (good, declared) = (self.step.good_outcome(), &self.step.outcomes);
        match work.judge_data(self, answer, patience) {
            Verdict::Ended { outcome, .. } if outcome != good && !declared.contains(&outcome) => {
                Verdict::Conflict {
                    found: format!("the outcome {outcome}"),
                    expected: Outcome::listed(declared, " or "),
                }
            }
            verdict => verdict,
        }
    }

    /// Tells whether the live app answers the order's version.
    fn is_live(&self, target: &DeploymentTarget, live: Option<&Result<LiveVersion, String>>) -> bool {
        let commit = &self.version().bundle.commit;
        let right = |live: &LiveVersion| live.commit == *commit && live.environment == target.local_name();
        live.is_some_and(|live| live.as_ref().is_ok_and(right))
    }
}
