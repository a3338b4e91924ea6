//! Faults: each does what its line says, as often as it should, and then no more.

use std::time::Duration;

use openverse_release_sandbox::{Options, Part, SandboxError};
use serde_json::{Value, json};

use crate::place::{World, app, deploy, release};

fn set(world: &World, fault: &str) {
    world.sandbox.set_fault(fault.parse().unwrap()).unwrap();
}

async fn publish(world: &World) -> (u16, Value) {
    let draft = world.draft("api").await;
    let url = world.code(&format!("/releases/{}", draft["id"]));
    world.send("PATCH", url, &json!({ "draft": false })).await
}

fn production_tag(world: &World) -> String {
    world.sandbox.status().unwrap().apps[0].live[1].image_tag.to_string()
}

async fn newest_run(world: &World) -> Value {
    let list = world.infrastructure("/actions/workflows/deploy-production-api.yml/runs?per_page=1");
    world.get(list).await.1["workflow_runs"][0].clone()
}

#[tokio::test]
async fn a_lost_reply_is_one_of_a_mutation_that_took_effect() {
    let world = World::instant();
    let draft = world.draft("api").await;
    let url = world.code(&format!("/releases/{}", draft["id"]));
    set(&world, "lost-reply:publish_github_release");
    let change = world.send("PATCH", url.clone(), &json!({ "body": "x" })).await;
    assert_eq!(change.0, 200, "another action");
    let lost = world.client.patch(&url).json(&json!({ "draft": false })).send().await;
    assert!(lost.is_err_and(|error| error.is_request() && error.status().is_none()));
    assert_eq!(world.get(url).await.1["draft"], false);
    assert_eq!(world.count("publish_github_release"), 1);
    assert_eq!(world.sandbox.faults().unwrap(), []);
}

#[tokio::test]
async fn rate_limits_are_answered_in_githubs_way_and_nothing_is_done() {
    let world = World::instant();
    world.sandbox.set_fault_after("rate-limited".parse().unwrap(), 1, Some(2)).unwrap();
    let url = world.code("/releases?per_page=1");
    let mut statuses = Vec::new();
    for _ in 0..4 {
        let response = world.client.get(&url).send().await.unwrap();
        let limited = response.headers().contains_key("retry-after");
        statuses.push(response.status().as_u16());
        assert_eq!(limited, statuses.last() == Some(&429));
    }
    assert_eq!(statuses, [200, 429, 429, 200]);
    let manifest = world.url("/v2/wordpress/openverse-api/manifests/latest");
    let draft = world.draft("api").await;
    set(&world, "secondary-rate-limit");
    assert_eq!(world.client.get(manifest).send().await.unwrap().status(), 200, "GitHub's alone");
    let url = world.code(&format!("/releases/{}", draft["id"]));
    let (status, body) = world.send("PATCH", url, &json!({ "draft": false })).await;
    assert_eq!(status, 403);
    assert!(body["message"].as_str().unwrap().contains("secondary rate limit"));
    assert_eq!(world.sandbox.log().unwrap(), []);
}

#[tokio::test]
async fn server_errors_hit_the_part_they_are_for_and_nothing_is_done() {
    let world = World::instant();
    let manifest = world.url("/v2/wordpress/openverse-api/manifests/latest");
    world.sandbox.set_fault_after("server-errors:registry".parse().unwrap(), 0, Some(2)).unwrap();
    assert_eq!(world.get(world.code("/releases?per_page=1")).await.0, 200);
    assert_eq!(world.client.get(&manifest).send().await.unwrap().status(), 502);
    assert_eq!(world.client.get(&manifest).send().await.unwrap().status(), 503);
    assert_eq!(world.client.get(&manifest).send().await.unwrap().status(), 200);
    set(&world, "server-errors:github");
    assert_eq!(world.client.get(&manifest).send().await.unwrap().status(), 200);
    let (status, _) = world.send("POST", world.code("/releases"), &json!({ "tag_name": "v1" })).await;
    assert_eq!((status, world.sandbox.log().unwrap().len()), (503, 0));
    assert_eq!(world.sandbox.requests().unwrap().of(Part::Registry), 4, "each attempt counts");
}

#[tokio::test]
async fn a_stale_list_lags_behind_until_cleared_while_single_releases_do_not() {
    let world = World::instant();
    set(&world, "stale-release-list");
    let (_, published) = publish(&world).await;
    let in_list = world.draft("api").await;
    assert_eq!((&in_list["id"], &in_list["draft"]), (&published["id"], &json!(true)));
    let url = world.code(&format!("/releases/{}", published["id"]));
    assert_eq!(world.get(url).await.1["draft"], false);
    world.sandbox.clear_faults().unwrap();
    assert_eq!(world.draft("api").await, Value::Null);
}

