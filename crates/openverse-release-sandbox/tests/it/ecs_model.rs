//! Every answer of the sandbox's ECS, held against AWS's own model.

use std::{
    io::Write as _,
    process::{Command, Stdio},
    time::Duration,
};

use openverse_release_sandbox::Options;
use openverse_release_testkit::require_botocore;
use serde_json::{Value, json};

use crate::{
    ecs_place::{CLUSTER, SERVICE, ask, deploy, newest, rendered},
    place::World,
};

/// Returns what is wrong with the answers.
fn violations(python: &std::path::Path, answers: &Value) -> String {
    let mut child = Command::new(python)
        .args(["-c", include_str!("ecs_model.py")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(answers.to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test]
async fn every_answer_is_one_that_aws_would_give() {
    let Some(python) = require_botocore() else { return };
    let world = World::new(Options::default());
    let mut answers = Vec::new();
    let mut keep = |operation: &str, (status, answer): (u16, Value)| {
        answers.push(json!({ "operation": operation, "status": status, "answer": answer }));
        answers.last().unwrap()["answer"].clone()
    };
    let service = json!({ "cluster": CLUSTER, "services": [SERVICE, "no-such-service"] });
    keep("DescribeServices", ask(&world, "DescribeServices", &service).await);
    world.sandbox.set_fault("rollout-rolled-back".parse().unwrap()).unwrap();
    deploy(&world, &newest(&world)).await;
    for seconds in [0, 1, 3, 4] {
        world.clock.pass(Duration::from_secs(seconds));
        keep("DescribeServices", ask(&world, "DescribeServices", &service).await);
    }
    let mut definition = rendered(&world, "latest").await;
    definition["tags"] = json!([{ "key": "openverse-release:run", "value": "run-1" }]);
    let registered = keep("RegisterTaskDefinition", ask(&world, "RegisterTaskDefinition", &definition).await);
    let arn = &registered["taskDefinition"]["taskDefinitionArn"];
    let update = json!({ "cluster": CLUSTER, "service": SERVICE, "taskDefinition": arn });
    keep("UpdateService", ask(&world, "UpdateService", &update).await);
    for status in ["RUNNING", "STOPPED"] {
        let list = json!({ "cluster": CLUSTER, "serviceName": SERVICE, "desiredStatus": status });
        let mut tasks = keep("ListTasks", ask(&world, "ListTasks", &list).await)["taskArns"].clone();
        assert!(!tasks.as_array().unwrap().is_empty(), "{status}");
        tasks.as_array_mut().unwrap().push("no-such-task".into());
        let describe = json!({ "cluster": CLUSTER, "tasks": tasks });
        keep("DescribeTasks", ask(&world, "DescribeTasks", &describe).await);
    }
    for (operation, request) in [
        ("DescribeClusters", json!({ "clusters": [CLUSTER, "no-such-cluster"] })),
        ("DescribeTaskDefinition", json!({ "taskDefinition": arn, "include": ["TAGS"] })),
        ("DescribeTaskDefinition", json!({ "taskDefinition": "production-api-template" })),
        ("DescribeTaskDefinition", json!({ "taskDefinition": "no-such-family" })),
        ("ListTaskDefinitions", json!({ "familyPrefix": SERVICE, "sort": "DESC", "maxResults": 2 })),
        ("RegisterTaskDefinition", json!({ "family": "a b", "containerDefinitions": [] })),
        ("UpdateService", json!({ "cluster": CLUSTER, "service": "no-such-service" })),
        ("UpdateService", json!({ "cluster": CLUSTER, "service": SERVICE, "taskDefinition": "no:7" })),
        ("UpdateService", json!({ "cluster": "no-such-cluster", "service": SERVICE })),
        ("DescribeServices", json!({ "cluster": CLUSTER, "services": [] })),
        ("ListTasks", json!({ "cluster": CLUSTER, "serviceName": "no-such-service" })),
        ("DescribeTasks", json!({ "cluster": CLUSTER, "tasks": [] })),
    ] {
        keep(operation, ask(&world, operation, &request).await);
    }
    let found = violations(&python, &json!(answers));
    assert!(found.trim().is_empty(), "{found}");
}

#[test]
fn an_answer_that_aws_would_not_give_is_found_out() {
    let Some(python) = require_botocore() else { return };
    let answer = json!({ "services": [{ "desiredCount": "2", "deployments": [{ "rolloutState": "DONE", "nonsense": 1 }] }] });
    let answers = json!([
        { "operation": "DescribeServices", "status": 200, "answer": answer },
        { "operation": "DescribeServices", "status": 400, "answer": { "__type": "Nonsense" } },
    ]);
    let found = violations(&python, &answers);
    for expected in [
        "'2' is no integer",
        "'DONE' is none of",
        "Deployment has no member nonsense",
        "fails with 'Nonsense'",
    ] {
        assert!(found.contains(expected), "{expected}: {found}");
    }
}
