//! How Terraform can fail.

use std::fmt;

use super::{PlanError, UnexpectedChanges};
use crate::ProgramError;

/// Who holds the lock of a state, as far as the lock says so. All of it comes from outside.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LockHolder {
    /// The lock's own name, with which it could be broken.
    pub id: String,
    /// User and machine.
    pub who: String,
    /// What they do.
    pub operation: String,
    /// Since when, as the lock writes it.
    pub since: String,
}

impl LockHolder {
    /// Reads what Terraform says of a lock that it could not get.
    pub(super) fn read(text: &str) -> Self {
        let mut holder = Self::default();
        for line in text.lines() {
            let Some((name, value)) = line.trim().split_once(':') else { continue };
            let place = match name {
                "ID" => &mut holder.id,
                "Who" => &mut holder.who,
                "Operation" => &mut holder.operation,
                "Created" => &mut holder.since,
                _ => continue,
            };
            *place = value.trim().to_owned();
        }
        holder
    }
}

impl fmt::Display for LockHolder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let or = |text: &str, other: &str| if text.is_empty() { other.to_owned() } else { text.to_owned() };
        write!(
            f,
            "{} since {} for {} (lock {})",
            or(&self.who, "somebody"),
            or(&self.since, "some time"),
            or(&self.operation, "something"),
            or(&self.id, "without a name")
        )
    }
}

/// Terraform did not do what it was asked.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum TerraformError {
    /// The program could not be run, or took too long.
    #[error(transparent)]
    Program(#[from] ProgramError),
    /// The folder could not be prepared: a backend, a module or a provider is missing or wrong.
    #[error("terraform could not prepare its folder: {}", problems.join("; "))]
    NotPrepared {
        /// What it said.
        problems: Vec<String>,
    },
    /// Somebody else holds the lock of the state. Nothing was changed.
    #[error("the state is locked by {holder}")]
    Locked {
        /// Who.
        holder: LockHolder,
    },
    /// No plan was made. Nothing was changed.
    #[error("terraform could not make a plan: {}", problems.join("; "))]
    NotPlanned {
        /// What it said.
        problems: Vec<String>,
    },
    /// The plan could not be read. Nothing was changed.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The plan holds something else than was expected. Nothing was changed.
    #[error(transparent)]
    Unexpected(#[from] UnexpectedChanges),
    /// The state has changed since the plan was made. Nothing was changed.
    #[error("the plan is stale: found a state that has changed since, expected the one it was made for")]
    StalePlan,
    /// The plan was applied in part, or not at all.
    #[error("terraform could not apply the plan: {}{}{}",
        problems.join("; "), listed("; failed", failed), listed("; left tainted, to be replaced by the next plan", tainted))]
    NotApplied {
        /// What it said.
        problems: Vec<String>,
        /// The resources whose change failed.
        failed: Vec<String>,
        /// The resources that exist and are not whole; the next plan replaces them.
        tainted: Vec<String>,
    },
}

fn listed(what: &str, addresses: &[String]) -> String {
    if addresses.is_empty() { String::new() } else { format!("{what}: {}", addresses.join(", ")) }
}
