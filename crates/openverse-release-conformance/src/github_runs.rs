//! The contract of [`GitHubRuns`], rule by rule.

use std::time::Duration;

use chrono::TimeDelta;
use openverse_release_core::{CommitSha, GitHubRun, GitHubRunId, GitHubWorkflowFile};
use openverse_release_ports::{GitHubRunQuery, GitHubRuns};

use super::github::GitHubWorld;

/// A run may appear some time after what started it.
const LOOKS: u32 = 200;
const BETWEEN_LOOKS: Duration = Duration::from_millis(50);

/// A world of which the runs of the code repository are tried, too.
pub trait GitHubRunWorld: GitHubWorld {
    /// Returns the port to the runs of the code repository's GitHub Workflows.
    fn runs(&self) -> &dyn GitHubRuns;

    /// Returns a GitHub Workflow that every merge starts, once.
    fn ci(&self) -> GitHubWorkflowFile;
}

/// Runs the whole suite, each rule on the world that `fresh` makes for it.
///
/// # Panics
/// At the first rule that does not hold, naming it.
pub async fn check_runs<W: GitHubRunWorld>(mut fresh: impl AsyncFnMut() -> W) {
    crate::rules!(fresh:
        a_commit_has_its_run,
        runs_are_newest_first_and_no_more_than_asked_for,
        runs_of_another_event_are_left_out,
        runs_before_a_moment_are_left_out,
        a_run_has_jobs,
        an_unknown_number_is_no_run_and_has_no_jobs,
    );
}

async fn a_commit_has_its_run(world: &dyn GitHubRunWorld) {
    let first = world.merge("conformance/a", "the first").await;
    let run = found(world, &first).await;
    let second = world.merge("conformance/a", "the second").await;
    assert_ne!(found(world, &second).await.id, run.id);
    assert_eq!((&run.commit, run.event.as_str()), (&first, "push"));
    let read = world.runs().github_run(run.id).await.expect("a run is read").expect("the run is there");
    assert_eq!((read.id, read.commit, read.created_at), (run.id, run.commit, run.created_at));
}

async fn runs_are_newest_first_and_no_more_than_asked_for(world: &dyn GitHubRunWorld) {
    let mut expected = Vec::new();
    for subject in ["the first", "the second", "the third"] {
        let commit = world.merge("conformance/a", subject).await;
        expected.insert(0, found(world, &commit).await.id);
    }
    let numbers = |runs: Vec<GitHubRun>| runs.iter().map(|run| run.id).collect::<Vec<_>>();
    let any = GitHubRunQuery { commit: None, event: None, created_since: None, limit: 3 };
    assert_eq!(numbers(listed(world, &any).await), expected);
    assert_eq!(numbers(listed(world, &GitHubRunQuery { limit: 2, ..any.clone() }).await), expected[..2]);
    assert_eq!(listed(world, &GitHubRunQuery { limit: 0, ..any }).await, []);
}

async fn runs_of_another_event_are_left_out(world: &dyn GitHubRunWorld) {
    let commit = world.merge("conformance/a", "a change").await;
    let run = found(world, &commit).await;
    let of_commit = GitHubRunQuery::of_commit(commit);
    let pushed = GitHubRunQuery { event: Some("push".to_owned()), ..of_commit.clone() };
    assert_eq!(listed(world, &pushed).await.first().map(|found| found.id), Some(run.id));
    assert_eq!(run.head_branch.as_deref(), Some("main"));
    assert_eq!(listed(world, &GitHubRunQuery { event: Some("release".to_owned()), ..of_commit }).await, []);
}

async fn runs_before_a_moment_are_left_out(world: &dyn GitHubRunWorld) {
    let commit = world.merge("conformance/a", "a change").await;
    let run = found(world, &commit).await;
    let since =
        |moment| GitHubRunQuery { created_since: Some(moment), ..GitHubRunQuery::of_commit(commit.clone()) };
    assert_eq!(listed(world, &since(run.created_at)).await.len(), 1, "the moment itself is included");
    assert_eq!(listed(world, &since(run.created_at + TimeDelta::hours(1))).await, []);
}

async fn a_run_has_jobs(world: &dyn GitHubRunWorld) {
    let commit = world.merge("conformance/a", "a change").await;
    let run = found(world, &commit).await;
    for _ in 0..LOOKS {
        let jobs = world.runs().jobs(run.id).await.expect("jobs are read");
        if !jobs.is_empty() {
            for job in jobs {
                assert!(!job.name.is_empty() && !job.page.is_empty());
                assert!(!job.status.ended() || job.ended_at.is_some(), "{job:?} ended at no time");
            }
            return;
        }
        tokio::time::sleep(BETWEEN_LOOKS).await;
    }
    panic!("run {} has no jobs", run.id.0);
}

async fn an_unknown_number_is_no_run_and_has_no_jobs(world: &dyn GitHubRunWorld) {
    let unknown = GitHubRunId(999_999_999);
    assert_eq!(world.runs().github_run(unknown).await, Ok(None));
    assert_eq!(world.runs().jobs(unknown).await, Ok(vec![]));
}

async fn listed(world: &dyn GitHubRunWorld, query: &GitHubRunQuery) -> Vec<GitHubRun> {
    world.runs().runs_of(&world.ci(), query).await.expect("runs are listed")
}

/// Looks for the run on a commit until it appears, and for a second one.
async fn found(world: &dyn GitHubRunWorld, commit: &CommitSha) -> GitHubRun {
    for _ in 0..LOOKS {
        let mut runs = listed(world, &GitHubRunQuery::of_commit(commit.clone())).await;
        assert!(runs.len() < 2, "one commit started two runs: {runs:?}");
        if let Some(run) = runs.pop() {
            return run;
        }
        tokio::time::sleep(BETWEEN_LOOKS).await;
    }
    panic!("no run is on {commit}");
}
