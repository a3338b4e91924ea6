//! Pull requests of one repository.

use std::fmt::Debug;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use openverse_release_core::{BranchName, CommitSha, PullRequest, PullRequestNumber};

use crate::{PortError, WriteError};

/// What a pull request is opened with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPullRequest {
    /// The branch that is to be merged, of the same repository.
    pub head: BranchName,
    /// The branch it is to be merged to.
    pub base: BranchName,
    /// Its title.
    pub title: String,
    /// Its text, in Markdown.
    pub body: String,
}

impl NewPullRequest {
    /// Returns the conflict that an open pull request of the same branches is.
    pub fn conflict_with(&self, found: Option<PullRequestNumber>) -> WriteError {
        let Self { head, base, .. } = self;
        let number = found.map(|number| format!(" {number}")).unwrap_or_default();
        WriteError::Conflict {
            found: format!("an open pull request{number} of {head} to {base}"),
            expected: "none".to_owned(),
        }
    }
}

/// The pull requests of one repository.
///
/// # Contract
/// - Lists are complete: every page is read. GitHub may serve a list that lags behind a write;
///   `pull_request` by number does not.
/// - Reads are repeated on rate limits and server errors; writes are repeated only where the
///   system said that it did nothing.
/// - A pull request of a fork is read like any other, but has no branch of this repository.
#[async_trait]
pub trait PullRequests: Debug + Send + Sync {
    /// Opens a pull request.
    ///
    /// Not idempotent, but made once: there is at most one open pull request of the same two
    /// branches, by a look before and by GitHub itself. After a lost reply, and after a conflict,
    /// look with [`with_head`](Self::with_head). One that was merged or closed is no
    /// hindrance, so look for that before.
    ///
    /// # Errors
    /// [`WriteError::Conflict`] when one is open; nothing was written.
    async fn open(&self, wanted: &NewPullRequest) -> Result<PullRequest, WriteError>;

    /// Adds labels to a pull request.
    ///
    /// Idempotent: labels it has already stay, so after a lost reply it can be asked again.
    async fn add_labels(&self, number: PullRequestNumber, labels: &[String]) -> Result<(), PortError>;

    /// Returns the pull requests of a branch of this repository, whatever their state, newest
    /// first by number.
    async fn with_head(&self, branch: &BranchName) -> Result<Vec<PullRequest>, PortError>;

    /// Returns one pull request by its number, `None` if there is none, as it is now.
    async fn pull_request(&self, number: PullRequestNumber) -> Result<Option<PullRequest>, PortError>;

    /// Returns the pull requests that brought a commit, newest first by number; none for a commit
    /// that was pushed without one, or that is unknown.
    async fn of_commit(&self, commit: &CommitSha) -> Result<Vec<PullRequest>, PortError>;

    /// Returns the pull requests merged to a branch at `since` or later, newest first by that
    /// moment.
    async fn merged(&self, base: &BranchName, since: DateTime<Utc>) -> Result<Vec<PullRequest>, PortError>;
}

/// Sees to it that there is a pull request of a branch, with labels; asked for twice, it is made
/// once.
///
/// Returns the newest pull request of the branch, whatever became of it: one that was merged
/// or closed is not opened again. Only an open one is given the labels it lacks.
///
/// # Errors
/// Those of the calls to the port. A [`WriteError::Conflict`] remains only while the list
/// lags behind.
pub async fn open_once(
    port: &dyn PullRequests,
    wanted: &NewPullRequest,
    labels: &[String],
) -> Result<PullRequest, WriteError> {
    let newest = async || Ok::<_, PortError>(port.with_head(&wanted.head).await?.into_iter().next());
    let mut found = match newest().await? {
        Some(found) => found,
        None => match port.open(wanted).await {
            Err(conflict @ WriteError::Conflict { .. }) => newest().await?.ok_or(conflict)?,
            other => other?,
        },
    };
    let lacking: Vec<_> = labels.iter().filter(|label| !found.labels.contains(label)).cloned().collect();
    if found.state.is_open() && !lacking.is_empty() {
        port.add_labels(found.number, &lacking).await?;
        found.labels.extend(lacking);
    }
    Ok(found)
}
