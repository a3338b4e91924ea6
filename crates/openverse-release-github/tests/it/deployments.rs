//! Asking for deployments and finding their runs.

use openverse_release_core::{Correlation, GitHubRunId, GitHubRunStatus, GitHubWorkflowFile};
use openverse_release_ports::{DeploymentRequest, Deployments as _, RunQuery};
use openverse_release_testkit::Reply;
use serde_json::{Value, json};

use crate::{
    bodies::{run, with},
    pages::paged,
    server::{Server, json},
};

const IMAGE_TAG: &str = "rel-2023.07.03.17.52.00";

fn workflow() -> GitHubWorkflowFile {
    "deploy-production-api.yml".parse().unwrap()
}

fn request() -> DeploymentRequest {
    DeploymentRequest {
        image_tag: IMAGE_TAG.parse().unwrap(),
        actor: "ada".to_owned(),
        run_name: "slow \"queries\" [run-12]".to_owned(),
    }
}

fn all() -> RunQuery {
    RunQuery { created_since: None, limit: 1000 }
}

#[tokio::test]
async fn an_event_carries_actor_tag_and_run_name() {
    let server = Server::answering([Reply::answer(204, "")]).await;
    let event = "deploy_production_api".parse().unwrap();
    assert_eq!(server.repository.dispatch_event(&event, &request()).await, Ok(()));
    let payload = json!({ "actor": "ada", "tag": IMAGE_TAG, "run_name": "slow \"queries\" [run-12]" });
    let expected = json!({ "event_type": "deploy_production_api", "client_payload": payload });
    assert_eq!(server.last_body(), expected);
}

#[tokio::test]
async fn a_workflow_dispatch_names_branch_and_inputs_and_asks_for_the_run() {
    let details = json!({ "workflow_run_id": 41, "run_url": "http://x", "html_url": "http://x" });
    let server = Server::answering([json(200, &details)]).await;
    let number = server.repository.dispatch_workflow(&workflow(), &request()).await;
    assert_eq!(number, Ok(Some(GitHubRunId(41))));
    let inputs = json!({ "tag": IMAGE_TAG, "run_name": "slow \"queries\" [run-12]" });
    assert_eq!(server.last_body(), json!({ "ref": "main", "inputs": inputs, "return_run_details": true }));
    assert_eq!(server.lines(), ["POST /repos/o/r/actions/workflows/deploy-production-api.yml/dispatches"]);
}

#[tokio::test]
async fn a_workflow_dispatch_that_tells_no_run_gives_no_number() {
    let server = Server::answering([Reply::answer(204, "")]).await;
    assert_eq!(server.repository.dispatch_workflow(&workflow(), &request()).await, Ok(None));
}

#[tokio::test]
async fn a_run_is_found_by_its_correlation_among_many() {
    let page = |from: u64| -> Value {
        let runs = (from..from + 50).rev().map(|id| run(id, &format!("{IMAGE_TAG} [run-{id}]")));
        json!({ "total_count": 150, "workflow_runs": runs.collect::<Vec<_>>() })
    };
    let server = Server::by(paged(vec![page(100), page(50), page(0)])).await;
    let runs = server.repository.runs(&workflow(), &all()).await.unwrap();
    assert_eq!(runs.len(), 150);
    let correlation: Correlation = "run-12".parse().unwrap();
    let found: Vec<_> = runs.iter().filter(|run| run.names(&correlation)).collect();
    assert_eq!(found.len(), 1, "and not run-112, run-120 and the like");
    assert_eq!(found[0].id, GitHubRunId(12));
    assert_eq!(found[0].status, GitHubRunStatus::Succeeded);
    assert_eq!((found[0].event.as_str(), found[0].actor.as_str()), ("repository_dispatch", "ada"));
}

#[tokio::test]
async fn runs_are_asked_for_since_a_moment_and_no_more_than_wanted() {
    let runs: Vec<_> = [9, 8, 8, 7].iter().map(|id| run(*id, "x")).collect();
    let page = json!({ "total_count": 3, "workflow_runs": runs });
    let server = Server::answering([json(200, &page)]).await;
    let query = RunQuery { created_since: "2023-07-03T18:07:30.5Z".parse().ok(), limit: 5 };
    let runs = server.repository.runs(&workflow(), &query).await.unwrap();
    let ids: Vec<u64> = runs.iter().map(|run| run.id.0).collect();
    assert_eq!(ids, [9, 8], "the search goes by whole seconds, and a page can repeat a run");
    let path = "/repos/o/r/actions/workflows/deploy-production-api.yml/runs";
    assert_eq!(server.lines(), [format!("GET {path}?per_page=5&created=%3E%3D2023-07-03T18%3A07%3A30Z")]);
}

#[tokio::test]
async fn a_run_without_an_account_has_no_actor() {
    let server = Server::answering([json(200, &with(run(9, "x"), json!({ "actor": null })))]).await;
    let run = server.repository.run(GitHubRunId(9)).await.unwrap().unwrap();
    assert_eq!(run.actor, "");
    assert_eq!(server.lines(), ["GET /repos/o/r/actions/runs/9"]);
}

#[tokio::test]
async fn a_status_that_nobody_documented_is_not_guessed_at() {
    let odd = with(run(9, "x"), json!({ "conclusion": "exploded\u{7}" }));
    let replies = [json(200, &odd), json(200, &json!({ "workflow_runs": [odd] }))];
    let server = Server::answering(replies).await;
    let one = server.repository.run(GitHubRunId(9)).await.unwrap_err().to_string();
    assert!(one.contains("exploded") && one.ends_with("expected a documented status"), "{one}");
    assert!(!one.contains('\u{7}'));
    assert!(server.repository.runs(&workflow(), &all()).await.is_err());
}

#[tokio::test]
async fn a_run_that_is_not_there_is_none() {
    let server = Server::answering([json(404, &json!({ "message": "Not Found" }))]).await;
    assert_eq!(server.repository.run(GitHubRunId(9)).await, Ok(None));
}
