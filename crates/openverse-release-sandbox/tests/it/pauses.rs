//! Mutations that wait: what a test needs that kills a client at a given moment.

use std::time::{Duration, Instant};

use openverse_release_sandbox::Paused;
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use crate::place::World;

/// Waits for something that must come, without saying how soon.
async fn until(what: &str, mut test: impl FnMut() -> bool) {
    let start = Instant::now();
    while !test() {
        assert!(start.elapsed() < Duration::from_secs(60), "never: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

fn paused(world: &World) -> Vec<Paused> {
    world.sandbox.status().unwrap().paused
}

/// Starts to make a GitHub Release from a client of its own, whose connection goes when it is dropped.
fn make(world: &World, tag: &str) -> JoinHandle<u16> {
    let (url, body) = (world.code("/releases"), json!({ "tag_name": tag, "draft": true }));
    tokio::spawn(async move {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        client.post(url).json(&body).send().await.unwrap().status().as_u16()
    })
}

async fn kill(request: JoinHandle<u16>) {
    request.abort();
    assert!(request.await.unwrap_err().is_cancelled());
}

#[tokio::test]
async fn a_mutation_waits_before_its_effect_until_the_faults_are_cleared() {
    let world = World::instant();
    world.sandbox.set_fault("pause-before:create_github_release".parse().unwrap()).unwrap();
    let request = make(&world, "v1");
    until("it waits", || !paused(&world).is_empty()).await;
    assert_eq!(paused(&world)[0].action.as_str(), "create_github_release");
    assert!(!paused(&world)[0].took_effect);
    // Others go on meanwhile.
    assert_eq!(world.get(world.code("/releases?per_page=1")).await.0, 200);
    assert_eq!(world.count("create_github_release"), 0);
    world.sandbox.clear_faults().unwrap();
    assert_eq!(request.await.unwrap(), 201);
    assert_eq!(world.count("create_github_release"), 1);
}

#[tokio::test]
async fn a_mutation_whose_client_is_gone_before_its_effect_never_takes_effect() {
    let world = World::instant();
    world.sandbox.set_fault("pause-before:any".parse().unwrap()).unwrap();
    let request = make(&world, "v1");
    until("it waits", || !paused(&world).is_empty()).await;
    kill(request).await;
    until("the server knows that the client is gone", || paused(&world).is_empty()).await;
    world.sandbox.clear_faults().unwrap();
    // Whatever would still happen has happened before an answer to a later request.
    assert_eq!(make(&world, "v2").await.unwrap(), 201);
    let log = world.sandbox.log().unwrap();
    assert_eq!(log.iter().map(|entry| entry.target.as_str()).collect::<Vec<_>>(), ["v2"]);
}

#[tokio::test]
async fn a_client_that_goes_in_the_moment_of_clearing_counts_as_gone() {
    let world = World::instant();
    for round in 0..10 {
        world.sandbox.set_fault("pause-before:any".parse().unwrap()).unwrap();
        let request = make(&world, "v1");
        until("it waits", || !paused(&world).is_empty()).await;
        kill(request).await;
        world.sandbox.clear_faults().unwrap();
        assert_eq!(make(&world, &format!("after-{round}")).await.unwrap(), 201);
    }
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(world.sandbox.log().unwrap().iter().all(|entry| entry.target.starts_with("after-")));
}

#[tokio::test]
async fn a_mutation_waits_after_its_effect_and_keeps_it_when_its_client_is_gone() {
    let world = World::instant();
    world.sandbox.set_fault("pause-after:any".parse().unwrap()).unwrap();
    let request = make(&world, "v1");
    until("it waits", || !paused(&world).is_empty()).await;
    assert!(paused(&world)[0].took_effect);
    assert_eq!(world.count("create_github_release"), 1);
    kill(request).await;
    until("the server knows that the client is gone", || paused(&world).is_empty()).await;
    assert_eq!(world.count("create_github_release"), 1);
    assert_eq!(world.sandbox.faults().unwrap(), [], "it fired");
}

#[tokio::test]
async fn the_nth_mutation_can_be_the_one_that_waits() {
    let world = World::instant();
    world.sandbox.set_fault_after("pause-before:any".parse().unwrap(), 2, None).unwrap();
    assert_eq!(make(&world, "v1").await.unwrap(), 201);
    // Reading is no mutation.
    world.get(world.code("/releases")).await;
    assert_eq!(make(&world, "v2").await.unwrap(), 201);
    let third = make(&world, "v3");
    until("it waits", || !paused(&world).is_empty()).await;
    assert_eq!(make(&world, "v4").await.unwrap(), 201, "once only");
    world.sandbox.clear_faults().unwrap();
    assert_eq!(third.await.unwrap(), 201);
}

#[tokio::test]
async fn what_is_refused_does_not_wait_after_an_effect_it_does_not_have() {
    let world = World::instant();
    world.sandbox.set_fault("pause-after:any".parse().unwrap()).unwrap();
    assert_eq!(world.send("POST", world.code("/releases"), &json!({})).await.0, 422);
    let gone = world.send("DELETE", world.code("/releases/1"), &Value::Null).await;
    assert_eq!(gone.0, 404);
    assert_eq!(world.sandbox.faults().unwrap().len(), 1);
}
