//! Reverts of the code.

use std::fmt::Debug;

use async_trait::async_trait;
use openverse_release_core::{BranchName, CommitSha};

use crate::WriteError;

/// Makes commits that take others back.
///
/// # Contract
/// The main branch is never moved: a revert is proposed, and merged by people.
#[async_trait]
pub trait CodeReverts: Debug + Send + Sync {
    /// Makes a commit on top of the main branch that takes back what a commit changed against its first
    /// parent, and pushes it as a new branch. Not idempotent: look for the branch first.
    ///
    /// # Errors
    /// [`WriteError::Conflict`] when later changes touch the same lines, or the branch is there with
    /// something else; nothing was pushed.
    async fn revert(
        &self,
        bad: &CommitSha,
        branch: &BranchName,
        message: &str,
    ) -> Result<CommitSha, WriteError>;
}
