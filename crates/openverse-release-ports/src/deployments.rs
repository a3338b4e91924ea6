//! Deployments by a GitHub Workflow of the infrastructure repository.

use std::fmt::Debug;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use openverse_release_core::{DeploymentRun, DispatchEventType, GitHubRunId, GitHubWorkflowFile, ImageTag};

use crate::PortError;

/// What a deployment is asked for with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeploymentRequest {
    /// The image tag to deploy.
    pub image_tag: ImageTag,
    /// Who asks.
    pub actor: String,
    /// The name of the run: the reason, and the correlation by which the run is found again.
    pub run_name: String,
}

/// Which runs to list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunQuery {
    /// Only runs created at or after this moment, if given.
    pub created_since: Option<DateTime<Utc>>,
    /// How many at the most.
    pub limit: usize,
}

/// Asks for deployments and reads what became of them.
///
/// # Contract
/// - Asking is not idempotent: every accepted call starts a run. It is sent once, and sent again
///   only where the system said that it did nothing.
/// - A run appears in the list some time after it was asked for. A lost reply is cleared up by
///   looking for the correlation in the titles, for longer than that.
/// - Runs are listed newest first, every page that is needed.
#[async_trait]
pub trait Deployments: Debug + Send + Sync {
    /// Asks by `repository_dispatch`, which answers with no number.
    async fn dispatch_event(
        &self,
        event_type: &DispatchEventType,
        request: &DeploymentRequest,
    ) -> Result<(), PortError>;

    /// Asks by `workflow_dispatch`, as the "Run workflow" button of the page does. Returns the
    /// run's number where the system gives it.
    async fn dispatch_workflow(
        &self,
        workflow: &GitHubWorkflowFile,
        request: &DeploymentRequest,
    ) -> Result<Option<GitHubRunId>, PortError>;

    /// Returns the runs of a GitHub Workflow, newest first.
    async fn runs(
        &self,
        workflow: &GitHubWorkflowFile,
        query: &RunQuery,
    ) -> Result<Vec<DeploymentRun>, PortError>;

    /// Returns one run by its number, `None` if there is none.
    async fn run(&self, id: GitHubRunId) -> Result<Option<DeploymentRun>, PortError>;
}
