//! Drafts of GitHub Releases.

use std::fmt::Debug;

use async_trait::async_trait;
use openverse_release_core::{DraftContent, GitHubRelease, GitHubReleaseId, GitTag};

use crate::{WriteError, require_same_draft};

/// Returns the conflict that a GitHub Release of a git tag is for a new draft of that git tag.
pub fn conflict_with_draft(wanted: &GitTag, found: &GitHubRelease) -> WriteError {
    let kind = if found.draft { "a draft" } else { "a published GitHub Release" };
    WriteError::Conflict {
        found: format!("{kind} {} with number {}", found.git_tag, found.id.0),
        expected: format!("no GitHub Release {wanted}"),
    }
}

/// What a guarded change of a draft finds before it writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DraftNow {
    /// The very draft that was seen.
    AsSeen,
    /// A draft that says already what it is to say.
    AsWanted,
}

/// Refuses to change a release that is published, or no longer the draft that was seen, unless it
/// is a draft that says already what it is to say.
///
/// Every implementation of [`ReleaseDrafts::update_draft`] asks this between its read and its write.
///
/// # Errors
/// [`WriteError::Conflict`] that names each difference between `seen` and what is there `now`.
pub fn require_draft_to_update(
    seen: &GitHubRelease,
    to: &DraftContent,
    now: Option<&GitHubRelease>,
) -> Result<DraftNow, WriteError> {
    if now.is_some_and(|now| now.draft && to.is_said_by(now)) {
        return Ok(DraftNow::AsWanted);
    }
    require_same_draft(seen, now).map(|()| DraftNow::AsSeen)
}

/// Makes, changes and deletes drafts of GitHub Releases. It never touches a published one.
///
/// # Contract
/// - Guarded, not atomic: every write follows a read of what it is about to change, and GitHub has
///   no conditional write for a GitHub Release. Somebody who publishes in the moment between the
///   two is not kept from it; a change then ends in an error that
///   [may have happened](crate::PortError::may_have_happened), never in success.
/// - No write says whether the release is a draft, except the one that makes it: a draft that is
///   published meanwhile is not taken back.
/// - A write is sent once, and again only where the system said that it did nothing. After a lost
///   reply read the list, or the release by its number.
#[async_trait]
pub trait ReleaseDrafts: Debug + Send + Sync {
    /// Makes a draft and returns its number.
    ///
    /// Not idempotent, but guarded as far as GitHub's list is up to date: a second draft of the
    /// same git tag is a conflict.
    ///
    /// # Errors
    /// [`WriteError::Conflict`] when a GitHub Release of that git tag is there, a draft or not;
    /// nothing was written.
    async fn create_draft(&self, draft: &DraftContent) -> Result<GitHubReleaseId, WriteError>;

    /// Makes a draft say something else.
    ///
    /// Idempotent: a draft that says `to` already is left as it is.
    ///
    /// # Errors
    /// [`WriteError::Conflict`] when the release is gone, published, or says neither what was
    /// `seen` nor `to`; nothing was written.
    async fn update_draft(&self, seen: &GitHubRelease, to: &DraftContent) -> Result<(), WriteError>;

    /// Deletes a draft. Asked for twice, the second time is a conflict.
    ///
    /// # Errors
    /// [`WriteError::Conflict`] when the release is gone, published, or not as it was `seen`;
    /// nothing was written.
    async fn delete_draft(&self, seen: &GitHubRelease) -> Result<(), WriteError>;
}
