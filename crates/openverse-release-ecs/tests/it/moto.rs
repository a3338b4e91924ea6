//! What the adapter registers, read by another implementation of ECS: moto, in a process of its own.

use std::{
    process::{Child, Command, Stdio},
    sync::Arc,
};

use openverse_release_core::RegisterTaskDefinition;
use openverse_release_ecs::{EcsConfig, EcsServices};
use openverse_release_ports::{ContainerServices as _, Requests, SystemClock};
use openverse_release_testkit::{require_aws, require_moto, start_server};

use crate::place::api;

/// A moto server on loopback. It is killed when dropped.
struct Moto {
    child: Child,
    origin: String,
}

impl Moto {
    fn start() -> Option<Self> {
        let program = require_moto()?;
        let mut serve = Command::new(program);
        let (child, origin) = start_server(serve.args(["-H", "127.0.0.1", "-p", "0"]), "Running on ");
        let origin = origin.trim().to_owned();
        Some(Self { child, origin })
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        // It may have ended by itself; either way it is gone afterwards.
        let _ended = self.child.kill();
        let _status = self.child.wait();
    }
}

const TEMPLATE: &str = r#"{
    "family": "production-api-template",
    "networkMode": "awsvpc",
    "requiresCompatibilities": ["FARGATE"],
    "cpu": "1024",
    "memory": "2048",
    "executionRoleArn": "arn:aws:iam::123456789012:role/execution",
    "volumes": [{ "name": "static" }],
    "containerDefinitions": [
        { "name": "api", "image": "template", "essential": true, "memory": 512,
          "environment": [{ "name": "ENVIRONMENT", "value": "production" }],
          "logConfiguration": { "logDriver": "awslogs", "options": {
              "awslogs-group": "/ecs/production-api", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "ecs" } } },
        { "name": "nginx", "image": "template", "essential": true, "memory": 256,
          "portMappings": [{ "containerPort": 8080, "protocol": "tcp" }],
          "mountPoints": [{ "sourceVolume": "static", "containerPath": "/static" }] },
        { "name": "log-router", "image": "example.com/log-router:stable", "essential": false, "memory": 64 }
    ]
}"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_template_that_aws_registered_is_rendered_and_registered_in_moto() {
    let (Some(aws), Some(moto)) = (require_aws(), Moto::start()) else { return };
    let registered = Command::new(aws)
        .args(["--endpoint-url", &moto.origin, "--region", "us-east-1", "ecs", "register-task-definition"])
        .args(["--cli-input-json", TEMPLATE])
        .envs([("AWS_ACCESS_KEY_ID", "stand-in"), ("AWS_SECRET_ACCESS_KEY", "stand-in"), ("AWS_PAGER", "")])
        .envs([("AWS_CONFIG_FILE", "/dev/null"), ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(registered.status.success(), "{}", String::from_utf8_lossy(&registered.stderr));

    let config = EcsConfig::stand_in(moto.origin.parse().unwrap());
    let services = EcsServices::new(config, Requests::default(), Arc::new(SystemClock));
    let api = api();
    let template = services.newest(&api, &api.template_family).await.unwrap().unwrap();
    let images = api.images(&"rel-2024.01.02.03.04.05".parse().unwrap());
    let marker = "run-1".parse().unwrap();
    let wanted =
        RegisterTaskDefinition { service: api.clone(), template: template.arn().clone(), images, marker };
    let arn = services.register(&wanted).await.unwrap();
    assert_eq!(arn.short(), "production-api:1");
    assert_eq!(services.register(&wanted).await.unwrap(), arn, "it is found by its tag");

    let found = services.newest(&api, &api.family()).await.unwrap().unwrap();
    assert_eq!(found.marker(), Some(&wanted.marker));
    assert_eq!(found.images()["nginx"], "ghcr.io/wordpress/openverse-api_nginx:rel-2024.01.02.03.04.05");
    assert_eq!(found.images()["log-router"], "example.com/log-router:stable");
    // All else is as the `aws` client registered it.
    let again =
        |from: &openverse_release_core::TaskDefinition| from.render(&api.family(), &wanted.images).unwrap();
    assert_eq!(again(&found), again(&template));
}
