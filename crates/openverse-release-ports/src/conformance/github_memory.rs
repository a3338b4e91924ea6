//! An in-memory GitHub.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use openverse_release_core::{
    Commit, CommitSha, DeploymentRun, DispatchEventType, GitHubRelease, GitHubReleaseId, GitHubRunId,
    GitHubRunStatus, GitHubWorkflowFile, GitTag, GitTagPrefix, ReleaseTarget,
};

use super::{ManualClock, github::GitHubWorld};
use crate::{
    Clock as _, CodeHistory, CommitQuery, Comparison, DeploymentRequest, Deployments, GitHubReleases,
    PortError, RunQuery, System, WriteError, require_same_draft,
};

const MAIN: &str = "main";

/// A GitHub in memory: one code repository with the branch `main` and one infrastructure
/// repository. Clones share it.
///
/// The clock moves one second with everything that happens, so it is the same at every run.
#[derive(Debug, Clone)]
pub struct InMemoryGitHub(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    clock: ManualClock,
    /// Oldest first, each with the file it changed.
    commits: Vec<(String, Commit)>,
    releases: BTreeMap<GitHubReleaseId, GitHubRelease>,
    tags: BTreeMap<GitTag, CommitSha>,
    listening: BTreeMap<DispatchEventType, GitHubWorkflowFile>,
    /// Oldest first.
    runs: Vec<(GitHubWorkflowFile, DeploymentRun)>,
    last_number: u64,
}

impl Default for InMemoryGitHub {
    fn default() -> Self {
        Self::with_clock(ManualClock::default())
    }
}

impl InMemoryGitHub {
    /// Returns an empty GitHub that tells and moves the time of a clock.
    pub fn with_clock(clock: ManualClock) -> Self {
        Self(Arc::new(Mutex::new(State {
            clock,
            commits: Vec::new(),
            releases: BTreeMap::new(),
            tags: BTreeMap::new(),
            listening: BTreeMap::new(),
            runs: Vec::new(),
            last_number: 0,
        })))
    }

    /// Merges a commit that changes one file, and returns it.
    pub fn merge(&self, file: &str, subject: &str) -> CommitSha {
        let mut state = self.state();
        let number = state.number();
        // Told apart by the first seven digits, as people do.
        let sha: CommitSha = format!("{number:07x}{number:033x}").parse().expect("40 digits");
        let commit = Commit {
            sha: sha.clone(),
            subject: subject.lines().next().unwrap_or_default().to_owned(),
            author: "ada".to_owned(),
            committed_at: state.tick(),
        };
        state.commits.push((file.to_owned(), commit));
        sha
    }

    /// Drafts a release of `main`, its name equal to its git tag.
    pub fn draft(&self, git_tag: &GitTag, notes: &str) -> GitHubReleaseId {
        let mut state = self.state();
        let id = GitHubReleaseId(state.number());
        let release = GitHubRelease {
            id,
            git_tag: git_tag.clone(),
            name: git_tag.to_string(),
            notes: notes.to_owned(),
            target: ReleaseTarget::Branch(MAIN.to_owned()),
            draft: true,
            published_at: None,
            page: format!("memory://releases/{}", id.0),
        };
        state.releases.insert(id, release);
        id
    }

    /// Changes a release behind the back of the ports.
    ///
    /// # Panics
    /// When there is no such release.
    pub fn change(&self, id: GitHubReleaseId, change: impl FnOnce(&mut GitHubRelease)) {
        change(self.state().releases.get_mut(&id).expect("the release is there"));
    }

    /// Publishes a draft as a person does on the page: its git tag on the head of its target.
    ///
    /// # Panics
    /// When there is no such release.
    pub fn publish_by_hand(&self, id: GitHubReleaseId) {
        self.state().publish(id);
    }

    /// Deletes a release.
    pub fn delete(&self, id: GitHubReleaseId) {
        self.state().releases.remove(&id);
    }

