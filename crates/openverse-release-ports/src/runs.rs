//! Runs of GitHub Workflows.

use std::fmt::Debug;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use openverse_release_core::{CommitSha, GitHubRun, GitHubRunId, GitHubWorkflowFile, Job};

use crate::PortError;

/// Which runs of a GitHub Workflow to list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GitHubRunQuery {
    /// Only runs on this commit, if given.
    pub commit: Option<CommitSha>,
    /// Only runs that this event started, such as `push` or `release`, if given.
    pub event: Option<String>,
    /// Only runs created at or after this moment, if given.
    pub created_since: Option<DateTime<Utc>>,
    /// How many at the most.
    pub limit: usize,
}

impl GitHubRunQuery {
    /// Returns a query for the runs on a commit, all of them.
    pub fn of_commit(commit: CommitSha) -> Self {
        Self { commit: Some(commit), event: None, created_since: None, limit: usize::MAX }
    }
}

/// Reads the runs of one repository's GitHub Workflows, whoever started them.
///
/// # Contract
/// Reads only, and every page that is needed. Repeated on rate limits and server errors. A run
/// appears in the list some time after what started it.
#[async_trait]
pub trait GitHubRuns: Debug + Send + Sync {
    /// Returns the runs of a GitHub Workflow, newest first.
    async fn runs_of(
        &self,
        workflow: &GitHubWorkflowFile,
        query: &GitHubRunQuery,
    ) -> Result<Vec<GitHubRun>, PortError>;

    /// Returns one run by its number, `None` if there is none.
    async fn github_run(&self, id: GitHubRunId) -> Result<Option<GitHubRun>, PortError>;

    /// Returns the jobs of a run's latest attempt, in GitHub's order; none where there is no such
    /// run, or where it has not come to them.
    async fn jobs(&self, run: GitHubRunId) -> Result<Vec<Job>, PortError>;
}
