//! Runs of any GitHub Workflow, and their jobs.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{CommitSha, DeploymentRun, GitHubRunId, GitHubRunStatus, GitTag};

/// One run of a GitHub Workflow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GitHubRun {
    /// Its number.
    pub id: GitHubRunId,
    /// Its title. It comes from outside.
    pub title: String,
    /// Where it stands.
    pub status: GitHubRunStatus,
    /// The event that started it, such as `push` or `release`.
    pub event: String,
    /// The commit it runs on: the one that was pushed or released, or the head of the branch.
    pub commit: CommitSha,
    /// The branch it runs on, or the git tag where that is what started it. It comes from outside.
    pub head_branch: Option<String>,
    /// The login of whoever started it.
    pub actor: String,
    /// When it was created, in UTC.
    pub created_at: DateTime<Utc>,
    /// When it last changed, in UTC.
    pub updated_at: DateTime<Utc>,
    /// Its page.
    pub page: String,
}

impl GitHubRun {
    /// Tells whether the publishing of a GitHub Release started it. The GitHub Releases of several apps
    /// can be on one commit.
    pub fn is_started_by(&self, release: &GitTag) -> bool {
        self.event == "release" && self.head_branch.as_deref() == Some(release.to_string().as_str())
    }
}

impl From<GitHubRun> for DeploymentRun {
    /// Leaves out commit and branch: those of the infrastructure repository say nothing about what
    /// is deployed.
    fn from(run: GitHubRun) -> Self {
        let GitHubRun {
            id,
            title,
            status,
            event,
            commit: _,
            head_branch: _,
            actor,
            created_at,
            updated_at,
            page,
        } = run;
        Self { id, title, status, event, actor, created_at, updated_at, page }
    }
}

/// Where a job of a run, or a step of a job, stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobStatus {
    /// Left out, because its condition did not hold or one before it failed.
    Skipped,
    /// As a run stands.
    #[serde(untagged)]
    Run(GitHubRunStatus),
}

impl JobStatus {
    /// Tells whether nothing more will happen.
    pub fn ended(self) -> bool {
        match self {
            Self::Run(status) => status.ended(),
            Self::Skipped => true,
        }
    }

    /// Returns words for people.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Run(status) => status.as_str(),
            Self::Skipped => "skipped",
        }
    }
}

/// One job of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// Its name. It comes from outside.
    pub name: String,
    /// Where it stands.
    pub status: JobStatus,
    /// When it started, in UTC; none while it waits.
    pub started_at: Option<DateTime<Utc>>,
    /// When it ended, in UTC; none before.
    pub ended_at: Option<DateTime<Utc>>,
    /// Its page.
    pub page: String,
    /// Its steps, in order; none before it has started.
    pub steps: Vec<JobStep>,
}

/// One step of a job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobStep {
    /// Its name. It comes from outside.
    pub name: String,
    /// Where it stands.
    pub status: JobStatus,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_one_word_in_a_file_and_read_back() {
        let all = [
            (JobStatus::Run(GitHubRunStatus::InProgress), "\"in_progress\"", false),
            (JobStatus::Run(GitHubRunStatus::Failed), "\"failed\"", true),
            (JobStatus::Skipped, "\"skipped\"", true),
        ];
        for (status, text, ended) in all {
            assert_eq!(serde_json::to_string(&status).unwrap(), text);
            assert_eq!(serde_json::from_str::<JobStatus>(text).unwrap(), status);
            assert_eq!(status.ended(), ended);
        }
    }
}
