//! The rules of [`GitHubReleases`](openverse_release_ports::GitHubReleases).

use openverse_release_core::{CommitSha, GitHubRelease, GitHubReleaseId, GitTag, ReleaseTarget};
use openverse_release_ports::WriteError;

use super::github::GitHubWorld;

const OLDER: &str = "conformance-2023.07.03.17.52.00";
const NEWER: &str = "conformance-2023.07.10.08.00.00";
const OF_ANOTHER_APP: &str = "conformance-other-2023.07.05.00.00.00";

pub(super) async fn releases_are_of_one_app_and_newest_first(world: &dyn GitHubWorld) {
    world.merge("conformance/a", "a change").await;
    let newer = world.draft(&git_tag(NEWER), "- newer").await;
    world.draft(&git_tag(OF_ANOTHER_APP), "- other").await;
    let older = world.draft(&git_tag(OLDER), "- older").await;
    world.publish_by_hand(older).await;

    let listed = world.releases().releases(git_tag(OLDER).prefix()).await.expect("releases are listed");
    let seen: Vec<_> = listed.iter().map(|it| (it.id, it.git_tag.to_string(), it.draft)).collect();
    assert_eq!(seen, [(newer, NEWER.to_owned(), true), (older, OLDER.to_owned(), false)]);
    for release in listed {
        assert_eq!(read(world, release.id).await.as_ref(), Some(&release), "the list and the number agree");
    }
}

pub(super) async fn an_unknown_number_is_no_release(world: &dyn GitHubWorld) {
    assert_eq!(read(world, GitHubReleaseId(999_999_999)).await, None);
}

pub(super) async fn publishing_puts_the_git_tag_on_the_commit(world: &dyn GitHubWorld) {
    let (seen, commit) = drafted(world).await;
    // The head of the branch moves on; the git tag must not follow it.
    world.merge("conformance/a", "a later change").await;
    assert_eq!(world.releases().tag_commit(&seen.git_tag).await, Ok(None), "a draft has no git tag");

    world.releases().publish(&seen, &commit).await.expect("an unchanged draft is published");

    let now = read(world, seen.id).await.expect("a published release is there");
    assert!(now.published_at.is_some());
    let expected = GitHubRelease {
        draft: false,
        target: ReleaseTarget::Commit(commit.clone()),
        published_at: now.published_at,
        page: now.page.clone(),
        ..seen.clone()
    };
    assert_eq!(now, expected);
    assert_eq!(world.releases().tag_commit(&seen.git_tag).await, Ok(Some(commit)));
}

pub(super) async fn publishing_twice_is_a_conflict(world: &dyn GitHubWorld) {
    let (seen, commit) = drafted(world).await;
    world.releases().publish(&seen, &commit).await.expect("an unchanged draft is published");
    let published = read(world, seen.id).await;

    refuse(world, &seen, &commit).await;
    assert_eq!(read(world, seen.id).await, published, "nothing was written");
}

pub(super) async fn publishing_after_another_hand_did_is_a_conflict(world: &dyn GitHubWorld) {
    let (seen, commit) = drafted(world).await;
    let head = world.merge("conformance/a", "a later change").await;
    world.publish_by_hand(seen.id).await;
    let published = read(world, seen.id).await;

    refuse(world, &seen, &commit).await;
    assert_eq!(read(world, seen.id).await, published, "nothing was written");
    let tagged = world.releases().tag_commit(&seen.git_tag).await;
    assert_eq!(tagged, Ok(Some(head)), "by hand the git tag lands on the head of the branch");
}

pub(super) async fn publishing_a_draft_whose_notes_changed_is_a_conflict(world: &dyn GitHubWorld) {
    let (seen, commit) = drafted(world).await;
    world.edit_notes(seen.id, "- something nobody has read").await;
    let edited = read(world, seen.id).await;

    refuse(world, &seen, &commit).await;
    assert_eq!(read(world, seen.id).await, edited, "nothing was written");
}

pub(super) async fn publishing_a_draft_that_is_gone_is_a_conflict(world: &dyn GitHubWorld) {
    let (seen, commit) = drafted(world).await;
    world.delete(seen.id).await;

    refuse(world, &seen, &commit).await;
    assert_eq!(read(world, seen.id).await, None, "nothing was written");
}

pub(super) async fn tags_are_of_one_app_and_newest_first(world: &dyn GitHubWorld) {
    let mut expected = Vec::new();
    for (text, app) in [(OLDER, true), (OF_ANOTHER_APP, false), (NEWER, true)] {
        let commit = world.merge("conformance/a", text).await;
        let id = world.draft(&git_tag(text), "").await;
        world.publish_by_hand(id).await;
        if app {
            expected.insert(0, (git_tag(text), commit));
        }
    }
    world.draft(&git_tag("conformance-2023.08.01.00.00.00"), "still a draft").await;

    assert_eq!(world.releases().tags(git_tag(OLDER).prefix()).await, Ok(expected));
}

async fn drafted(world: &dyn GitHubWorld) -> (GitHubRelease, CommitSha) {
    let commit = world.merge("conformance/a", "a change").await;
    let id = world.draft(&git_tag(OLDER), "- a change").await;
    (read(world, id).await.expect("a draft is there"), commit)
}

async fn read(world: &dyn GitHubWorld, id: GitHubReleaseId) -> Option<GitHubRelease> {
    world.releases().release(id).await.expect("a release is read")
}

async fn refuse(world: &dyn GitHubWorld, seen: &GitHubRelease, commit: &CommitSha) {
    let answer = world.releases().publish(seen, commit).await;
    assert!(matches!(answer, Err(WriteError::Conflict { .. })), "not a conflict: {answer:?}");
}

fn git_tag(text: &str) -> GitTag {
    text.parse().expect("a git tag")
}
