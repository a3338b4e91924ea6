//! What stands in for an outside system that nobody said where to find.

use std::collections::BTreeSet;

use async_trait::async_trait;
use openverse_release_core::{
    BranchName, CommitSha, Configured, Dag, DagCheckoutState, DagId, DagRun, DeploymentId, DeploymentTarget,
    EcsService, EnvironmentVariableName, FastForwarded, Foreseen, ForeseenVariable, ImageTag,
    PastConfiguration, RegisterTaskDefinition, ServiceDeployment, ServiceDescription, StoppedTask,
    TaskDefinition, TaskDefinitionArn, TaskFamily, UpdateService, VariableFingerprint,
    step_protocol::{AttemptName, ObserveAnswer, PerformAnswer},
};
use openverse_release_ports::{
    CodeReverts, Configuration, ConfiguredVariables, ContainerServices, DagSync, Dags, PortError,
    ProgramCall, Provisioning, StepProgram, StepProgramError, StepPrograms, System, WriteError,
};

use secrecy::SecretString;

/// An outside system that is not configured. Whatever it is asked, it answers what to configure.
#[derive(Debug, Clone)]
pub struct NotConnected {
    /// Which system.
    pub system: System,
    /// What is missing, and where to say it.
    pub why: String,
}

impl NotConnected {
    fn refuse<T, E: From<PortError>>(&self, action: &str) -> Result<T, E> {
        let Self { system, why } = self.clone();
        Err(PortError::NotDone { system, action: action.to_owned(), detail: why }.into())
    }
}

#[async_trait]
impl Configuration for NotConnected {
    async fn configured(&self, _: &DeploymentTarget) -> Result<Configured, PortError> {
        self.refuse("read what is configured")
    }

    async fn set(&self, _: &DeploymentTarget, _: &ImageTag, _: &ImageTag) -> Result<(), WriteError> {
        self.refuse("set an image tag")
    }

    async fn commit(&self, _: &[DeploymentTarget], _: &str, _: &str) -> Result<(), WriteError> {
        self.refuse("commit what is configured")
    }

    async fn committed(&self, _: &[DeploymentTarget], _: &str) -> Result<Option<CommitSha>, WriteError> {
        self.refuse("read a branch")
    }

    async fn past(&self, _: &DeploymentTarget, _: usize) -> Result<Vec<PastConfiguration>, PortError> {
        self.refuse("read what was configured")
    }
}

#[async_trait]
impl Provisioning for NotConnected {
    async fn foresee(&self, _: &DeploymentTarget, _: &ImageTag) -> Result<Foreseen, PortError> {
        self.refuse("make a dry run")
    }

    async fn apply(&self, _: &DeploymentTarget, _: &ImageTag) -> Result<(), WriteError> {
        self.refuse("apply what is configured")
    }

    async fn foresee_variable(
        &self,
        _: &DeploymentTarget,
        _: &EnvironmentVariableName,
    ) -> Result<ForeseenVariable, PortError> {
        self.refuse("make a dry run")
    }

    async fn apply_variable(
        &self,
        _: &DeploymentTarget,
        _: &EnvironmentVariableName,
    ) -> Result<(), WriteError> {
        self.refuse("apply what is configured")
    }
}

#[async_trait]
impl Dags for NotConnected {
    async fn running(&self) -> Result<Vec<DagRun>, PortError> {
        self.refuse("tell which DAGs run")
    }

    async fn dags(&self) -> Result<Vec<Dag>, PortError> {
        self.refuse("list the DAGs")
    }

    async fn set_paused(&self, _: &DagId, _: bool) -> Result<(), WriteError> {
        self.refuse("pause or enable a DAG")
    }
}

#[async_trait]
impl ContainerServices for NotConnected {
    async fn service(&self, _: &EcsService) -> Result<Option<ServiceDescription>, PortError> {
        self.refuse("describe a service")
    }

    async fn newest(&self, _: &EcsService, _: &TaskFamily) -> Result<Option<TaskDefinition>, PortError> {
        self.refuse("describe a task definition")
    }

    async fn register(&self, _: &RegisterTaskDefinition) -> Result<TaskDefinitionArn, WriteError> {
        self.refuse("register a task definition")
    }

    async fn update(&self, _: &UpdateService) -> Result<ServiceDeployment, WriteError> {
        self.refuse("update a service")
    }

    async fn stopped_tasks(&self, _: &EcsService, _: &DeploymentId) -> Result<Vec<StoppedTask>, PortError> {
        self.refuse("list stopped tasks")
    }
}

#[async_trait]
impl DagSync for NotConnected {
    async fn state(&self) -> Result<DagCheckoutState, PortError> {
        self.refuse("look at the checkout of the DAGs")
    }

    async fn fast_forward(&self) -> Result<FastForwarded, WriteError> {
        self.refuse("move the checkout of the DAGs")
    }
}

#[async_trait]
impl ConfiguredVariables for NotConnected {
    async fn names(&self, _: &DeploymentTarget) -> Result<BTreeSet<EnvironmentVariableName>, PortError> {
        self.refuse("list environment variables")
    }

    async fn fingerprint(
        &self,
        _: &DeploymentTarget,
        _: &EnvironmentVariableName,
    ) -> Result<Option<VariableFingerprint>, PortError> {
        self.refuse("compare an environment variable")
    }

    async fn fingerprint_of(
        &self,
        _: &DeploymentTarget,
        _: &EnvironmentVariableName,
        _: &SecretString,
    ) -> Result<VariableFingerprint, PortError> {
        self.refuse("compare an environment variable")
    }

    async fn set_variable(
        &self,
        _: &DeploymentTarget,
        _: &EnvironmentVariableName,
        _: &SecretString,
        _: Option<&VariableFingerprint>,
    ) -> Result<(), WriteError> {
        self.refuse("set an environment variable")
    }
}

#[async_trait]
impl CodeReverts for NotConnected {
    async fn revert(&self, _: &CommitSha, _: &BranchName, _: &str) -> Result<CommitSha, WriteError> {
        self.refuse("make a revert")
    }
}

impl NotConnected {
    fn not_started(&self, program: &StepProgram) -> StepProgramError {
        StepProgramError::NotStarted { path: program.path.clone(), detail: self.why.clone() }
    }
}

#[async_trait]
impl StepPrograms for NotConnected {
    fn check(&self, program: &StepProgram) -> Result<(), StepProgramError> {
        Err(self.not_started(program))
    }

    async fn observe(&self, call: &ProgramCall) -> Result<ObserveAnswer, StepProgramError> {
        Err(self.not_started(&call.program))
    }

    async fn perform(&self, call: &ProgramCall, _: &AttemptName) -> Result<PerformAnswer, StepProgramError> {
        Err(self.not_started(&call.program))
    }
}
