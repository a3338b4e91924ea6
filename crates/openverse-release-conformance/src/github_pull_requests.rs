//! The contract of [`PullRequests`], rule by rule.

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use openverse_release_core::{BranchName, CommitSha, PullRequest, PullRequestNumber, PullRequestState};
use openverse_release_ports::{FileChange, NewPullRequest, PortError, PullRequests, WriteError, open_once};

use super::github_branches::BranchWorld;

const ONE: &str = "conformance/one";
const OTHER: &str = "conformance/one-more";

/// A world of which the pull requests are tried, too, and the hands that review and merge them.
#[async_trait]
pub trait PullRequestWorld: BranchWorld {
    /// Returns the port to the pull requests of the code repository.
    fn pull_requests(&self) -> &dyn PullRequests;

    /// Approves of a pull request, as a maintainer does who did not open it.
    async fn approve(&self, number: PullRequestNumber);

    /// Merges a pull request and returns what it became on its base branch.
    async fn merge_pull_request(&self, number: PullRequestNumber) -> CommitSha;

    /// Closes a pull request without merging it.
    async fn close_pull_request(&self, number: PullRequestNumber);
}

/// Runs the whole suite, each rule on the world that `fresh` makes for it.
///
/// # Panics
/// At the first rule that does not hold, naming it.
pub async fn check_pull_requests<W: PullRequestWorld>(mut fresh: impl AsyncFnMut() -> W) {
    crate::rules!(fresh:
        a_pull_request_is_what_it_was_opened_with,
        an_unknown_number_is_no_pull_request,
        a_second_one_of_the_same_branches_is_a_conflict,
        a_branch_that_is_not_there_is_refused,
        labels_are_added_and_stay,
        an_approval_is_seen,
        a_merged_one_names_its_commit,
        a_closed_one_is_not_merged,
        with_head_has_those_of_one_branch_newest_first,
        a_commit_leads_to_what_brought_it,
        merged_ones_are_newest_first_and_since_a_moment,
        asked_for_twice_it_is_made_once,
        one_that_was_merged_is_not_opened_again,
    );
}

async fn a_pull_request_is_what_it_was_opened_with(world: &dyn PullRequestWorld) {
    let head = pushed(world, ONE).await;
    let opened = open(world, ONE).await;
    let NewPullRequest { head: branch, base, title, body: _ } = wanted(world, ONE);
    assert_eq!((&opened.head, &opened.base, &opened.title), (&branch, &base, &title));
    assert_eq!((&opened.head_commit, &opened.state), (&head, &OPEN));
    assert_eq!(opened.labels, Vec::<String>::new());
    assert_eq!(read(world, opened.number).await, opened, "the answer and the number agree");
    assert_eq!(with_head(world, ONE).await, [opened], "the list and the number agree");
}

async fn an_unknown_number_is_no_pull_request(world: &dyn PullRequestWorld) {
    let unknown = PullRequestNumber(999_999_999);
    assert_eq!(world.pull_requests().pull_request(unknown).await, Ok(None));
    assert_eq!(with_head(world, ONE).await, []);
}

async fn a_second_one_of_the_same_branches_is_a_conflict(world: &dyn PullRequestWorld) {
    pushed(world, ONE).await;
    let first = open(world, ONE).await;
    let answer = world.pull_requests().open(&wanted(world, ONE)).await;
    assert!(matches!(answer, Err(WriteError::Conflict { .. })), "{answer:?}");
    assert_eq!(with_head(world, ONE).await, [first], "nothing was written");
}

async fn a_branch_that_is_not_there_is_refused(world: &dyn PullRequestWorld) {
    world.merge("conformance/a", "a change").await;
    let answer = world.pull_requests().open(&wanted(world, ONE)).await;
    assert!(matches!(answer, Err(WriteError::Port(PortError::Refused { .. }))), "{answer:?}");
}

