//! What happens in a run. The events of a run are its history and, replayed, its state.

use semver::Version;
use serde::{Deserialize, Serialize};

use super::{Effect, Order, PlannedStep};
use crate::{DeploymentId, GitHubRunId, StepId};

/// One thing that happened in a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case", deny_unknown_fields)]
pub enum RunEvent {
    /// The run began.
    Started {
        /// What it is to bring about.
        order: Box<Order>,
        /// The steps it goes through.
        steps: Vec<PlannedStep>,
        /// The flow it follows.
        flow: String,
        /// The version of the flow it follows.
        flow_version: Version,
    },
    /// A person let a manual step go ahead.
    Approved {
        /// The step.
        step: StepId,
        /// Who.
        by: String,
    },
    /// An effect is about to be performed. From here until an outcome is recorded, nobody can tell
    /// whether it was.
    Intended {
        /// The step.
        step: StepId,
        /// The effect.
        effect: Effect,
    },
    /// The environment is held at the order's version, since the rollback began.
    HoldPlaced,
    /// The effect was accepted, or was seen to have happened.
    Performed {
        /// The step.
        step: StepId,
        /// The number of the run that a dispatch started, where it is known.
        run: Option<GitHubRunId>,
    },
    /// The effect was not done, and nothing happened.
    NotPerformed {
        /// The step.
        step: StepId,
        /// Why.
        why: String,
    },
    /// No usable reply came: the effect may or may not have happened.
    ReplyLost {
        /// The step.
        step: StepId,
        /// Why.
        why: String,
    },
    /// The step is under way out there.
    UnderWay {
        /// The step.
        step: StepId,
        /// What shows it.
        evidence: String,
        /// The run of a GitHub Workflow that does it, where it is known.
        run: Option<GitHubRunId>,
        /// The deployment of ECS that does it, where it is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rollout: Option<DeploymentId>,
    },
    /// The step was seen to be done.
    StepDone {
        /// The step.
        step: StepId,
        /// What shows it.
        evidence: String,
        /// What a person should know all the same.
        warning: Option<String>,
    },
    /// The run cannot go on by itself; it can be resumed.
    Stopped {
        /// The step.
        step: StepId,
        /// Why.
        stop: Stop,
    },
    /// A person let the run go on.
    Resumed {
        /// Who.
        by: String,
    },
    /// The run ended.
    Ended {
        /// How.
        end: End,
    },
}

/// Why a run stopped. What it has done so far stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "stop", rename_all = "snake_case", deny_unknown_fields)]
pub enum Stop {
    /// The world is not as it must be.
    Conflict {
        /// What is there.
        found: String,
        /// What must be there.
        expected: String,
    },
    /// It could not be told in time whether the step is done.
    Unknown {
        /// What was waited for, and for how long.
        what: String,
    },
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "end", rename_all = "snake_case", deny_unknown_fields)]
pub enum End {
    /// Every step was seen to be done.
    Done,
    /// The step was seen to have failed.
    Failed {
        /// The step.
        step: StepId,
        /// What shows it.
        evidence: String,
    },
    /// Refused before anything was changed.
    Refused {
        /// What was found.
        found: String,
        /// What was expected.
        expected: String,
    },
    /// Given up by a person.
    Abandoned {
        /// Who.
        by: String,
        /// Why.
        reason: String,
    },
}
