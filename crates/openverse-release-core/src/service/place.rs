//! Which service runs an app in an environment.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{AwsRegion, ClusterName, ContainerName, EcsServiceName, TaskFamily};
use crate::{ImageName, ImageReference, ImageTag};

/// The ECS service that runs an app in an environment, and what it is rendered from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EcsService {
    /// The cluster.
    pub cluster: ClusterName,
    /// The service in the cluster.
    pub service: EcsServiceName,
    /// The task definition that holds everything but the images of a version.
    pub template_family: TaskFamily,
    /// Which of the template's containers run which image of the app. Others stay as they are.
    pub containers: BTreeMap<ContainerName, ImageName>,
    /// The region; that of the AWS configuration, where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<AwsRegion>,
}

impl EcsService {
    /// Returns the family of the task definitions that are rendered for the service: its own name,
    /// so that the newest revision of the template stays what its keeper made.
    pub fn family(&self) -> TaskFamily {
        self.service.as_str().parse().expect("both names have the same characters and length")
    }

    /// Returns what each container runs when an image tag is deployed.
    pub fn images(&self, tag: &ImageTag) -> BTreeMap<ContainerName, ImageReference> {
        let tagged = |name: &ImageName| ImageReference::Tagged(name.clone(), tag.clone());
        self.containers.iter().map(|(container, image)| (container.clone(), tagged(image))).collect()
    }
}

#[cfg(test)]
mod tests {
    use crate::{EnvironmentName, Project};

    #[test]
    fn the_api_and_the_frontend_of_openverse_have_a_service_in_each_environment() {
        let openverse = Project::openverse();
        let names = |app: &str, environment| {
            let target = openverse.app(app).unwrap().deployment(environment).unwrap();
            target.ecs.as_ref().map(|ecs| {
                format!("{}/{} {} -> {}", ecs.cluster, ecs.service, ecs.template_family, ecs.family())
            })
        };
        assert_eq!(
            names("api", EnvironmentName::STAGING).unwrap(),
            "staging-default/staging-api staging-api-template -> staging-api"
        );
        assert_eq!(
            names("frontend", EnvironmentName::PRODUCTION).unwrap(),
            "production-default/production-nuxt production-nuxt-template -> production-nuxt"
        );
        assert_eq!(names("catalog", EnvironmentName::PRODUCTION), None);
    }

    #[test]
    fn every_named_container_gets_the_tag() {
        let openverse = Project::openverse();
        let target = openverse.app("api").unwrap().deployment(EnvironmentName::PRODUCTION).unwrap();
        let images = target.ecs.as_ref().unwrap().images(&"rel-2024.01.02.03.04.05".parse().unwrap());
        let images: Vec<_> = images.iter().map(|(name, image)| format!("{name}={image}")).collect();
        assert_eq!(
            images,
            [
                "api=ghcr.io/wordpress/openverse-api:rel-2024.01.02.03.04.05",
                "nginx=ghcr.io/wordpress/openverse-api_nginx:rel-2024.01.02.03.04.05",
            ]
        );
    }
}
