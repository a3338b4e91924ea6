//! What the adapter makes of each kind of answer, and which requests it repeats.

use openverse_release_core::{DeploymentId, RolloutState};
use openverse_release_ports::{ContainerServices as _, PortError, System, WriteError};
use openverse_release_testkit::{Reply, Seen, StandIn};
use serde_json::{Value, json};

use crate::place::{adapter, api, arn, registration, update};

fn operation(request: &Seen) -> &str {
    request.header("x-amz-target").unwrap().rsplit('.').next().unwrap()
}

fn operations(stand_in: &StandIn) -> Vec<String> {
    stand_in.seen().iter().map(|request| operation(request).to_owned()).collect()
}

fn answer(body: &Value) -> Reply {
    Reply::answer(200, body.to_string()).with("content-type", "application/x-amz-json-1.1")
}

fn error(status: u16, code: &str, message: &str) -> Reply {
    let body = json!({ "__type": code, "message": message });
    Reply::answer(status, body.to_string()).with("content-type", "application/x-amz-json-1.1")
}

fn deployment(id: &str, revision: &str) -> Value {
    json!({
        "id": id, "status": "PRIMARY", "taskDefinition": arn(revision), "desiredCount": 2, "pendingCount": 1,
        "runningCount": 1, "failedTasks": 3, "createdAt": 1_715_699_366.25, "updatedAt": 1_715_699_367,
        "rolloutState": "IN_PROGRESS", "rolloutStateReason": " ",
    })
}

fn service(deployments: &Value) -> Value {
    json!({ "serviceName": "production-api", "status": "ACTIVE", "deployments": deployments, "events": [
        { "id": "1", "createdAt": 1, "message": "older" }, { "id": "2", "createdAt": 2, "message": "newer" },
    ] })
}

fn described(deployments: &Value) -> Reply {
    answer(&json!({ "services": [service(deployments)], "failures": [] }))
}

/// Runs an update whose `UpdateService` is answered by a reply.
async fn updated(reply: Reply) -> (Result<DeploymentId, WriteError>, Vec<String>, usize) {
    let stand_in = StandIn::start(move |request| match operation(request) {
        "DescribeServices" => described(&json!([deployment("ecs-svc/1", "production-api:41")])),
        _ => reply.clone(),
    })
    .await;
    let (services, _, clock) = adapter(&stand_in.origin());
    let outcome = services.update(&update("ecs-svc/1")).await.map(|deployment| deployment.id);
    (outcome, operations(&stand_in), clock.sleeps().len())
}

fn port_error(outcome: Result<DeploymentId, WriteError>) -> PortError {
    match outcome {
        Err(WriteError::Port(error)) => error,
        other => panic!("expected an error of the port, found {other:?}"),
    }
}

#[tokio::test]
async fn a_service_is_read_as_ecs_writes_it() {
    let stand_in =
        StandIn::start(|_| described(&json!([deployment("ecs-svc/1", "production-api:41")]))).await;
    let (services, requests, _) = adapter(&stand_in.origin());
    let found = services.service(&api()).await.unwrap().unwrap();
    let primary = found.primary().unwrap();
    assert_eq!((primary.rollout, primary.reason.as_deref()), (RolloutState::InProgress, None));
    assert_eq!(primary.created_at.timestamp_millis(), 1_715_699_366_250);
    let counts =
        (primary.counts.desired, primary.counts.pending, primary.counts.running, primary.counts.failed);
    assert_eq!(counts, (2, 1, 1, 3));
    let events: Vec<_> = found.events.iter().map(|event| event.message.as_str()).collect();
    assert_eq!(events, ["newer", "older"]);
    assert_eq!(requests.counts()[&System::Ecs], 1);
    let sent = &stand_in.seen()[0];
    let body: Value = serde_json::from_slice(&sent.body).unwrap();
    assert_eq!(body, json!({ "cluster": "production-default", "services": ["production-api"] }));
    assert!(sent.header("authorization").unwrap().contains("/us-east-1/ecs/aws4_request"));
}

#[tokio::test]
async fn a_region_of_the_service_itself_is_the_one_that_is_asked() {
    let stand_in = StandIn::start(|_| described(&json!([]))).await;
    let (services, ..) = adapter(&stand_in.origin());
    let mut place = api();
    place.region = Some("eu-west-3".parse().unwrap());
    services.service(&place).await.unwrap().unwrap();
    assert!(stand_in.seen()[0].header("authorization").unwrap().contains("/eu-west-3/ecs/"));
}

