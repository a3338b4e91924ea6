//! What of a served sandbox stands in for which system of a project.

use std::collections::BTreeMap;

use openverse_release_core::{HttpUrl, ParseError, Project};

use crate::BaseUrls;

/// What stands in for each system of a project, as the configurations of the adapters take it.
///
/// ```no_run
/// use openverse_release_core::Project;
/// use openverse_release_sandbox::Sandbox;
///
/// let project = Project::openverse();
/// let server = Sandbox::at(".openverse-release/sandbox").serve()?;
/// let stand_ins = server.urls().stand_ins(&project)?;
/// assert!(stand_ins.registries.contains_key("ghcr.io"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandIns {
    /// The base URL of GitHub's API.
    pub github: HttpUrl,
    /// The endpoint of ECS; that of AWS, where none is said.
    pub ecs: Option<HttpUrl>,
    /// Where each registry is, by its host as image names write it.
    pub registries: BTreeMap<String, HttpUrl>,
    /// What stands in for the origin of each version endpoint.
    pub origins: BTreeMap<HttpUrl, HttpUrl>,
}

impl BaseUrls {
    /// Returns what stands in for each system of a project.
    ///
    /// # Errors
    /// When these are no URLs. Those of a [`Server`](crate::Server) always are.
    pub fn stand_ins(&self, project: &Project) -> Result<StandIns, ParseError> {
        let (mut registries, mut origins) = (BTreeMap::new(), BTreeMap::new());
        for app in &project.apps {
            for image in &app.images {
                registries.insert(image.registry().to_owned(), self.registry.parse()?);
            }
            for endpoint in app.deployments.iter().filter_map(|target| target.version_endpoint.as_ref()) {
                let Some((scheme, rest)) = endpoint.as_str().split_once("://") else { continue };
                let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
                let stand_in = format!("{}/{host}", self.live).parse()?;
                origins.insert(format!("{scheme}://{host}").parse()?, stand_in);
            }
        }
        Ok(StandIns { github: self.github.parse()?, ecs: Some(self.ecs.parse()?), registries, origins })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_registry_and_every_live_app_of_a_project_has_a_stand_in() {
        let origin = "http://127.0.0.1:8080".to_owned();
        let [github, live, ecs, airflow] =
            ["github", "live", "ecs", "airflow"].map(|part| format!("{origin}/{part}"));
        let urls = BaseUrls { github, registry: origin, live, ecs, airflow };
        let stand_ins = urls.stand_ins(&Project::openverse()).unwrap();

        assert_eq!(stand_ins.github.as_str(), "http://127.0.0.1:8080/github");
        assert_eq!(stand_ins.ecs.as_ref().unwrap().as_str(), "http://127.0.0.1:8080/ecs");
        assert_eq!(stand_ins.registries["ghcr.io"].as_str(), "http://127.0.0.1:8080");
        let of = |origin: &str| stand_ins.origins[&origin.parse().unwrap()].to_string();
        assert_eq!(of("https://api.openverse.org"), "http://127.0.0.1:8080/live/api.openverse.org");
        assert_eq!(of("https://openverse.org"), "http://127.0.0.1:8080/live/openverse.org");
    }
}
