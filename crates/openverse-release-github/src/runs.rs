//! Runs of GitHub Workflows, and their jobs.

use std::{cmp::Reverse, collections::BTreeMap};

use async_trait::async_trait;
use chrono::SecondsFormat;
use openverse_release_core::{GitHubRun, GitHubRunId, GitHubWorkflowFile, Job};
use openverse_release_http::quote;
use openverse_release_ports::{GitHubRunQuery, GitHubRuns, PortError};

use crate::{
    answer::malformed,
    pages::PAGE_SIZE,
    repository::Repository,
    wire::{JobItem, JobsPage, Run, RunsPage},
};

#[async_trait]
impl GitHubRuns for Repository {
    async fn runs_of(
        &self,
        workflow: &GitHubWorkflowFile,
        query: &GitHubRunQuery,
    ) -> Result<Vec<GitHubRun>, PortError> {
        if query.limit == 0 {
            return Ok(Vec::new());
        }
        let action = format!("listing the runs of {workflow}");
        let page_size = query.limit.min(PAGE_SIZE).to_string();
        let since =
            query.created_since.map(|at| format!(">={}", at.to_rfc3339_opts(SecondsFormat::Secs, true)));
        let mut parameters = vec![("per_page", page_size.as_str())];
        parameters.extend(query.commit.as_ref().map(|commit| ("head_sha", commit.as_str())));
        parameters.extend(query.event.as_deref().map(|event| ("event", event)));
        parameters.extend(since.as_deref().map(|since| ("created", since)));
        let path = self.list_path(&format!("actions/workflows/{workflow}/runs"), &parameters);
        // By number: while pages are read, a new run pushes one over from the page before.
        let mut found = BTreeMap::new();
        let mut unreadable = None;
        let take = |page: RunsPage| {
            for run in page.workflow_runs {
                match run.into_domain() {
                    Ok(run) => {
                        found.insert(run.id, run);
                    }
                    Err(words) => unreadable = Some(words),
                }
            }
            unreadable.is_none() && found.len() < query.limit
        };
        self.github.read_pages(&path, &action, take).await?;
        if let Some(words) = unreadable {
            return Err(unknown_status(&action, &words));
        }
        let mut runs: Vec<_> = found.into_values().collect();
        // The search goes by whole seconds.
        runs.retain(|run| query.created_since.is_none_or(|since| run.created_at >= since));
        runs.sort_by_key(|run| Reverse((run.created_at, run.id)));
        runs.truncate(query.limit);
        Ok(runs)
    }

    async fn github_run(&self, id: GitHubRunId) -> Result<Option<GitHubRun>, PortError> {
        let action = format!("reading run {}", id.0);
        let path = self.path(&format!("actions/runs/{}", id.0));
        let run: Option<Run> = self.github.read_json_if_there(&path, &action).await?;
        run.map(Run::into_domain).transpose().map_err(|words| unknown_status(&action, &words))
    }

    async fn jobs(&self, run: GitHubRunId) -> Result<Vec<Job>, PortError> {
        let action = format!("listing the jobs of run {}", run.0);
        let parameters = [("filter", "latest"), ("per_page", &PAGE_SIZE.to_string())];
        let path = self.list_path(&format!("actions/runs/{}/jobs", run.0), &parameters);
        let mut items = Vec::new();
        let take = |page: JobsPage| {
            items.extend(page.jobs);
            true
        };
        match self.github.read_pages(&path, &action, take).await {
            Err(PortError::Refused { status: 404, .. }) if items.is_empty() => return Ok(Vec::new()),
            other => other?,
        }
        let jobs = items.into_iter().map(JobItem::into_domain);
        jobs.collect::<Result<_, _>>().map_err(|words| unknown_status(&action, &words))
    }
}

fn unknown_status(action: &str, words: &str) -> PortError {
    malformed(action, format!("found {}, expected a documented status", quote(words)))
}