#[tokio::test]
async fn where_ecs_tells_no_rollout_state_it_is_that_of_the_tasks() {
    for (running, pending, others, expected) in [
        (2, 0, 0, RolloutState::Completed),
        (1, 1, 0, RolloutState::InProgress),
        (2, 1, 0, RolloutState::InProgress),
        (2, 0, 1, RolloutState::InProgress),
    ] {
        let mut silent = deployment("ecs-svc/1", "production-api:41");
        silent.as_object_mut().unwrap().remove("rolloutState");
        silent["runningCount"] = running.into();
        silent["pendingCount"] = pending.into();
        let mut all = vec![silent];
        for _ in 0..others {
            let mut draining = deployment("ecs-svc/0", "production-api:40");
            draining["status"] = "ACTIVE".into();
            all.push(draining);
        }
        let stand_in = StandIn::start(move |_| described(&json!(all))).await;
        let found = adapter(&stand_in.origin()).0.service(&api()).await.unwrap().unwrap();
        assert_eq!(found.primary().unwrap().rollout, expected, "{running} {pending} {others}");
    }
}

#[tokio::test]
async fn a_service_that_is_gone_is_none_and_a_cluster_that_is_not_there_is_refused() {
    let mut draining = service(&json!([]));
    draining["status"] = "INACTIVE".into();
    for answered in [
        json!({ "services": [], "failures": [{ "arn": "x", "reason": "MISSING" }] }),
        json!({ "services": [draining], "failures": [] }),
    ] {
        let stand_in = StandIn::start(move |_| answer(&answered)).await;
        assert_eq!(adapter(&stand_in.origin()).0.service(&api()).await.unwrap(), None);
    }
    let stand_in = StandIn::start(|_| error(400, "ClusterNotFoundException", "Cluster not found.")).await;
    let refused = adapter(&stand_in.origin()).0.service(&api()).await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "ECS answered the service production-api in production-default with status 400: \
         ClusterNotFoundException: Cluster not found."
    );
}

#[tokio::test]
async fn an_update_that_ecs_throttled_is_sent_again_and_no_other() {
    let (outcome, operations, pauses) = updated(error(400, "ThrottlingException", "Rate exceeded")).await;
    assert_eq!(port_error(outcome), PortError::RateLimited { system: System::Ecs, until: None });
    assert_eq!(operations.iter().filter(|operation| *operation == "UpdateService").count(), 5);
    assert_eq!(pauses, 4);
    for reply in [
        error(500, "ServerException", "Service Unavailable. Please try again later."),
        error(503, "InternalFailure", "busy"),
        Reply::answer(502, "<html>bad gateway</html>"),
        Reply::answer(200, "<html>welcome</html>"),
        Reply::HangUp,
    ] {
        let (outcome, operations, pauses) = updated(reply.clone()).await;
        let error = port_error(outcome);
        assert!(matches!(error, PortError::ReplyLost { .. }), "{reply:?}: {error:?}");
        assert_eq!(
            (operations.as_slice(), pauses),
            (&["DescribeServices".into(), "UpdateService".into()][..], 0)
        );
    }
}

#[tokio::test]
async fn an_update_that_ecs_refused_did_nothing() {
    let (outcome, ..) = updated(error(400, "ClientException", "TaskDefinition not found.")).await;
    let refused = port_error(outcome);
    assert!(matches!(refused, PortError::Refused { status: 400, .. }) && !refused.may_have_happened());
    let message = "User: arn:aws:iam::1:user/a is not authorized to perform: ecs:UpdateService";
    let (outcome, ..) = updated(error(400, "AccessDeniedException", message)).await;
    assert_eq!(
        port_error(outcome).to_string(),
        format!(
            "ECS does not allow updating the service production-api to production-api:42: AccessDeniedException: {message}"
        )
    );
}

#[tokio::test]
async fn a_reply_that_shows_somebody_elses_deployment_is_a_conflict() {
    let theirs = service(&json!([deployment("ecs-svc/7", "production-api:99")]));
    let (outcome, ..) = updated(answer(&json!({ "service": theirs }))).await;
    let Err(WriteError::Conflict { found, .. }) = outcome else { panic!("{outcome:?}") };
    assert_eq!(found, "the deployment ecs-svc/7 of the service production-api");
    let ours = service(&json!([deployment("ecs-svc/8", "production-api:42")]));
    let (outcome, ..) = updated(answer(&json!({ "service": ours }))).await;
    assert_eq!(outcome.unwrap().as_str(), "ecs-svc/8");
}

