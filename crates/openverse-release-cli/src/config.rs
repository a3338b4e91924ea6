//! The configuration file.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use chrono::TimeDelta;
use openverse_release_core::{AppSlug, HttpUrl, Limits, Performer, Project, StepId};
use serde::Deserialize;

use crate::{error::CliError, exit::Exit};

/// The configuration of a world, as it stands in the file.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Config {
    /// `live`, or `sandbox` to set limits and performers for the sandbox.
    pub(crate) world: WorldKind,
    /// The file of another project than Openverse, beside this file.
    project: Option<String>,
    pub(crate) github: GitHubConfig,
    /// By registry, as image names write it: `[registry."ghcr.io"]`.
    pub(crate) registry: BTreeMap<String, RegistryConfig>,
    pub(crate) live: LiveConfig,
    pub(crate) code: CheckoutSection,
    pub(crate) infrastructure: CheckoutSection,
    pub(crate) airflow: AirflowSection,
    /// Present where AWS may be asked.
    pub(crate) ecs: Option<EcsSection>,
    limits: LimitsConfig,
    /// By app, then step: `runner` or `elsewhere`.
    performers: BTreeMap<AppSlug, BTreeMap<StepId, Performer>>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum WorldKind {
    #[default]
    Live,
    #[cfg(feature = "sandbox")]
    Sandbox,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct GitHubConfig {
    /// Where GitHub's API is, if not at api.github.com.
    pub(crate) api: Option<HttpUrl>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RegistryConfig {
    /// Where the registry is, if not at `https://` and its name.
    pub(crate) endpoint: Option<HttpUrl>,
    /// The name to log in with.
    pub(crate) username: Option<String>,
    /// The environment variable that holds the password or token.
    pub(crate) password_env: Option<String>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct LiveConfig {
    /// What stands in for the origin of a version endpoint.
    pub(crate) origins: BTreeMap<HttpUrl, HttpUrl>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct CheckoutSection {
    /// A checkout of the repository, beside this file.
    pub(crate) checkout: Option<PathBuf>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct EcsSection {
    /// Where ECS is, if not at AWS.
    pub(crate) endpoint: Option<HttpUrl>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct AirflowSection {
    /// Where Airflow is.
    pub(crate) url: Option<HttpUrl>,
    /// The checkout that DAGs are read from, beside this file.
    pub(crate) dag_checkout: Option<PathBuf>,
    /// The name to log in with.
    pub(crate) username: Option<String>,
    /// The environment variable that holds the password for that name.
    pub(crate) password_env: Option<String>,
    /// The environment variable that holds a token, instead of name and password.
    pub(crate) token_env: Option<String>,
}

/// How long to wait for what, in seconds, which may have a fraction.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct LimitsConfig {
    appear: Option<Seconds>,
    begin: Option<Seconds>,
    deployment: Option<Seconds>,
    converge: Option<Seconds>,
    settle: Option<Seconds>,
    sight: Option<Seconds>,
    poll: Option<Seconds>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "f64")]
struct Seconds(Duration);

impl TryFrom<f64> for Seconds {
    type Error = String;

    fn try_from(seconds: f64) -> Result<Self, String> {
        const WEEK: f64 = 7.0 * 24.0 * 3600.0;
        if (0.0..=WEEK).contains(&seconds) {
            Ok(Self(Duration::from_secs_f64(seconds)))
        } else {
            Err(format!("found {seconds} seconds, expected 0 to {WEEK}"))
        }
    }
}

/// Returns the folder of a file, empty for the present one.
fn folder_of(file: Option<&Path>) -> &Path {
    file.and_then(Path::parent).unwrap_or(Path::new(""))
}

impl Config {
    /// Returns what holds where there is no configuration file: the sandbox.
    #[cfg(feature = "sandbox")]
    pub(crate) fn without_file() -> Result<Self, CliError> {
        Ok(Self { world: WorldKind::Sandbox, ..Self::default() })
    }

    /// Refuses, since this build has no other world than that of a file.
    #[cfg(not(feature = "sandbox"))]
    pub(crate) fn without_file() -> Result<Self, CliError> {
        Err(CliError::new(Exit::BadInput, "no configuration: this build has no sandbox")
            .hint("name one with --config FILE"))
    }

    /// Reads the configuration file.
    pub(crate) fn read(path: &Path) -> Result<Self, CliError> {
        parse(path, &read(path)?)
    }

    /// Returns the project the configuration is for.
    pub(crate) fn project(&self, config_path: Option<&Path>) -> Result<Project, CliError> {
        let mut project = match &self.project {
            None => Project::openverse(),
            Some(file) => {
                let path = folder_of(config_path).join(file);
                project_in(&path, &read(&path)?)?
            }
        };
        self.set_performers(&mut project)?;
        Ok(project)
    }

    /// Returns the folder of the project file, in which its programs are; without one, that of the configuration.
    pub(crate) fn project_folder(&self, config_path: Option<&Path>) -> PathBuf {
        let file = self.project.as_ref().and_then(|file| Path::new(file).parent());
        let folder = Path::new(".").join(folder_of(config_path)).join(file.unwrap_or(Path::new("")));
        std::path::absolute(&folder).unwrap_or(folder)
    }

    /// Sets who performs which step, as the file says.
    pub(crate) fn set_performers(&self, project: &mut Project) -> Result<(), CliError> {
        for (slug, performers) in &self.performers {
            let app = project.apps.iter_mut().find(|app| app.slug == *slug).ok_or_else(|| {
                let found = format!(
                    "the configuration names the performers of {slug}, which is no app of the project"
                );
                CliError::new(Exit::BadInput, found)
            })?;
            app.performers.extend(performers.iter().map(|(step, performer)| (step.clone(), *performer)));
        }
        project.validate().map_err(|error| CliError::new(Exit::BadInput, error.to_string()))
    }

    /// Returns how long to wait for what: what the file says, otherwise what is usual.
    pub(crate) fn limits(&self, usual: &Limits) -> Limits {
        let said = &self.limits;
        let or = |said: Option<Seconds>, usual: TimeDelta| {
            said.and_then(|Seconds(duration)| TimeDelta::from_std(duration).ok()).unwrap_or(usual)
        };
        Limits {
            appear: or(said.appear, usual.appear),
            begin: or(said.begin, usual.begin),
            deployment: or(said.deployment, usual.deployment),
            converge: or(said.converge, usual.converge),
            settle: or(said.settle, usual.settle),
            sight: or(said.sight, usual.sight),
        }
    }

    /// Returns how long to pause between two looks.
    pub(crate) fn poll(&self, usual: Duration) -> Duration {
        self.limits.poll.map_or(usual, |Seconds(duration)| duration)
    }
}

fn read(path: &Path) -> Result<String, CliError> {
    fs::read_to_string(path).map_err(|error| {
        let error = CliError::new(Exit::BadInput, format!("{} could not be read: {error}", path.display()));
        if cfg!(feature = "sandbox") { error.hint("leave --config out to use the sandbox") } else { error }
    })
}

fn parse<T: serde::de::DeserializeOwned>(path: &Path, text: &str) -> Result<T, CliError> {
    toml::from_str(text).map_err(|error: toml::de::Error| {
        // Its own text is a drawing of several lines.
        let before = error.span().and_then(|span| text.get(..span.start));
        let place = before.map(|before| {
            let line = before.matches('\n').count() + 1;
            let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
            format!(" at line {line}, column {column}")
        });
        unreadable(path, &place.unwrap_or_default(), error.message())
    })
}

/// Reads the text of a project file.
pub(crate) fn project_in(path: &Path, text: &str) -> Result<Project, CliError> {
    if path.extension().is_some_and(|extension| extension == "json") {
        return serde_json::from_str(text).map_err(|error| unreadable(path, "", &error.to_string()));
    }
    Project::from_toml(text)
        .map_err(|error| CliError::new(Exit::BadInput, format!("{}, {error}", path.display())))
}

fn unreadable(path: &Path, place: &str, error: &str) -> CliError {
    CliError::new(Exit::BadInput, format!("{} is not as expected{place}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(text: &str) -> Config {
        toml::from_str(text).unwrap()
    }

    #[test]
    fn limits_that_are_not_said_stay_as_usual() {
        let limits = config("[limits]\nappear = 0.5\n").limits(&Limits::default());
        assert_eq!(limits, Limits { appear: TimeDelta::milliseconds(500), ..Limits::default() });
        assert!(toml::from_str::<Config>("[limits]\nappear = -1").is_err());
    }

    #[test]
    fn performers_are_set_per_app_and_step() {
        let project = config("[performers.api]\nTag = \"runner\"").project(None).unwrap();
        let api = project.app("api").unwrap();
        assert_eq!(api.performer(&"Tag".parse().unwrap()), Performer::Runner);
        assert_eq!(api.performer(&"Build".parse().unwrap()), Performer::Elsewhere);
        assert!(config("[performers.webcam]\nTag = \"runner\"").project(None).is_err());
        assert!(config("[performers.api]\nNone = \"runner\"").project(None).is_err());
    }

    #[test]
    fn a_key_that_nobody_reads_is_refused() {
        assert!(toml::from_str::<Config>("tokn = \"x\"").is_err());
    }
}