async fn labels_are_added_and_stay(world: &dyn PullRequestWorld) {
    pushed(world, ONE).await;
    let number = open(world, ONE).await.number;
    let labels = ["🧱 stack: api", "skip-changelog", "🟩 priority: low"].map(str::to_owned);
    for some in [&labels[..2], &labels[1..], &labels[..]] {
        assert_eq!(world.pull_requests().add_labels(number, some).await, Ok(()));
    }
    let mut found = read(world, number).await.labels;
    let mut expected = labels.to_vec();
    found.sort();
    expected.sort();
    assert_eq!(found, expected);
    assert_eq!(with_head(world, ONE).await[0].labels.len(), 3);
}

async fn an_approval_is_seen(world: &dyn PullRequestWorld) {
    pushed(world, ONE).await;
    let number = open(world, ONE).await.number;
    world.approve(number).await;
    assert_eq!(read(world, number).await.state, PullRequestState::Open { approved: true });
    assert_eq!(with_head(world, ONE).await[0].state, PullRequestState::Open { approved: true });
}

async fn a_merged_one_names_its_commit(world: &dyn PullRequestWorld) {
    pushed(world, ONE).await;
    let number = open(world, ONE).await.number;
    let commit = world.merge_pull_request(number).await;
    let merged = read(world, number).await;
    let PullRequestState::Merged { commit: found, .. } = &merged.state else { panic!("{merged:?}") };
    assert_eq!(*found, commit);
    let main = main(world);
    assert_eq!(world.branches().head(&main).await, Ok(Some(commit)));
    assert_eq!(with_head(world, ONE).await, [merged]);
}

async fn a_closed_one_is_not_merged(world: &dyn PullRequestWorld) {
    pushed(world, ONE).await;
    let first = open(world, ONE).await.number;
    world.close_pull_request(first).await;
    assert_eq!(read(world, first).await.state, PullRequestState::Closed);
    assert_eq!(merged(world, DateTime::UNIX_EPOCH, &[first]).await, []);
    let second = open(world, ONE).await;
    assert_eq!(second.state, OPEN, "a closed one is no hindrance to another");
}

async fn with_head_has_those_of_one_branch_newest_first(world: &dyn PullRequestWorld) {
    pushed(world, ONE).await;
    pushed(world, OTHER).await;
    let first = open(world, ONE).await.number;
    open(world, OTHER).await;
    world.close_pull_request(first).await;
    let second = open(world, ONE).await.number;
    let numbers: Vec<_> = with_head(world, ONE).await.iter().map(|one| one.number).collect();
    assert_eq!(numbers, [second, first]);
}

async fn a_commit_leads_to_what_brought_it(world: &dyn PullRequestWorld) {
    let without = world.merge("conformance/a", "a change").await;
    pushed(world, ONE).await;
    let number = open(world, ONE).await.number;
    let commit = world.merge_pull_request(number).await;
    let found = world.pull_requests().of_commit(&commit).await.expect("pull requests are read");
    assert_eq!(found, [read(world, number).await]);
    assert_eq!(world.pull_requests().of_commit(&without).await, Ok(vec![]));
    let unknown = "deadbeef".repeat(5).parse().expect("a commit SHA");
    assert_eq!(world.pull_requests().of_commit(&unknown).await, Ok(vec![]));
}

async fn merged_ones_are_newest_first_and_since_a_moment(world: &dyn PullRequestWorld) {
    for branch in [ONE, OTHER, "conformance/open"] {
        pushed(world, branch).await;
    }
    // Merged in another order than they were opened in.
    let (second, first) = (open(world, OTHER).await.number, open(world, ONE).await.number);
    let open = open(world, "conformance/open").await.number;
    for number in [first, second] {
        world.merge_pull_request(number).await;
    }
    let all = [first, second, open];
    let found = merged(world, DateTime::UNIX_EPOCH, &all).await;
    // A world may tell time by whole seconds.
    let moment = |number| async move {
        match read(world, number).await.state {
            PullRequestState::Merged { at, .. } => at,
            other => panic!("{other:?}"),
        }
    };
    let (earlier, later) = (moment(first).await, moment(second).await);
    let expected = if earlier == later { second.max(first) } else { second };
    assert_eq!(found.first().map(|one| one.number), Some(expected));
    assert_eq!(found.len(), 2);
    assert!(
        merged(world, later, &all).await.iter().any(|one| one.number == second),
        "the moment itself counts"
    );
    assert_eq!(merged(world, later + TimeDelta::seconds(1), &all).await, []);
}

