//! Runs of GitHub Workflows on the code repository, and the jobs of all runs.

use std::time::Duration;

use openverse_release_sandbox::{Options, Timing};
use serde_json::{Value, json};

use crate::place::{World, app, deploy};

/// The newest run of a list.
async fn newest(world: &World, list: String) -> Value {
    world.get(list).await.1["workflow_runs"][0].clone()
}

/// Name and status, or conclusion where there is one, of each job of a run.
async fn jobs(world: &World, runs: String, run: &Value) -> Vec<(String, String)> {
    let (_, jobs) = world.get(format!("{runs}/{}/jobs", run["id"])).await;
    assert_eq!(jobs["total_count"], jobs["jobs"].as_array().unwrap().len());
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let stands =
        |it: &Value| text(if it["conclusion"].is_null() { &it["status"] } else { &it["conclusion"] });
    jobs["jobs"].as_array().unwrap().iter().map(|it| (text(&it["name"]), stands(it))).collect()
}

fn at(status: &[&str], names: &[&str]) -> Vec<(String, String)> {
    names.iter().zip(status).map(|(name, status)| ((*name).to_owned(), (*status).to_owned())).collect()
}

const CI_JOBS: [&str; 4] = [
    "Verify code",
    "Build and publish images (api)",
    "Redraft GitHub Release (api)",
    "Dispatch staging deployment (api)",
];

#[tokio::test]
async fn a_push_starts_ci_whose_jobs_go_on_until_the_images_are_there() {
    let world = World::new(Options::default());
    let commit = world.sandbox.merge(&app("api"), "Add a field", "ada").unwrap().sha;
    let list = world.code(&format!("/actions/workflows/ci_cd.yml/runs?head_sha={commit}&event=push"));
    let run = newest(&world, list.clone()).await;
    assert_eq!((&run["head_sha"], &run["status"]), (&json!(commit), &json!("in_progress")));
    assert_eq!((&run["name"], &run["actor"]["login"]), (&json!("CI + CD"), &json!("ada")));
    assert!(run["display_title"].as_str().unwrap().starts_with("Add a field (#"));
    let of = || jobs(&world, world.code("/actions/runs"), &run);
    assert_eq!(of().await, at(&["in_progress", "queued", "queued", "queued"], &CI_JOBS));
    world.clock.pass(Duration::from_millis(1_500));
    assert_eq!(of().await, at(&["success", "in_progress", "queued", "queued"], &CI_JOBS));
    let image = world.url(&format!("/v2/wordpress/openverse-api/manifests/{commit}"));
    assert_eq!(world.client.head(&image).send().await.unwrap().status(), 404);
    world.clock.pass(Duration::from_millis(500));
    assert_eq!(of().await, at(&["success"; 4], &CI_JOBS));
    assert_eq!(world.client.head(&image).send().await.unwrap().status(), 200);
    assert_eq!(newest(&world, list).await["conclusion"], "success");
}

#[tokio::test]
async fn a_push_that_touches_no_app_is_verified_only() {
    let world = World::instant();
    crate::branches::put(&world, &world.code(""), "main", "notes.txt", None, "x").await;
    let run = newest(&world, world.code("/actions/workflows/ci_cd.yml/runs?per_page=1")).await;
    assert_eq!(jobs(&world, world.code("/actions/runs"), &run).await, at(&["success"], &["Verify code"]));
    assert_eq!(world.count("build_images"), 0);
}

#[tokio::test]
async fn a_failed_ci_builds_drafts_and_deploys_nothing() {
    let world = World::new(Options::default());
    let (draft, staging) = (world.draft("api").await, world.version("api-staging.openverse.org").await);
    world.sandbox.set_fault("ci-fails".parse().unwrap()).unwrap();
    world.sandbox.merge(&app("api"), "Add a field", "ada").unwrap();
    world.clock.pass(Duration::from_secs(60));
    let list = world.code("/actions/workflows/ci_cd.yml/runs");
    let run = newest(&world, list.clone()).await;
    assert_eq!(run["conclusion"], "failure");
    let of = jobs(&world, world.code("/actions/runs"), &run).await;
    assert_eq!(of, at(&["failure", "skipped", "skipped", "skipped"], &CI_JOBS));
    assert_eq!(
        (world.draft("api").await, world.version("api-staging.openverse.org").await),
        (draft, staging)
    );
    let failed = world.get(format!("{list}?status=failure")).await.1["total_count"].clone();
    assert_eq!(failed, 1);
    // Once only, and the next push builds what it touches itself.
    let commit = world.sandbox.merge(&app("api"), "Fix the field", "ada").unwrap().sha;
    world.clock.pass(Duration::from_secs(60));
    assert_eq!(world.version("api-staging.openverse.org").await["release"], commit.as_str());
}

