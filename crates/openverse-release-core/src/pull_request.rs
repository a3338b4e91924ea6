//! Pull requests.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{BranchName, CommitSha};

/// The number GitHub gives a pull request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PullRequestNumber(pub u64);

impl fmt::Display for PullRequestNumber {
    /// Writes it as people do, `#12`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("#{}", self.0))
    }
}

/// Where a pull request stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PullRequestState {
    /// It waits to be merged.
    Open {
        /// Whether a maintainer approves of it and none asks for changes.
        approved: bool,
    },
    /// It was merged.
    Merged {
        /// The commit on the base branch that it became.
        commit: CommitSha,
        /// When, in UTC.
        at: DateTime<Utc>,
    },
    /// It was closed without being merged.
    Closed,
}

impl PullRequestState {
    /// Tells whether the pull request is neither merged nor closed.
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Open { .. })
    }

    /// Returns words for people.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Open { approved: false } => "open",
            Self::Open { approved: true } => "approved",
            Self::Merged { .. } => "merged",
            Self::Closed => "closed",
        }
    }
}

/// A pull request. Its texts come from outside: escape them before printing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PullRequest {
    /// Its number.
    pub number: PullRequestNumber,
    /// Its title.
    pub title: String,
    /// Its labels, in no particular order.
    pub labels: Vec<String>,
    /// The login of whoever opened it; empty where the account is gone.
    pub author: String,
    /// The branch that is to be merged. It may be one of a fork.
    pub head: BranchName,
    /// The commit that branch was last seen at.
    pub head_commit: CommitSha,
    /// The branch it is to be merged to.
    pub base: BranchName,
    /// Where it stands.
    pub state: PullRequestState,
    /// Its page.
    pub page: String,
}
