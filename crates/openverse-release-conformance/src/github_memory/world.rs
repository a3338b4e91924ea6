//! The in-memory GitHub as a world of the suites.

use async_trait::async_trait;
use openverse_release_core::{
    CommitSha, DispatchEventType, GitHubReleaseId, GitHubWorkflowFile, GitTag, PullRequestNumber,
    PullRequestState,
};
use openverse_release_ports::{
    Branches, CodeHistory, Deployments, GitHubReleases, GitHubRuns, PullRequests, ReleaseDrafts,
};

use super::{InMemoryGitHub, MAIN};
use crate::{
    github::GitHubWorld, github_branches::BranchWorld, github_drafts::DraftWorld,
    github_pull_requests::PullRequestWorld, github_runs::GitHubRunWorld,
};

/// The in-memory GitHub as a world of the suite.
#[derive(Debug)]
struct InMemoryGitHubWorld(InMemoryGitHub);

impl Default for InMemoryGitHubWorld {
    fn default() -> Self {
        let github = InMemoryGitHub::default();
        let world = Self(github);
        world.0.listen(world.event_type(), world.workflow());
        world.0.listen_to_pushes(world.ci());
        world
    }
}

#[async_trait]
impl GitHubWorld for InMemoryGitHubWorld {
    fn releases(&self) -> &dyn GitHubReleases {
        &self.0
    }

    fn history(&self) -> &dyn CodeHistory {
        &self.0
    }

    fn deployments(&self) -> &dyn Deployments {
        &self.0
    }

    fn main(&self) -> String {
        MAIN.to_owned()
    }

    fn workflow(&self) -> GitHubWorkflowFile {
        "deploy.yml".parse().expect("a file name")
    }

    fn event_type(&self) -> DispatchEventType {
        "deploy".parse().expect("an event type")
    }

    async fn merge(&self, file: &str, subject: &str) -> CommitSha {
        self.0.merge(file, subject)
    }

    async fn draft(&self, git_tag: &GitTag, notes: &str) -> GitHubReleaseId {
        self.0.draft(git_tag, notes)
    }

    async fn edit_notes(&self, id: GitHubReleaseId, notes: &str) {
        self.0.change(id, |release| notes.clone_into(&mut release.notes));
    }

    async fn publish_by_hand(&self, id: GitHubReleaseId) {
        self.0.publish_by_hand(id);
    }

    async fn delete(&self, id: GitHubReleaseId) {
        self.0.delete(id);
    }
}

impl DraftWorld for InMemoryGitHubWorld {
    fn drafts(&self) -> &dyn ReleaseDrafts {
        &self.0
    }
}

impl BranchWorld for InMemoryGitHubWorld {
    fn branches(&self) -> &dyn Branches {
        &self.0
    }
}

impl GitHubRunWorld for InMemoryGitHubWorld {
    fn runs(&self) -> &dyn GitHubRuns {
        &self.0
    }

    fn ci(&self) -> GitHubWorkflowFile {
        "ci.yml".parse().expect("a file name")
    }
}

#[async_trait]
impl PullRequestWorld for InMemoryGitHubWorld {
    fn pull_requests(&self) -> &dyn PullRequests {
        &self.0
    }

    async fn approve(&self, number: PullRequestNumber) {
        self.0.change_pull_request(number, |one| one.state = PullRequestState::Open { approved: true });
    }

    async fn merge_pull_request(&self, number: PullRequestNumber) -> CommitSha {
        self.0.merge_pull_request(number)
    }

    async fn close_pull_request(&self, number: PullRequestNumber) {
        self.0.change_pull_request(number, |one| one.state = PullRequestState::Closed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        github::check_github, github_branches::check_branches, github_drafts::check_drafts,
        github_pull_requests::check_pull_requests, github_runs::check_runs,
    };

    #[tokio::test]
    async fn the_github_in_memory_keeps_the_contract() {
        check_github(async || InMemoryGitHubWorld::default()).await;
    }

    #[tokio::test]
    async fn its_drafts_keep_the_contract() {
        check_drafts(async || InMemoryGitHubWorld::default()).await;
    }

    #[tokio::test]
    async fn its_branches_keep_the_contract() {
        check_branches(async || InMemoryGitHubWorld::default()).await;
    }

    #[tokio::test]
    async fn its_pull_requests_keep_the_contract() {
        check_pull_requests(async || InMemoryGitHubWorld::default()).await;
    }

    #[tokio::test]
    async fn its_runs_keep_the_contract() {
        check_runs(async || InMemoryGitHubWorld::default()).await;
    }
}
