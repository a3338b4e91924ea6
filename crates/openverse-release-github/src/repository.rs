//! One repository.

use openverse_release_core::GitHubRepository;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::client::GitHub;

/// What is encoded in the name of a branch or file: all that a URL could take for something else.
const IN_PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'.').remove(b'-').remove(b'_').remove(b'~');

/// One repository on GitHub.
///
/// Implements [`GitHubReleases`](openverse_release_ports::GitHubReleases),
/// [`ReleaseDrafts`](openverse_release_ports::ReleaseDrafts),
/// [`CodeHistory`](openverse_release_ports::CodeHistory),
/// [`Branches`](openverse_release_ports::Branches),
/// [`PullRequests`](openverse_release_ports::PullRequests),
/// [`GitHubRuns`](openverse_release_ports::GitHubRuns) and
/// [`Deployments`](openverse_release_ports::Deployments).
#[derive(Debug, Clone)]
pub struct Repository {
    pub(crate) github: GitHub,
    pub(crate) repository: GitHubRepository,
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

    /// Returns the path of something that is named by text with slashes, which is encoded here.
    pub(crate) fn named_path(&self, kind: &str, name: &str) -> String {
        self.path(&format!("{kind}/{}", utf8_percent_encode(name, IN_PATH)))
    }

    /// Returns the path of a list in this repository, with its parameters encoded.
    pub(crate) fn list_path(&self, rest: &str, parameters: &[(&str, &str)]) -> String {
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
        self.path(&format!("{rest}?{query}"))
    }
}
