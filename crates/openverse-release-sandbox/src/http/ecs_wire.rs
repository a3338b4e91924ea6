//! How ECS writes clusters, services, task definitions and tasks.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::world::{ACCOUNT, Definition, REGION, RolloutState, Service, Task, arn};

const PLATFORM: &str = "1.4.0";

/// AWS writes seconds since 1970, with a fraction.
#[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 fit for thousands of years")]
fn seconds(at: DateTime<Utc>) -> Value {
    json!(at.timestamp_millis() as f64 / 1000.0)
}

pub(super) fn cluster(name: &str, services: &[&Service]) -> Value {
    let running = services.iter().map(|it| running(it)).sum::<usize>();
    json!({
        "clusterArn": arn(&format!("cluster/{name}")),
        "clusterName": name,
        "status": "ACTIVE",
        "registeredContainerInstancesCount": 0,
        "runningTasksCount": running,
        "pendingTasksCount": 0,
        "activeServicesCount": services.len(),
        "statistics": [],
        "tags": [],
        "settings": [{ "name": "containerInsights", "value": "disabled" }],
        "capacityProviders": ["FARGATE", "FARGATE_SPOT"],
        "defaultCapacityProviderStrategy": [],
    })
}

fn running(service: &Service) -> usize {
    service.tasks.iter().filter(|task| task.stop.is_none()).count()
}

pub(super) fn service(service: &Service) -> Value {
    let place = &service.place;
    let (cluster, name) = (&place.cluster, &place.service);
    let deployments: Vec<Value> =
        service.rollouts.iter().enumerate().map(|(at, _)| deployment(service, at)).collect();
    let events = service
        .events
        .iter()
        .map(|event| json!({ "id": event.id, "createdAt": seconds(event.at), "message": event.message }));
    let pending: u64 = deployments.iter().filter_map(|it| it["pendingCount"].as_u64()).sum();
    let definition = service.rollouts.first().map(|it| arn(&format!("task-definition/{}", it.definition)));
    let mut written = json!({
        "serviceArn": arn(&format!("service/{cluster}/{name}")),
        "serviceName": name,
        "clusterArn": arn(&format!("cluster/{cluster}")),
        "loadBalancers": [],
        "serviceRegistries": [],
        "status": "ACTIVE",
        "desiredCount": service.desired_count(),
        "runningCount": running(service),
        "pendingCount": pending,
        "launchType": "FARGATE",
        "platformVersion": "LATEST",
        "platformFamily": "Linux",
        "deploymentConfiguration": {
            "deploymentCircuitBreaker": { "enable": true, "rollback": true },
            "maximumPercent": 200,
            "minimumHealthyPercent": 100,
        },
        "deployments": deployments,
        "roleArn": format!("arn:aws:iam::{ACCOUNT}:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS"),
        "events": events.collect::<Vec<_>>(),
        "createdAt": seconds(service.created_at),
        "placementConstraints": [],
        "placementStrategy": [],
        "networkConfiguration": network(),
        "healthCheckGracePeriodSeconds": 0,
        "schedulingStrategy": "REPLICA",
        "deploymentController": { "type": "ECS" },
        "enableECSManagedTags": false,
        "propagateTags": "NONE",
        "enableExecuteCommand": false,
    });
    if let Some(definition) = definition {
        written["taskDefinition"] = definition.into();
    }
    written
}

fn network() -> Value {
    json!({ "awsvpcConfiguration": {
        "subnets": ["subnet-0a1b2c3d4e5f60718"],
        "securityGroups": ["sg-0a1b2c3d4e5f60718"],
        "assignPublicIp": "DISABLED",
    } })
}

