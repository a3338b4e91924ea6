//! What a sight means for the present step of a run.

mod automation;
mod configuration;
mod deployment;
mod program;
mod proposal;
mod publishing;
mod service;
mod tagging;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use self::proposal::judge_proposal;
use super::{Effect, ExternalRun, Part, Sight, Task};
use crate::{DeploymentTarget, LiveVersion, OrderKind, Outcome};

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

/// What time it is, and how long the run waits.
#[derive(Debug, Clone, Copy)]
struct Patience<'a> {
    now: DateTime<Utc>,
    limits: &'a Limits,
}

/// What a sight means for the present step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Not done, and this would do it.
    Absent(Effect),
    /// Not begun, and not this run's to begin, or not yet.
    Waiting { evidence: String },
    /// Begun, and not ended.
    UnderWay { evidence: String, run: Option<ExternalRun> },
    /// Done.
    Done { evidence: String, warning: Option<String>, run: Option<ExternalRun> },
    /// Done, and the step says how it ended.
    Ended { outcome: Outcome, evidence: String, warning: Option<String> },
    /// The world is not as it must be.
    Conflict { found: String, expected: String },
    /// Ended badly.
    Failed { evidence: String },
    /// It cannot be told, and waiting longer is no use.
    Unknown { what: String },
    /// The world could not be seen.
    Blind { why: String },
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
            (Sight::Program(answer), Task::Run { program }, _) => self.judge_program(program, answer),
            (Sight::Proposal(seen), Task::Propose { proposal }, _) => judge_proposal(proposal, seen),
            (Sight::Service(seen), Task::RollOut { target, service }, _) => {
                self.judge_service(target, service, seen)
            }
            _ => Verdict::Blind { why: "the sight answers another question than was asked".to_owned() },
        }
    }

    /// Tells whether the live app answers the order's version.
    fn is_live(&self, target: &DeploymentTarget, live: Option<&Result<LiveVersion, String>>) -> bool {
        let commit = &self.version().bundle.commit;
        let right = |live: &LiveVersion| live.commit == *commit && live.environment == target.local_name();
        live.is_some_and(|live| live.as_ref().is_ok_and(right))
    }
}
