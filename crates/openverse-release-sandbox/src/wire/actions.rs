//! GitHub Workflows, their runs and jobs.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::{
    Place,
    account::{repository, user},
    moment, node_id, number,
};
use crate::world::{Job, Run, RunState, Stage, Work, World};

/// Returns the number of a GitHub Workflow.
pub(crate) fn workflow_id(file: &str) -> u64 {
    number(file)
}

/// Returns the name that a GitHub Workflow's file gives it.
fn title(file: &str) -> &str {
    match file {
        "ci_cd.yml" => "CI + CD",
        "release-app.yml" => "Tag Docker image and trigger deployment",
        other => other.trim_end_matches(".yml"),
    }
}

/// Returns a GitHub Workflow.
pub(crate) fn workflow(place: &Place, file: &str, at: DateTime<Utc>) -> Value {
    let id = workflow_id(file);
    let url = format!("{}/actions/workflows/{id}", place.repository);
    json!({
        "id": id,
        "node_id": node_id("W", id),
        "name": title(file),
        "path": format!(".github/workflows/{file}"),
        "state": "active",
        "created_at": moment(at),
        "updated_at": moment(at),
        "url": url,
        "html_url": url,
        "badge_url": format!("{url}/badge.svg"),
    })
}

fn standing(run: &Run) -> (&'static str, Option<&'static str>) {
    match run.state {
        RunState::Waiting if run.listed => ("pending", None),
        RunState::Waiting => ("queued", None),
        RunState::InProgress => ("in_progress", None),
        RunState::Succeeded => ("completed", Some("success")),
        RunState::Failed => ("completed", Some("failure")),
        RunState::Cancelled => ("completed", Some("cancelled")),
    }
}

/// Tells whether a run is at a status, or ended with a conclusion, as the lists' filter asks.
pub(crate) fn is_at(run: &Run, asked: &str) -> bool {
    let (status, conclusion) = standing(run);
    asked == status || conclusion == Some(asked)
}

/// Returns the commit that a run ran on; zeros where its repository had none.
fn head_sha(run: &Run) -> String {
    run.head.as_ref().map_or_else(|| "0".repeat(40), ToString::to_string)
}

/// Returns the branch that a run ran on, or the git tag where that is what started it.
fn head_branch<'a>(place: &'a Place, run: &'a Run) -> &'a str {
    match &run.work {
        Work::TagImages { git_tag, .. } => git_tag,
        Work::Deploy { .. } | Work::Ci { .. } => &place.main,
    }
}

/// Returns a run of a GitHub Workflow.
pub(crate) fn run(place: &Place, world: &World, run: &Run) -> Value {
    let url = format!("{}/actions/runs/{}", place.repository, run.id);
    let workflow = workflow_id(&run.workflow);
    let (status, conclusion) = standing(run);
    let actor = user(place, &run.actor);
    let repository = repository(place);
    let head = head_sha(run);
    let commit = run.head.as_ref().and_then(|head| world.repository(place.which).history.commits.get(head));
    let head_commit = commit.map(|commit| {
        let author = json!({ "name": commit.author, "email": commit.email });
        json!({
            "id": commit.sha,
            "tree_id": commit.tree,
            "message": commit.message,
            "timestamp": moment(commit.committed_at),
            "author": author,
            "committer": author,
        })
    });
    json!({
        "id": run.id,
        "name": title(&run.workflow),
        "node_id": node_id("WFR", run.id),
        "head_branch": head_branch(place, run),
        "head_sha": head,
        "path": format!(".github/workflows/{}", run.workflow),
        "display_title": run.title,
        "run_number": run.number,
        "run_attempt": 1,
        "event": run.event,
        "status": status,
        "conclusion": conclusion,
        "workflow_id": workflow,
        "check_suite_id": run.id,
        "check_suite_node_id": node_id("CS", run.id),
        "url": url,
        "html_url": url,
        "pull_requests": [],
        "created_at": moment(run.created_at),
        "updated_at": moment(run.updated_at),
        "run_started_at": moment(run.started_at.unwrap_or(run.created_at)),
        "actor": actor,
        "triggering_actor": actor,
        "jobs_url": format!("{url}/jobs"),
        "logs_url": format!("{url}/logs"),
        "check_suite_url": format!("{}/check-suites/{}", place.repository, run.id),
        "artifacts_url": format!("{url}/artifacts"),
        "cancel_url": format!("{url}/cancel"),
        "rerun_url": format!("{url}/rerun"),
        "previous_attempt_url": null,
        "workflow_url": format!("{}/actions/workflows/{workflow}", place.repository),
        "head_commit": head_commit,
        "repository": repository,
        "head_repository": repository,
    })
}

fn stage(stage: Stage) -> (&'static str, Option<&'static str>) {
    match stage {
        Stage::Queued => ("queued", None),
        Stage::InProgress => ("in_progress", None),
        Stage::Succeeded => ("completed", Some("success")),
        Stage::Failed => ("completed", Some("failure")),
        Stage::Skipped => ("completed", Some("skipped")),
    }
}

/// Returns a job of a run.
pub(crate) fn job(place: &Place, run: &Run, job: &Job) -> Value {
    let url = format!("{}/actions/jobs/{}", place.repository, job.id);
    let (status, conclusion) = stage(job.stage);
    let step = |(index, (name, done)): (usize, &(&str, Stage))| {
        let (status, conclusion) = stage(*done);
        json!({ "name": name, "status": status, "conclusion": conclusion, "number": index + 1 })
    };
    json!({
        "id": job.id,
        "run_id": run.id,
        "run_url": format!("{}/actions/runs/{}", place.repository, run.id),
        "run_attempt": 1,
        "node_id": node_id("CR", job.id),
        "head_sha": head_sha(run),
        "head_branch": head_branch(place, run),
        "url": url,
        "html_url": url,
        "status": status,
        "conclusion": conclusion,
        "created_at": moment(run.created_at),
        "started_at": moment(job.started_at.unwrap_or(run.created_at)),
        "completed_at": job.ended_at.map(moment),
        "name": job.name,
        "steps": job.steps.iter().enumerate().map(step).collect::<Value>(),
        "check_run_url": format!("{}/check-runs/{}", place.repository, job.id),
        "labels": ["ubuntu-latest"],
        "runner_id": 1,
        "runner_name": "sandbox",
        "runner_group_id": 1,
        "runner_group_name": "sandbox",
        "workflow_name": title(&run.workflow),
    })
}