    /// Makes an event type start a GitHub Workflow. An event that none listens to starts nothing.
    pub fn listen(&self, event_type: DispatchEventType, workflow: GitHubWorkflowFile) {
        self.state().listening.insert(event_type, workflow);
    }

    /// Lets a run stand somewhere else than before; a new one is queued.
    ///
    /// # Panics
    /// When there is no such run.
    pub fn set_run_status(&self, id: GitHubRunId, status: GitHubRunStatus) {
        let mut state = self.state();
        let now = state.tick();
        let run = state.runs.iter_mut().find(|(_, run)| run.id == id).expect("the run is there");
        (run.1.status, run.1.updated_at) = (status, now);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn tick(&mut self) -> DateTime<Utc> {
        self.clock.advance(Duration::from_secs(1));
        self.clock.now()
    }

    fn number(&mut self) -> u64 {
        self.last_number += 1;
        self.last_number
    }

    fn publish(&mut self, id: GitHubReleaseId) {
        let now = self.tick();
        let head = self.commits.last().map(|(_, commit)| commit.sha.clone());
        let release = self.releases.get_mut(&id).expect("the release is there");
        let commit = match &release.target {
            ReleaseTarget::Commit(commit) => commit.clone(),
            ReleaseTarget::Branch(_) => head.expect("the branch has a commit"),
        };
        (release.draft, release.published_at) = (false, Some(now));
        // As GitHub does: the target means nothing where the git tag is there already.
        self.tags.entry(release.git_tag.clone()).or_insert(commit);
    }

    fn start(
        &mut self,
        workflow: GitHubWorkflowFile,
        event: &str,
        request: &DeploymentRequest,
    ) -> GitHubRunId {
        let id = GitHubRunId(self.number());
        let created_at = self.tick();
        let run = DeploymentRun {
            id,
            title: request.run_name.clone(),
            status: GitHubRunStatus::Queued,
            event: event.to_owned(),
            actor: request.actor.clone(),
            created_at,
            updated_at: created_at,
            page: format!("memory://runs/{}", id.0),
        };
        self.runs.push((workflow, run));
        id
    }

    fn position(&self, sha: &CommitSha) -> Option<usize> {
        self.commits.iter().position(|(_, commit)| commit.sha == *sha)
    }
}

#[async_trait]
impl GitHubReleases for InMemoryGitHub {
    async fn releases(&self, prefix: &GitTagPrefix) -> Result<Vec<GitHubRelease>, PortError> {
        let state = self.state();
        let mut releases: Vec<_> =
            state.releases.values().filter(|release| release.git_tag.prefix() == prefix).cloned().collect();
        releases.sort_by_key(|release| std::cmp::Reverse((release.git_tag.date(), release.id)));
        Ok(releases)
    }

    async fn release(&self, id: GitHubReleaseId) -> Result<Option<GitHubRelease>, PortError> {
        Ok(self.state().releases.get(&id).cloned())
    }

    async fn publish(&self, seen: &GitHubRelease, commit: &CommitSha) -> Result<(), WriteError> {
        let mut state = self.state();
        require_same_draft(seen, state.releases.get(&seen.id))?;
        if state.position(commit).is_none() {
            let (system, action) = (System::GitHub, format!("publishing {}", seen.git_tag));
            let detail = "target_commitish is no commit of the repository".to_owned();
            return Err(PortError::Refused { system, action, status: 422, detail }.into());
        }
        if let Some(release) = state.releases.get_mut(&seen.id) {
            release.target = ReleaseTarget::Commit(commit.clone());
        }
        state.publish(seen.id);
        Ok(())
    }

    async fn tag_commit(&self, tag: &GitTag) -> Result<Option<CommitSha>, PortError> {
        Ok(self.state().tags.get(tag).cloned())
    }

