//! The ports an engine needs, together.

use std::{path::PathBuf, sync::Arc};

use openverse_release_core::BranchName;
use openverse_release_ports::{
    Branches, Clock, CodeHistory, CodeReverts, Configuration, ConfiguredVariables, ContainerServices,
    DagSync, Dags, Deployments, GitHubReleases, GitHubRuns, ImageRegistry, Provisioning, PullRequests,
    ReleaseDrafts, StepPrograms, System, VersionProbe,
};

use crate::{NotConnected, Workers};

/// The outside world, as ports.
#[derive(Debug, Clone)]
pub struct World {
    /// GitHub Releases of the code repository.
    pub releases: Arc<dyn GitHubReleases>,
    /// The history of the code repository.
    pub code: Arc<dyn CodeHistory>,
    /// The deployments of the infrastructure repository.
    pub deployments: Arc<dyn Deployments>,
    /// The image registry.
    pub registry: Arc<dyn ImageRegistry>,
    /// The live apps.
    pub probe: Arc<dyn VersionProbe>,
    /// The image tags in the infrastructure repository.
    pub configuration: Arc<dyn Configuration>,
    /// The environment variables there.
    pub variables: Arc<dyn ConfiguredVariables>,
    /// The checkout that DAGs are read from.
    pub dag_sync: Arc<dyn DagSync>,
    /// What applies the configuration.
    pub provisioning: Arc<dyn Provisioning>,
    /// The services of ECS.
    pub services: Arc<dyn ContainerServices>,
    /// The programs that are steps of a flow.
    pub programs: Arc<dyn StepPrograms>,
    /// The folder of the project, in which those programs are.
    pub project_folder: PathBuf,
    /// Those who carry out steps of kinds from outside.
    pub workers: Workers,
    /// The DAGs that a deployment could disturb.
    pub dags: Arc<dyn Dags>,
    /// The drafts among the GitHub Releases of the code repository.
    pub drafts: Arc<dyn ReleaseDrafts>,
    /// The runs of the code repository's GitHub Workflows.
    pub code_runs: Arc<dyn GitHubRuns>,
    /// The runs of the infrastructure repository's GitHub Workflows.
    pub infrastructure_runs: Arc<dyn GitHubRuns>,
    /// The branches of the code repository, and the files on them.
    pub branches: Arc<dyn Branches>,
    /// What makes reverts of the code.
    pub reverts: Arc<dyn CodeReverts>,
    /// The pull requests of the code repository.
    pub pull_requests: Arc<dyn PullRequests>,
    /// The pull requests of the infrastructure repository.
    pub infrastructure_pull_requests: Arc<dyn PullRequests>,
    /// The branch that code is merged to, in both repositories.
    pub main: BranchName,
    /// Time.
    pub clock: Arc<dyn Clock>,
}

impl World {
    /// Returns a world of two repositories on GitHub, a registry and live apps.
    ///
    /// Everything else is not connected, and says so when it is asked: set the fields for what an app
    /// needs, such as the infrastructure for one that is deployed by Terraform.
    pub fn on_github<C, I>(
        code: &Arc<C>,
        infrastructure: &Arc<I>,
        main: BranchName,
        registry: Arc<dyn ImageRegistry>,
        probe: Arc<dyn VersionProbe>,
        clock: Arc<dyn Clock>,
    ) -> Self
    where
        C: GitHubReleases + ReleaseDrafts + CodeHistory + GitHubRuns + Branches + PullRequests + 'static,
        I: Deployments + GitHubRuns + PullRequests + 'static,
    {
        let missing =
            |system| Arc::new(NotConnected { system, why: "this world has none; connect one".to_owned() });
        let (git, programs) = (missing(System::Git), missing(System::Terraform));
        Self {
            releases: code.clone(),
            drafts: code.clone(),
            code: code.clone(),
            code_runs: code.clone(),
            branches: code.clone(),
            pull_requests: code.clone(),
            deployments: infrastructure.clone(),
            infrastructure_runs: infrastructure.clone(),
            infrastructure_pull_requests: infrastructure.clone(),
            registry,
            probe,
            configuration: git.clone(),
            variables: git.clone(),
            dag_sync: git.clone(),
            reverts: git,
            provisioning: programs.clone(),
            programs,
            workers: Workers::default(),
            project_folder: PathBuf::new(),
            services: missing(System::Ecs),
            dags: missing(System::Airflow),
            main,
            clock,
        }
    }
}
