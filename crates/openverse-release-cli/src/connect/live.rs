//! The live world of a configuration.

use std::{
    env,
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use openverse_release_core::{HttpUrl, Limits};
use openverse_release_infra::Protocol;
use secrecy::SecretString;

use super::{Connected, Context};
use crate::{config::EcsSection, error::CliError, systems::Systems};

impl Context {
    pub(super) fn connect_live(&self) -> Result<Connected, CliError> {
        let github = match &self.config.github.api {
            Some(api) => api.clone(),
            None => built_in_url("https://api.github.com"),
        };
        let registries = self.config.registry.iter();
        let folder = self.config_path.as_deref().and_then(Path::parent).unwrap_or(Path::new(""));
        let systems = Systems {
            github,
            registries: registries
                .filter_map(|(name, registry)| Some((name.clone(), registry.endpoint.clone()?)))
                .collect(),
            origins: self.config.live.origins.clone(),
            checkout: self.config.infrastructure.checkout.as_ref().map(|path| folder.join(path)),
            protocols: vec![Protocol::Https, Protocol::Ssh],
            airflow: self.config.airflow.connection()?,
            code: self.config.code.checkout.as_ref().map(|path| folder.join(path)),
            dag_checkout: self.config.airflow.dag_checkout.as_ref().map(|path| folder.join(path)),
            ecs: self.config.ecs.as_ref().map(EcsSection::connection),
            token: github_token(),
        };
        let limits = self.config.limits(&Limits::default());
        let poll = self.config.poll(Duration::from_secs(10));
        self.engine(self.project()?, &systems, limits, poll, None)
    }
}

/// Returns the token for GitHub: of `GITHUB_TOKEN`, otherwise of `gh auth token`, if either has one.
fn github_token() -> Option<SecretString> {
    let from_environment = env::var("GITHUB_TOKEN").ok();
    let from_gh = || {
        let output =
            Command::new("gh").args(["auth", "token"]).stdin(Stdio::null()).stderr(Stdio::null()).output();
        output
            .ok()
            .filter(|output| output.status.success())
            .and_then(|output| String::from_utf8(output.stdout).ok())
    };
    let token = from_environment.filter(|token| !token.trim().is_empty()).or_else(from_gh)?;
    let token = token.trim();
    (!token.is_empty()).then(|| token.to_owned().into())
}

fn built_in_url(text: &'static str) -> HttpUrl {
    text.parse().unwrap_or_else(|_| unreachable!("{text} is a URL"))
}
