//! What an infrastructure is given.

use std::{ffi::OsString, fmt, path::PathBuf, sync::Arc, time::Duration};

use openverse_release_core::{DeploymentTarget, Project};

use crate::{Author, Conditions, OutputSink, Protocol, Silent};

/// How long things may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeLimits {
    /// One call of git.
    pub git: Conditions,
    /// One call of Terraform.
    pub terraform: Conditions,
    /// One call of Ansible.
    pub ansible: Conditions,
    /// Waiting for the lock of Terraform's state.
    pub state_lock: Duration,
    /// Waiting for another process that is at work in the checkout.
    pub checkout_lock: Duration,
}

impl Default for TimeLimits {
    /// 5 minutes; half an hour, with a minute to write down what was done; half an hour; 10 seconds;
    /// a minute.
    fn default() -> Self {
        let minutes =
            |count: u64| Conditions { limit: Duration::from_secs(count * 60), ..Conditions::default() };
        Self {
            git: minutes(5),
            terraform: Conditions { grace: Duration::from_secs(60), ..minutes(30) },
            ansible: minutes(30),
            state_lock: Duration::from_secs(10),
            checkout_lock: Duration::from_secs(60),
        }
    }
}

/// What an [`Infrastructure`](super::Infrastructure) is given.
#[derive(Clone)]
pub struct InfrastructureConfig {
    /// The checkout of the infrastructure repository that is applied from.
    pub checkout: PathBuf,
    /// Every target whose configuration is in it: in what the checkout may differ from its main
    /// branch.
    pub targets: Vec<DeploymentTarget>,
    /// The main branch of the infrastructure repository.
    pub main: String,
    /// How the origin may be reached.
    pub protocols: Vec<Protocol>,
    /// Who commits are by.
    pub author: Author,
    /// The name or path of `terraform`.
    pub terraform: OsString,
    /// The name or path of `ansible-playbook`.
    pub ansible: OsString,
    /// Variables of the environment that Terraform and Ansible see in addition. Values can be
    /// secrets.
    pub environment: Vec<(String, OsString)>,
    /// How long things may take.
    pub limits: TimeLimits,
    /// Where the lines go that Terraform and Ansible write.
    pub output: Arc<dyn OutputSink>,
}

impl InfrastructureConfig {
    /// Returns what fits a project: its targets; the main branch `main`, reached by HTTPS or SSH; the
    /// programs where `PATH` has them; and no output.
    pub fn new(checkout: impl Into<PathBuf>, project: &Project, author: Author) -> Self {
        let targets = project.apps.iter().flat_map(|app| &app.deployments).cloned().collect();
        Self {
            checkout: checkout.into(),
            targets,
            main: "main".to_owned(),
            protocols: vec![Protocol::Https, Protocol::Ssh],
            author,
            terraform: "terraform".into(),
            ansible: "ansible-playbook".into(),
            environment: Vec::new(),
            limits: TimeLimits::default(),
            output: Arc::new(Silent),
        }
    }
}

impl fmt::Debug for InfrastructureConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let environment: Vec<_> = self.environment.iter().map(|(name, _)| name).collect();
        f.debug_struct("InfrastructureConfig")
            .field("checkout", &self.checkout)
            .field("main", &self.main)
            .field("protocols", &self.protocols)
            .field("terraform", &self.terraform)
            .field("ansible", &self.ansible)
            .field("environment", &environment)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}
