//! What a new sandbox begins with.

use openverse_release_core::EnvironmentName;
use openverse_release_sandbox::Part;
use serde_json::Value;

use crate::place::World;

const CARRIED: [&str; 2] = ["api", "frontend"];

fn published<'a>(releases: &'a Value, prefix: &str) -> Vec<&'a Value> {
    let of_app = |release: &&Value| {
        release["draft"] == false && release["tag_name"].as_str().unwrap().starts_with(&format!("{prefix}-"))
    };
    releases.as_array().unwrap().iter().filter(of_app).collect()
}

#[tokio::test]
async fn every_app_with_releases_has_three_and_a_draft_that_follows_main() {
    let world = World::instant();
    let (_, releases) = world.get(world.code("/releases?per_page=100")).await;
    for prefix in ["api", "frontend", "catalog", "ingestion_server"] {
        assert_eq!(published(&releases, prefix).len(), 3, "{prefix}");
        let draft = world.draft(prefix).await;
        assert_eq!(draft["name"], draft["tag_name"]);
        assert_eq!(draft["target_commitish"], "main");
        assert_eq!(draft["published_at"], Value::Null);
        assert!(draft["body"].as_str().unwrap().starts_with("## "), "{draft}");
    }
    assert_eq!(world.draft("indexer_worker").await, Value::Null);
}

#[tokio::test]
async fn the_git_tag_and_every_image_of_a_release_are_of_the_same_commit() {
    let world = World::instant();
    let (_, releases) = world.get(world.code("/releases?per_page=100")).await;
    for app in CARRIED {
        for release in published(&releases, app) {
            let tag = release["tag_name"].as_str().unwrap();
            let (_, reference) = world.get(world.code(&format!("/git/ref/tags/{tag}"))).await;
            let commit = reference["object"]["sha"].as_str().unwrap();
            let image_tag = format!("rel-{}", tag.rsplit_once('-').unwrap().1);
            for image in [format!("openverse-{app}"), format!("openverse-{app}_nginx")] {
                let digest = |tag: &str| {
                    let url = world.url(&format!("/v2/wordpress/{image}/manifests/{tag}"));
                    let head = world.client.head(url).send();
                    async { head.await.unwrap().headers().get("docker-content-digest").cloned() }
                };
                let released = digest(&image_tag).await;
                assert!(released.is_some(), "{image}:{image_tag}");
                assert_eq!(released, digest(commit).await, "{image}:{image_tag}");
            }
        }
    }
}

#[tokio::test]
async fn production_runs_the_newest_release_and_staging_the_newest_build() {
    let world = World::instant();
    let status = world.sandbox.status().unwrap();
    for app in CARRIED {
        let app = status.apps.iter().find(|it| it.app.as_str() == app).unwrap();
        let live = |environment| app.live.iter().find(|live| live.environment == environment).unwrap();
        let date = app.released.as_ref().unwrap().rsplit_once('-').unwrap().1;
        let production = live(EnvironmentName::PRODUCTION);
        assert_eq!(production.image_tag.as_str(), format!("rel-{date}"));
        assert_eq!(Some(&live(EnvironmentName::STAGING).commit), app.latest.as_ref());
    }
    for (host, app, environment) in [
        ("api.openverse.org", "api", EnvironmentName::PRODUCTION),
        ("api-staging.openverse.org", "api", EnvironmentName::STAGING),
        ("openverse.org", "frontend", EnvironmentName::PRODUCTION),
        ("staging.openverse.org", "frontend", EnvironmentName::STAGING),
    ] {
        let answer = world.version(host).await;
        let app = status.apps.iter().find(|it| it.app.as_str() == app).unwrap();
        let live = app.live.iter().find(|live| live.environment == environment).unwrap();
        assert_eq!(answer["release"], live.commit.as_str());
        assert_eq!(answer["environment"], environment.as_str());
    }
}

#[tokio::test]
async fn the_past_holds_a_rollback_and_a_redeployment_with_their_reasons() {
    let world = World::instant();
    let url = world.infrastructure("/actions/workflows/deploy-production-api.yml/runs");
    let (_, runs) = world.get(url).await;
    let runs = runs["workflow_runs"].as_array().unwrap();
    assert_eq!(runs.len(), 5);
    let by_hand: Vec<&Value> = runs.iter().filter(|run| run["event"] == "workflow_dispatch").collect();
    assert_eq!(by_hand.len(), 2);
    let title = |run: &Value| run["display_title"].as_str().unwrap().to_owned();
    let image_tag = |run: &Value| title(run).split(':').next().unwrap().to_owned();
    // Newest first: release, redeployment, rollback, release, release.
    assert_eq!(image_tag(&runs[2]), image_tag(&runs[4]));
    assert_eq!(image_tag(&runs[1]), image_tag(&runs[3]));
    assert!(title(&runs[2]).contains("slow"), "{}", title(&runs[2]));
    assert!(runs.iter().all(|run| run["conclusion"] == "success"));
}

#[tokio::test]
async fn the_newest_commit_is_not_one_of_the_api() {
    let world = World::instant();
    let status = world.sandbox.status().unwrap();
    let api = status.apps.iter().find(|app| app.app.as_str() == "api").unwrap();
    assert_ne!(api.latest, status.head);
    let frontend = status.apps.iter().find(|app| app.app.as_str() == "frontend").unwrap();
    assert_eq!(frontend.latest, status.head);
    let (_, of_api) = world.get(world.code("/commits?path=api&per_page=1")).await;
    assert_eq!(of_api[0]["sha"], api.latest.as_ref().unwrap().as_str());
}

#[test]
fn the_past_is_over_and_leaves_neither_log_nor_requests() {
    let world = World::instant();
    let status = world.sandbox.status().unwrap();
    assert_eq!(status.running, []);
    assert_eq!(world.sandbox.log().unwrap(), []);
    assert_eq!(status.requests.total(), 0);
    assert_eq!(status.requests.of(Part::GitHub), 0);
}
