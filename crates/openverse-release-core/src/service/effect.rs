//! The two changes that make up a deployment by ECS.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{ContainerName, DeploymentId, EcsService, RegistrationMarker, TaskDefinitionArn};
use crate::ImageReference;

/// Registers a revision that is the template with other images.
///
/// It changes nothing that runs. Done twice it leaves a revision that nobody uses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegisterTaskDefinition {
    /// The service it is for, which gives the family.
    pub service: EcsService,
    /// The revision of the template that was looked at.
    pub template: TaskDefinitionArn,
    /// What each named container is to run.
    pub images: BTreeMap<ContainerName, ImageReference>,
    /// What it is found again by.
    pub marker: RegistrationMarker,
}

/// Makes a service run a task definition, which starts a deployment of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpdateService {
    /// The service.
    pub service: EcsService,
    /// What it is to run.
    pub task_definition: TaskDefinitionArn,
    /// The primary deployment that was looked at; none where there was none.
    pub seen: Option<DeploymentId>,
}
