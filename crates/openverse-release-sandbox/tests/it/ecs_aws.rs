//! The real `aws` client in front of the sandbox's ECS.

use std::{
    path::PathBuf,
    process::{Command, Stdio},
};

use openverse_release_testkit::require_aws;
use serde_json::Value;

use crate::{
    ecs_place::{CLUSTER, SERVICE, newest, rendered},
    place::World,
};

struct Aws {
    program: PathBuf,
    endpoint: String,
}

impl Aws {
    /// Runs `aws ecs …`, which has to succeed, and returns what it says.
    fn ecs(&self, arguments: &[&str]) -> Value {
        let output = Command::new(&self.program)
            .args(["--endpoint-url", &self.endpoint, "--region", "us-east-1", "--output", "json", "ecs"])
            .args(arguments)
            .envs([
                ("AWS_ACCESS_KEY_ID", "stand-in"),
                ("AWS_SECRET_ACCESS_KEY", "stand-in"),
                ("AWS_PAGER", ""),
            ])
            .envs([("AWS_CONFIG_FILE", "/dev/null"), ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")])
            .stdin(Stdio::null())
            .output()
            .unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap_or_default()
    }

    fn service(&self) -> Value {
        self.ecs(&["describe-services", "--cluster", CLUSTER, "--services", SERVICE])["services"][0].clone()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_aws_client_registers_updates_waits_and_reads_what_became_of_it() {
    let Some(program) = require_aws() else { return };
    let world = World::instant();
    let aws = Aws { program, endpoint: world.server.urls().ecs };
    let template = aws.ecs(&[
        "describe-task-definition",
        "--task-definition",
        "production-api-template",
        "--include",
        "TAGS",
    ]);
    assert_eq!(template["taskDefinition"]["containerDefinitions"][2]["name"], "log-router");
    let newest = newest(&world);
    let definition = rendered(&world, &newest).await.to_string();
    let registered = aws.ecs(&["register-task-definition", "--cli-input-json", &definition]);
    let arn = registered["taskDefinition"]["taskDefinitionArn"].as_str().unwrap();
    let steady = ["wait", "services-stable", "--cluster", CLUSTER, "--services", SERVICE];
    let update = ["update-service", "--cluster", CLUSTER, "--service", SERVICE, "--task-definition", arn];
    let updated = aws.ecs(&update);
    assert_eq!(updated["service"]["deployments"][0]["rolloutState"], "IN_PROGRESS");
    aws.ecs(&steady);
    let service = aws.service();
    assert_eq!(service["taskDefinition"], arn);
    assert_eq!(service["deployments"][0]["id"], updated["service"]["deployments"][0]["id"]);
    assert_eq!(world.version("api.openverse.org").await["release"], newest.as_str());

    // The waiter is content with a rollback too, which is why nothing here is judged by it.
    world.sandbox.set_fault("rollout-rolled-back".parse().unwrap()).unwrap();
    let ours = aws.ecs(&[&update[..], &["--force-new-deployment"]].concat());
    aws.ecs(&steady);
    let service = aws.service();
    assert_ne!(service["deployments"][0]["id"], ours["service"]["deployments"][0]["id"]);
    let stopped = aws.ecs(&[
        "list-tasks",
        "--cluster",
        CLUSTER,
        "--service-name",
        SERVICE,
        "--desired-status",
        "STOPPED",
    ]);
    let task = stopped["taskArns"][0].as_str().unwrap();
    let tasks = aws.ecs(&["describe-tasks", "--cluster", CLUSTER, "--tasks", task]);
    assert!(tasks["tasks"][0]["stoppedReason"].is_string());
}
