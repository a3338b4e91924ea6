//! What happens in a run. The events of a run are its history and, replayed, its state.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Effect, Order, PlannedStep};
use crate::{DeploymentId, EnvironmentName, Flow, GitHubRunId, Outcome, StepId};

/// What carries a deployment out, out there. Its identity is all that tells it from another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "system", content = "id", rename_all = "snake_case")]
pub enum ExternalRun {
    /// A run of a GitHub Workflow.
    #[serde(rename = "github")]
    GitHubRun(GitHubRunId),
    /// A deployment of ECS.
    #[serde(rename = "ecs")]
    EcsDeployment(DeploymentId),
}

impl fmt::Display for ExternalRun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::GitHubRun(id) => write!(f, "GitHub Workflow run {}", id.0),
            Self::EcsDeployment(id) => write!(f, "ECS deployment {id}"),
        }
    }
}

/// One thing that happened in a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case", deny_unknown_fields)]
pub enum RunEvent {
    /// The run began.
    Started {
        /// What it is to bring about.
        order: Box<Order>,
        /// The part of the flow that it carries out.
        flow: Box<Flow>,
        /// The step it begins with.
        first: StepId,
        /// What it does for each step.
        steps: Vec<PlannedStep>,
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
    /// Environments are held at the version that they go back to, since a rollback began.
    HoldPlaced {
        /// The environments.
        environments: Vec<EnvironmentName>,
    },
    /// The effect was accepted, or was seen to have happened.
    Performed {
        /// The step.
        step: StepId,
        /// What it started, where that is known.
        run: Option<ExternalRun>,
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
        /// When it is over, in UTC, if that is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<DateTime<Utc>>,
        /// What does it, where that is known.
        run: Option<ExternalRun>,
    },
    /// The present part of the step was seen to be done, and with the last one, or one that ended badly, the step.
    StepDone {
        /// The step.
        step: StepId,
        /// How it ended.
        #[serde(default = "Outcome::done", skip_serializing_if = "Outcome::is_done")]
        outcome: Outcome,
        /// What shows it.
        evidence: String,
        /// What a person should know all the same.
        warning: Option<String>,
    },
    /// The step was seen to have failed. What else is under way goes on to its end.
    StepFailed {
        /// The step.
        step: StepId,
        /// What shows it.
        evidence: String,
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
    /// The process went back by itself, as the flow says.
    RolledBack {
        /// The step that rolled back.
        step: StepId,
        /// The environments that it took back.
        environments: Vec<EnvironmentName>,
        /// Why: the step that ended badly, and what shows it.
        because: String,
    },
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
