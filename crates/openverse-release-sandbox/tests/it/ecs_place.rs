//! Requests to ECS, as the tests of the sandbox send them.

use serde_json::{Value, json};

use crate::place::{World, answered};

pub(crate) const CLUSTER: &str = "production-default";
pub(crate) const SERVICE: &str = "production-api";

/// Asks for an operation of ECS.
pub(crate) async fn ask(world: &World, operation: &str, request: &Value) -> (u16, Value) {
    let target = format!("AmazonEC2ContainerServiceV20141113.{operation}");
    let request =
        world.client.post(world.url("/ecs")).header("x-amz-target", target).body(request.to_string());
    answered(request.send().await.unwrap()).await
}

pub(crate) async fn described(world: &World) -> Value {
    let (_, body) =
        ask(world, "DescribeServices", &json!({ "cluster": CLUSTER, "services": [SERVICE] })).await;
    body["services"][0].clone()
}

/// Returns what registers the template with an image tag.
pub(crate) async fn rendered(world: &World, image_tag: &str) -> Value {
    let asked = json!({ "taskDefinition": "production-api-template" });
    let (_, mut body) = ask(world, "DescribeTaskDefinition", &asked).await;
    let mut rendered = body["taskDefinition"].take();
    rendered["family"] = SERVICE.into();
    for (at, image) in ["openverse-api", "openverse-api_nginx"].into_iter().enumerate() {
        let image = format!("ghcr.io/wordpress/{image}:{image_tag}");
        rendered["containerDefinitions"][at]["image"] = image.into();
    }
    for key in [
        "taskDefinitionArn",
        "revision",
        "status",
        "requiresAttributes",
        "compatibilities",
        "registeredAt",
        "registeredBy",
    ] {
        rendered.as_object_mut().unwrap().remove(key).unwrap_or_else(|| panic!("no {key}"));
    }
    rendered
}

/// Registers the template with an image tag and updates the service to it; returns the service.
pub(crate) async fn deploy(world: &World, image_tag: &str) -> Value {
    let rendered = rendered(world, image_tag).await;
    let (status, registered) = ask(world, "RegisterTaskDefinition", &rendered).await;
    assert_eq!(status, 200, "{registered}");
    let definition = &registered["taskDefinition"]["taskDefinitionArn"];
    let update = json!({ "cluster": CLUSTER, "service": SERVICE, "taskDefinition": definition });
    let (status, mut updated) = ask(world, "UpdateService", &update).await;
    assert_eq!(status, 200, "{updated}");
    updated["service"].take()
}

/// The commit SHA of the newest build of the API, by which its images are tagged too.
pub(crate) fn newest(world: &World) -> String {
    world.sandbox.status().unwrap().apps[0].latest.clone().unwrap().to_string()
}