#[tokio::test]
async fn a_read_is_repeated_while_that_may_help() {
    for reply in [
        error(400, "ThrottlingException", "Rate exceeded"),
        error(500, "ServerException", "try again"),
        Reply::answer(502, "<html></html>"),
        Reply::HangUp,
    ] {
        let failures = std::sync::atomic::AtomicU32::new(2);
        let stand_in = StandIn::start(move |_| {
            let left = failures.load(std::sync::atomic::Ordering::Relaxed);
            failures.store(left.saturating_sub(1), std::sync::atomic::Ordering::Relaxed);
            if left > 0 { reply.clone() } else { described(&json!([])) }
        })
        .await;
        let (services, requests, clock) = adapter(&stand_in.origin());
        assert!(services.service(&api()).await.unwrap().is_some());
        assert_eq!((requests.counts()[&System::Ecs], clock.sleeps().len()), (3, 2));
    }
}

#[tokio::test]
async fn nobody_at_the_endpoint_is_unreachable() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let (services, ..) = adapter(&format!("http://127.0.0.1:{port}"));
    let error = services.service(&api()).await.unwrap_err();
    assert!(matches!(error, PortError::Unreachable { system: System::Ecs, .. }), "{error:?}");
}

#[tokio::test]
async fn a_registration_sends_the_template_as_ecs_wrote_it() {
    let template = json!({
        "taskDefinitionArn": arn("production-api-template:7"), "family": "production-api-template",
        "revision": 7, "status": "ACTIVE", "registeredAt": 1, "newerThanTheSdk": { "kept": true },
        "containerDefinitions": [
            { "name": "api", "image": "old", "alsoNewer": [1, 2] }, { "name": "nginx", "image": "old" },
        ],
    });
    let stand_in = StandIn::start(move |request| match operation(request) {
        "ListTaskDefinitions" => answer(&json!({ "taskDefinitionArns": [] })),
        "DescribeTaskDefinition" => answer(&json!({ "taskDefinition": template, "tags": [] })),
        _ => answer(&json!({ "taskDefinition": { "taskDefinitionArn": arn("production-api:8") } })),
    })
    .await;
    let registered =
        adapter(&stand_in.origin()).0.register(&registration(&arn("production-api-template:7"))).await;
    assert_eq!(registered.unwrap(), arn("production-api:8"));
    let sent: Value = serde_json::from_slice(&stand_in.seen().last().unwrap().body).unwrap();
    let image = |name: &str| format!("ghcr.io/wordpress/{name}:rel-2024.01.02.03.04.05");
    assert_eq!(
        sent,
        json!({
            "family": "production-api", "newerThanTheSdk": { "kept": true },
            "containerDefinitions": [
                { "name": "api", "image": image("openverse-api"), "alsoNewer": [1, 2] },
                { "name": "nginx", "image": image("openverse-api_nginx") },
            ],
            "tags": [{ "key": "openverse-release:run", "value": "run-1" }],
        })
    );
}

#[tokio::test]
async fn a_registration_whose_reply_was_lost_is_found_by_its_tag() {
    let stand_in = StandIn::start(|request| match operation(request) {
        "ListTaskDefinitions" => answer(&json!({ "taskDefinitionArns": [arn("production-api:9"), arn("production-api:8")] })),
        "DescribeTaskDefinition" => {
            let asked: Value = serde_json::from_slice(&request.body).unwrap();
            let marker = if asked["taskDefinition"] == arn("production-api:8").as_str() { "run-1" } else { "run-2" };
            answer(&json!({
                "taskDefinition": { "taskDefinitionArn": asked["taskDefinition"], "containerDefinitions": [] },
                "tags": [{ "key": "openverse-release:run", "value": marker }],
            }))
        }
        other => panic!("{other} is not to be asked for"),
    })
    .await;
    let found =
        adapter(&stand_in.origin()).0.register(&registration(&arn("production-api-template:7"))).await;
    assert_eq!(found.unwrap(), arn("production-api:8"));
}

#[tokio::test]
async fn what_is_not_as_ecs_promises_is_told_apart() {
    let mut short = deployment("ecs-svc/1", "production-api:41");
    short["taskDefinition"] = "production-api:41".into();
    let stand_in = StandIn::start(move |_| described(&json!([short]))).await;
    let malformed = adapter(&stand_in.origin()).0.service(&api()).await.unwrap_err();
    assert!(matches!(malformed, PortError::Malformed { .. }));
    assert!(
        malformed.to_string().contains("in a deployment's taskDefinition: \"production-api:41\""),
        "{malformed}"
    );
}
