//! The suite for the three ports to GitHub.

use std::fmt::Debug;

use async_trait::async_trait;
use openverse_release_core::{CommitSha, DispatchEventType, GitHubReleaseId, GitHubWorkflowFile, GitTag};
use openverse_release_ports::{CodeHistory, Deployments, GitHubReleases};

use super::{github_deployments, github_history, github_releases};

/// A GitHub to try the ports on, and the hands that change it behind their back.
///
/// It may hold anything at the start, except releases and git tags whose prefix starts with
/// `conformance`, files below folders whose name does, runs whose title holds the word, and more
/// than 50 runs of [`workflow`](Self::workflow).
/// The methods panic when the world cannot be arranged as asked.
#[async_trait]
pub trait GitHubWorld: Debug + Send + Sync {
    /// Returns the port to the releases of the code repository.
    fn releases(&self) -> &dyn GitHubReleases;

    /// Returns the port to the history of the code repository.
    fn history(&self) -> &dyn CodeHistory;

    /// Returns the port to the deployments of the infrastructure repository.
    fn deployments(&self) -> &dyn Deployments;

    /// Returns the branch that [`merge`](Self::merge) merges to.
    fn main(&self) -> String;

    /// Returns a GitHub Workflow that deploys, and that only [`deployments`](Self::deployments) starts.
    fn workflow(&self) -> GitHubWorkflowFile;

    /// Returns the `repository_dispatch` event type that starts [`workflow`](Self::workflow).
    fn event_type(&self) -> DispatchEventType;

    /// Merges a commit that changes one file, and returns it.
    async fn merge(&self, file: &str, subject: &str) -> CommitSha;

    /// Drafts a release of `main`, its name equal to its git tag.
    async fn draft(&self, git_tag: &GitTag, notes: &str) -> GitHubReleaseId;

    /// Edits the notes of a release.
    async fn edit_notes(&self, id: GitHubReleaseId, notes: &str);

    /// Publishes a draft as a person does on the page.
    async fn publish_by_hand(&self, id: GitHubReleaseId);

    /// Deletes a release.
    async fn delete(&self, id: GitHubReleaseId);
}

/// Runs the whole suite, each rule on the world that `fresh` makes for it.
///
/// # Panics
/// At the first rule that does not hold, naming it.
pub async fn check_github<W: GitHubWorld>(mut fresh: impl AsyncFnMut() -> W) {
    crate::rules!(fresh:
        github_releases::releases_are_of_one_app_and_newest_first,
        github_releases::an_unknown_number_is_no_release,
        github_releases::publishing_puts_the_git_tag_on_the_commit,
        github_releases::publishing_twice_is_a_conflict,
        github_releases::publishing_after_another_hand_did_is_a_conflict,
        github_releases::publishing_a_draft_whose_notes_changed_is_a_conflict,
        github_releases::publishing_a_draft_that_is_gone_is_a_conflict,
        github_releases::tags_are_of_one_app_and_newest_first,
        github_history::commits_are_newest_first_and_no_more_than_asked_for,
        github_history::a_path_leaves_other_commits_out,
        github_history::the_history_of_a_commit_ends_with_it,
        github_history::a_comparison_has_the_commits_the_base_lacks,
        github_history::an_unknown_commit_is_not_compared,
        github_deployments::an_event_starts_one_run_with_its_name,
        github_deployments::a_workflow_dispatch_starts_one_run_with_its_name,
        github_deployments::runs_are_newest_first_and_no_more_than_asked_for,
        github_deployments::an_unknown_number_is_no_run,
    );
}
