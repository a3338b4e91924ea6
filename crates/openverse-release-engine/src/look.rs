//! Looking at the world for a run.

use std::collections::BTreeMap;

use openverse_release_core::{
    DeploymentLook, GitHubReleaseId, GitTag, ImageName, ImageTag, Look, Run, Sight,
};
use openverse_release_ports::{PortError, RunQuery};

use crate::World;

impl World {
    /// Answers a run's question. What cannot be seen is said, not guessed.
    pub(crate) async fn look(&self, run: &Run, look: &Look) -> Sight {
        let seen = match look {
            Look::Release { id, git_tag } => self.look_at_release(*id, git_tag).await,
            Look::ImageTag { images, tag } => self.look_at_tag(images, tag).await,
            Look::Deployment(look) => self.look_at_deployment(run, look).await,
        };
        seen.unwrap_or_else(|error| Sight::Blind { why: error.to_string() })
    }

    async fn look_at_release(&self, id: GitHubReleaseId, git_tag: &GitTag) -> Result<Sight, PortError> {
        let release = self.releases.release(id).await?.map(Box::new);
        let tag_commit = self.releases.tag_commit(git_tag).await?;
        Ok(Sight::Release { release, tag_commit })
    }

    async fn look_at_tag(&self, images: &[ImageName], tag: &ImageTag) -> Result<Sight, PortError> {
        let mut named = BTreeMap::new();
        for image in images {
            named.insert(image.clone(), self.registry.resolve(image, tag).await?);
        }
        Ok(Sight::ImageTag(named))
    }

    async fn look_at_deployment(&self, run: &Run, look: &DeploymentLook) -> Result<Sight, PortError> {
        /// More deployments than anybody starts while one run goes on.
        const LIMIT: usize = 100;
        let query = RunQuery { created_since: Some(look.since), limit: LIMIT };
        let mut runs = self.deployments.runs(&look.workflow, &query).await?;
        // A list can lag behind a run whose number is known already.
        if let Some(id) = look.run
            && !runs.iter().any(|listed| listed.id == id)
        {
            runs.extend(self.deployments.run(id).await?);
        }
        let live = match &look.endpoint {
            Some(endpoint) if run.needs_live(&runs) => {
                Some(self.probe.live(endpoint).await.map_err(|error| error.to_string()))
            }
            _ => None,
        };
        Ok(Sight::Deployment { runs, live })
    }
}
