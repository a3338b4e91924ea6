//! Runs of any GitHub Workflow, and their jobs.

use openverse_release_core::{GitHubRunId, GitHubRunStatus, Job, JobStatus, JobStep};
use openverse_release_ports::{GitHubRunQuery, GitHubRuns as _, PortError};
use serde_json::{Value, json};

use crate::{
    bodies::{run, sha, with},
    pages::paged,
    server::{Server, json},
};

const RUN: GitHubRunId = GitHubRunId(41);

fn job(status: &str, conclusion: Option<&str>) -> Value {
    json!({
        "name": "Build images", "status": status, "conclusion": conclusion,
        "started_at": "2023-07-03T18:00:00Z", "completed_at": null,
        "html_url": "https://github.com/o/r/actions/runs/41/job/1",
    })
}

#[tokio::test]
async fn runs_are_asked_for_by_commit_event_and_moment() {
    let server = Server::answering([json(200, &json!({ "workflow_runs": [run(9, "Fix it")] }))]).await;
    let query = GitHubRunQuery {
        event: Some("push".to_owned()),
        created_since: "2023-07-03T18:07:30Z".parse().ok(),
        ..GitHubRunQuery::of_commit(sha(9).parse().unwrap())
    };
    let runs = server.repository.runs_of(&"ci_cd.yml".parse().unwrap(), &query).await.unwrap();
    assert_eq!(
        (runs[0].id.0, runs[0].title.as_str(), runs[0].commit.as_str()),
        (9, "Fix it", sha(9).as_str())
    );
    let path = "/repos/o/r/actions/workflows/ci_cd.yml/runs";
    let asked = format!("per_page=100&head_sha={}&event=push&created=%3E%3D2023-07-03T18%3A07%3A30Z", sha(9));
    assert_eq!(server.lines(), [format!("GET {path}?{asked}")]);
}

#[tokio::test]
async fn jobs_are_read_from_every_page_of_the_latest_attempt() {
    let steps = json!([
        { "name": "Check out", "status": "completed", "conclusion": "success", "number": 1 },
        { "name": "Push", "status": "completed", "conclusion": "skipped", "number": 2 },
    ]);
    let changes = json!({ "name": "Verify code", "completed_at": "2023-07-03T18:05:00Z", "steps": steps });
    let done = with(job("completed", Some("failure")), changes);
    let pages = vec![
        json!({ "total_count": 4, "jobs": [done, job("in_progress", None)] }),
        json!({ "total_count": 4, "jobs": [job("waiting", None), job("completed", Some("skipped"))] }),
    ];
    let server = Server::by(paged(pages)).await;
    let jobs = server.repository.jobs(RUN).await.unwrap();
    let expected = Job {
        name: "Verify code".to_owned(),
        status: JobStatus::Run(GitHubRunStatus::Failed),
        started_at: "2023-07-03T18:00:00Z".parse().ok(),
        ended_at: "2023-07-03T18:05:00Z".parse().ok(),
        page: "https://github.com/o/r/actions/runs/41/job/1".to_owned(),
        steps: vec![
            JobStep { name: "Check out".to_owned(), status: JobStatus::Run(GitHubRunStatus::Succeeded) },
            JobStep { name: "Push".to_owned(), status: JobStatus::Skipped },
        ],
    };
    assert_eq!(jobs[0], expected);
    let rest: Vec<_> = jobs[1..].iter().map(|job| (job.status, job.started_at.is_some())).collect();
    let (running, waiting) =
        (JobStatus::Run(GitHubRunStatus::InProgress), JobStatus::Run(GitHubRunStatus::Queued));
    assert_eq!(rest, [(running, true), (waiting, false), (JobStatus::Skipped, true)]);
    assert_eq!(server.lines()[0], "GET /repos/o/r/actions/runs/41/jobs?filter=latest&per_page=100");
}

#[tokio::test]
async fn a_run_that_is_not_there_has_no_jobs() {
    let server = Server::answering([json(404, &json!({ "message": "Not Found" }))]).await;
    assert_eq!(server.repository.jobs(RUN).await, Ok(vec![]));
}

#[tokio::test]
async fn a_status_of_a_job_or_step_that_nobody_documented_is_not_guessed_at() {
    let steps = json!([{ "name": "Push", "status": "completed", "conclusion": "exploded", "number": 1 }]);
    let odd_step = with(job("completed", Some("success")), json!({ "steps": steps }));
    for (odd, name) in [(job("completed", Some("exploded")), "Build images"), (odd_step, "Push")] {
        let server = Server::answering([json(200, &json!({ "total_count": 1, "jobs": [odd] }))]).await;
        let error = server.repository.jobs(RUN).await.unwrap_err();
        assert!(matches!(error, PortError::Malformed { .. }), "{error:?}");
        let said = error.to_string();
        assert!(said.contains("exploded") && said.contains(name), "{said}");
    }
}
