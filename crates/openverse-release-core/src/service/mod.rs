//! Services of AWS ECS: what runs an app's containers, and how a deployment of one goes.
//!
//! A service runs a number of tasks, each a copy of one revision of a task definition. A *template*
//! task definition, which somebody else keeps, holds everything but the images of a version: it is
//! rendered, registered as a new revision, and the service is updated to that. What follows is one
//! deployment of the service with an id of its own, and that id alone tells how *this* one went.

mod description;
mod effect;
mod logs;
mod name;
mod place;
mod rollout;
mod task_definition;

pub use description::{
    RolloutState, ServiceDeployment, ServiceDescription, ServiceEvent, StoppedContainer, StoppedTask,
    TaskCounts,
};
pub use effect::{RegisterTaskDefinition, UpdateService};
pub use logs::LogPointer;
pub use name::{
    AwsRegion, ClusterName, ContainerName, DeploymentId, EcsServiceName, RegistrationMarker, TaskArn,
    TaskDefinitionArn, TaskFamily,
};
pub use place::EcsService;
pub use rollout::{Rollout, judge_rollout};
pub use task_definition::{RenderError, RenderedTaskDefinition, TaskDefinition, TaskDefinitionError};
