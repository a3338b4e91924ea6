//! What happens by itself: CI, deployments, and the GitHub Workflow that publishing can start.

use std::time::Duration;

use openverse_release_sandbox::{Options, Timing};
use serde_json::{Value, json};

use crate::place::{World, app, deploy, release};

#[tokio::test]
async fn a_merge_builds_redrafts_and_deploys_staging_of_the_touched_app_only() {
    let world = World::new(Options::default());
    let (draft, other) = (world.draft("api").await, world.draft("frontend").await);
    let commit = world.sandbox.merge(&app("api"), "Add a field", "ada").unwrap();
    assert_eq!(world.draft("api").await, draft, "CI takes its time");
    world.clock.pass(Duration::from_secs(2));
    let redrafted = world.draft("api").await;
    assert_eq!(redrafted["id"], draft["id"]);
    assert_ne!(redrafted["tag_name"], draft["tag_name"]);
    assert!(redrafted["body"].as_str().unwrap().contains("Add a field"));
    assert_eq!(world.draft("frontend").await, other);
    for image in ["openverse-api", "openverse-api_nginx"] {
        let digest = |tag: String| {
            let url = world.url(&format!("/v2/wordpress/{image}/manifests/{tag}"));
            let head = world.client.head(url).send();
            async { head.await.unwrap().headers()["docker-content-digest"].clone() }
        };
        assert_eq!(digest("latest".to_owned()).await, digest(commit.sha.to_string()).await);
    }
    assert_ne!(world.version("api-staging.openverse.org").await["release"], commit.sha.as_str());
    world.clock.pass(Duration::from_secs(4));
    assert_eq!(world.version("api-staging.openverse.org").await["release"], commit.sha.as_str());
    assert_ne!(world.version("api.openverse.org").await["release"], commit.sha.as_str());
    let actions: Vec<String> =
        world.sandbox.log().unwrap().iter().map(|entry| entry.action.to_string()).collect();
    assert_eq!(actions, ["merge", "build_images", "redraft", "repository_dispatch", "deploy"]);
}

#[tokio::test]
async fn a_release_reaches_production_step_by_step() {
    let world = World::instant();
    let commit = world.sandbox.merge(&app("api"), "Add a field", "ada").unwrap().sha;
    let image_tag = release(&world, "api").await;
    assert_eq!(world.version("api.openverse.org").await["release"], commit.as_str());
    let requested: Vec<String> = world
        .sandbox
        .log()
        .unwrap()
        .into_iter()
        .filter(openverse_release_sandbox::Entry::requested)
        .map(|entry| format!("{} {}", entry.action, entry.target))
        .collect();
    let date = image_tag.trim_start_matches("rel-");
    assert_eq!(
        requested,
        [
            format!("publish_github_release api-{date}"),
            format!("put_manifest wordpress/openverse-api:{image_tag}"),
            format!("put_manifest wordpress/openverse-api_nginx:{image_tag}"),
            format!("repository_dispatch deploy_production_api {image_tag}"),
        ]
    );
    assert_eq!(world.draft("api").await, Value::Null, "until the next merge");
    world.sandbox.merge(&app("api"), "Add another", "ada").unwrap();
    let next = world.draft("api").await;
    let body = next["body"].as_str().unwrap();
    assert!(body.contains("Add another") && !body.contains("Add a field"), "{body}");
    assert!(next["tag_name"].as_str().unwrap() > format!("api-{date}").as_str(), "never a tag twice");
}

#[tokio::test]
async fn a_deployment_of_a_tag_that_an_image_lacks_fails_and_changes_nothing() {
    let world = World::instant();
    let before = world.version("api.openverse.org").await;
    deploy(&world, "deploy_production_api", "rel-2031.01.01.00.00.00").await;
    let list = world.infrastructure("/actions/workflows/deploy-production-api.yml/runs?per_page=1");
    let (_, runs) = world.get(list).await;
    assert_eq!(runs["workflow_runs"][0]["conclusion"], "failure");
    assert_eq!(world.version("api.openverse.org").await, before);
    assert_eq!(world.count("deploy"), 0);
}

#[tokio::test]
async fn runs_of_one_github_workflow_go_one_at_a_time() {
    let world = World::new(Options::default());
    let status = world.sandbox.status().unwrap();
    let tag = status.apps[0].live[1].image_tag.to_string();
    for event in ["deploy_production_api", "deploy_production_api", "deploy_staging_api"] {
        deploy(&world, event, &tag).await;
    }
    let statuses = || async {
        let (_, runs) = world.get(world.infrastructure("/actions/runs?per_page=3")).await;
        let runs = runs["workflow_runs"].as_array().unwrap().clone();
        runs.iter().rev().map(|run| run["status"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    world.clock.pass(Duration::from_secs(1));
    assert_eq!(statuses().await, ["in_progress", "pending", "in_progress"]);
    world.clock.pass(Duration::from_secs(3));
    assert_eq!(statuses().await, ["completed", "in_progress", "completed"]);
    world.clock.pass(Duration::from_secs(3));
    assert_eq!(statuses().await, ["completed", "completed", "completed"]);
    assert_eq!(world.count("deploy"), 3);
}

#[tokio::test]
async fn publishing_can_start_the_tagging_and_the_deployment_as_at_the_real_openverse() {
    let world = World::new(Options {
        timing: Timing::instant(),
        publish_starts_workflow: true,
        ..Options::default()
    });
    let draft = world.draft("api").await;
    let url = world.code(&format!("/releases/{}", draft["id"]));
    let latest = world.sandbox.status().unwrap().apps[0].latest.clone().unwrap();
    world.send("PATCH", url, &json!({ "draft": false, "target_commitish": latest })).await;
    assert_eq!(world.version("api.openverse.org").await["release"], latest.as_str());
    assert_eq!((world.count("tag_image"), world.count("repository_dispatch")), (2, 1));
    let file = "release-app.yml";
    let (_, runs) = world.get(world.code(&format!("/actions/workflows/{file}/runs"))).await;
    assert_eq!(runs["workflow_runs"][0]["event"], "release");
    assert_eq!(runs["workflow_runs"][0]["conclusion"], "success");
    assert_eq!(world.get(world.code(&format!("/actions/workflows/{file}"))).await.1["state"], "active");
    let (_, runs) = world.get(world.infrastructure("/actions/runs?per_page=1")).await;
    let image_tag = draft["tag_name"].as_str().unwrap().replace("api-", "rel-");
    assert_eq!(runs["workflow_runs"][0]["display_title"], image_tag);
}

#[tokio::test]
async fn otherwise_publishing_starts_nothing() {
    let world = World::instant();
    let before = world.version("api.openverse.org").await;
    let draft = world.draft("api").await;
    let url = world.code(&format!("/releases/{}", draft["id"]));
    world.send("PATCH", url, &json!({ "draft": false })).await;
    let actions: Vec<String> =
        world.sandbox.log().unwrap().iter().map(|entry| entry.action.to_string()).collect();
    assert_eq!(actions, ["publish_github_release", "create_git_tag"]);
    assert_eq!(world.version("api.openverse.org").await, before);
}
