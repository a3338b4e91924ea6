//! What would stop the deployment of a version by configuration, foreseen before anything is changed.

use openverse_release_core::{DeploymentTarget, ImageTag};
use openverse_release_ports::PortError;

use crate::{Refusal, World};

/// What stands in the way of a deployment.
#[derive(Debug, Default)]
pub(crate) struct Obstacles {
    /// What must be different before.
    pub(crate) blockers: Vec<Refusal>,
    /// What may have changed by itself until then.
    pub(crate) cautions: Vec<String>,
}

impl World {
    /// Returns what would stop a deployment of the image tag to a target that runs what its
    /// configuration says; nothing for other targets.
    pub(crate) async fn obstacles(&self, target: &DeploymentTarget, tag: &ImageTag) -> Obstacles {
        if !target.means.is_configuration() {
            return Obstacles::default();
        }
        let (blocker, running) = tokio::join!(self.blocker(target, tag), self.running(target));
        let place = target.local_name();
        let cautions = match running {
            Ok(running) if running.is_empty() => Vec::new(),
            Ok(running) => vec![format!(
                "the deployment to {place} would disturb {} and stops for it; resume once that has ended",
                running.join(", ")
            )],
            Err(error) => {
                vec![format!("nothing tells what runs that a deployment to {place} disturbs: {error}")]
            }
        };
        Obstacles { blockers: blocker.into_iter().collect(), cautions }
    }

    async fn blocker(&self, target: &DeploymentTarget, tag: &ImageTag) -> Option<Refusal> {
        let place = target.local_name();
        let unseen = |error: PortError| {
            Refusal::new(
                format!("no dry run of the deployment to {place}: {error}"),
                format!("one that changes the image tag to {tag}"),
                "mend that first; nothing was published",
            )
        };
        let configured = match self.configuration.configured(target).await {
            Ok(configured) => configured,
            Err(error) => return Some(unseen(error)),
        };
        let obstacle = match configured.obstacle() {
            Some(obstacle) => obstacle,
            None => match self.provisioning.foresee(target, tag).await {
                Ok(foreseen) => foreseen.obstacle(tag)?,
                Err(error) => return Some(unseen(error)),
            },
        };
        Some(Refusal::new(
            format!("{place}: {}", obstacle.found),
            obstacle.expected,
            "mend that in the infrastructure repository first; nothing was published",
        ))
    }
}
