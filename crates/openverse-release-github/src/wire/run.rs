//! Runs of GitHub Workflows, and their jobs.

use chrono::{DateTime, Utc};
use openverse_release_core::{CommitSha, GitHubRun, GitHubRunId, GitHubRunStatus, Job, JobStatus, JobStep};
use serde::Deserialize;

use super::Account;

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
    head_sha: CommitSha,
    head_branch: Option<String>,
    actor: Option<Account>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    html_url: String,
}

impl Run {
    /// # Errors
    /// The words of a status that GitHub does not document.
    pub(crate) fn into_domain(self) -> Result<GitHubRun, String> {
        let (status, conclusion) = (self.status.as_deref(), self.conclusion.as_deref());
        let status = run_status(status, conclusion)
            .ok_or_else(|| format!("run {} with status {status:?}, conclusion {conclusion:?}", self.id.0))?;
        Ok(GitHubRun {
            id: self.id,
            title: self.display_title,
            status,
            event: self.event,
            commit: self.head_sha,
            head_branch: self.head_branch,
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

#[derive(Debug, Deserialize)]
pub(crate) struct JobsPage {
    pub(crate) jobs: Vec<JobItem>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct JobItem {
    name: String,
    #[serde(flatten)]
    at: JobPlace,
    started_at: Option<DateTime<Utc>>,
    completed_at: Option<DateTime<Utc>>,
    html_url: Option<String>,
    #[serde(default)]
    steps: Vec<StepItem>,
}

#[derive(Debug, Deserialize)]
struct StepItem {
    name: String,
    #[serde(flatten)]
    at: JobPlace,
}

/// Where a job or a step stands.
#[derive(Debug, Deserialize)]
struct JobPlace {
    status: Option<String>,
    conclusion: Option<String>,
}

impl JobPlace {
    /// # Errors
    /// The words of a status that GitHub does not document.
    fn meaning(&self, name: &str) -> Result<JobStatus, String> {
        match (self.status.as_deref(), self.conclusion.as_deref()) {
            (Some("completed"), Some("skipped")) => Ok(JobStatus::Skipped),
            (status, conclusion) => run_status(status, conclusion)
                .map(JobStatus::Run)
                .ok_or_else(|| format!("job {name:?} with status {status:?}, conclusion {conclusion:?}")),
        }
    }
}

impl JobItem {
    /// # Errors
    /// The words of a status that GitHub does not document.
    pub(crate) fn into_domain(self) -> Result<Job, String> {
        let status = self.at.meaning(&self.name)?;
        let step = |step: StepItem| Ok(JobStep { status: step.at.meaning(&step.name)?, name: step.name });
        Ok(Job {
            name: self.name,
            // GitHub names a moment for a job that waits, too.
            started_at: self.started_at.filter(|_| status != JobStatus::Run(GitHubRunStatus::Queued)),
            status,
            ended_at: self.completed_at,
            page: self.html_url.unwrap_or_default(),
            steps: self.steps.into_iter().map(step).collect::<Result<_, String>>()?,
        })
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
