//! The adapters of a world, each told where its system is.

use std::{collections::BTreeMap, env, path::PathBuf, sync::Arc};

use openverse_release_airflow::{Airflow, AirflowConfig, AirflowCredentials};
use openverse_release_core::{App, BranchName, DeploymentMeans, HttpUrl, Project};
use openverse_release_ecs::{EcsConfig, EcsServices};
use openverse_release_engine::{EngineError, NotConnected, World};
use openverse_release_github::GitHub;
use openverse_release_http::live::{HttpVersionProbe, ProbeConfig};
use openverse_release_infra::{
    Author, CodeCheckout, DagCheckout, Infrastructure, InfrastructureConfig, LocalStepPrograms, Protocol,
};
use openverse_release_oci::{Credentials, OciRegistry, RegistryConfig};
use openverse_release_ports::{
    Clock, CodeReverts, Configuration, ConfiguredVariables, ContainerServices, DagSync, Dags, Provisioning,
    Requests, System, SystemClock,
};
use secrecy::SecretString;

use crate::{
    config::{AirflowSection, EcsSection},
    connect::Context,
    error::CliError,
    exit::Exit,
    program_log::ProgramLog,
};

/// Where the systems of a world are, and how they are reached.
#[derive(Debug)]
pub(crate) struct Systems {
    /// The base URL of GitHub's API.
    pub(crate) github: HttpUrl,
    /// Where a registry is, by its host as image names write it, if not there.
    pub(crate) registries: BTreeMap<String, HttpUrl>,
    /// What stands in for the origin of a version endpoint.
    pub(crate) origins: BTreeMap<HttpUrl, HttpUrl>,
    /// The token for GitHub, and for its registry.
    pub(crate) token: Option<SecretString>,
    /// The checkout of the infrastructure repository, and how its origin is reached.
    pub(crate) checkout: Option<PathBuf>,
    pub(crate) protocols: Vec<Protocol>,
    pub(crate) airflow: Option<AirflowConfig>,
    pub(crate) dag_checkout: Option<PathBuf>,
    /// A checkout of the code, in which reverts are made.
    pub(crate) code: Option<PathBuf>,
    pub(crate) ecs: Option<EcsConfig>,
}

impl Context {
    pub(crate) fn world(
        &self,
        project: &Project,
        systems: &Systems,
        requests: &Requests,
    ) -> Result<World, CliError> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let Systems { github, registries, origins, .. } = systems;
        let mut builder =
            GitHub::builder().base_url(github.clone()).requests(requests.clone()).clock(Arc::clone(&clock));
        if let Some(token) = &systems.token {
            builder = builder.token(token.clone());
        }
        let github = builder.build().map_err(|error| CliError::new(Exit::Failed, error.to_string()))?;
        let registry = RegistryConfig {
            credentials: self.registry_credentials(systems.token.as_ref())?,
            endpoints: registries.clone(),
            ..RegistryConfig::default()
        };
        let probe = ProbeConfig { origins: origins.clone(), ..ProbeConfig::default() };
        let repositories = &project.repositories;
        let main: BranchName = repositories.main.parse().map_err(EngineError::from)?;
        let code = Arc::new(github.repository(repositories.code.clone(), &repositories.main));
        let infrastructure =
            Arc::new(github.repository(repositories.infrastructure.clone(), &repositories.main));
        let infrastructure_checkout = self.infrastructure(project, systems)?;
        let registry = Arc::new(OciRegistry::new(registry, requests.clone(), Arc::clone(&clock)));
        let probe = Arc::new(HttpVersionProbe::new(probe, requests.clone(), Arc::clone(&clock)));
        Ok(World {
            configuration: infrastructure_checkout.configuration,
            variables: infrastructure_checkout.variables,
            provisioning: infrastructure_checkout.provisioning,
            dag_sync: dag_sync(project, systems),
            reverts: self.reverts(project, systems),
            services: services(systems, requests, &clock),
            dags: airflow(systems, requests, &clock),
            programs: Arc::new(LocalStepPrograms),
            project_folder: self.config.project_folder(self.config_path.as_deref()),
            ..World::on_github(&code, &infrastructure, main, registry, probe, clock)
        })
    }

    fn author(&self) -> Author {
        let actor = self.actor();
        Author { email: format!("{actor}@users.noreply.github.com"), name: actor }
    }

    fn reverts(&self, project: &Project, systems: &Systems) -> Arc<dyn CodeReverts> {
        match &systems.code {
            Some(dir) => {
                let main = &*project.repositories.main;
                Arc::new(CodeCheckout::new(dir, main, &systems.protocols, self.author()))
            }
            None => Arc::new(NotConnected {
                system: System::Git,
                why: "no checkout of the code is configured; name one as `checkout` under [code]".to_owned(),
            }),
        }
    }

    fn registry_credentials(
        &self,
        token: Option<&SecretString>,
    ) -> Result<BTreeMap<String, Credentials>, CliError> {
        let mut credentials = BTreeMap::new();
        for (name, registry) in &self.config.registry {
            if let (Some(username), Some(variable)) = (&registry.username, &registry.password_env) {
                let password = secret(variable, &format!("the password for {name}"))?;
                let username = username.clone();
                credentials.insert(name.clone(), Credentials::Basic { username, password });
            }
        }
        if let Some(token) = token {
            // GHCR takes the same token as GitHub's API, with any name.
            credentials
                .entry("ghcr.io".to_owned())
                .or_insert_with(|| Credentials::Basic { username: self.actor(), password: token.clone() });
        }
        Ok(credentials)
    }

    fn infrastructure(&self, project: &Project, systems: &Systems) -> Result<InfrastructurePorts, CliError> {
        let Some(checkout) = &systems.checkout else {
            let nowhere = Arc::new(NotConnected {
                system: System::Git,
                why: "no checkout of the infrastructure repository is configured; name one as `checkout` under \
                      [infrastructure]"
                    .to_owned(),
            });
            return Ok(InfrastructurePorts::of(nowhere));
        };
        let infrastructure = Infrastructure::new(InfrastructureConfig {
            main: project.repositories.main.clone(),
            protocols: systems.protocols.clone(),
            output: Arc::new(ProgramLog::at(self.world_dir().join("programs.log"), self.output)),
            ..InfrastructureConfig::new(checkout, project, self.author())
        });
        Ok(InfrastructurePorts::of(Arc::new(infrastructure)))
    }
}

