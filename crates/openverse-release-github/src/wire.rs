//! What GitHub sends, as far as it is read here, and what it means.

use chrono::{DateTime, Utc};
use openverse_release_core::{
    Commit, CommitSha, DeploymentRun, GitHubRelease, GitHubReleaseId, GitHubRunId, GitHubRunStatus, GitTag,
    ReleaseTarget,
};
use serde::Deserialize;

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

#[derive(Debug, Deserialize)]
pub(crate) struct RunsPage {
    pub(crate) workflow_runs: Vec<Run>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Run {
    id: GitHubRunId,
    display_title: String,
    status: Option<String>,
    conclusion: Option<String>,
    event: String,
    actor: Option<Account>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    html_url: String,
}

#[derive(Debug, Deserialize)]
struct Account {
    login: String,
}

impl Run {
    /// # Errors
    /// The words of a status that GitHub does not document.
    pub(crate) fn into_domain(self) -> Result<DeploymentRun, String> {
        let (status, conclusion) = (self.status.as_deref(), self.conclusion.as_deref());
        let status = run_status(status, conclusion)
            .ok_or_else(|| format!("run {} with status {status:?}, conclusion {conclusion:?}", self.id.0))?;
        Ok(DeploymentRun {
            id: self.id,
            title: self.display_title,
            status,
            event: self.event,
            actor: self.actor.map(|account| account.login).unwrap_or_default(),
            created_at: self.created_at,
            updated_at: self.updated_at,
            page: self.html_url,
        })
    }
}

fn run_status(status: Option<&str>, conclusion: Option<&str>) -> Option<GitHubRunStatus> {
    match (status?, conclusion) {
        ("queued" | "requested" | "waiting" | "pending", _) => Some(GitHubRunStatus::Queued),
        ("in_progress", _) => Some(GitHubRunStatus::InProgress),
        ("completed", Some("success" | "neutral")) => Some(GitHubRunStatus::Succeeded),
        ("completed", Some("failure" | "timed_out" | "startup_failure")) => Some(GitHubRunStatus::Failed),
        ("completed", Some("cancelled" | "skipped" | "stale")) => Some(GitHubRunStatus::Cancelled),
        // Held back until somebody allows it: it has not run, and still may.
        ("completed", Some("action_required")) => Some(GitHubRunStatus::Queued),
        _ => None,
    }
}

/// The answer to a `workflow_dispatch` that was asked to tell the run.
#[derive(Debug, Deserialize)]
pub(crate) struct StartedRun {
    pub(crate) workflow_run_id: GitHubRunId,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_documented_status_has_its_meaning() {
        use GitHubRunStatus::{Cancelled, Failed, InProgress, Queued, Succeeded};
        for word in ["queued", "requested", "waiting", "pending"] {
            assert_eq!(run_status(Some(word), None), Some(Queued), "{word}");
        }
        assert_eq!(run_status(Some("in_progress"), None), Some(InProgress));
        for (word, meaning) in [
            ("success", Succeeded),
            ("neutral", Succeeded),
            ("failure", Failed),
            ("timed_out", Failed),
            ("startup_failure", Failed),
            ("cancelled", Cancelled),
            ("skipped", Cancelled),
            ("stale", Cancelled),
            ("action_required", Queued),
        ] {
            assert_eq!(run_status(Some("completed"), Some(word)), Some(meaning), "{word}");
        }
        assert_eq!(run_status(Some("completed"), None), None);
        assert_eq!(run_status(Some("completed"), Some("exploded")), None);
        assert_eq!(run_status(None, Some("success")), None);
    }
}