#[tokio::test]
async fn a_published_release_is_turned_back_into_a_draft() {
    let world = World::instant();
    set(&world, "redrafted-after-publish");
    let draft = world.draft("api").await;
    let (status, answer) = publish(&world).await;
    assert_eq!((status, &answer["draft"]), (200, &json!(false)));
    let now = world.draft("api").await;
    assert_eq!((&now["id"], &now["draft"], &now["published_at"]), (&draft["id"], &json!(true), &Value::Null));
    let tag = draft["tag_name"].as_str().unwrap();
    assert_eq!(world.get(world.code(&format!("/git/ref/tags/{tag}"))).await.0, 200, "git tags stay");
}

#[tokio::test]
async fn a_second_draft_appears_for_the_app_it_is_for() {
    let world = World::instant();
    set(&world, "duplicate-draft:api");
    let (_, releases) = world.get(world.code("/releases?per_page=100")).await;
    let drafts = |app: &str| {
        let of_app = |it: &&Value| it["draft"] == true && it["name"].as_str().unwrap().starts_with(app);
        releases.as_array().unwrap().iter().filter(of_app).count()
    };
    assert_eq!((drafts("api-"), drafts("frontend-")), (2, 1));
    let unknown = world.sandbox.set_fault("duplicate-draft:webcam".parse().unwrap());
    assert!(matches!(unknown, Err(SandboxError::UnknownApp { .. })));
}

#[tokio::test]
async fn latest_moves_at_once_or_at_publishing() {
    let world = World::instant();
    let latest = || world.sandbox.status().unwrap().apps[0].latest.clone().unwrap();
    let first = latest();
    set(&world, "latest-moved:api");
    let second = latest();
    assert_ne!(first, second);
    set(&world, "latest-moves-at-publish");
    assert_eq!(latest(), second);
    publish(&world).await;
    assert_ne!(latest(), second);
    assert_eq!(world.count("tag_image"), 4);
}

#[tokio::test]
async fn the_companion_of_the_newest_build_has_no_tags() {
    let world = World::instant();
    let commit = world.sandbox.status().unwrap().apps[0].latest.clone().unwrap();
    set(&world, "companion-missing:api");
    for (image, tag, status) in [
        ("openverse-api", "latest", 200),
        ("openverse-api", commit.as_str(), 200),
        ("openverse-api_nginx", "latest", 404),
        ("openverse-api_nginx", commit.as_str(), 404),
        ("openverse-frontend_nginx", "latest", 200),
    ] {
        let url = world.url(&format!("/v2/wordpress/{image}/manifests/{tag}"));
        assert_eq!(world.client.head(url).send().await.unwrap().status(), status, "{image}:{tag}");
    }
}

#[tokio::test]
async fn a_deployment_fails_or_is_reported_failed_but_live() {
    let world = World::instant();
    let before = world.version("api.openverse.org").await;
    set(&world, "deployment-fails");
    // Staging's deployment is not the one that is to fail.
    let commit = world.sandbox.merge(&app("api"), "Add a field", "ada").unwrap().sha;
    assert_eq!(world.version("api-staging.openverse.org").await["release"], commit.as_str());
    let image_tag = release(&world, "api").await;
    assert_eq!(newest_run(&world).await["conclusion"], "failure");
    assert_eq!(world.version("api.openverse.org").await, before);
    set(&world, "deployment-red-but-live");
    deploy(&world, "deploy_production_api", &image_tag).await;
    assert_eq!(newest_run(&world).await["conclusion"], "failure");
    assert_eq!(world.version("api.openverse.org").await["release"], commit.as_str());
    deploy(&world, "deploy_production_api", &image_tag).await;
    assert_eq!(newest_run(&world).await["conclusion"], "success");
}

#[tokio::test]
async fn a_deployment_hangs_until_the_faults_are_cleared() {
    let world = World::new(Options::default());
    set(&world, "deployment-hangs");
    let tag = production_tag(&world);
    deploy(&world, "deploy_production_api", &tag).await;
    world.clock.pass(Duration::from_secs(24 * 3600));
    assert_eq!(newest_run(&world).await["status"], "in_progress");
    assert!(world.sandbox.status().unwrap().running[0].hangs);
    world.sandbox.clear_faults().unwrap();
    world.clock.pass(Duration::from_secs(3));
    assert_eq!(newest_run(&world).await["conclusion"], "success");
}

#[tokio::test]
async fn a_late_run_appears_after_its_time_or_when_the_faults_are_cleared() {
    let world = World::new(Options::default());
    let tag = production_tag(&world);
    let before = newest_run(&world).await["id"].clone();
    for clear in [false, true] {
        set(&world, "late-run");
        deploy(&world, "deploy_production_api", &tag).await;
        world.clock.pass(Duration::from_secs(59));
        if clear {
            world.sandbox.clear_faults().unwrap();
        }
        let run = newest_run(&world).await["id"].clone();
        world.clock.pass(Duration::from_secs(1));
        let then = newest_run(&world).await["id"].clone();
        assert_ne!(run, then, "cleared: {clear}");
        assert_ne!(then, before);
        world.clock.pass(Duration::from_secs(10));
    }
}