async fn asked_for_twice_it_is_made_once(world: &dyn PullRequestWorld) {
    pushed(world, ONE).await;
    let labels = ["skip-changelog".to_owned()];
    let first = once(world, &[]).await;
    let second = once(world, &labels).await;
    assert_eq!((second.number, &second.labels[..]), (first.number, &labels[..]), "what is lacking is added");
    assert_eq!(once(world, &labels).await, second);
    assert_eq!(with_head(world, ONE).await, [second]);
}

async fn one_that_was_merged_is_not_opened_again(world: &dyn PullRequestWorld) {
    pushed(world, ONE).await;
    let first = once(world, &[]).await;
    world.merge_pull_request(first.number).await;
    let second = once(world, &["skip-changelog".to_owned()]).await;
    assert_eq!(second, read(world, first.number).await);
    assert_eq!(second.labels, Vec::<String>::new(), "what is over is left as it is");
    assert_eq!(with_head(world, ONE).await.len(), 1);
}

const OPEN: PullRequestState = PullRequestState::Open { approved: false };

/// Pushes a branch with one change, and returns its head.
async fn pushed(world: &dyn PullRequestWorld, branch: &str) -> CommitSha {
    let base = world.merge("conformance/a", branch).await;
    let name: BranchName = branch.parse().expect("a branch name");
    world.branches().create_branch(&name, &base).await.expect("a branch is made");
    let change = FileChange {
        path: format!("{branch}/file").parse().expect("a path"),
        expected: None,
        text: branch.to_owned(),
        message: format!("Change {branch}"),
    };
    world.branches().put_file(&name, &change).await.expect("a file is committed")
}

fn wanted(world: &dyn PullRequestWorld, branch: &str) -> NewPullRequest {
    NewPullRequest {
        head: branch.parse().expect("a branch name"),
        base: main(world),
        title: format!("Change \"{branch}\" & more"),
        body: "- a change".to_owned(),
    }
}

async fn open(world: &dyn PullRequestWorld, branch: &str) -> PullRequest {
    world.pull_requests().open(&wanted(world, branch)).await.expect("a pull request is opened")
}

async fn once(world: &dyn PullRequestWorld, labels: &[String]) -> PullRequest {
    open_once(world.pull_requests(), &wanted(world, ONE), labels).await.expect("there is one")
}

async fn read(world: &dyn PullRequestWorld, number: PullRequestNumber) -> PullRequest {
    let found = world.pull_requests().pull_request(number).await.expect("a pull request is read");
    found.expect("the pull request is there")
}

async fn with_head(world: &dyn PullRequestWorld, branch: &str) -> Vec<PullRequest> {
    let branch = branch.parse().expect("a branch name");
    world.pull_requests().with_head(&branch).await.expect("pull requests are listed")
}

/// Returns what was merged since a moment, of the given ones.
async fn merged(
    world: &dyn PullRequestWorld,
    since: DateTime<Utc>,
    of: &[PullRequestNumber],
) -> Vec<PullRequest> {
    let mut found =
        world.pull_requests().merged(&main(world), since).await.expect("pull requests are listed");
    found.retain(|one| of.contains(&one.number));
    found
}

fn main(world: &dyn PullRequestWorld) -> BranchName {
    world.main().parse().expect("a branch name")
}
