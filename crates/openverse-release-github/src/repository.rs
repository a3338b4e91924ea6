//! One repository.

use openverse_release_core::GitHubRepository;

use crate::client::GitHub;

/// One repository on GitHub.
///
/// Implements [`GitHubReleases`](openverse_release_ports::GitHubReleases),
/// [`CodeHistory`](openverse_release_ports::CodeHistory) and
/// [`Deployments`](openverse_release_ports::Deployments).
#[derive(Debug, Clone)]
pub struct Repository {
    pub(crate) github: GitHub,
    repository: GitHubRepository,
    /// The branch whose GitHub Workflows are started.
    pub(crate) main: String,
}

impl Repository {
    pub(crate) fn new(github: GitHub, repository: GitHubRepository, main: String) -> Self {
        Self { github, repository, main }
    }

    /// Returns the path of something in this repository. `rest` needs no encoding, or has it.
    pub(crate) fn path(&self, rest: &str) -> String {
        format!("/repos/{}/{rest}", self.repository)
    }

    /// Returns the path of a list in this repository, with its parameters encoded.
    pub(crate) fn list_path(&self, rest: &str, parameters: &[(&str, &str)]) -> String {
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
        self.path(&format!("{rest}?{query}"))
    }
}
