//! Deployments by GitHub Workflows.

use async_trait::async_trait;
use http::StatusCode;
use openverse_release_core::{DeploymentRun, DispatchEventType, GitHubRunId, GitHubWorkflowFile};
use openverse_release_ports::{
    DeploymentRequest, Deployments, GitHubRunQuery, GitHubRuns as _, PortError, RunQuery,
};
use serde_json::json;

use crate::{calls::Write, repository::Repository, wire::StartedRun};

#[async_trait]
impl Deployments for Repository {
    async fn dispatch_event(
        &self,
        event_type: &DispatchEventType,
        request: &DeploymentRequest,
    ) -> Result<(), PortError> {
        let DeploymentRequest { image_tag, actor, run_name } = request;
        let body = json!({
            "event_type": event_type,
            "client_payload": { "actor": actor, "tag": image_tag, "run_name": run_name },
        });
        let action = format!("dispatching {event_type} with {image_tag}");
        self.github.write(Write::Post(&body), &self.path("dispatches"), &action).await?;
        Ok(())
    }

    /// Asks by `workflow_dispatch`. The run's actor is whoever the token belongs to, as with the
    /// button on the page, so the request's is not sent.
    async fn dispatch_workflow(
        &self,
        workflow: &GitHubWorkflowFile,
        request: &DeploymentRequest,
    ) -> Result<Option<GitHubRunId>, PortError> {
        let DeploymentRequest { image_tag, actor: _, run_name } = request;
        let body = json!({
            "ref": self.main,
            "inputs": { "tag": image_tag, "run_name": run_name },
            "return_run_details": true,
        });
        let action = format!("starting {workflow} with {image_tag}");
        let path = self.path(&format!("actions/workflows/{workflow}/dispatches"));
        let answer = self.github.write(Write::Post(&body), &path, &action).await?;
        if answer.status == StatusCode::NO_CONTENT {
            return Ok(None);
        }
        let started: StartedRun = self.github.json_of(&answer, &action)?;
        Ok(Some(started.workflow_run_id))
    }

    async fn runs(
        &self,
        workflow: &GitHubWorkflowFile,
        query: &RunQuery,
    ) -> Result<Vec<DeploymentRun>, PortError> {
        let RunQuery { created_since, limit } = *query;
        let query = GitHubRunQuery { commit: None, event: None, created_since, limit };
        let runs = self.runs_of(workflow, &query).await?;
        Ok(runs.into_iter().map(DeploymentRun::from).collect())
    }

    async fn run(&self, id: GitHubRunId) -> Result<Option<DeploymentRun>, PortError> {
        Ok(self.github_run(id).await?.map(DeploymentRun::from))
    }
}
