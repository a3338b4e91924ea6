//! Services of AWS ECS.

use std::fmt::Debug;

use async_trait::async_trait;
use openverse_release_core::{
    DeploymentId, EcsService, RegisterTaskDefinition, ServiceDeployment, ServiceDescription, StoppedTask,
    TaskDefinition, TaskDefinitionArn, TaskFamily, UpdateService,
};

use crate::{PortError, WriteError};

/// Renders, registers and deploys task definitions of ECS, and tells how a deployment goes.
///
/// # Contract
/// - What a deployment came to is judged by its identity
///   ([`judge_rollout`](openverse_release_core::judge_rollout)), never by the service being steady.
/// - Reads may be a little behind the writes. They are repeated on rate limits and server errors.
/// - A write is sent once, and sent again only where the system said that it did nothing. A lost
///   reply to a registration is cleared up by its marker, one to an update by the task definition,
///   which only one run has registered.
/// - Task definitions can hold secrets: they come in and go out, and are never in an error.
#[async_trait]
pub trait ContainerServices: Debug + Send + Sync {
    /// Returns the service with its deployments and its last events, `None` if there is no such
    /// active one.
    async fn service(&self, service: &EcsService) -> Result<Option<ServiceDescription>, PortError>;

    /// Returns the newest active revision of a family, where the service is, `None` if there is
    /// none.
    async fn newest(
        &self,
        service: &EcsService,
        family: &TaskFamily,
    ) -> Result<Option<TaskDefinition>, PortError>;

    /// Renders the template with the images and registers it in the service's own family; returns
    /// the revision.
    ///
    /// Idempotent by the marker, which is looked for first among the newest revisions. If lists are
    /// behind, a revision more than is needed stays unused.
    ///
    /// # Errors
    /// [`WriteError::Conflict`] when the template is gone or lacks a container; nothing was written.
    async fn register(&self, wanted: &RegisterTaskDefinition) -> Result<TaskDefinitionArn, WriteError>;

    /// Makes the service run the task definition; returns the deployment by which it does.
    ///
    /// Idempotent: if the primary deployment is of that task definition already, nothing is
    /// written. ECS has no conditional write, so this is guarded, not atomic: it reads the primary
    /// deployment, compares it with the one that was seen, writes, and reads back.
    ///
    /// # Errors
    /// [`WriteError::Conflict`] when the service is not there or its primary deployment is another
    /// one; nothing was written. A conflict after the write means that somebody else updated the
    /// service in between.
    async fn update(&self, wanted: &UpdateService) -> Result<ServiceDeployment, WriteError>;

    /// Returns the tasks of a deployment that stopped lately, the last one first. ECS forgets them
    /// after about an hour.
    async fn stopped_tasks(
        &self,
        service: &EcsService,
        deployment: &DeploymentId,
    ) -> Result<Vec<StoppedTask>, PortError>;
}
