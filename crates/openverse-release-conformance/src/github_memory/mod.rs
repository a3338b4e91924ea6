//! An in-memory GitHub.

mod code;
mod pull_requests;
mod releases;
mod runs;
#[cfg(test)]
mod world;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use chrono::{DateTime, Utc};
use openverse_release_core::{
    BranchName, CommitSha, DispatchEventType, DraftContent, GitHubRelease, GitHubReleaseId, GitHubRun,
    GitHubRunId, GitHubRunStatus, GitHubWorkflowFile, GitTag, Job, PullRequest, PullRequestNumber,
    ReleaseTarget,
};
use openverse_release_ports::Clock as _;

use self::code::Code;
use super::ManualClock;

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
    code: Code,
    releases: BTreeMap<GitHubReleaseId, GitHubRelease>,
    tags: BTreeMap<GitTag, CommitSha>,
    listening: BTreeMap<DispatchEventType, GitHubWorkflowFile>,
    ci: BTreeSet<GitHubWorkflowFile>,
    /// Oldest first.
    runs: Vec<(GitHubWorkflowFile, GitHubRun)>,
    jobs: BTreeMap<GitHubRunId, Vec<Job>>,
    pull_requests: BTreeMap<PullRequestNumber, PullRequest>,
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
            code: Code::default(),
            releases: BTreeMap::new(),
            tags: BTreeMap::new(),
            listening: BTreeMap::new(),
            ci: BTreeSet::new(),
            runs: Vec::new(),
            jobs: BTreeMap::new(),
            pull_requests: BTreeMap::new(),
            last_number: 0,
        })))
    }

    /// Merges a commit that changes one file, and returns it.
    pub fn merge(&self, file: &str, subject: &str) -> CommitSha {
        let files = BTreeMap::from([(file.to_owned(), subject.to_owned())]);
        self.state().commit(&main_branch(), &files, subject)
    }

    /// Drafts a release of `main`, its name equal to its git tag.
    pub fn draft(&self, git_tag: &GitTag, notes: &str) -> GitHubReleaseId {
        self.state().draft(&DraftContent {
            git_tag: git_tag.clone(),
            name: git_tag.to_string(),
            target: ReleaseTarget::Branch(MAIN.to_owned()),
            notes: notes.to_owned(),
        })
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
        let head = self.code.head(&main_branch()).cloned();
        let release = self.releases.get_mut(&id).expect("the release is there");
        let commit = match &release.target {
            ReleaseTarget::Commit(commit) => commit.clone(),
            ReleaseTarget::Branch(_) => head.expect("the branch has a commit"),
        };
        (release.draft, release.published_at) = (false, Some(now));
        // As GitHub does: the target means nothing where the git tag is there already.
        self.tags.entry(release.git_tag.clone()).or_insert(commit);
    }

    fn draft(&mut self, draft: &DraftContent) -> GitHubReleaseId {
        let DraftContent { git_tag, name, target, notes } = draft.clone();
        let id = GitHubReleaseId(self.number());
        let page = format!("memory://releases/{}", id.0);
        let release =
            GitHubRelease { id, git_tag, name, notes, target, draft: true, published_at: None, page };
        self.releases.insert(id, release);
        id
    }
}

fn main_branch() -> BranchName {
    MAIN.parse().expect("a branch name")
}
