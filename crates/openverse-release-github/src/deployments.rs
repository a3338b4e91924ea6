//! Deployments by GitHub Workflows.

use std::{cmp::Reverse, collections::BTreeMap};

use async_trait::async_trait;
use chrono::SecondsFormat;
use http::StatusCode;
use openverse_release_core::{DeploymentRun, DispatchEventType, GitHubRunId, GitHubWorkflowFile};
use openverse_release_ports::{DeploymentRequest, Deployments, PortError, RunQuery};
use serde_json::json;

use crate::{
    answer::malformed,
    calls::Write,
    pages::PAGE_SIZE,
    quote::quote,
    repository::Repository,
    wire::{Run, RunsPage, StartedRun},
};

#[async_trait]
impl Deployments for Repository {
    async fn dispatch_event(
        &self,
        event_type: &DispatchEventType,
        request: &DeploymentRequest,
    ) -> Result<(), PortError> {
        let DeploymentRequest { image_tag, actor, run_name } = request;
        let body = json!({
            "event_type": event_type,
            "client_payload": { "actor": actor, "tag": image_tag, "run_name": run_name },
        });
        let action = format!("dispatching {event_type} with {image_tag}");
        self.github.write(Write::Post, &self.path("dispatches"), &body, &action).await?;
        Ok(())
    }

    /// Asks by `workflow_dispatch`. The run's actor is whoever the token belongs to, as with the
    /// button on the page, so the request's is not sent.
    async fn dispatch_workflow(
        &self,
        workflow: &GitHubWorkflowFile,
        request: &DeploymentRequest,
    ) -> Result<Option<GitHubRunId>, PortError> {
        let DeploymentRequest { image_tag, actor: _, run_name } = request;
        let body = json!({
            "ref": self.main,
            "inputs": { "tag": image_tag, "run_name": run_name },
            "return_run_details": true,
        });
        let action = format!("starting {workflow} with {image_tag}");
        let path = self.path(&format!("actions/workflows/{workflow}/dispatches"));
        let answer = self.github.write(Write::Post, &path, &body, &action).await?;
        if answer.status == StatusCode::NO_CONTENT {
            return Ok(None);
        }
        let started: StartedRun = self.github.json_of(&answer, &action)?;
        Ok(Some(started.workflow_run_id))
    }

    async fn runs(
        &self,
        workflow: &GitHubWorkflowFile,
        query: &RunQuery,
    ) -> Result<Vec<DeploymentRun>, PortError> {
        if query.limit == 0 {
            return Ok(Vec::new());
        }
        let action = format!("listing the runs of {workflow}");
        let page_size = query.limit.min(PAGE_SIZE).to_string();
        let since =
            query.created_since.map(|at| format!(">={}", at.to_rfc3339_opts(SecondsFormat::Secs, true)));
        let mut parameters = vec![("per_page", page_size.as_str())];
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

    async fn run(&self, id: GitHubRunId) -> Result<Option<DeploymentRun>, PortError> {
        let action = format!("reading run {}", id.0);
        let path = self.path(&format!("actions/runs/{}", id.0));
        let run: Option<Run> = self.github.read_json_if_there(&path, &action).await?;
        run.map(Run::into_domain).transpose().map_err(|words| unknown_status(&action, &words))
    }
}

fn unknown_status(action: &str, words: &str) -> PortError {
    malformed(action, format!("found {}, expected a documented status", quote(words, None)))
}
