//! GitHub's API. Every answer in every test is held against GitHub's own description.

use serde_json::{Value, json};

use crate::place::{World, answered, app, release};

#[tokio::test]
async fn lists_come_in_pages_with_links_to_the_next() {
    let world = World::instant();
    let mut url = Some(world.code("/releases?per_page=6"));
    let mut tags = Vec::new();
    while let Some(next) = url {
        let response = world.client.get(next).send().await.unwrap();
        let link = response.headers().get("link").map(|link| link.to_str().unwrap().to_owned());
        url = link.and_then(|link| {
            let next = link.split(", ").find(|link| link.ends_with("rel=\"next\""))?;
            Some(next.split_once('<')?.1.split_once('>')?.0.to_owned())
        });
        let (_, page) = answered(response).await;
        tags.extend(page.as_array().unwrap().iter().map(|release| release["tag_name"].to_string()));
    }
    let (_, all) = world.get(world.code("/releases?per_page=100")).await;
    let all: Vec<String> =
        all.as_array().unwrap().iter().map(|release| release["tag_name"].to_string()).collect();
    assert_eq!(tags, all);
    assert_eq!(all.len(), 16);
}

#[tokio::test]
async fn publishing_puts_the_git_tag_on_the_named_commit_once() {
    let world = World::instant();
    let draft = world.draft("api").await;
    let tag = draft["tag_name"].as_str().unwrap();
    let url = world.code(&format!("/releases/{}", draft["id"]));
    assert_eq!(world.get(world.code(&format!("/git/ref/tags/{tag}"))).await.0, 404);
    assert_eq!(world.get(world.code(&format!("/releases/tags/{tag}"))).await.0, 404);

    let (_, commits) = world.get(world.code("/commits?path=api")).await;
    let commit = &commits[0]["sha"];
    let publish = json!({ "draft": false, "target_commitish": commit });
    let (status, published) = world.send("PATCH", url.clone(), &publish).await;
    assert_eq!((status, &published["draft"]), (200, &json!(false)));
    assert!(published["published_at"].is_string());
    let (_, reference) = world.get(world.code(&format!("/git/ref/tags/{tag}"))).await;
    assert_eq!(&reference["object"]["sha"], commit);
    assert_eq!(world.get(world.code(&format!("/releases/tags/{tag}"))).await.1["id"], draft["id"]);

    assert_eq!(world.send("PATCH", url, &publish).await.0, 200);
    assert_eq!((world.count("publish_github_release"), world.count("create_git_tag")), (1, 1));
}

#[tokio::test]
async fn a_draft_that_follows_main_is_tagged_on_the_head_of_main() {
    let world = World::instant();
    let draft = world.draft("api").await;
    let head = world.sandbox.merge(&app("frontend"), "Fix a link", "ada").unwrap().sha;
    let url = world.code(&format!("/releases/{}", draft["id"]));
    world.send("PATCH", url, &json!({ "draft": false })).await;
    let tag = draft["tag_name"].as_str().unwrap();
    let (_, reference) = world.get(world.code(&format!("/git/ref/tags/{tag}"))).await;
    assert_eq!(reference["object"]["sha"], head.as_str());
}

#[tokio::test]
async fn what_cannot_be_published_is_refused_and_changes_nothing() {
    let world = World::instant();
    let draft = world.draft("api").await;
    let url = world.code(&format!("/releases/{}", draft["id"]));
    let (_, releases) = world.get(world.code("/releases?per_page=100")).await;
    let taken = releases.as_array().unwrap().iter().find(|release| release["draft"] == false).unwrap();
    for (change, field, code) in [
        (json!({ "draft": false, "target_commitish": "no-such-branch" }), "target_commitish", "invalid"),
        (json!({ "draft": false, "tag_name": taken["tag_name"] }), "tag_name", "already_exists"),
    ] {
        let (status, body) = world.send("PATCH", url.clone(), &change).await;
        assert_eq!((status, body["message"].as_str()), (422, Some("Validation Failed")));
        assert_eq!((&body["errors"][0]["field"], &body["errors"][0]["code"]), (&json!(field), &json!(code)));
    }
    assert_eq!(world.get(url).await.1, draft);
    assert_eq!(world.sandbox.log().unwrap(), []);
    for path in
        ["/releases/1", "/releases/x", "/releases/tags/api-1", "/git/ref/tags/api", "/git/tags/0", "/nothing"]
    {
        assert_eq!(world.client.get(world.code(path)).send().await.unwrap().status(), 404, "{path}");
    }
    let elsewhere = world.url("/github/repos/somebody/else/releases");
    assert_eq!(world.client.get(elsewhere).send().await.unwrap().status(), 404);
}