/// What one checkout of the infrastructure repository is behind.
struct InfrastructurePorts {
    configuration: Arc<dyn Configuration>,
    variables: Arc<dyn ConfiguredVariables>,
    provisioning: Arc<dyn Provisioning>,
}

impl InfrastructurePorts {
    fn of<T: Configuration + ConfiguredVariables + Provisioning + 'static>(all: Arc<T>) -> Self {
        Self { configuration: all.clone(), variables: all.clone(), provisioning: all }
    }
}

fn dag_sync(project: &Project, systems: &Systems) -> Arc<dyn DagSync> {
    let follows =
        |app: &&App| app.deployments.iter().any(|target| matches!(target.means, DeploymentMeans::DagSync {}));
    let folders = project.apps.iter().filter(follows).flat_map(|app| app.source_paths.clone());
    match &systems.dag_checkout {
        Some(dir) => Arc::new(
            DagCheckout::new(dir, &*project.repositories.main, &systems.protocols).with_dags_in(folders),
        ),
        None => Arc::new(NotConnected {
            system: System::Git,
            why: "no checkout of the DAGs is configured; name one as `dag_checkout` under [airflow]"
                .to_owned(),
        }),
    }
}

fn services(systems: &Systems, requests: &Requests, clock: &Arc<dyn Clock>) -> Arc<dyn ContainerServices> {
    match &systems.ecs {
        Some(config) => Arc::new(EcsServices::new(config.clone(), requests.clone(), Arc::clone(clock))),
        None => Arc::new(NotConnected {
            system: System::Ecs,
            why:
                "no access to AWS is configured; add the section [ecs], and give credentials as for the AWS \
                  command line"
                    .to_owned(),
        }),
    }
}

fn airflow(systems: &Systems, requests: &Requests, clock: &Arc<dyn Clock>) -> Arc<dyn Dags> {
    match &systems.airflow {
        Some(config) => Arc::new(Airflow::new(config.clone(), requests.clone(), Arc::clone(clock))),
        None => Arc::new(NotConnected {
            system: System::Airflow,
            why: "no Airflow is configured; say where it is as `url` under [airflow]".to_owned(),
        }),
    }
}

impl EcsSection {
    /// Returns how to reach ECS: as the `aws` client does, unless another endpoint is named.
    pub(crate) fn connection(&self) -> EcsConfig {
        EcsConfig { endpoint: self.endpoint.clone(), ..EcsConfig::default() }
    }
}

impl AirflowSection {
    /// Returns how to reach Airflow, if the configuration names one.
    pub(crate) fn connection(&self) -> Result<Option<AirflowConfig>, CliError> {
        let Some(url) = &self.url else { return Ok(None) };
        let credentials = match (&self.token_env, &self.username, &self.password_env) {
            (Some(variable), ..) => AirflowCredentials::Token(secret(variable, "the token for Airflow")?),
            (None, Some(username), Some(variable)) => AirflowCredentials::Password {
                username: username.clone(),
                password: secret(variable, "the password for Airflow")?,
            },
            _ => AirflowCredentials::Anonymous,
        };
        Ok(Some(AirflowConfig { credentials, ..AirflowConfig::new(url.clone()) }))
    }
}

/// Returns a secret from the environment variable that the configuration names for it.
fn secret(variable: &str, what: &str) -> Result<SecretString, CliError> {
    env::var(variable).map(SecretString::from).map_err(|_| {
        CliError::new(
            Exit::BadInput,
            format!(
                "the environment variable {variable} is not set, which the configuration names as {what}"
            ),
        )
    })
}
