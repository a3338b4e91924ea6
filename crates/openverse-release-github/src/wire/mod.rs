//! What GitHub sends, as far as it is read here, and what it means.

mod file;
mod pull_request;
mod run;

use chrono::{DateTime, Utc};
use openverse_release_core::{Commit, CommitSha, GitHubRelease, GitHubReleaseId, GitTag, ReleaseTarget};
use serde::Deserialize;

pub(crate) use self::{
    file::{Contents, FileCommit},
    pull_request::{PullRequest, Review},
    run::{JobItem, JobsPage, Run, RunsPage, StartedRun},
};

/// An account on GitHub. It is null where the account is gone.
#[derive(Debug, Deserialize)]
pub(crate) struct Account {
    pub(crate) login: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Release {
    id: GitHubReleaseId,
    tag_name: String,
    target_commitish: String,
    name: Option<String>,
    body: Option<String>,
    draft: bool,
    published_at: Option<DateTime<Utc>>,
    html_url: String,
}

impl Release {
    /// `None` for a release whose git tag has none of the documented forms.
    pub(crate) fn into_domain(self) -> Option<GitHubRelease> {
        let git_tag: GitTag = self.tag_name.parse().ok()?;
        Some(GitHubRelease {
            id: self.id,
            git_tag,
            name: self.name.unwrap_or_default(),
            notes: self.body.unwrap_or_default(),
            target: ReleaseTarget::from_commitish(&self.target_commitish),
            draft: self.draft,
            published_at: self.published_at,
            page: self.html_url,
        })
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct GitRef {
    #[serde(rename = "ref")]
    pub(crate) name: String,
    pub(crate) object: GitObject,
}

/// An annotated tag.
#[derive(Debug, Deserialize)]
pub(crate) struct TagObject {
    pub(crate) object: GitObject,
}

#[derive(Debug, Deserialize)]
pub(crate) struct GitObject {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) sha: CommitSha,
}

#[derive(Debug, Deserialize)]
pub(crate) struct CommitItem {
    sha: CommitSha,
    commit: CommitDetails,
    author: Option<Author>,
}

#[derive(Debug, Deserialize)]
struct CommitDetails {
    message: String,
    author: Option<Signature>,
    committer: Option<Signature>,
}

#[derive(Debug, Deserialize)]
struct Signature {
    name: Option<String>,
    date: Option<DateTime<Utc>>,
}

/// GitHub's account of an author. GitHub sends an empty object for one it does not know.
#[derive(Debug, Deserialize)]
struct Author {
    login: Option<String>,
}

impl CommitItem {
    /// `None` for a commit that does not say when it was committed.
    pub(crate) fn into_domain(self) -> Option<Commit> {
        let CommitDetails { message, author, committer } = self.commit;
        let login = self.author.and_then(|account| account.login);
        let date = committer.and_then(|it| it.date).or(author.as_ref().and_then(|it| it.date));
        Some(Commit {
            sha: self.sha,
            subject: message.lines().next().unwrap_or_default().to_owned(),
            author: login.or(author.and_then(|it| it.name)).unwrap_or_default(),
            committed_at: date?,
        })
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct ComparisonPage {
    pub(crate) behind_by: u64,
    pub(crate) total_commits: usize,
    /// Oldest first.
    pub(crate) commits: Vec<CommitItem>,
}

/// The files of a comparison, which are on its first page only, and cut off.
#[derive(Debug, Deserialize)]
pub(crate) struct ChangedFiles {
    #[serde(default)]
    pub(crate) files: Vec<ChangedFile>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct ChangedFile {
    pub(crate) filename: String,
    /// What it was called before, if it was renamed.
    pub(crate) previous_filename: Option<String>,
}
