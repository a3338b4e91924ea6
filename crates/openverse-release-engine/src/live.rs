//! What a live app answers when it is asked for its version.

use openverse_release_core::{App, CommitSha, DeploymentMeans, DeploymentTarget, EnvironmentName, ImageTag};
use serde::Serialize;

use crate::{EngineError, World, preview::newest_touching, version::commit_of};

/// What a live app answers when it is asked for its version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LiveAnswer {
    /// The commit it runs.
    Commit(CommitSha),
    /// Why it did not say.
    Trouble(String),
}

impl LiveAnswer {
    /// Asks an app in an environment; none if it has no version endpoint there.
    pub(crate) async fn ask(world: &World, app: &App, environment: EnvironmentName) -> Option<Self> {
        let endpoint = app.deployment(environment)?.version_endpoint.as_ref()?;
        Some(match world.probe.live(endpoint).await {
            Ok(live) => Self::Commit(live.commit),
            Err(error) => Self::Trouble(error.to_string()),
        })
    }

    /// Returns the commit, if it said one.
    pub fn commit(self) -> Option<CommitSha> {
        match self {
            Self::Commit(commit) => Some(commit),
            Self::Trouble(_) => None,
        }
    }
}

impl World {
    /// Returns what an environment runs: what the live app answers, or where it answers nothing, what
    /// it is configured to run, or what `latest` names; none if nothing tells.
    pub(crate) async fn runs_now(
        &self,
        app: &App,
        environment: EnvironmentName,
    ) -> Result<Option<LiveAnswer>, EngineError> {
        let Some(target) = app.deployment(environment) else { return Ok(None) };
        match &target.means {
            DeploymentMeans::GitHubWorkflow { .. } => Ok(LiveAnswer::ask(self, app, environment).await),
            DeploymentMeans::Ansible { .. } | DeploymentMeans::Terraform { .. } => {
                Ok(Some(self.configured_commit(app, target).await?))
            }
            DeploymentMeans::PullLatest {} => Ok(Some(match latest_commit(self, app).await? {
                Some(commit) => LiveAnswer::Commit(commit),
                None => LiveAnswer::Trouble(
                    "latest names no image that was built from a recent commit".to_owned(),
                ),
            })),
            DeploymentMeans::DagSync {} => Ok(Some(match self.dag_sync.state().await {
                Ok(state) => LiveAnswer::Commit(state.head),
                Err(error) => LiveAnswer::Trouble(error.to_string()),
            })),
        }
    }

    async fn configured_commit(
        &self,
        app: &App,
        target: &DeploymentTarget,
    ) -> Result<LiveAnswer, EngineError> {
        let tag = match self.configuration.configured(target).await {
            Ok(configured) => configured.checkout,
            Err(error) => return Ok(LiveAnswer::Trouble(error.to_string())),
        };
        let unknown = || format!("it is configured with {tag}, and nothing tells the commit of that");
        Ok(match commit_of(self, app, &tag).await {
            Ok(Some(commit)) => LiveAnswer::Commit(commit),
            Ok(None) | Err(EngineError::NoVersion { .. }) => LiveAnswer::Trouble(unknown()),
            Err(error) => return Err(error),
        })
    }
}

/// Returns the newest commit on the main branch whose images `latest` names, of those that touch the app.
async fn latest_commit(world: &World, app: &App) -> Result<Option<CommitSha>, EngineError> {
    /// How many commits are searched.
    const SEARCHED: usize = 30;
    let Some(image) = app.images.first() else { return Ok(None) };
    let Some(latest) = world.registry.resolve(image, &ImageTag::latest()).await? else { return Ok(None) };
    for commit in newest_touching(world, world.main.as_str(), app, SEARCHED).await? {
        if world.registry.resolve(image, &ImageTag::of_commit(&commit.sha)).await?.as_ref() == Some(&latest) {
            return Ok(Some(commit.sha));
        }
    }
    Ok(None)
}