    async fn tags(&self, prefix: &GitTagPrefix) -> Result<Vec<(GitTag, CommitSha)>, PortError> {
        let state = self.state();
        let of_app = state.tags.iter().filter(|(tag, _)| tag.prefix() == prefix);
        let mut tags: Vec<_> = of_app.map(|(tag, commit)| (tag.clone(), commit.clone())).collect();
        tags.sort_by_key(|(tag, _)| std::cmp::Reverse(tag.date()));
        Ok(tags)
    }
}

#[async_trait]
impl CodeHistory for InMemoryGitHub {
    async fn commits(&self, query: &CommitQuery) -> Result<Vec<Commit>, PortError> {
        let state = self.state();
        let head = query.branch.parse().ok().and_then(|sha| state.position(&sha));
        let history = match head {
            Some(head) => &state.commits[..=head],
            None if query.branch == MAIN => &state.commits[..],
            None => {
                let (system, action) = (System::GitHub, format!("the commits of {}", query.branch));
                let detail = "no such branch or commit".to_owned();
                return Err(PortError::Refused { system, action, status: 404, detail });
            }
        };
        let touched = |file: &str| match &query.path {
            Some(path) => {
                file == path || file.strip_prefix(path.as_str()).is_some_and(|it| it.starts_with('/'))
            }
            None => true,
        };
        let newest_first = history.iter().rev().filter(|(file, _)| touched(file));
        Ok(newest_first.map(|(_, commit)| commit.clone()).take(query.limit).collect())
    }

    async fn compare(&self, base: &CommitSha, head: &CommitSha) -> Result<Option<Comparison>, PortError> {
        let state = self.state();
        let (Some(base), Some(head)) = (state.position(base), state.position(head)) else {
            return Ok(None);
        };
        let lacking = state.commits.get(base + 1..=head).unwrap_or_default();
        Ok(Some(Comparison {
            commits: lacking.iter().rev().map(|(_, commit)| commit.clone()).collect(),
            behind_by: base.saturating_sub(head).try_into().unwrap_or(u64::MAX),
        }))
    }
}

#[async_trait]
impl Deployments for InMemoryGitHub {
    async fn dispatch_event(
        &self,
        event_type: &DispatchEventType,
        request: &DeploymentRequest,
    ) -> Result<(), PortError> {
        let mut state = self.state();
        if let Some(workflow) = state.listening.get(event_type).cloned() {
            state.start(workflow, "repository_dispatch", request);
        }
        Ok(())
    }

    async fn dispatch_workflow(
        &self,
        workflow: &GitHubWorkflowFile,
        request: &DeploymentRequest,
    ) -> Result<Option<GitHubRunId>, PortError> {
        Ok(Some(self.state().start(workflow.clone(), "workflow_dispatch", request)))
    }

    async fn runs(
        &self,
        workflow: &GitHubWorkflowFile,
        query: &RunQuery,
    ) -> Result<Vec<DeploymentRun>, PortError> {
        let state = self.state();
        let newest_first = state.runs.iter().rev().filter(|(of, _)| of == workflow).map(|(_, run)| run);
        let recent =
            newest_first.filter(|run| query.created_since.is_none_or(|since| run.created_at >= since));
        Ok(recent.take(query.limit).cloned().collect())
    }

    async fn run(&self, id: GitHubRunId) -> Result<Option<DeploymentRun>, PortError> {
        Ok(self.state().runs.iter().map(|(_, run)| run).find(|run| run.id == id).cloned())
    }
}

/// The in-memory GitHub as a world of the suite.
#[derive(Debug)]
pub struct InMemoryGitHubWorld(InMemoryGitHub);

impl Default for InMemoryGitHubWorld {
    fn default() -> Self {
        let github = InMemoryGitHub::default();
        let world = Self(github);
        world.0.listen(world.event_type(), world.workflow());
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

#[cfg(test)]
mod tests {
    use crate::conformance::github::check_github;

    use super::*;

    #[tokio::test]
    async fn the_github_in_memory_keeps_the_contract() {
        check_github(async || InMemoryGitHubWorld::default()).await;
    }
}
