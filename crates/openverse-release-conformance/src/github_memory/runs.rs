//! Runs of GitHub Workflows in memory.

use async_trait::async_trait;
use openverse_release_core::{
    CommitSha, DeploymentRun, DispatchEventType, GitHubRun, GitHubRunId, GitHubRunStatus, GitHubWorkflowFile,
    Job, JobStatus,
};
use openverse_release_ports::{
    DeploymentRequest, Deployments, GitHubRunQuery, GitHubRuns, PortError, RunQuery,
};

use super::{InMemoryGitHub, State};

impl InMemoryGitHub {
    /// Makes every commit that comes to `main` start a GitHub Workflow.
    pub fn listen_to_pushes(&self, workflow: GitHubWorkflowFile) {
        self.state().ci.insert(workflow);
    }

    /// Starts a run of a GitHub Workflow on a commit.
    pub fn start_run(&self, workflow: GitHubWorkflowFile, event: &str, commit: &CommitSha) -> GitHubRunId {
        self.state().start(workflow, event, commit.clone(), "ada", event)
    }

    /// Lets the jobs of a run be others than before; a new run has one, which is queued.
    pub fn set_jobs(&self, id: GitHubRunId, jobs: Vec<Job>) {
        self.state().jobs.insert(id, jobs);
    }
}

impl State {
    pub(super) fn start_ci(&mut self, commit: &CommitSha) {
        for workflow in self.ci.clone() {
            self.start(workflow, "push", commit.clone(), "ada", "push");
        }
    }

    fn dispatch(
        &mut self,
        workflow: GitHubWorkflowFile,
        event: &str,
        request: &DeploymentRequest,
    ) -> GitHubRunId {
        // That of another repository, which is not told.
        let commit = "0".repeat(40).parse().expect("40 digits");
        self.start(workflow, event, commit, &request.actor, &request.run_name)
    }

    fn start(
        &mut self,
        workflow: GitHubWorkflowFile,
        event: &str,
        commit: CommitSha,
        actor: &str,
        title: &str,
    ) -> GitHubRunId {
        let id = GitHubRunId(self.number());
        let created_at = self.tick();
        let page = format!("memory://runs/{}", id.0);
        let job = Job {
            name: "all".to_owned(),
            status: JobStatus::Run(GitHubRunStatus::Queued),
            started_at: None,
            ended_at: None,
            page: format!("{page}/jobs/1"),
            steps: Vec::new(),
        };
        let run = GitHubRun {
            id,
            title: title.to_owned(),
            status: GitHubRunStatus::Queued,
            event: event.to_owned(),
            commit,
            head_branch: Some("main".to_owned()),
            actor: actor.to_owned(),
            created_at,
            updated_at: created_at,
            page,
        };
        self.jobs.insert(id, vec![job]);
        self.runs.push((workflow, run));
        id
    }

    /// Returns the runs of a GitHub Workflow, newest first.
    fn runs_of(&self, workflow: &GitHubWorkflowFile) -> impl Iterator<Item = &GitHubRun> {
        self.runs.iter().rev().filter(move |(of, _)| of == workflow).map(|(_, run)| run)
    }

    fn run(&self, id: GitHubRunId) -> Option<&GitHubRun> {
        self.runs.iter().map(|(_, run)| run).find(|run| run.id == id)
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
            state.dispatch(workflow, "repository_dispatch", request);
        }
        Ok(())
    }

    async fn dispatch_workflow(
        &self,
        workflow: &GitHubWorkflowFile,
        request: &DeploymentRequest,
    ) -> Result<Option<GitHubRunId>, PortError> {
        Ok(Some(self.state().dispatch(workflow.clone(), "workflow_dispatch", request)))
    }

    async fn runs(
        &self,
        workflow: &GitHubWorkflowFile,
        query: &RunQuery,
    ) -> Result<Vec<DeploymentRun>, PortError> {
        let state = self.state();
        let recent = state
            .runs_of(workflow)
            .filter(|run| query.created_since.is_none_or(|since| run.created_at >= since));
        Ok(recent.take(query.limit).cloned().map(DeploymentRun::from).collect())
    }

    async fn run(&self, id: GitHubRunId) -> Result<Option<DeploymentRun>, PortError> {
        Ok(self.state().run(id).cloned().map(DeploymentRun::from))
    }
}

#[async_trait]
impl GitHubRuns for InMemoryGitHub {
    async fn runs_of(
        &self,
        workflow: &GitHubWorkflowFile,
        query: &GitHubRunQuery,
    ) -> Result<Vec<GitHubRun>, PortError> {
        let GitHubRunQuery { commit, event, created_since, limit } = query;
        let state = self.state();
        let asked_for = state.runs_of(workflow).filter(|run| {
            commit.as_ref().is_none_or(|commit| *commit == run.commit)
                && event.as_ref().is_none_or(|event| *event == run.event)
                && created_since.is_none_or(|since| run.created_at >= since)
        });
        Ok(asked_for.take(*limit).cloned().collect())
    }

    async fn github_run(&self, id: GitHubRunId) -> Result<Option<GitHubRun>, PortError> {
        Ok(self.state().run(id).cloned())
    }

    async fn jobs(&self, run: GitHubRunId) -> Result<Vec<Job>, PortError> {
        Ok(self.state().jobs.get(&run).cloned().unwrap_or_default())
    }
}