#[tokio::test]
async fn the_jobs_of_a_deployment_follow_its_course() {
    const NAMES: [&str; 3] = ["Check the image", "Render the task definition", "Update the service"];
    let world = World::new(Options::default());
    let list = world.infrastructure("/actions/workflows/deploy-production-api.yml/runs");
    let of = || async {
        let run = newest(&world, list.clone()).await;
        jobs(&world, world.infrastructure("/actions/runs"), &run).await
    };
    let tag = world.sandbox.status().unwrap().apps[0].live[1].image_tag.to_string();
    deploy(&world, "deploy_production_api", &tag).await;
    world.clock.pass(Duration::from_millis(300));
    assert_eq!(of().await, at(&["in_progress", "queued", "queued"], &NAMES));
    world.clock.pass(Duration::from_millis(1_500));
    assert_eq!(of().await, at(&["success", "success", "in_progress"], &NAMES));
    let main = world.get(world.infrastructure("/commits/main")).await.1["sha"].clone();
    assert_eq!(newest(&world, list.clone()).await["head_sha"], main);
    world.clock.pass(Duration::from_millis(1_500));
    assert_eq!(of().await, at(&["success"; 3], &NAMES));

    world.sandbox.set_fault("deployment-fails".parse().unwrap()).unwrap();
    deploy(&world, "deploy_production_api", &tag).await;
    world.clock.pass(Duration::from_secs(10));
    assert_eq!(of().await, at(&["success", "success", "failure"], &NAMES));
    deploy(&world, "deploy_production_api", "rel-2031.01.01.00.00.00").await;
    world.clock.pass(Duration::from_secs(10));
    assert_eq!(of().await, at(&["failure", "skipped", "skipped"], &NAMES));
    world.sandbox.set_fault("deployment-hangs".parse().unwrap()).unwrap();
    deploy(&world, "deploy_production_api", &tag).await;
    world.clock.pass(Duration::from_secs(3_600));
    assert_eq!(of().await, at(&["success", "success", "in_progress"], &NAMES));
}

#[tokio::test]
async fn steps_are_done_one_after_the_other() {
    let world = World::new(Options::default());
    let tag = world.sandbox.status().unwrap().apps[0].live[1].image_tag.to_string();
    deploy(&world, "deploy_production_api", &tag).await;
    world.clock.pass(Duration::from_millis(300 + 2_000));
    let list = world.infrastructure("/actions/workflows/deploy-production-api.yml/runs");
    let run = newest(&world, list).await;
    let (_, jobs) = world.get(world.infrastructure(&format!("/actions/runs/{}/jobs", run["id"]))).await;
    let steps = jobs["jobs"][2]["steps"].as_array().unwrap().clone();
    let statuses: Vec<&str> = steps.iter().map(|it| it["status"].as_str().unwrap()).collect();
    assert_eq!(statuses, ["completed", "in_progress", "queued"]);
    assert_eq!(steps[1]["number"], 2);
}

#[tokio::test]
async fn the_tagging_that_publishing_starts_has_jobs() {
    let options = Options { timing: Timing::instant(), publish_starts_workflow: true, ..Options::default() };
    let world = World::new(options);
    for (name, expected) in [
        ("api", vec!["Tag the Docker images", "Dispatch the production deployment"]),
        ("catalog", vec!["Tag the Docker images"]),
    ] {
        let draft = world.draft(name).await;
        let url = world.code(&format!("/releases/{}", draft["id"]));
        world.send("PATCH", url, &json!({ "draft": false })).await;
        let run = newest(&world, world.code("/actions/workflows/release-app.yml/runs?event=release")).await;
        assert_eq!((&run["display_title"], &run["head_branch"]), (&draft["tag_name"], &draft["tag_name"]));
        let done = vec!["success"; expected.len()];
        assert_eq!(jobs(&world, world.code("/actions/runs"), &run).await, at(&done, &expected));
    }
}

#[tokio::test]
async fn without_the_draft_job_drafts_are_left_to_others() {
    let options = Options { timing: Timing::instant(), without_draft_job: true, ..Options::default() };
    let world = World::new(options);
    let draft = world.draft("api").await;
    assert!(draft["id"].is_number(), "the past has one");
    let commit = world.sandbox.merge(&app("api"), "Add a field", "ada").unwrap().sha;
    assert_eq!(world.draft("api").await, draft);
    assert_eq!(world.version("api-staging.openverse.org").await["release"], commit.as_str());
    let run = newest(&world, world.code("/actions/workflows/ci_cd.yml/runs")).await;
    let names: Vec<String> =
        jobs(&world, world.code("/actions/runs"), &run).await.into_iter().map(|it| it.0).collect();
    assert_eq!(names, [CI_JOBS[0], CI_JOBS[1], CI_JOBS[3]]);
    // By request it can be refreshed and deleted as ever.
    let url = world.code(&format!("/releases/{}", draft["id"]));
    assert_eq!(world.send("PATCH", url.clone(), &json!({ "body": "new" })).await.1["draft"], true);
    assert_eq!(world.send("DELETE", url, &Value::Null).await.0, 204);
}