#[tokio::test]
async fn releases_can_be_made_changed_and_deleted() {
    let world = World::instant();
    let make = json!({ "tag_name": "v1", "draft": true, "body": "first" });
    let (status, made) = world.send("POST", world.code("/releases"), &make).await;
    assert_eq!((status, &made["target_commitish"]), (201, &json!("main")));
    let url = world.code(&format!("/releases/{}", made["id"]));
    let (_, changed) = world.send("PATCH", url.clone(), &json!({ "body": "second" })).await;
    assert_eq!((&changed["body"], &changed["draft"]), (&json!("second"), &json!(true)));
    assert_eq!(world.send("DELETE", url.clone(), &Value::Null).await, (204, Value::Null));
    assert_eq!(world.get(url).await.0, 404);
    assert_eq!(world.send("POST", world.code("/releases"), &json!({})).await.0, 422);
    let (status, now) = world.send("POST", world.code("/releases"), &json!({ "tag_name": "v2" })).await;
    assert_eq!((status, &now["draft"]), (201, &json!(false)));
    assert_eq!(world.get(world.code("/releases/latest")).await.1["tag_name"], "v2");
}

#[tokio::test]
async fn git_tags_are_found_by_prefix() {
    let world = World::instant();
    let (status, tags) = world.get(world.code("/git/matching-refs/tags/api-")).await;
    assert_eq!((status, tags.as_array().unwrap().len()), (200, 3));
    assert!(tags[0]["ref"].as_str().unwrap().starts_with("refs/tags/api-"));
    assert_eq!(world.get(world.code("/git/matching-refs/tags/nothing-")).await.1, json!([]));
}

#[tokio::test]
async fn commits_and_comparisons_follow_git() {
    let world = World::instant();
    let (_, all) = world.get(world.code("/commits?per_page=100")).await;
    let all: Vec<&str> = all.as_array().unwrap().iter().map(|it| it["sha"].as_str().unwrap()).collect();
    assert_eq!(all.len(), 30);
    let (base, head) = (all[29], all[0]);
    let (_, compared) = world.get(world.code(&format!("/compare/{base}...{head}"))).await;
    assert_eq!((&compared["status"], &compared["ahead_by"]), (&json!("ahead"), &json!(29)));
    let listed: Vec<&str> =
        compared["commits"].as_array().unwrap().iter().map(|it| it["sha"].as_str().unwrap()).collect();
    assert_eq!(listed, all[..29].iter().rev().copied().collect::<Vec<_>>());

    let (_, page) = world.get(world.code(&format!("/compare/{base}...main?per_page=10&page=3"))).await;
    assert_eq!((page["commits"].as_array().unwrap().len(), &page["total_commits"]), (9, &json!(29)));
    let (_, back) = world.get(world.code(&format!("/compare/{head}...{base}"))).await;
    assert_eq!((&back["status"], &back["behind_by"]), (&json!("behind"), &json!(29)));
    assert_eq!(world.get(world.code(&format!("/compare/{head}...{head}"))).await.1["status"], "identical");
    assert_eq!(world.get(world.code(&format!("/compare/{}...main", "0".repeat(40)))).await.0, 404);

    let (_, commit) = world.get(world.code("/commits/main")).await;
    assert_eq!(commit["sha"], head);
    assert!(commit["files"][0]["filename"].as_str().unwrap().starts_with("frontend/"));
    assert_eq!(world.get(world.code("/commits/nothing")).await.0, 422);
    assert_eq!(world.get(world.code("/commits?sha=nothing")).await.0, 404);
}

#[tokio::test]
async fn a_dispatched_run_appears_runs_and_ends_in_its_time() {
    let world = World::new(openverse_release_sandbox::Options::default());
    let second = std::time::Duration::from_secs(1);
    let run_name = "because [run-1]";
    let (_, runs) = world.get(world.infrastructure("/actions/workflows/deploy-staging-api.yml/runs")).await;
    let before = runs["total_count"].as_u64().unwrap();
    let tag = world.sandbox.status().unwrap().apps[0].latest.clone().unwrap();
    let body = json!({
        "event_type": "deploy_staging_api",
        "client_payload": { "actor": "ada", "tag": tag, "run_name": run_name },
    });
    let dispatched = world.send("POST", world.infrastructure("/dispatches"), &body).await;
    assert_eq!(dispatched, (204, Value::Null));
    let list = world.infrastructure("/actions/workflows/deploy-staging-api.yml/runs?per_page=1");
    assert_eq!(world.get(list.clone()).await.1["total_count"], before);
    world.clock.pass(second);
    let (_, runs) = world.get(list.clone()).await;
    let run = &runs["workflow_runs"][0];
    assert_eq!(run["display_title"], format!("{tag}: {run_name}"));
    assert_eq!((&run["status"], &run["event"]), (&json!("in_progress"), &json!("repository_dispatch")));
    assert_eq!(run["actor"]["login"], "ada");
    world.clock.pass(3 * second);
    let (_, run) = world.get(world.infrastructure(&format!("/actions/runs/{}", run["id"]))).await;
    assert_eq!((&run["status"], &run["conclusion"]), (&json!("completed"), &json!("success")));
    let (_, jobs) = world.get(world.infrastructure(&format!("/actions/runs/{}/jobs", run["id"]))).await;
    assert_eq!((&jobs["total_count"], &jobs["jobs"][2]["conclusion"]), (&json!(3), &json!("success")));
}

