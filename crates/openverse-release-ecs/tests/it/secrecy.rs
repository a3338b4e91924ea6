//! What a task definition holds, and what requests are signed with, shows nowhere.

use std::{
    io::Write,
    sync::{Arc, Mutex},
};

use openverse_release_ports::ContainerServices as _;
use openverse_release_testkit::{Reply, StandIn};
use serde_json::json;
use tracing_subscriber::fmt::MakeWriter;

use crate::place::{adapter, api, arn, registration, update};

/// Everything that was traced.
#[derive(Debug, Clone, Default)]
struct Trace(Arc<Mutex<Vec<u8>>>);

impl Write for Trace {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Trace {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn neither_a_trace_nor_an_error_nor_debug_shows_a_secret() {
    let trace = Trace::default();
    let subscriber =
        tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(trace.clone()).finish();
    let _traced = tracing::subscriber::set_default(subscriber);
    let template = json!({
        "taskDefinitionArn": arn("production-api-template:7"),
        "containerDefinitions": [
            { "name": "api", "image": "old", "environment": [{ "name": "PASSWORD", "value": "hunter2" }] },
            { "name": "nginx", "image": "old" },
        ],
    });
    let stand_in = StandIn::start(move |request| {
        let signature = request.header("authorization").unwrap().rsplit('=').next().unwrap().to_owned();
        let body = match request.header("x-amz-target").unwrap().rsplit('.').next().unwrap() {
            "ListTaskDefinitions" => json!({ "taskDefinitionArns": [] }),
            "DescribeTaskDefinition" => json!({ "taskDefinition": template, "tags": [] }),
            "RegisterTaskDefinition" => {
                return Reply::answer(200, format!("<html>hunter2 {signature}</html>"));
            }
            _ => {
                let message = format!("The Canonical String should have been hunter2 {signature}");
                let body = json!({ "__type": "InvalidSignatureException", "message": message });
                return Reply::answer(403, body.to_string());
            }
        };
        Reply::answer(200, body.to_string())
    })
    .await;
    let (services, ..) = adapter(&stand_in.origin());
    let definition = services.newest(&api(), &api().template_family).await.unwrap().unwrap();
    let unread = services.register(&registration(definition.arn())).await.unwrap_err();
    let signature = services.update(&update("ecs-svc/1")).await.unwrap_err();
    assert!(signature.to_string().contains("InvalidSignatureException"), "{signature}");
    let mut said = format!("{services:?} {definition:?} {unread} {unread:?} {signature} {signature:?}");
    let traced = String::from_utf8(trace.0.lock().unwrap().clone()).unwrap();
    assert!(traced.contains("the task definition production-api-template"), "nothing is traced: {traced}");
    said.push_str(&traced);
    assert!(!said.contains("hunter2"), "{said}");
    for request in stand_in.seen() {
        let signature = request.header("authorization").unwrap().rsplit('=').next().unwrap();
        assert!(signature.len() == 64 && !said.contains(signature), "{said}");
    }
}
