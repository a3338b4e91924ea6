//! GitHub Releases and the git tags they make.

use std::fmt::Debug;

use async_trait::async_trait;
use openverse_release_core::{CommitSha, GitHubRelease, GitHubReleaseId, GitTag, GitTagPrefix};

use crate::{PortError, WriteError};

/// Refuses to publish a release that is no longer the draft that was seen.
///
/// Every implementation of [`GitHubReleases::publish`] asks this between its read and its write.
///
/// # Errors
/// [`WriteError::Conflict`] that names each difference between `seen` and what is there `now`.
pub fn require_same_draft(seen: &GitHubRelease, now: Option<&GitHubRelease>) -> Result<(), WriteError> {
    let conflict = |found: String, expected: String| Err(WriteError::Conflict { found, expected });
    let draft = format!("the draft {}", seen.git_tag);
    let Some(now) = now else {
        return conflict(format!("no GitHub Release with number {}", seen.id.0), draft);
    };
    if !now.draft {
        return conflict(format!("the GitHub Release {}, already published", now.git_tag), draft);
    }
    match now.difference_from(seen) {
        None => Ok(()),
        Some((found, expected)) => conflict(found, expected),
    }
}

/// The GitHub Releases of one repository.
///
/// # Contract
/// - Lists are complete: every page is read. GitHub may serve a list that lags behind a write;
///   `release` by number does not.
/// - A release whose git tag has none of the documented forms belongs to no app and is left out.
/// - Reads are repeated on rate limits and server errors; writes are repeated only where the
///   system said that it did nothing.
#[async_trait]
pub trait GitHubReleases: Debug + Send + Sync {
    /// Returns an app's releases, drafts included, newest first by the date in the git tag.
    async fn releases(&self, prefix: &GitTagPrefix) -> Result<Vec<GitHubRelease>, PortError>;

    /// Returns one release by its number, `None` if there is none, as it is now.
    async fn release(&self, id: GitHubReleaseId) -> Result<Option<GitHubRelease>, PortError>;

    /// Publishes a draft, its git tag on `commit`.
    ///
    /// Not atomic, but guarded: reads the release, compares it with `seen`, and writes only if
    /// it is still that very draft. Asked for twice, the second time is a conflict. After a lost
    /// reply read the release to learn whether it is published; do not just ask again.
    ///
    /// # Errors
    /// [`WriteError::Conflict`] when the release is not the draft that was seen: gone, changed,
    /// or published; nothing was written.
    async fn publish(&self, seen: &GitHubRelease, commit: &CommitSha) -> Result<(), WriteError>;

    /// Returns the commit a git tag is on (an annotated tag peeled), `None` if there is no such tag.
    async fn tag_commit(&self, tag: &GitTag) -> Result<Option<CommitSha>, PortError>;

    /// Returns every git tag of an app with its commit (peeled), newest first by date.
    async fn tags(&self, prefix: &GitTagPrefix) -> Result<Vec<(GitTag, CommitSha)>, PortError>;
}
