//! One repository that holds both the code and the infrastructure.

use std::collections::BTreeSet;

use openverse_release_core::Project;
use openverse_release_sandbox::{Options, Timing};
use serde_json::{Value, json};

use crate::place::World;

/// Openverse's project, with the infrastructure in the repository of the code.
fn world() -> World {
    let mut project = Project::openverse();
    // GitHub takes both for the same repository.
    project.repositories.infrastructure = "wordpress/openverse".parse().unwrap();
    World::of(&project, Options { timing: Timing::instant(), ..Options::default() })
}

fn paths(runs: &Value) -> BTreeSet<String> {
    let runs = runs["workflow_runs"].as_array().unwrap();
    runs.iter().map(|run| run["path"].as_str().unwrap().replace(".github/workflows/", "")).collect()
}

#[tokio::test]
async fn runs_of_ci_and_of_deployments_share_a_list_and_each_file_lists_its_own() {
    let world = world();
    let (_, all) = world.get(world.code("/actions/runs?per_page=100")).await;
    let files = ["ci_cd.yml", "deploy-staging-api.yml", "deploy-production-api.yml"];
    for file in files {
        assert!(paths(&all).contains(file), "{file} in {:?}", paths(&all));
        let (status, own) = world.get(world.code(&format!("/actions/workflows/{file}/runs"))).await;
        assert_eq!(status, 200);
        assert_eq!(paths(&own), BTreeSet::from([file.to_owned()]));
        assert_eq!(world.get(world.code(&format!("/actions/workflows/{file}"))).await.0, 200);
        let id = &own["workflow_runs"][0]["id"];
        assert_eq!(world.get(world.code(&format!("/actions/runs/{id}"))).await.0, 200);
        assert_eq!(world.get(world.code(&format!("/actions/runs/{id}/jobs"))).await.0, 200);
    }
    assert_eq!(world.get(world.code("/actions/workflows/no-such-file.yml/runs")).await.0, 404);
}

#[tokio::test]
async fn a_deployment_is_dispatched_in_the_repository_of_the_code_and_runs_on_its_head() {
    let world = world();
    let status = world.sandbox.status().unwrap();
    let api = status.apps.iter().find(|app| app.app.as_str() == "api").unwrap();
    let tag = api.latest.as_ref().unwrap().to_string();
    let path = "/actions/workflows/deploy-production-api.yml";
    let body = json!({ "ref": "main", "inputs": { "tag": tag, "run_name": "by hand" } });
    assert_eq!(world.send("POST", world.code(&format!("{path}/dispatches")), &body).await.0, 204);
    let body = json!({ "event_type": "deploy_staging_api", "client_payload": { "tag": tag } });
    assert_eq!(world.send("POST", world.code("/dispatches"), &body).await.0, 204);
    let (_, runs) = world.get(world.code(&format!("{path}/runs"))).await;
    let newest = &runs["workflow_runs"][0];
    assert_eq!(newest["display_title"], format!("{tag}: by hand"));
    assert_eq!(newest["head_sha"], json!(status.head));
    let (_, runs) = world.get(world.code("/actions/workflows/deploy-staging-api.yml/runs")).await;
    assert_eq!(runs["workflow_runs"][0]["display_title"], tag);
}

#[tokio::test]
async fn a_file_of_the_configuration_is_beside_the_code_and_ci_builds_nothing_of_it() {
    let world = world();
    for path in ["README.md", "production/api.auto.tfvars"] {
        assert_eq!(world.get(world.code(&format!("/contents/{path}"))).await.0, 200, "{path}");
    }
    let status = world.sandbox.status().unwrap();
    assert!(status.running.is_empty(), "{:?}", status.running);
    assert!(world.sandbox.log().unwrap().is_empty(), "nothing has happened yet");
}
