//! What a look at a service shows.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{
    ClusterName, ContainerName, DeploymentId, EcsServiceName, LogPointer, TaskArn, TaskDefinitionArn,
};

/// Where ECS says that a deployment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RolloutState {
    /// Tasks are being started and stopped.
    InProgress,
    /// The service reached a steady state with it.
    Completed,
    /// ECS gave it up. No further task is started for it.
    Failed,
}

/// How many tasks of a deployment there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TaskCounts {
    /// How many there are to be.
    pub desired: u32,
    /// How many are starting.
    pub pending: u32,
    /// How many run.
    pub running: u32,
    /// How many failed to start or to stay healthy, so far.
    pub failed: u32,
}

/// One deployment of a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceDeployment {
    /// Its identity.
    pub id: DeploymentId,
    /// What it deploys.
    pub task_definition: TaskDefinitionArn,
    /// When it was started, in UTC.
    pub created_at: DateTime<Utc>,
    /// Where it stands.
    pub rollout: RolloutState,
    /// What ECS says about where it stands, if it says anything. It comes from outside.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Whether it is the newest one, towards which the service moves.
    pub primary: bool,
    /// Its tasks.
    pub counts: TaskCounts,
}

/// Something that ECS says happened to a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceEvent {
    /// When, in UTC.
    pub at: DateTime<Utc>,
    /// Its identity.
    pub id: String,
    /// What happened, in the words of ECS. They come from outside: escape them before printing.
    pub message: String,
}

/// A service as ECS describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceDescription {
    /// The cluster.
    pub cluster: ClusterName,
    /// The service.
    pub service: EcsServiceName,
    /// The deployments that still have or want tasks: the primary one, and those it takes the place
    /// of. One that is over and done with is no longer listed.
    pub deployments: Vec<ServiceDeployment>,
    /// The last events, newest first, a hundred at the most.
    pub events: Vec<ServiceEvent>,
}

impl ServiceDescription {
    /// Returns the newest deployment, towards which the service moves.
    pub fn primary(&self) -> Option<&ServiceDeployment> {
        self.deployments.iter().find(|deployment| deployment.primary)
    }

    /// Returns a deployment by its identity.
    pub fn deployment(&self, id: &DeploymentId) -> Option<&ServiceDeployment> {
        self.deployments.iter().find(|deployment| deployment.id == *id)
    }

    /// Returns the deployment that was started with a task definition, the first one if somebody
    /// started another with the same.
    ///
    /// A revision that only one run registered tells that run's deployment when the reply that
    /// would have named it was lost.
    pub fn deployment_of(&self, task_definition: &TaskDefinitionArn) -> Option<&ServiceDeployment> {
        let of_it = self.deployments.iter().filter(|it| it.task_definition == *task_definition);
        of_it.min_by_key(|deployment| deployment.created_at)
    }
}

/// A task that stopped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoppedTask {
    /// Which.
    pub arn: TaskArn,
    /// When, in UTC; none while it is still stopping.
    pub stopped_at: Option<DateTime<Utc>>,
    /// Why, in the words of ECS. They come from outside: escape them before printing.
    pub reason: String,
    /// Its containers.
    pub containers: Vec<StoppedContainer>,
}

/// A container of a task that stopped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoppedContainer {
    /// Which.
    pub name: ContainerName,
    /// What it ended with; none where it never ran.
    pub exit_code: Option<i32>,
    /// Why it stopped, if ECS says so. It comes from outside.
    pub reason: Option<String>,
    /// Where its log is, if it is written to CloudWatch.
    pub log: Option<LogPointer>,
}

impl StoppedTask {
    /// Returns words for people: why it stopped, and where to read more. Parts come from outside.
    pub fn describe(&self) -> String {
        let mut text = format!("task {} stopped: {}", self.arn.id(), self.reason);
        for container in &self.containers {
            let StoppedContainer { name, exit_code, reason, log } = container;
            let code = exit_code.map(|code| format!(" exited with {code}")).unwrap_or_default();
            let reason = reason.as_ref().map(|reason| format!(" ({reason})")).unwrap_or_default();
            if !code.is_empty() || !reason.is_empty() {
                text.push_str(&format!(", {name}{code}{reason}"));
            }
            if let Some(log) = log {
                text.push_str(&format!(", log: {}", log.url));
            }
        }
        text
    }
}
