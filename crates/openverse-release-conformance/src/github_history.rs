//! The rules of [`CodeHistory`](openverse_release_ports::CodeHistory).

use openverse_release_core::{Commit, CommitSha};
use openverse_release_ports::CommitQuery;

use super::github::GitHubWorld;

pub(super) async fn commits_are_newest_first_and_no_more_than_asked_for(world: &dyn GitHubWorld) {
    let first = world.merge("conformance/a", "the first").await;
    let second = world.merge("conformance/b", "the second\n\nwith more to say").await;
    let third = world.merge("conformance/c", "the third").await;

    let listed = commits(world, None, 3).await;
    assert_eq!(shas(&listed), [&third, &second, &first]);
    assert_eq!(listed[1].subject, "the second", "only the first line");
    assert!(listed[0].committed_at >= listed[2].committed_at);
    assert_eq!(shas(&commits(world, None, 2).await), [&third, &second]);
    assert_eq!(commits(world, None, 0).await, []);
}

pub(super) async fn a_path_leaves_other_commits_out(world: &dyn GitHubWorld) {
    let inside = world.merge("conformance/one/a", "inside").await;
    world.merge("conformance/only-like-one/a", "beside").await;
    world.merge("conformance/two/a", "elsewhere").await;

    assert_eq!(shas(&commits(world, Some("conformance/one"), 10).await), [&inside]);
}

pub(super) async fn the_history_of_a_commit_ends_with_it(world: &dyn GitHubWorld) {
    let first = world.merge("conformance/a", "the first").await;
    let second = world.merge("conformance/b", "the second").await;
    world.merge("conformance/a", "the third").await;

    let query = CommitQuery { branch: second.to_string(), path: None, limit: 2 };
    let listed = world.history().commits(&query).await.expect("commits are listed");
    assert_eq!(shas(&listed), [&second, &first]);
    let query = CommitQuery { path: Some("conformance/a".to_owned()), ..query };
    let listed = world.history().commits(&query).await.expect("commits are listed");
    assert_eq!(shas(&listed)[0], &first, "what came later is no part of it");
}

pub(super) async fn a_comparison_has_the_commits_the_base_lacks(world: &dyn GitHubWorld) {
    let base = world.merge("conformance/a", "the base").await;
    let middle = world.merge("conformance/a", "the middle").await;
    let head = world.merge("conformance/a", "the head").await;

    let ahead = world.history().compare(&base, &head).await.expect("commits are compared");
    let ahead = ahead.expect("both are there");
    assert_eq!((shas(&ahead.commits), ahead.behind_by), (vec![&head, &middle], 0));

    let behind = world.history().compare(&head, &base).await.expect("commits are compared");
    let behind = behind.expect("both are there");
    assert_eq!((shas(&behind.commits), behind.behind_by), (vec![], 2));

    let same = world.history().compare(&head, &head).await.expect("commits are compared");
    let same = same.expect("both are there");
    assert_eq!((shas(&same.commits), same.behind_by), (vec![], 0));
}

pub(super) async fn an_unknown_commit_is_not_compared(world: &dyn GitHubWorld) {
    let known = world.merge("conformance/a", "a change").await;
    let unknown: CommitSha = "deadbeef".repeat(5).parse().expect("a commit SHA");
    assert_eq!(world.history().compare(&unknown, &known).await, Ok(None));
    assert_eq!(world.history().compare(&known, &unknown).await, Ok(None));
}

async fn commits(world: &dyn GitHubWorld, path: Option<&str>, limit: usize) -> Vec<Commit> {
    let query = CommitQuery { branch: world.main(), path: path.map(str::to_owned), limit };
    world.history().commits(&query).await.expect("commits are listed")
}

fn shas(commits: &[Commit]) -> Vec<&CommitSha> {
    commits.iter().map(|commit| &commit.sha).collect()
}
