//! The contract of [`Branches`], rule by rule.

use openverse_release_core::{BranchName, CommitSha, FileContent, RepositoryPath};
use openverse_release_ports::{Branches, FileChange, PortError, WriteError};

use super::github::GitHubWorld;

const BRANCH: &str = "conformance/ä#1%2F+b";
const FILE: &str = "conformance/a file, ä & more.md";

/// A world of which the branches are tried, too. It may hold anything at the start, except
/// branches below `conformance`.
pub trait BranchWorld: GitHubWorld {
    /// Returns the port to the branches of the code repository.
    fn branches(&self) -> &dyn Branches;
}

/// Runs the whole suite, each rule on the world that `fresh` makes for it.
///
/// # Panics
/// At the first rule that does not hold, naming it.
pub async fn check_branches<W: BranchWorld>(mut fresh: impl AsyncFnMut() -> W) {
    crate::rules!(fresh:
        an_unknown_branch_has_no_head,
        the_head_of_main_is_what_was_merged_last,
        a_branch_is_made_at_a_commit_once,
        a_branch_that_is_elsewhere_is_a_conflict,
        a_branch_at_an_unknown_commit_is_refused,
        a_file_is_read_from_a_branch_and_from_a_commit,
        what_is_not_there_is_no_file,
        a_new_file_is_committed_to_the_branch_alone,
        a_file_is_replaced_where_it_is_what_was_expected,
        a_file_that_changed_is_a_conflict,
        a_file_that_is_there_unexpectedly_is_a_conflict,
        a_file_that_is_gone_is_a_conflict,
        an_unknown_branch_is_not_committed_to,
    );
}

async fn an_unknown_branch_has_no_head(world: &dyn BranchWorld) {
    assert_eq!(world.branches().head(&branch()).await, Ok(None));
}

async fn the_head_of_main_is_what_was_merged_last(world: &dyn BranchWorld) {
    world.merge("conformance/a", "the first").await;
    let second = world.merge("conformance/b", "the second").await;
    assert_eq!(world.branches().head(&main(world)).await, Ok(Some(second)));
}

async fn a_branch_is_made_at_a_commit_once(world: &dyn BranchWorld) {
    let commit = world.merge("conformance/a", "a change").await;
    world.merge("conformance/a", "a later change").await;
    for _ in 0..2 {
        assert_eq!(world.branches().create_branch(&branch(), &commit).await, Ok(()));
        assert_eq!(world.branches().head(&branch()).await, Ok(Some(commit.clone())));
    }
}

async fn a_branch_that_is_elsewhere_is_a_conflict(world: &dyn BranchWorld) {
    let first = branched(world).await;
    let second = world.merge("conformance/a", "a later change").await;
    refused(&world.branches().create_branch(&branch(), &second).await);
    refused(&world.branches().create_branch(&main(world), &first).await);
    assert_eq!(world.branches().head(&branch()).await, Ok(Some(first)), "nothing was written");
    assert_eq!(world.branches().head(&main(world)).await, Ok(Some(second)), "nothing was written");
}

async fn a_branch_at_an_unknown_commit_is_refused(world: &dyn BranchWorld) {
    world.merge("conformance/a", "a change").await;
    let unknown = "deadbeef".repeat(5).parse().expect("a commit SHA");
    let answer = world.branches().create_branch(&branch(), &unknown).await;
    assert!(matches!(answer, Err(WriteError::Port(PortError::Refused { .. }))), "{answer:?}");
    assert_eq!(world.branches().head(&branch()).await, Ok(None), "nothing was written");
}

async fn a_file_is_read_from_a_branch_and_from_a_commit(world: &dyn BranchWorld) {
    let before = world.merge("conformance/a", "one").await;
    world.merge("conformance/a", "two").await;
    let then = file(world, "conformance/a", before.as_str()).await.expect("the file is there");
    let now = file(world, "conformance/a", &world.main()).await.expect("the file is there");
    assert_eq!((then.text.as_str(), now.text.as_str()), ("one", "two"));
    assert_ne!(then.blob, now.blob);
}

async fn what_is_not_there_is_no_file(world: &dyn BranchWorld) {
    let commit = world.merge("conformance/a", "one").await;
    assert_eq!(file(world, "conformance/b", commit.as_str()).await, None);
    assert_eq!(file(world, "conformance/a", BRANCH).await, None, "there is no such branch");
}

