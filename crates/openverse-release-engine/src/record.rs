//! What is recorded of an app in the world.

use chrono::{DateTime, Utc};
use openverse_release_core::{
    App, Commit, CommitSha, DeploymentRecord, EnvironmentName, GitHubRelease, GitHubRun, GitTag, ImageTag,
    deployable_target,
};
use openverse_release_ports::GitHubRunQuery;

use crate::{Engine, EngineError, preview::newest_touching};

/// What is recorded of an app: on GitHub, in the registry, and in the infrastructure repository.
#[derive(Debug, Clone)]
pub struct WorldRecord {
    /// Its GitHub Releases, drafts included.
    pub releases: Vec<GitHubRelease>,
    /// Its git tags with their commits.
    pub git_tags: Vec<(GitTag, CommitSha)>,
    /// The newest commits on the main branch that touch it.
    pub merges: Vec<Commit>,
    /// The newest runs of CI for pushes.
    pub builds: Vec<GitHubRun>,
    /// Its newest deployments, newest first, of each environment that somebody deploys.
    pub deployments: Vec<(EnvironmentName, Vec<DeploymentRecord>)>,
    /// The image tags of its own image.
    pub image_tags: Vec<ImageTag>,
    /// Since when nothing is left out; none if nothing is.
    pub complete_since: Option<DateTime<Utc>>,
}

impl Engine {
    /// Returns what is recorded of an app: everything there is of releases and tags, and of the rest the
    /// newest, at most `limit` of each.
    ///
    /// # Errors
    /// When an outside system does not answer.
    pub async fn world_record(&self, app: &App, limit: usize) -> Result<WorldRecord, EngineError> {
        let (mut releases, mut git_tags) = (Vec::new(), Vec::new());
        if let Some(prefix) = &app.git_tag_prefix {
            releases = self.world.releases.releases(prefix).await?;
            git_tags = self.world.releases.tags(prefix).await?;
        }
        let merges = newest_touching(&self.world, self.world.main.as_str(), app, limit).await?;
        let query =
            GitHubRunQuery { commit: None, event: Some("push".to_owned()), created_since: None, limit };
        let builds = self.world.code_runs.runs_of(&self.project.repositories.ci, &query).await?;
        let mut deployments = Vec::new();
        for target in &app.deployments {
            if deployable_target(app, target.environment).is_ok() {
                let history = self.history_of(app, target.environment, limit, &git_tags).await?;
                deployments.push((target.environment, history));
            }
        }
        let image_tags = match app.images.first() {
            Some(image) => self.world.registry.tags(image).await?,
            None => Vec::new(),
        };
        let oldest = |moments: Vec<DateTime<Utc>>| moments.get(limit.saturating_sub(1)).copied();
        let complete_since = deployments
            .iter()
            .map(|(_, history)| oldest(history.iter().map(|record| record.at).collect()))
            .chain([
                oldest(merges.iter().map(|commit| commit.committed_at).collect()),
                oldest(builds.iter().map(|run| run.created_at).collect()),
            ])
            .flatten()
            .max();
        Ok(WorldRecord { releases, git_tags, merges, builds, deployments, image_tags, complete_since })
    }
}
