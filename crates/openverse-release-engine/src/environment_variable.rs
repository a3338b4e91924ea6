//! Adding and updating an environment variable, in the documented order: configured first, then
//! deployed.

use openverse_release_core::{
    App, DeploymentMeans, DeploymentTarget, EnvironmentVariableName, ForeseenVariable, Proposal,
    ProposedContent,
};
use secrecy::SecretString;
use serde::Serialize;

use crate::{Advice, Engine, EngineError, EnvironmentLock, Refusal};

/// What became of an environment variable in one environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConfiguredVariable {
    /// What the app calls the environment.
    pub environment: String,
    /// Whether the file was changed; it holds the value already if not.
    pub written: bool,
    /// What applying changed, a line each; none if the environment had it already.
    pub applied: Vec<String>,
    /// Whether the version that runs there has to be deployed again to see it: where the
    /// configuration only makes the template of later deployments.
    pub to_redeploy: bool,
}

/// Whether a variable has to be there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VariableChange {
    /// It must not be configured yet, or with this very value.
    Add,
    /// It must be configured.
    Update,
}

impl Engine {
    /// Configures an environment variable of an app in an environment and applies that. Asked for again
    /// after it was interrupted, it goes on where it stood.
    ///
    /// # Errors
    /// When nothing is known of where the app is configured, the variable is there although it is to be
    /// added or the other way round, more would change, or a program fails.
    pub async fn configure_variable(
        &self,
        app: &App,
        target: &DeploymentTarget,
        name: &EnvironmentVariableName,
        value: &SecretString,
        change: VariableChange,
    ) -> Result<ConfiguredVariable, EngineError> {
        let place = target.local_name();
        if target.variables.is_none() {
            return Err(Refusal::new(
                format!("no place for environment variables of the {} in {place}", app.name),
                "a file of the infrastructure repository",
                "name it in the project as `variables` of the deployment",
            )
            .into());
        }
        let _lock = EnvironmentLock::acquire(&self.locks, &app.slug, target.environment)?;
        self.check_no_run(app, target.environment)?;
        let (variables, provisioning) = (&self.world.variables, &self.world.provisioning);
        let seen = variables.fingerprint(target, name).await?;
        let wanted = variables.fingerprint_of(target, name, value).await?;
        let written = seen.as_ref() != Some(&wanted);
        match (change, &seen) {
            (VariableChange::Update, None) => {
                return Err(Refusal::new(
                    format!("no {name} configured for {place}"),
                    "one to update",
                    Advice::AddVariable { app: app.slug.clone(), name: name.clone() },
                )
                .into());
            }
            (VariableChange::Add, Some(_)) if written => {
                return Err(Refusal::new(
                    format!("{name} configured for {place} already, with another value"),
                    "a new environment variable",
                    Advice::UpdateVariable { app: app.slug.clone(), name: name.clone() },
                )
                .into());
            }
            _ => {}
        }
        let running = self.world.running(target).await?;
        if !running.is_empty() {
            return Err(Refusal::new(
                format!("running: {}", running.join(", ")),
                "nothing running that applying would disturb",
                "wait until it has ended",
            )
            .into());
        }
        if written {
            // What differs already would otherwise only be found once the file is changed.
            refuse_unless_expected(provisioning.foresee_variable(target, name).await?)?;
            variables.set_variable(target, name, value, seen.as_ref()).await?;
        }
        let applied = match provisioning.foresee_variable(target, name).await? {
            ForeseenVariable::Nothing => Vec::new(),
            foreseen => {
                let changes = refuse_unless_expected(foreseen)?;
                provisioning.apply_variable(target, name).await?;
                changes
            }
        };
        let to_redeploy = matches!(target.means, DeploymentMeans::GitHubWorkflow { .. });
        Ok(ConfiguredVariable { environment: place.to_owned(), written, applied, to_redeploy })
    }

    /// Sees to it that the configured value of an environment variable waits for review, if the main
    /// branch does not have it; returns the page of the pull request. Asked for twice, it is made once.
    ///
    /// # Errors
    /// When git or GitHub do not do their part.
    pub async fn propose_variable(
        &self,
        app: &App,
        targets: &[DeploymentTarget],
        name: &EnvironmentVariableName,
    ) -> Result<Option<String>, EngineError> {
        let Some(first) = targets.first() else { return Ok(None) };
        // The same value has the same branch, and nothing of the value can be read from it.
        let fingerprint = self.world.variables.fingerprint(first, name).await?;
        let word: String = fingerprint.iter().flat_map(|it| it.as_str().chars()).take(8).collect();
        let proposal = Proposal {
            branch: format!("env-var/{}/{}-{word}", app.slug, name.as_str().to_lowercase()).parse()?,
            title: format!("Configure {name} for the {}", app.name),
            body: "The configuration was applied before this was opened.".to_owned(),
            labels: Vec::new(),
            content: ProposedContent::Configuration { targets: targets.to_vec() },
        };
        self.world.commit_proposal(&proposal).await?;
        if self.world.configuration.committed(targets, proposal.branch.as_str()).await?.is_none() {
            return Ok(None);
        }
        self.world.open_pull_request(&proposal).await?;
        let requests = self.world.infrastructure_pull_requests.with_head(&proposal.branch).await?;
        Ok(requests.into_iter().next().map(|request| request.page))
    }
}

fn refuse_unless_expected(foreseen: ForeseenVariable) -> Result<Vec<String>, Refusal> {
    match foreseen {
        ForeseenVariable::Nothing => Ok(Vec::new()),
        ForeseenVariable::Variable { changes } => Ok(changes),
        ForeseenVariable::More { unexpected, .. } => Err(Refusal::new(
            format!("more to be changed than the environment variable: {}", unexpected.join("; ")),
            "a dry run that changes the environment variable and nothing else",
            "bring the infrastructure to what its main branch says first",
        )),
    }
}