async fn a_new_file_is_committed_to_the_branch_alone(world: &dyn BranchWorld) {
    let base = branched(world).await;
    // Longer than a line of base64, and with all sorts of characters.
    let text = "# Ä heading\r\n\n\u{1f7e9} \"quoted\" \\ text\n".repeat(20);
    let commit = world.branches().put_file(&branch(), &change(None, &text)).await.expect("it is committed");
    assert_ne!(commit, base);
    assert_eq!(world.branches().head(&branch()).await, Ok(Some(commit.clone())));
    assert_eq!(file(world, FILE, BRANCH).await.map(|file| file.text), Some(text.clone()));
    assert_eq!(file(world, FILE, commit.as_str()).await.map(|file| file.text), Some(text));
    assert_eq!(file(world, FILE, &world.main()).await, None);
    assert!(file(world, "conformance/a", BRANCH).await.is_some(), "other files stay");
    assert_eq!(world.branches().head(&main(world)).await, Ok(Some(base)));
}

async fn a_file_is_replaced_where_it_is_what_was_expected(world: &dyn BranchWorld) {
    let seen = written(world).await;
    let replaced = world.branches().put_file(&branch(), &change(Some(&seen), "two")).await;
    replaced.expect("an unchanged file is replaced");
    let now = file(world, FILE, BRANCH).await.expect("the file is there");
    assert_eq!(now.text, "two");
    assert_ne!(now.blob, seen.blob);
}

async fn a_file_that_changed_is_a_conflict(world: &dyn BranchWorld) {
    let seen = written(world).await;
    let changed = world.branches().put_file(&branch(), &change(Some(&seen), "by another hand")).await;
    let head = changed.expect("an unchanged file is replaced");
    refused(&world.branches().put_file(&branch(), &change(Some(&seen), "mine")).await);
    assert_eq!(world.branches().head(&branch()).await, Ok(Some(head)), "nothing was written");
}

async fn a_file_that_is_there_unexpectedly_is_a_conflict(world: &dyn BranchWorld) {
    written(world).await;
    refused(&world.branches().put_file(&branch(), &change(None, "mine")).await);
    assert_eq!(file(world, FILE, BRANCH).await.map(|file| file.text).as_deref(), Some("one"));
}

async fn a_file_that_is_gone_is_a_conflict(world: &dyn BranchWorld) {
    let seen = written(world).await;
    let elsewhere =
        FileChange { path: "conformance/another".parse().expect("a path"), ..change(Some(&seen), "mine") };
    refused(&world.branches().put_file(&branch(), &elsewhere).await);
    assert_eq!(file(world, "conformance/another", BRANCH).await, None, "nothing was written");
}

async fn an_unknown_branch_is_not_committed_to(world: &dyn BranchWorld) {
    world.merge("conformance/a", "a change").await;
    let answer = world.branches().put_file(&branch(), &change(None, "one")).await;
    assert!(matches!(answer, Err(WriteError::Port(PortError::Refused { .. }))), "{answer:?}");
    assert_eq!(world.branches().head(&branch()).await, Ok(None));
}

async fn branched(world: &dyn BranchWorld) -> CommitSha {
    let commit = world.merge("conformance/a", "a change").await;
    world.branches().create_branch(&branch(), &commit).await.expect("a branch is made");
    commit
}

async fn written(world: &dyn BranchWorld) -> FileContent {
    branched(world).await;
    world.branches().put_file(&branch(), &change(None, "one")).await.expect("it is committed");
    file(world, FILE, BRANCH).await.expect("the file is there")
}

fn change(expected: Option<&FileContent>, text: &str) -> FileChange {
    FileChange {
        path: path(FILE),
        expected: expected.map(|file| file.blob.clone()),
        text: text.to_owned(),
        message: "Change a file\n\nat length".to_owned(),
    }
}

async fn file(world: &dyn BranchWorld, at: &str, reference: &str) -> Option<FileContent> {
    world.branches().file(&path(at), reference).await.expect("a file is read")
}

fn path(text: &str) -> RepositoryPath {
    text.parse().expect("a path")
}

fn branch() -> BranchName {
    BRANCH.parse().expect("a branch name")
}

fn main(world: &dyn BranchWorld) -> BranchName {
    world.main().parse().expect("a branch name")
}

fn refused<T: std::fmt::Debug>(answer: &Result<T, WriteError>) {
    assert!(matches!(answer, Err(WriteError::Conflict { .. })), "not a conflict: {answer:?}");
}
