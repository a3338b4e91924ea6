//! The contract of [`ReleaseDrafts`], rule by rule.

use openverse_release_core::{DraftContent, GitHubRelease, GitHubReleaseId, GitTag, ReleaseTarget};
use openverse_release_ports::{ReleaseDrafts, WriteError};

use super::github::GitHubWorld;

const OLDER: &str = "conformance-2023.07.03.17.52.00";
const NEWER: &str = "conformance-2023.07.10.08.00.00";

/// A world of which the drafts are tried, too.
pub trait DraftWorld: GitHubWorld {
    /// Returns the port to the drafts of the code repository.
    fn drafts(&self) -> &dyn ReleaseDrafts;
}

/// Runs the whole suite, each rule on the world that `fresh` makes for it.
///
/// # Panics
/// At the first rule that does not hold, naming it.
pub async fn check_drafts<W: DraftWorld>(mut fresh: impl AsyncFnMut() -> W) {
    crate::rules!(fresh:
        a_draft_says_what_it_was_made_with,
        a_second_draft_of_a_git_tag_is_a_conflict,
        a_draft_of_a_published_git_tag_is_a_conflict,
        a_draft_is_made_to_say_something_else,
        updating_again_changes_nothing,
        updating_a_draft_that_changed_is_a_conflict,
        a_published_release_is_not_updated,
        a_draft_is_deleted_once,
        a_published_release_is_not_deleted,
        deleting_a_draft_that_changed_is_a_conflict,
    );
}

async fn a_draft_says_what_it_was_made_with(world: &dyn DraftWorld) {
    let commit = world.merge("conformance/a", "a change").await;
    for target in [ReleaseTarget::Branch(world.main()), ReleaseTarget::Commit(commit)] {
        let tag = if matches!(target, ReleaseTarget::Branch(_)) { OLDER } else { NEWER };
        let draft = DraftContent { target, ..wanted(world, tag, "- a *change*\n\n<!-- & more -->") };
        let id = world.drafts().create_draft(&draft).await.expect("a draft is made");
        let made = read(world, id).await.expect("the draft is there");
        assert!(made.draft && made.published_at.is_none());
        assert!(draft.is_said_by(&made), "{made:?} is not {draft:?}");
    }
    let git_tag = git_tag(OLDER);
    assert_eq!(world.releases().tag_commit(&git_tag).await, Ok(None), "a draft has no git tag");
    let listed = world.releases().releases(git_tag.prefix()).await.expect("releases are listed");
    assert_eq!(listed.len(), 2);
}

async fn a_second_draft_of_a_git_tag_is_a_conflict(world: &dyn DraftWorld) {
    let seen = drafted(world).await;
    refused(&world.drafts().create_draft(&wanted(world, OLDER, "- other")).await);
    let listed = world.releases().releases(seen.git_tag.prefix()).await;
    assert_eq!(listed, Ok(vec![seen]), "nothing was written");
}

async fn a_draft_of_a_published_git_tag_is_a_conflict(world: &dyn DraftWorld) {
    let seen = drafted(world).await;
    world.publish_by_hand(seen.id).await;
    refused(&world.drafts().create_draft(&wanted(world, OLDER, "- other")).await);
    let listed = world.releases().releases(seen.git_tag.prefix()).await.expect("releases are listed");
    assert_eq!(listed.len(), 1, "nothing was written");
}

async fn a_draft_is_made_to_say_something_else(world: &dyn DraftWorld) {
    let seen = drafted(world).await;
    let commit = world.merge("conformance/a", "a later change").await;
    let to =
        DraftContent { target: ReleaseTarget::Commit(commit), ..wanted(world, NEWER, "- a later change") };
    world.drafts().update_draft(&seen, &to).await.expect("an unchanged draft is updated");
    let now = read(world, seen.id).await.expect("the draft is there");
    assert!(now.draft && to.is_said_by(&now), "{now:?} is not {to:?}");
}

async fn updating_again_changes_nothing(world: &dyn DraftWorld) {
    let seen = drafted(world).await;
    let to = wanted(world, NEWER, "- a later change");
    world.drafts().update_draft(&seen, &to).await.expect("an unchanged draft is updated");
    let now = read(world, seen.id).await;
    world.drafts().update_draft(&seen, &to).await.expect("a draft that says it already is left");
    assert_eq!(read(world, seen.id).await, now);
}

async fn updating_a_draft_that_changed_is_a_conflict(world: &dyn DraftWorld) {
    let seen = drafted(world).await;
    world.edit_notes(seen.id, "- by another hand").await;
    let edited = read(world, seen.id).await;
    refused(&world.drafts().update_draft(&seen, &wanted(world, NEWER, "- mine")).await);
    assert_eq!(read(world, seen.id).await, edited, "nothing was written");
}

async fn a_published_release_is_not_updated(world: &dyn DraftWorld) {
    let seen = drafted(world).await;
    world.publish_by_hand(seen.id).await;
    let published = read(world, seen.id).await.expect("the release is there");
    let same = DraftContent {
        git_tag: seen.git_tag.clone(),
        name: seen.name.clone(),
        target: seen.target.clone(),
        notes: seen.notes.clone(),
    };
    for to in [wanted(world, NEWER, "- mine"), wanted(world, OLDER, "- mine"), same] {
        refused(&world.drafts().update_draft(&seen, &to).await);
        refused(&world.drafts().update_draft(&published, &to).await);
    }
    assert_eq!(read(world, seen.id).await, Some(published), "nothing was written");
}

async fn a_draft_is_deleted_once(world: &dyn DraftWorld) {
    let seen = drafted(world).await;
    world.drafts().delete_draft(&seen).await.expect("an unchanged draft is deleted");
    assert_eq!(read(world, seen.id).await, None);
    refused(&world.drafts().delete_draft(&seen).await);
}

async fn a_published_release_is_not_deleted(world: &dyn DraftWorld) {
    let seen = drafted(world).await;
    world.publish_by_hand(seen.id).await;
    let published = read(world, seen.id).await.expect("the release is there");
    refused(&world.drafts().delete_draft(&seen).await);
    refused(&world.drafts().delete_draft(&published).await);
    assert_eq!(read(world, seen.id).await, Some(published), "nothing was written");
}

async fn deleting_a_draft_that_changed_is_a_conflict(world: &dyn DraftWorld) {
    let seen = drafted(world).await;
    world.edit_notes(seen.id, "- by another hand").await;
    refused(&world.drafts().delete_draft(&seen).await);
    assert!(read(world, seen.id).await.is_some(), "nothing was written");
}

async fn drafted(world: &dyn DraftWorld) -> GitHubRelease {
    world.merge("conformance/a", "a change").await;
    let id = world.drafts().create_draft(&wanted(world, OLDER, "- a change")).await;
    read(world, id.expect("a draft is made")).await.expect("the draft is there")
}

fn wanted(world: &dyn DraftWorld, tag: &str, notes: &str) -> DraftContent {
    let target = ReleaseTarget::Branch(world.main());
    DraftContent { git_tag: git_tag(tag), name: tag.to_owned(), target, notes: notes.to_owned() }
}

async fn read(world: &dyn DraftWorld, id: GitHubReleaseId) -> Option<GitHubRelease> {
    world.releases().release(id).await.expect("a release is read")
}

fn refused<T: std::fmt::Debug>(answer: &Result<T, WriteError>) {
    assert!(matches!(answer, Err(WriteError::Conflict { .. })), "not a conflict: {answer:?}");
}

fn git_tag(text: &str) -> GitTag {
    text.parse().expect("a git tag")
}
