//! GitHub's own shapes of what the sandbox knows.

mod account;
mod actions;
mod contents;
mod git;
mod pull_request;
mod release;

use std::hash::{DefaultHasher, Hash, Hasher};

use chrono::{DateTime, SecondsFormat, Utc};
use openverse_release_core::GitHubRepository;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};

pub(crate) use actions::{is_at, job, run, workflow, workflow_id};
pub(crate) use contents::{file, file_commit, folder};
pub(crate) use git::{annotated_tag, changed_files, commit, commit_with_files, reference};
pub(crate) use pull_request::{label, pull_request, pull_request_in_list, review};
pub(crate) use release::release;

use crate::world::{HostedRepository, World};

/// What a file's path in a URL may not hold as it is.
const IN_PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'.').remove(b'-').remove(b'_');

/// Returns a text as it stands in the path of a URL.
pub(crate) fn in_path(text: &str) -> PercentEncode<'_> {
    utf8_percent_encode(text, IN_PATH)
}

/// Where a repository is, for the URLs in an answer.
///
/// They all lead to the sandbox, pages for people too: none may take somebody who tries something
/// out to the real repository.
#[derive(Debug)]
pub(crate) struct Place {
    /// The API's URL.
    pub(crate) api: String,
    /// The repository's URL in it.
    pub(crate) repository: String,
    /// Which repository it is.
    pub(crate) which: HostedRepository,
    full_name: GitHubRepository,
    main: String,
}

impl Place {
    pub(crate) fn new(api: &str, world: &World, which: HostedRepository) -> Self {
        let full_name = world.hosted(which).clone();
        Self {
            api: api.to_owned(),
            repository: format!("{api}/repos/{full_name}"),
            which,
            full_name,
            main: world.repositories.main.clone(),
        }
    }
}

fn moment(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// Returns a number for a name, the same each time, as GitHub's own numbers are.
fn number(name: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    name.hash(&mut hasher);
    hasher.finish() % 100_000_000
}

fn node_id(kind: &str, id: impl std::fmt::Display) -> String {
    format!("{kind}_{id}")
}
