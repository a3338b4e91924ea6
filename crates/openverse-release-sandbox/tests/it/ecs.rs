//! Services of ECS over HTTP: what they run, and how their deployments end.

use std::time::Duration;

use openverse_release_sandbox::Options;
use serde_json::{Value, json};

use crate::{
    ecs_place::{CLUSTER, SERVICE, ask, deploy, described, newest, rendered},
    place::{World, deploy as dispatch},
};

async fn live(world: &World) -> String {
    world.version("api.openverse.org").await["release"].as_str().unwrap().to_owned()
}

/// Status, rollout state and number of each deployment.
fn states(service: &Value) -> Vec<String> {
    let deployments = service["deployments"].as_array().unwrap().iter();
    deployments
        .map(|it| format!("{} {}", it["status"].as_str().unwrap(), it["rolloutState"].as_str().unwrap()))
        .collect()
}

fn messages(service: &Value, count: usize) -> Vec<String> {
    let events = service["events"].as_array().unwrap().iter().take(count);
    let text = |event: &Value| event["message"].as_str().unwrap().split_once(") ").unwrap().1.to_owned();
    // Ids are of no interest, and of no fixed length.
    let words = |text: String| {
        let kept =
            text.split(' ').filter(|word| !word.contains(|c: char| c.is_ascii_digit()) || word.len() < 3);
        kept.filter(|word| *word != "(task").collect::<Vec<_>>().join(" ")
    };
    events.map(text).map(words).collect()
}

#[tokio::test]
async fn a_deployment_replaces_the_one_before_and_then_the_app_answers_with_it() {
    let world = World::new(Options::default());
    let (before, newest) = (live(&world).await, newest(&world));
    let service = deploy(&world, &newest).await;
    assert_eq!(states(&service), ["PRIMARY IN_PROGRESS", "ACTIVE COMPLETED"]);
    assert_eq!(service["runningCount"], 2, "those of the one before");
    world.clock.pass(Duration::from_secs(1));
    assert_eq!(described(&world).await["runningCount"], 4, "both run side by side");
    assert_eq!(live(&world).await, before);
    world.clock.pass(Duration::from_secs(3));
    let service = described(&world).await;
    assert_eq!(states(&service), ["PRIMARY COMPLETED"]);
    assert_eq!(service["runningCount"], 2);
    assert_eq!(
        messages(&service, 4),
        [
            "has reached a steady state.",
            "(deployment deployment completed.",
            "has stopped 2 running tasks:",
            "has started 2 tasks:"
        ]
    );
    assert_eq!(live(&world).await, newest);
}

#[tokio::test]
async fn the_circuit_breaker_goes_back_and_the_service_is_steady_again() {
    let world = World::new(Options::default());
    let before = live(&world).await;
    let running = described(&world).await["taskDefinition"].clone();
    world.sandbox.set_fault("rollout-rolled-back".parse().unwrap()).unwrap();
    deploy(&world, &newest(&world)).await;
    world.clock.pass(Duration::from_secs(4));
    let service = described(&world).await;
    assert_eq!(states(&service), ["PRIMARY IN_PROGRESS", "ACTIVE FAILED", "ACTIVE COMPLETED"]);
    assert!(
        service["deployments"][0]["rolloutStateReason"]
            .as_str()
            .unwrap()
            .contains("rolling back to deployment")
    );
    assert_eq!(service["deployments"][1]["failedTasks"], 2);
    world.clock.pass(Duration::from_secs(4));
    let service = described(&world).await;
    assert_eq!(
        (states(&service), &service["taskDefinition"]),
        (vec!["PRIMARY COMPLETED".to_owned()], &running)
    );
    assert_eq!(live(&world).await, before);
    assert_eq!(world.count("deploy"), 0);
}

#[tokio::test]
async fn a_deployment_that_stays_failed_leaves_the_one_before_running() {
    let world = World::new(Options::default());
    let before = live(&world).await;
    world.sandbox.set_fault("rollout-fails".parse().unwrap()).unwrap();
    deploy(&world, &newest(&world)).await;
    world.clock.pass(Duration::from_secs(60));
    let service = described(&world).await;
    assert_eq!(states(&service), ["PRIMARY FAILED", "ACTIVE COMPLETED"]);
    assert_eq!(service["runningCount"], 2);
    assert_eq!(live(&world).await, before);
}

