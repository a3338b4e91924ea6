//! Branches of one repository, and the files on them.

use std::fmt::Debug;

use async_trait::async_trait;
use openverse_release_core::{BlobSha, BranchName, CommitSha, FileContent, RepositoryPath};

use crate::{PortError, WriteError};

/// A change of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileChange {
    /// The file.
    pub path: RepositoryPath,
    /// What the file is now, `None` if it is not there.
    pub expected: Option<BlobSha>,
    /// What it is to hold.
    pub text: String,
    /// The message of the commit.
    pub message: String,
}

impl FileChange {
    /// Returns the conflict that the file is when it is not what the caller last saw.
    pub fn conflict_with(&self, found: Option<&BlobSha>) -> WriteError {
        let state = |blob: Option<&BlobSha>| match blob {
            Some(blob) => format!("with content {blob}"),
            None => "not there".to_owned(),
        };
        WriteError::Conflict {
            found: format!("the file {} {}", self.path, state(found)),
            expected: format!("it {}", state(self.expected.as_ref())),
        }
    }
}

impl WriteError {
    /// Returns the conflict that a branch is when it is there, on another commit than wanted.
    pub fn branch_elsewhere(branch: &BranchName, found: &CommitSha, wanted: &CommitSha) -> Self {
        Self::Conflict {
            found: format!("the branch {branch} at {found}"),
            expected: format!("it at {wanted}"),
        }
    }
}

/// The branches of one repository, and the files on them.
///
/// # Contract
/// Reads are repeated on rate limits and server errors; writes are repeated only where the
/// system said that it did nothing.
#[async_trait]
pub trait Branches: Debug + Send + Sync {
    /// Returns the commit at the head of a branch, `None` if there is no such branch.
    async fn head(&self, branch: &BranchName) -> Result<Option<CommitSha>, PortError>;

    /// Makes a branch at a commit of the repository.
    ///
    /// Idempotent and atomic: a branch that is there, on that commit, is left as it is. So after a
    /// lost reply it can be asked again.
    ///
    /// # Errors
    /// [`WriteError::Conflict`] when the branch is there on another commit; nothing was written.
    async fn create_branch(&self, branch: &BranchName, at: &CommitSha) -> Result<(), WriteError>;

    /// Returns a file on a branch or in a commit, `None` if there is no such file, branch or commit.
    ///
    /// # Errors
    /// [`PortError::Malformed`] for what is no file, or holds no text, or is too long to be shown.
    async fn file(&self, path: &RepositoryPath, reference: &str) -> Result<Option<FileContent>, PortError>;

    /// Commits a change of one file to a branch, and returns the commit.
    ///
    /// Atomic: the file is replaced only if it is what the caller expects. Asked for twice, the
    /// second time is a conflict, since by then the file is another one. After a lost reply, and
    /// after a conflict, read the file to learn whether it holds the text already.
    ///
    /// # Errors
    /// [`WriteError::Conflict`] when the file is another one, or somebody else's commit came to the
    /// branch at the same time; nothing was written.
    async fn put_file(&self, branch: &BranchName, change: &FileChange) -> Result<CommitSha, WriteError>;
}