#[tokio::test]
async fn workflow_dispatch_tells_the_run_only_when_asked() {
    let world = World::instant();
    let url = world.infrastructure("/actions/workflows/deploy-production-api.yml/dispatches");
    let tag = world.sandbox.status().unwrap().apps[0].live[1].image_tag.clone();
    let body = json!({ "ref": "main", "inputs": { "tag": tag, "run_name": "again" } });
    assert_eq!(world.send("POST", url.clone(), &body).await, (204, Value::Null));
    let body = json!({ "ref": "main", "inputs": { "tag": tag }, "return_run_details": true });
    let (status, details) = world.send("POST", url.clone(), &body).await;
    assert_eq!(status, 200);
    let id = &details["workflow_run_id"];
    let (_, run) = world.get(world.infrastructure(&format!("/actions/runs/{id}"))).await;
    assert_eq!((&run["display_title"], &run["event"]), (&json!(tag), &json!("workflow_dispatch")));
    for (bad, status) in [
        (json!({ "inputs": { "tag": tag } }), 422),
        (json!({ "ref": "other", "inputs": { "tag": tag } }), 422),
        (json!({ "ref": "main", "inputs": { "tag": tag, "force": true } }), 422),
        (json!({ "ref": "main" }), 422),
    ] {
        assert_eq!(world.send("POST", url.clone(), &bad).await.0, status, "{bad}");
    }
    let unknown = world.infrastructure("/actions/workflows/deploy-moon.yml/dispatches");
    assert_eq!(world.send("POST", unknown, &json!({ "ref": "main" })).await.0, 404);
    assert_eq!(world.count("workflow_dispatch"), 2);
}

#[tokio::test]
async fn an_event_nobody_listens_to_starts_nothing() {
    let world = World::instant();
    let runs = world.infrastructure("/actions/runs?per_page=100");
    let before = world.get(runs.clone()).await.1["total_count"].clone();
    for (url, body, status) in [
        (world.infrastructure("/dispatches"), json!({ "event_type": "deploy_moon" }), 204),
        (world.code("/dispatches"), json!({ "event_type": "deploy_production_api" }), 204),
        (world.infrastructure("/dispatches"), json!({}), 422),
        (
            world.infrastructure("/dispatches"),
            json!({ "event_type": "deploy_production_api", "client_payload":
                (0..11).map(|n| (n.to_string(), n.into())).collect::<serde_json::Map<_, _>>() }),
            422,
        ),
    ] {
        assert_eq!(world.send("POST", url, &body).await.0, status, "{body}");
    }
    assert_eq!(world.get(runs).await.1["total_count"], before);
    assert_eq!(world.sandbox.log().unwrap(), []);
}

#[tokio::test]
async fn runs_are_filtered_by_when_they_were_created() {
    let world = World::instant();
    let before = release(&world, "api").await;
    world.clock.pass(std::time::Duration::from_secs(60));
    let since = "2024-05-14T15:10:00Z";
    let list = world
        .infrastructure(&format!("/actions/workflows/deploy-production-api.yml/runs?created=%3E%3D{since}"));
    assert_eq!(world.get(list.clone()).await.1["total_count"], 0);
    crate::place::deploy(&world, "deploy_production_api", &before).await;
    assert_eq!(world.get(list).await.1["total_count"], 1);
    let bad = world.infrastructure("/actions/workflows/deploy-production-api.yml/runs?created=yesterday");
    assert_eq!(world.client.get(bad).send().await.unwrap().status(), 422);
}

#[tokio::test]
async fn tokens_are_taken_and_neither_looked_at_nor_kept() {
    let world = World::instant();
    let draft = world.draft("api").await;
    let url = world.code(&format!("/releases/{}", draft["id"]));
    let secret = "ghp_secretsecretsecret";
    let request = world.client.patch(url).bearer_auth(secret).json(&json!({ "body": "x" }));
    assert_eq!(request.send().await.unwrap().status(), 200);
    for file in ["world.json", "log.jsonl", "requests.json"] {
        let content = std::fs::read_to_string(world.sandbox.dir().join(file)).unwrap();
        assert!(!content.contains(secret), "{file}");
    }
    let entry = &world.sandbox.log().unwrap()[0];
    assert_eq!((entry.by.as_str(), entry.user_agent.as_deref()), ("request", Some("sandbox-tests")));
}
