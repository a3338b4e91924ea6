//! ECS's API: AWS JSON 1.1, where a header names the operation.

use serde_json::{Value, json};

use super::{
    call::{Answer, Call},
    ecs_wire as wire,
};
use crate::{
    Action,
    world::{Author, Definition, Registration, Service, Task, Update, World, arn},
};

const TARGET: &str = "AmazonEC2ContainerServiceV20141113.";

/// What an operation comes to: the answer's body, or an error's name and message.
type Outcome = Result<Value, (&'static str, String)>;

/// Answers a request to ECS.
pub(crate) fn answer(world: &mut World, call: &Call) -> Answer {
    let request = serde_json::from_slice::<Value>(&call.body).ok().filter(Value::is_object);
    let outcome = match (operation(call), request) {
        (Some(operation), Some(request)) => handle(world, call, operation, &request),
        (None, _) => Err(("UnknownOperationException", String::new())),
        (_, None) => {
            Err(("SerializationException", "Start of structure or map found where not expected.".into()))
        }
    };
    let (status, body) = match outcome {
        Ok(body) => (200, body),
        Err((name, message)) => (400, json!({ "__type": name, "message": message })),
    };
    Answer::empty(status).with("content-type", "application/x-amz-json-1.1").body(body.to_string())
}

/// Returns what a request to ECS would change.
pub(crate) fn mutation(call: &Call) -> Option<Action> {
    match operation(call)? {
        "RegisterTaskDefinition" => Some(Action::RegisterTaskDefinition),
        "UpdateService" => Some(Action::UpdateService),
        _ => None,
    }
}

fn operation(call: &Call) -> Option<&str> {
    call.amz_target.as_deref()?.strip_prefix(TARGET)
}

fn handle(world: &mut World, call: &Call, operation: &str, request: &Value) -> Outcome {
    match operation {
        "DescribeClusters" => Ok(describe_clusters(world, request)),
        "DescribeServices" => describe_services(world, request),
        "DescribeTaskDefinition" => describe_task_definition(world, request),
        "DescribeTasks" => describe_tasks(world, request),
        "ListTaskDefinitions" => list_task_definitions(world, request),
        "ListTasks" => list_tasks(world, request),
        "RegisterTaskDefinition" => {
            let by = Author::Request(call.user_agent.as_deref());
            match world.register_task_definition(request, &by) {
                Registration::Registered(definition) => Ok(wire::with_tags(&definition)),
                Registration::Refused(why) => Err(("ClientException", why.to_owned())),
            }
        }
        "UpdateService" => update_service(world, call, request),
        _ => Err(("UnknownOperationException", String::new())),
    }
}

/// Returns the texts of a list in a request.
fn texts<'a>(request: &'a Value, key: &str) -> Vec<&'a str> {
    request[key].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

/// Returns the last part of an ARN, or the name itself.
fn name(text: &str) -> &str {
    text.rsplit('/').next().unwrap_or(text)
}

fn cluster_of<'a>(world: &World, request: &'a Value) -> Result<&'a str, (&'static str, String)> {
    let cluster = name(request["cluster"].as_str().unwrap_or("default"));
    let known = world.ecs.services.iter().any(|service| service.place.cluster.as_str() == cluster);
    known.then_some(cluster).ok_or(("ClusterNotFoundException", "Cluster not found.".to_owned()))
}

fn find<'a>(world: &'a World, cluster: &str, asked: &str) -> Option<(usize, &'a Service)> {
    world.ecs.services.iter().enumerate().find(|(_, service)| {
        service.place.cluster.as_str() == cluster && service.place.service.as_str() == name(asked)
    })
}

fn missing(resource: &str) -> Value {
    json!({ "arn": resource, "reason": "MISSING" })
}

fn describe_clusters(world: &World, request: &Value) -> Value {
    let mut asked = texts(request, "clusters");
    if asked.is_empty() {
        asked.push("default");
    }
    let (mut clusters, mut failures) = (Vec::new(), Vec::new());
    for cluster in asked.into_iter().map(name) {
        let of_cluster: Vec<&Service> =
            world.ecs.services.iter().filter(|service| service.place.cluster.as_str() == cluster).collect();
        if of_cluster.is_empty() {
            failures.push(missing(&arn(&format!("cluster/{cluster}"))));
        } else {
            clusters.push(wire::cluster(cluster, &of_cluster));
        }
    }
    json!({ "clusters": clusters, "failures": failures })
}

fn describe_services(world: &World, request: &Value) -> Outcome {
    let cluster = cluster_of(world, request)?;
    let asked = texts(request, "services");
    if asked.is_empty() || asked.len() > 10 {
        return Err(("InvalidParameterException", "Services should have between 1 and 10 items.".to_owned()));
    }
    let (mut services, mut failures) = (Vec::new(), Vec::new());
    for service in asked {
        match find(world, cluster, service) {
            Some((_, service)) => services.push(wire::service(service)),
            None => failures.push(missing(&arn(&format!("service/{cluster}/{}", name(service))))),
        }
    }
    Ok(json!({ "services": services, "failures": failures }))
}

