//! The history of the code repository.

use std::fmt::Debug;

use async_trait::async_trait;
use openverse_release_core::{Commit, CommitSha};

use crate::PortError;

/// Which commits to list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitQuery {
    /// The branch whose history is read, or the commit SHA from which it is read backwards.
    pub branch: String,
    /// Only commits that touch this file or folder, if given.
    pub path: Option<String>,
    /// How many at the most.
    pub limit: usize,
}

/// How one commit stands to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// The commits in the head that the base lacks, newest first; all of them.
    pub commits: Vec<Commit>,
    /// How many commits the base has that the head lacks. 0 when the base is an ancestor.
    pub behind_by: u64,
}

/// Reads the history of the code repository.
///
/// # Contract
/// Reads only, and every page that is needed. Repeated on rate limits and server errors.
#[async_trait]
pub trait CodeHistory: Debug + Send + Sync {
    /// Returns the commits of a branch, or up to a commit, newest first.
    async fn commits(&self, query: &CommitQuery) -> Result<Vec<Commit>, PortError>;

    /// Returns the files that differ between two commits, by path; `None` when the repository does not
    /// have both.
    ///
    /// # Errors
    /// [`PortError::Malformed`] when there are more than the system lists: an incomplete list would
    /// hide changes.
    async fn changed_files(
        &self,
        base: &CommitSha,
        head: &CommitSha,
    ) -> Result<Option<Vec<String>>, PortError>;

    /// Compares two commits; `None` when the repository does not have both.
    async fn compare(&self, base: &CommitSha, head: &CommitSha) -> Result<Option<Comparison>, PortError>;
}
