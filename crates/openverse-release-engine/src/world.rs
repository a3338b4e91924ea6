//! The ports an engine needs, together.

use std::sync::Arc;

use openverse_release_ports::{
    Clock, CodeHistory, Configuration, Deployments, GitHubReleases, ImageRegistry, Provisioning, VersionProbe,
};

/// The outside world, as ports.
#[derive(Debug, Clone)]
pub struct World {
    /// GitHub Releases of the code repository.
    pub releases: Arc<dyn GitHubReleases>,
    /// The history of the code repository.
    pub code: Arc<dyn CodeHistory>,
    /// The deployments of the infrastructure repository.
    pub deployments: Arc<dyn Deployments>,
    /// The image registry.
    pub registry: Arc<dyn ImageRegistry>,
    /// The live apps.
    pub probe: Arc<dyn VersionProbe>,
    /// The image tags in the infrastructure repository.
    pub configuration: Arc<dyn Configuration>,
    /// What applies them.
    pub provisioning: Arc<dyn Provisioning>,
    /// Time.
    pub clock: Arc<dyn Clock>,
}