fn describe_task_definition(world: &World, request: &Value) -> Outcome {
    let asked = request["taskDefinition"].as_str().unwrap_or_default();
    let Some(definition) = world.ecs.definition(asked) else {
        return Err(("ClientException", "Unable to describe task definition.".to_owned()));
    };
    if texts(request, "include").contains(&"TAGS") {
        Ok(wire::with_tags(definition))
    } else {
        Ok(json!({ "taskDefinition": wire::definition(definition) }))
    }
}

fn list_task_definitions(world: &World, request: &Value) -> Outcome {
    let prefix = request["familyPrefix"].as_str();
    let families =
        world.ecs.families.iter().filter(|(family, _)| prefix.is_none_or(|prefix| prefix == *family));
    let mut arns: Vec<String> =
        families.flat_map(|(_, revisions)| revisions.iter().map(Definition::arn)).collect();
    if request["sort"] == "DESC" {
        arns.reverse();
    }
    if request["status"].as_str().is_some_and(|status| status != "ACTIVE") {
        arns.clear();
    }
    page(&arns, request, "taskDefinitionArns")
}

fn list_tasks(world: &World, request: &Value) -> Outcome {
    let cluster = cluster_of(world, request)?;
    let of_service = match request["serviceName"].as_str() {
        None => None,
        Some(asked) => match find(world, cluster, asked) {
            Some((index, _)) => Some(index),
            None => return Err(("ServiceNotFoundException", "Service not found.".to_owned())),
        },
    };
    let stopped = request["desiredStatus"] == "STOPPED";
    let started_by = request["startedBy"].as_str();
    let family = request["family"].as_str();
    let services = world.ecs.services.iter().enumerate().filter(|(index, service)| {
        service.place.cluster.as_str() == cluster && of_service.is_none_or(|only| only == *index)
    });
    let asked_for = |task: &&Task| {
        task.stop.is_some() == stopped
            && started_by.is_none_or(|by| by == task.started_by)
            && family.is_none_or(|family| task.definition.split(':').next() == Some(family))
    };
    let tasks = services.flat_map(|(_, service)| service.tasks.iter().filter(asked_for));
    let arns: Vec<String> = tasks.map(|task| arn(&format!("task/{cluster}/{}", task.id))).collect();
    page(&arns, request, "taskArns")
}

fn describe_tasks(world: &World, request: &Value) -> Outcome {
    let cluster = cluster_of(world, request)?;
    let asked = texts(request, "tasks");
    if asked.is_empty() || asked.len() > 100 {
        return Err(("InvalidParameterException", "Tasks should have between 1 and 100 items.".to_owned()));
    }
    let (mut tasks, mut failures) = (Vec::new(), Vec::new());
    for id in asked.into_iter().map(name) {
        let services = world.ecs.services.iter().filter(|service| service.place.cluster.as_str() == cluster);
        let mut of_all = services.flat_map(|service| service.tasks.iter().map(move |task| (service, task)));
        let found = of_all.find(|(_, task)| task.id == id);
        match found.and_then(|(service, task)| Some((service, task, world.ecs.definition(&task.definition)?)))
        {
            Some((service, task, definition)) => tasks.push(wire::task(service, task, definition)),
            None => failures.push(missing(&arn(&format!("task/{cluster}/{id}")))),
        }
    }
    Ok(json!({ "tasks": tasks, "failures": failures }))
}

fn update_service(world: &mut World, call: &Call, request: &Value) -> Outcome {
    let cluster = cluster_of(world, request)?;
    let asked = request["service"].as_str().unwrap_or_default();
    let Some((index, _)) = find(world, cluster, asked) else {
        return Err(("ServiceNotFoundException", "Service not found.".to_owned()));
    };
    let definition = request["taskDefinition"].as_str();
    let anew = request["forceNewDeployment"] == true;
    let by = Author::Request(call.user_agent.as_deref());
    match world.update_service(index, definition, anew, &by) {
        Update::Done => Ok(json!({ "service": wire::service(&world.ecs.services[index]) })),
        Update::NoSuchDefinition => Err(("ClientException", "TaskDefinition not found.".to_owned())),
    }
}

/// Returns the page of a list that a request asks for: 100 things at the most.
fn page(all: &[String], request: &Value, key: &str) -> Outcome {
    let number = |value: &Value| value.as_u64().and_then(|number| usize::try_from(number).ok());
    let size = number(&request["maxResults"]).unwrap_or(100).clamp(1, 100);
    let start = match request["nextToken"].as_str().map(str::parse::<usize>) {
        None => 0,
        Some(Ok(start)) if start <= all.len() => start,
        Some(_) => return Err(("InvalidParameterException", "Invalid token.".to_owned())),
    };
    let end = (start + size).min(all.len());
    let mut answer = json!({ key: all[start..end] });
    if end < all.len() {
        answer["nextToken"] = end.to_string().into();
    }
    Ok(answer)
}
