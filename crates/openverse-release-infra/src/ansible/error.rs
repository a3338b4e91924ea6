//! How Ansible can fail.

use std::{io, sync::Arc};

use super::{TaskResult, UnexpectedTasks};
use crate::ProgramError;

/// Ansible did not do what it was asked.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum AnsibleError {
    /// The program could not be run, took too long, or failed before any task.
    #[error(transparent)]
    Program(#[from] ProgramError),
    /// What Ansible is given could not be written to a temporary folder. Nothing was run.
    #[error("the files for ansible could not be written")]
    NotWritten {
        /// What the machine said.
        source: Arc<io::Error>,
    },
    /// A variable for the playbook would be evaluated. Nothing was run.
    #[error(
        "found what Ansible reads as a template in the variable {name}, expected text that stands for itself"
    )]
    Template {
        /// Its name.
        name: String,
    },
    /// The inventory has no host for a play.
    #[error("found no host for the play {}, expected one", plays.join(", "))]
    NoHosts {
        /// The plays, by name.
        plays: Vec<String>,
    },
    /// A host did not answer. On others, something may have been done.
    #[error("found hosts that cannot be reached: {}", listed(results))]
    Unreachable {
        /// The tasks that did not get there.
        results: Vec<TaskResult>,
    },
    /// A task failed. What came before it was done.
    #[error("found failed tasks: {}", listed(results))]
    FailedTasks {
        /// Which.
        results: Vec<TaskResult>,
    },
    /// More was changed, or would be, than expected.
    #[error(transparent)]
    Unexpected(#[from] UnexpectedTasks),
}

fn listed(results: &[TaskResult]) -> String {
    results.iter().map(TaskResult::to_string).collect::<Vec<_>>().join("; ")
}