fn deployment(service: &Service, at: usize) -> Value {
    let rollout = &service.rollouts[at];
    let running = service.running(&rollout.id);
    let desired = Service::desired(rollout);
    let in_progress = rollout.state == RolloutState::InProgress;
    json!({
        "id": rollout.id,
        "status": if at == 0 { "PRIMARY" } else { "ACTIVE" },
        "taskDefinition": arn(&format!("task-definition/{}", rollout.definition)),
        "desiredCount": desired,
        "pendingCount": if in_progress && at == 0 { desired.saturating_sub(running) } else { 0 },
        "runningCount": running,
        "failedTasks": rollout.failed_tasks,
        "createdAt": seconds(rollout.created_at),
        "updatedAt": seconds(rollout.updated_at),
        "launchType": "FARGATE",
        "platformVersion": PLATFORM,
        "platformFamily": "Linux",
        "networkConfiguration": network(),
        "rolloutState": rollout.state,
        "rolloutStateReason": rollout.reason,
    })
}

pub(super) fn definition(definition: &Definition) -> Value {
    let mut written = definition.document.clone();
    let mut add = |key: &str, value: Value| written.insert(key.to_owned(), value);
    add("taskDefinitionArn", definition.arn().into());
    add("revision", definition.revision.into());
    add("status", "ACTIVE".into());
    add(
        "requiresAttributes",
        json!([
            { "name": "com.amazonaws.ecs.capability.logging-driver.awslogs" },
            { "name": "ecs.capability.task-eni" },
        ]),
    );
    add("compatibilities", json!(["EC2", "FARGATE"]));
    add("registeredAt", seconds(definition.registered_at));
    add("registeredBy", format!("arn:aws:iam::{ACCOUNT}:user/maintainer").into());
    Value::Object(written)
}

/// Returns a definition with its tags beside it.
pub(super) fn with_tags(of: &Definition) -> Value {
    json!({ "taskDefinition": definition(of), "tags": of.tags })
}

pub(super) fn task(service: &Service, task: &Task, definition: &Definition) -> Value {
    let cluster = &service.place.cluster;
    let task_arn = arn(&format!("task/{cluster}/{}", task.id));
    let status = if task.stop.is_some() { "STOPPED" } else { "RUNNING" };
    let containers = definition.containers().into_iter().map(|(name, image)| {
        let mut container = json!({
            "containerArn": arn(&format!("container/{cluster}/{}/{name}", task.id)),
            "taskArn": task_arn,
            "name": name,
            "image": image,
            "lastStatus": status,
            "networkInterfaces": [],
            "healthStatus": "UNKNOWN",
            "cpu": "0",
        });
        if let Some(stop) = &task.stop {
            if let Some(code) = stop.exit_code {
                container["exitCode"] = code.into();
            }
            if let Some(reason) = &stop.container_reason {
                container["reason"] = reason.as_str().into();
            }
        }
        container
    });
    let containers: Vec<Value> = containers.collect();
    let mut written = json!({
        "taskArn": task_arn,
        "clusterArn": arn(&format!("cluster/{cluster}")),
        "taskDefinitionArn": definition.arn(),
        "group": format!("service:{}", service.place.service),
        "startedBy": task.started_by,
        "availabilityZone": format!("{REGION}a"),
        "attachments": [],
        "attributes": [],
        "connectivity": "CONNECTED",
        "containers": containers,
        "cpu": "1024",
        "memory": "2048",
        "createdAt": seconds(task.created_at),
        "startedAt": seconds(task.created_at),
        "desiredStatus": status,
        "lastStatus": status,
        "enableExecuteCommand": false,
        "healthStatus": "UNKNOWN",
        "launchType": "FARGATE",
        "platformVersion": PLATFORM,
        "platformFamily": "Linux",
        "overrides": { "containerOverrides": [] },
        "tags": [],
        "version": 4,
    });
    if let Some(stop) = &task.stop {
        for (key, value) in [
            ("stopCode", stop.code.as_str().into()),
            ("stoppedReason", stop.reason.as_str().into()),
            ("stoppingAt", seconds(stop.at)),
            ("stoppedAt", seconds(stop.at)),
            ("executionStoppedAt", seconds(stop.at)),
        ] {
            written[key] = value;
        }
    }
    written
}
