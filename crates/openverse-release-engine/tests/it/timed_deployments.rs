//! Deployments that take ten minutes of the manual clock.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use chrono::TimeDelta;
use openverse_release_conformance::{InMemoryGitHub, InMemoryProbe, ManualClock};
use openverse_release_core::{
    App, CommitSha, DeploymentMeans, DeploymentRun, DispatchEventType, GitHubRunId, GitHubRunStatus,
    GitHubWorkflowFile, GitTag, HttpUrl, ImageTagKind, LiveVersion,
};
use openverse_release_ports::{
    Clock as _, DeploymentRequest, Deployments, GitHubReleases as _, PortError, RunQuery, System,
};

const EVERY: RunQuery = RunQuery { created_since: None, limit: usize::MAX };

/// How the deployments end that are still under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    Well,
    Badly,
    RedButLive,
    GreenButNotLive,
    Never,
}

/// The deployments of one app, each of which begins after a minute and ends after ten.
#[derive(Debug, Clone)]
pub(crate) struct TimedDeployments {
    app: App,
    github: InMemoryGitHub,
    probe: InMemoryProbe,
    clock: ManualClock,
    ending: Arc<Mutex<Ending>>,
    reply_is_lost: Arc<Mutex<bool>>,
}

impl TimedDeployments {
    pub(crate) fn new(app: App, github: InMemoryGitHub, probe: InMemoryProbe, clock: ManualClock) -> Self {
        let (ending, reply_is_lost) = (Arc::new(Mutex::new(Ending::Well)), Arc::default());
        let deployments = Self { app, github, probe, clock, ending, reply_is_lost };
        for (workflow, event_type, ..) in deployments.targets() {
            deployments.github.listen(event_type, workflow);
        }
        deployments
    }

    /// Makes the deployments end otherwise from now on, those under way among them.
    pub(crate) fn end(&self, ending: Ending) {
        *self.ending.lock().unwrap() = ending;
    }

    /// Makes the reply to the next dispatch get lost after it took effect.
    pub(crate) fn lose_the_next_reply(&self) {
        *self.reply_is_lost.lock().unwrap() = true;
    }

    /// Returns every run of a GitHub Workflow, newest first, as it stands now.
    pub(crate) async fn all(&self, workflow: &GitHubWorkflowFile) -> Vec<DeploymentRun> {
        self.runs(workflow, &EVERY).await.unwrap()
    }

    fn targets(&self) -> Vec<(GitHubWorkflowFile, DispatchEventType, HttpUrl, String)> {
        let targets = self.app.deployments.iter().map(|target| {
            let DeploymentMeans::GitHubWorkflow { workflow, event_type } = &target.means else {
                panic!("the app is deployed by GitHub Workflows");
            };
            let endpoint = target.version_endpoint.clone().expect("a version endpoint");
            (workflow.clone(), event_type.clone(), endpoint, target.local_name().to_owned())
        });
        targets.collect()
    }

    async fn commit_of(&self, run: &DeploymentRun) -> CommitSha {
        match run.image_tag().expect("an image tag in the title").kind() {
            ImageTagKind::Commit(commit) => commit,
            ImageTagKind::Release(date) => {
                let git_tag = GitTag::new(self.app.git_tag_prefix.clone().unwrap(), date);
                self.github.tag_commit(&git_tag).await.unwrap().expect("the git tag of the release")
            }
            other => panic!("{other:?} names no version"),
        }
    }

    /// Brings the runs up to the present.
    async fn catch_up(&self) {
        let ending = *self.ending.lock().unwrap();
        for (workflow, _, endpoint, called) in self.targets() {
            for run in self.github.runs(&workflow, &EVERY).await.unwrap().iter().rev() {
                let age = self.clock.now() - run.created_at;
                if run.status.ended() || age < TimeDelta::minutes(1) {
                    continue;
                }
                if age < TimeDelta::minutes(10) || ending == Ending::Never {
                    if run.status == GitHubRunStatus::Queued {
                        self.github.set_run_status(run.id, GitHubRunStatus::InProgress);
                    }
                    continue;
                }
                let status = match ending {
                    Ending::Badly | Ending::RedButLive => GitHubRunStatus::Failed,
                    _ => GitHubRunStatus::Succeeded,
                };
                self.github.set_run_status(run.id, status);
                if matches!(ending, Ending::Well | Ending::RedButLive) {
                    let commit = self.commit_of(run).await;
                    self.probe.set(&endpoint, LiveVersion { commit, environment: called.clone() });
                }
            }
        }
    }

    fn reply<T>(&self, reply: T) -> Result<T, PortError> {
        if std::mem::take(&mut *self.reply_is_lost.lock().unwrap()) {
            let (system, action) = (System::GitHub, "the dispatch".to_owned());
            return Err(PortError::ReplyLost { system, action, detail: "the connection broke".to_owned() });
        }
        Ok(reply)
    }
}

#[async_trait]
impl Deployments for TimedDeployments {
    async fn dispatch_event(
        &self,
        event_type: &DispatchEventType,
        request: &DeploymentRequest,
    ) -> Result<(), PortError> {
        // As the GitHub Workflow does whose name of a run is written in its file.
        let run_name = format!("{}: {}", request.image_tag, request.run_name);
        self.github.dispatch_event(event_type, &DeploymentRequest { run_name, ..request.clone() }).await?;
        self.reply(())
    }

    async fn dispatch_workflow(
        &self,
        workflow: &GitHubWorkflowFile,
        request: &DeploymentRequest,
    ) -> Result<Option<GitHubRunId>, PortError> {
        let run_name = format!("{}: {}", request.image_tag, request.run_name);
        let request = DeploymentRequest { run_name, ..request.clone() };
        let id = self.github.dispatch_workflow(workflow, &request).await?;
        self.reply(id)
    }

    async fn runs(
        &self,
        workflow: &GitHubWorkflowFile,
        query: &RunQuery,
    ) -> Result<Vec<DeploymentRun>, PortError> {
        self.catch_up().await;
        self.github.runs(workflow, query).await
    }

    async fn run(&self, id: GitHubRunId) -> Result<Option<DeploymentRun>, PortError> {
        self.catch_up().await;
        self.github.run(id).await
    }
}
