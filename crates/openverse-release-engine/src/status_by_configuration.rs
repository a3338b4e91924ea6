//! Where an environment stands that runs what its configuration says.

use openverse_release_core::{Configured, DeploymentTarget, Foreseen, ImageTag};
use serde::Serialize;

use crate::World;

/// What is configured for an environment, and whether that is what it runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConfigurationStatus {
    /// In the checkout.
    pub checkout: ImageTag,
    /// On the main branch of the infrastructure repository.
    pub main: ImageTag,
    /// What applying the main branch would change, or why a dry run could not tell.
    pub main_would_change: Result<Foreseen, String>,
    /// Why nothing may be applied from the checkout, if so.
    pub trouble: Option<String>,
}

impl ConfigurationStatus {
    /// Returns what is configured for a target and what a dry run tells; none for one that is deployed
    /// by other means.
    ///
    /// # Errors
    /// Why the configuration could not be read.
    pub(crate) async fn look(world: &World, target: &DeploymentTarget) -> Option<Result<Self, String>> {
        if !target.means.is_configuration() {
            return None;
        }
        let Configured { checkout, main, trouble } = match world.configuration.configured(target).await {
            Ok(configured) => configured,
            Err(error) => return Some(Err(error.to_string())),
        };
        let main_would_change =
            world.provisioning.foresee(target, &main).await.map_err(|error| error.to_string());
        Some(Ok(Self { checkout, main, main_would_change, trouble }))
    }

    /// Returns what does not fit together, for people.
    pub(crate) fn disagreements(&self, target: &DeploymentTarget) -> Vec<String> {
        let (place, Self { checkout, main, .. }) = (target.local_name(), self);
        let mut found: Vec<_> = self.trouble.iter().map(|why| format!("{place}: {why}")).collect();
        match &self.main_would_change {
            Ok(Foreseen::Nothing) => {}
            Ok(Foreseen::ImageTag { from: Some(applied), .. }) => found.push(format!(
                "{place} was applied with {applied} by hand or by an unmerged change, while main configures {main}"
            )),
            Ok(Foreseen::ImageTag { from: None, .. }) => {
                found.push(format!("{place} was applied with another image tag than {main}, which main configures"));
            }
            Ok(Foreseen::More { unexpected, .. }) => found.push(format!(
                "{place} differs from main in more than the image tag: {}",
                unexpected.join("; ")
            )),
            // It is not known whether anything disagrees.
            Err(_) => {}
        }
        if checkout != main && self.main_would_change == Ok(Foreseen::Nothing) {
            found.push(format!("the checkout configures {place} with {checkout}, which was not applied"));
        }
        found
    }
}
