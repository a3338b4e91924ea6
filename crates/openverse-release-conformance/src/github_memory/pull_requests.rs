//! Pull requests in memory.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use openverse_release_core::{BranchName, CommitSha, PullRequest, PullRequestNumber, PullRequestState};
use openverse_release_ports::{NewPullRequest, PortError, PullRequests, System, WriteError};

use super::{InMemoryGitHub, State};

impl InMemoryGitHub {
    /// Changes a pull request behind the back of the port.
    ///
    /// # Panics
    /// When there is no such pull request.
    pub fn change_pull_request(&self, number: PullRequestNumber, change: impl FnOnce(&mut PullRequest)) {
        change(self.state().pull_requests.get_mut(&number).expect("the pull request is there"));
    }

    /// Merges a pull request as one commit, and returns it.
    ///
    /// # Panics
    /// When there is no such pull request.
    pub fn merge_pull_request(&self, number: PullRequestNumber) -> CommitSha {
        let mut state = self.state();
        let PullRequest { head, base, title, .. } = state.pull_requests[&number].clone();
        let files = state.code.changes(&head);
        let commit = state.commit(&base, &files, &format!("{title} ({number})"));
        let at = state.tick();
        let merged = state.pull_requests.get_mut(&number).expect("it was there above");
        merged.state = PullRequestState::Merged { commit: commit.clone(), at };
        commit
    }
}

impl State {
    /// Lets the open pull requests of a branch follow it.
    pub(super) fn move_pull_requests(&mut self, branch: &BranchName, to: &CommitSha) {
        for one in self.pull_requests.values_mut().filter(|one| one.state.is_open() && one.head == *branch) {
            one.head_commit = to.clone();
        }
    }

    /// Returns pull requests, newest first.
    fn listed(&self, wanted: impl Fn(&PullRequest) -> bool) -> Vec<PullRequest> {
        self.pull_requests.values().rev().filter(|one| wanted(one)).cloned().collect()
    }
}

#[async_trait]
impl PullRequests for InMemoryGitHub {
    async fn open(&self, wanted: &NewPullRequest) -> Result<PullRequest, WriteError> {
        let mut state = self.state();
        let NewPullRequest { head, base, title, body: _ } = wanted;
        let same = |one: &PullRequest| one.state.is_open() && one.head == *head && one.base == *base;
        if let Some(found) = state.pull_requests.values().find(|one| same(one)) {
            return Err(wanted.conflict_with(Some(found.number)));
        }
        let (Some(head_commit), Some(_)) = (state.code.head(head).cloned(), state.code.head(base)) else {
            let (system, action) = (System::GitHub, format!("opening a pull request of {head}"));
            let detail = "head or base is no branch".to_owned();
            return Err(PortError::Refused { system, action, status: 422, detail }.into());
        };
        let number = PullRequestNumber(state.number());
        let opened = PullRequest {
            number,
            title: title.clone(),
            labels: Vec::new(),
            author: "ada".to_owned(),
            head: head.clone(),
            head_commit,
            base: base.clone(),
            state: PullRequestState::Open { approved: false },
            page: format!("memory://pulls/{}", number.0),
        };
        state.pull_requests.insert(number, opened.clone());
        Ok(opened)
    }

    async fn add_labels(&self, number: PullRequestNumber, labels: &[String]) -> Result<(), PortError> {
        let mut state = self.state();
        let Some(one) = state.pull_requests.get_mut(&number) else {
            let (system, action) = (System::GitHub, format!("labelling the pull request {number}"));
            return Err(PortError::Refused { system, action, status: 404, detail: "not there".to_owned() });
        };
        for label in labels {
            if !one.labels.contains(label) {
                one.labels.push(label.clone());
            }
        }
        Ok(())
    }

    async fn with_head(&self, branch: &BranchName) -> Result<Vec<PullRequest>, PortError> {
        Ok(self.state().listed(|one| one.head == *branch))
    }

    async fn pull_request(&self, number: PullRequestNumber) -> Result<Option<PullRequest>, PortError> {
        Ok(self.state().pull_requests.get(&number).cloned())
    }

    async fn of_commit(&self, commit: &CommitSha) -> Result<Vec<PullRequest>, PortError> {
        Ok(self.state().listed(|one| match &one.state {
            PullRequestState::Merged { commit: merged, .. } => merged == commit,
            _ => one.head_commit == *commit,
        }))
    }

    async fn merged(&self, base: &BranchName, since: DateTime<Utc>) -> Result<Vec<PullRequest>, PortError> {
        let merged_at = |one: &PullRequest| match one.state {
            PullRequestState::Merged { at, .. } => Some(at),
            _ => None,
        };
        let mut merged =
            self.state().listed(|one| one.base == *base && merged_at(one).is_some_and(|at| at >= since));
        merged.sort_by_key(|one| std::cmp::Reverse(merged_at(one)));
        Ok(merged)
    }
}
