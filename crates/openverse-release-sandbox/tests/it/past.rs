//! What a new sandbox begins with.

use openverse_release_core::Project;
use serde_json::Value;

use crate::place::World;

#[tokio::test(flavor = "multi_thread")]
async fn a_new_sandbox_answers() {
    let started = std::time::Instant::now();
    let world = World::instant();
    println!("created in {:?}", started.elapsed());
    println!("{}", serde_json::to_string_pretty(&world.sandbox.status().unwrap()).unwrap());
    let (status, releases) = world.get(world.code("/releases")).await;
    assert_eq!(status, 200);
    for release in releases.as_array().unwrap() {
        println!(
            "{} draft {} published {} {}",
            release["tag_name"], release["draft"], release["published_at"], release["target_commitish"]
        );
    }
    println!("{}", world.draft("api").await["body"].as_str().unwrap());
    let (_, commits) = world.get(world.code("/commits?per_page=100")).await;
    for commit in commits.as_array().unwrap() {
        println!(
            "{} {} {}",
            commit["sha"].as_str().unwrap(),
            commit["commit"]["committer"]["date"],
            commit["commit"]["message"]
        );
    }
    for app in ["api", "frontend"] {
        for environment in ["production", "staging"] {
            let (_, runs) = world
                .get(world.infrastructure(&format!("/actions/workflows/deploy-{environment}-{app}.yml/runs")))
                .await;
            for run in runs["workflow_runs"].as_array().unwrap() {
                println!(
                    "{environment} {app} {} {} {} {} {}",
                    run["display_title"], run["event"], run["status"], run["conclusion"], run["created_at"]
                );
            }
        }
    }
    println!("{}", world.version("api.openverse.org").await);
    let started = std::time::Instant::now();
    for _ in 0..50 {
        world.get(world.code("/releases")).await;
    }
    println!("50 requests in {:?}", started.elapsed());
    let _: (Project, Value) = (Project::openverse(), Value::Null);
}
