//! CI, which builds the images of every commit of the main branch.

use openverse_release_core::{AutomationSight, CommitSha};
use openverse_release_ports::GitHubRunQuery;

use crate::{Engine, EngineError};

impl Engine {
    /// Returns the newest run of CI on a commit, with its jobs; none before it has begun.
    ///
    /// # Errors
    /// When GitHub does not answer.
    pub(crate) async fn ci_of(&self, commit: &CommitSha) -> Result<Option<AutomationSight>, EngineError> {
        let query = GitHubRunQuery::of_commit(commit.clone());
        let runs = self.world.code_runs.runs_of(&self.project.repositories.ci, &query).await?;
        Ok(self.world.with_jobs(runs.into_iter().next()).await?)
    }
}
