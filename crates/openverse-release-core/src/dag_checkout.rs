//! The checkout that the catalog's server reads its DAGs from, and moving it to the main branch.

use serde::{Deserialize, Serialize};

use crate::CommitSha;

/// Where the checkout of the DAGs is, beside the main branch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DagCheckoutState {
    /// The commit that is checked out.
    pub head: CommitSha,
    /// The main branch, as it was fetched last.
    pub main: CommitSha,
    /// How many commits of the main branch are missing.
    pub behind: u64,
    /// Why it cannot be moved, if so: changed files, another branch, commits that are not on the main
    /// branch.
    pub trouble: Option<String>,
}

/// Where the checkout of the DAGs was, and where it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FastForwarded {
    /// The commit before.
    pub from: CommitSha,
    /// The commit after; the same when there was nothing new.
    pub to: CommitSha,
    /// Files among the DAGs that were not there before, sorted. The DAGs in them arrive paused.
    pub new_files: Vec<String>,
}