#[tokio::test]
async fn somebody_elses_deployment_replaces_one_that_is_under_way() {
    let world = World::new(Options::default());
    let before = live(&world).await;
    world.sandbox.set_fault("rollout-replaced".parse().unwrap()).unwrap();
    let ours = deploy(&world, &newest(&world)).await["deployments"][0]["id"].clone();
    world.clock.pass(Duration::from_secs(1));
    let service = described(&world).await;
    assert_eq!(states(&service), ["PRIMARY IN_PROGRESS", "ACTIVE IN_PROGRESS", "ACTIVE COMPLETED"]);
    assert_eq!(service["deployments"][1]["id"], ours);
    world.clock.pass(Duration::from_secs(4));
    assert_eq!(states(&described(&world).await), ["PRIMARY COMPLETED"]);
    assert_eq!(live(&world).await, before);
}

#[tokio::test]
async fn an_update_to_what_runs_starts_nothing_unless_it_is_forced() {
    let world = World::instant();
    let before = described(&world).await["deployments"][0]["id"].clone();
    let mut update = json!({ "cluster": CLUSTER, "service": SERVICE });
    ask(&world, "UpdateService", &update).await;
    assert_eq!(described(&world).await["deployments"][0]["id"], before);
    update["forceNewDeployment"] = true.into();
    ask(&world, "UpdateService", &update).await;
    assert_ne!(described(&world).await["deployments"][0]["id"], before);
}

#[tokio::test]
async fn a_deployment_by_github_workflow_shows_in_ecs() {
    let world = World::instant();
    let before = described(&world).await["deployments"][0]["id"].clone();
    let newest = newest(&world);
    dispatch(&world, "deploy_production_api", &newest).await;
    let service = described(&world).await;
    assert_ne!(service["deployments"][0]["id"], before);
    assert_eq!(states(&service), ["PRIMARY COMPLETED"]);
    let asked = json!({ "taskDefinition": service["taskDefinition"] });
    let (_, definition) = ask(&world, "DescribeTaskDefinition", &asked).await;
    let image = &definition["taskDefinition"]["containerDefinitions"][0]["image"];
    assert_eq!(image, &format!("ghcr.io/wordpress/openverse-api:{newest}"));
}

#[tokio::test]
async fn no_more_than_a_hundred_events_are_kept() {
    let world = World::instant();
    let update = json!({ "cluster": CLUSTER, "service": SERVICE, "forceNewDeployment": true });
    for _ in 0..26 {
        ask(&world, "UpdateService", &update).await;
    }
    let service = described(&world).await;
    let events = service["events"].as_array().unwrap();
    assert_eq!(events.len(), 100);
    let times: Vec<f64> = events.iter().map(|event| event["createdAt"].as_f64().unwrap()).collect();
    assert!(times.windows(2).all(|pair| pair[0] >= pair[1]), "newest first");
}

#[tokio::test]
async fn clients_may_ask_at_the_root_too() {
    let world = World::instant();
    let target = "AmazonEC2ContainerServiceV20141113.DescribeClusters";
    for path in ["/", "/ecs", "/ecs/"] {
        let request = world.client.post(world.url(path)).header("x-amz-target", target);
        let answer = request.body(json!({ "clusters": [CLUSTER] }).to_string()).send().await.unwrap();
        assert_eq!(answer.headers()["content-type"], "application/x-amz-json-1.1");
        let body: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
        assert_eq!(body["clusters"][0]["activeServicesCount"], 2, "{path}");
    }
}

#[tokio::test]
async fn what_a_definition_may_not_lack_is_refused() {
    let world = World::instant();
    let good = rendered(&world, "latest").await;
    for (key, value) in [
        ("family", json!("a b")),
        ("containerDefinitions", json!([])),
        ("containerDefinitions", json!([{ "name": "api" }])),
    ] {
        let mut bad = good.clone();
        bad[key] = value;
        let (status, body) = ask(&world, "RegisterTaskDefinition", &bad).await;
        assert_eq!((status, &body["__type"]), (400, &json!("ClientException")), "{key}");
    }
    assert_eq!(world.count("register_task_definition"), 0);
}
