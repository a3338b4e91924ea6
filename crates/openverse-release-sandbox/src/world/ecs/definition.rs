//! Task definitions.

use chrono::{DateTime, Utc};
use openverse_release_core::{EcsService, EnvironmentName, ImageReference, ImageTag};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{ACCOUNT, Ecs, REGION, Service, arn};
use crate::{
    Action, Part,
    world::{Author, World},
};

/// What ECS adds to a definition, and takes from nobody.
const READ_ONLY: [&str; 9] = [
    "compatibilities",
    "deleteRequestedAt",
    "deregisteredAt",
    "registeredAt",
    "registeredBy",
    "requiresAttributes",
    "revision",
    "status",
    "taskDefinitionArn",
];

/// One revision of a task definition.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Definition {
    pub(crate) family: String,
    pub(crate) revision: usize,
    /// What was registered, without the tags.
    pub(crate) document: Map<String, Value>,
    pub(crate) tags: Vec<Value>,
    pub(crate) registered_at: DateTime<Utc>,
}

/// What came of a request to register.
#[derive(Debug)]
pub(crate) enum Registration {
    Registered(Definition),
    Refused(&'static str),
}

impl Definition {
    /// Returns family and revision: `production-api:42`.
    pub(crate) fn short(&self) -> String {
        format!("{}:{}", self.family, self.revision)
    }

    pub(crate) fn arn(&self) -> String {
        arn(&format!("task-definition/{}", self.short()))
    }

    /// Returns name and image of each container.
    pub(crate) fn containers(&self) -> Vec<(String, String)> {
        let text = |container: &Value, key: &str| container[key].as_str().unwrap_or_default().to_owned();
        let containers = self.document.get("containerDefinitions").and_then(Value::as_array);
        containers.into_iter().flatten().map(|it| (text(it, "name"), text(it, "image"))).collect()
    }
}

impl Ecs {
    /// Returns a revision by ARN, by `FAMILY:REVISION`, or the newest one by family.
    pub(crate) fn definition(&self, name: &str) -> Option<&Definition> {
        let short = name.strip_prefix(&arn("task-definition/")).unwrap_or(name);
        match short.split_once(':') {
            Some((family, revision)) => {
                let revision: usize = revision.parse().ok()?;
                self.families.get(family)?.get(revision.checked_sub(1)?)
            }
            None => self.families.get(short)?.last(),
        }
    }

    pub(super) fn store(
        &mut self,
        family: &str,
        mut document: Map<String, Value>,
        tags: Vec<Value>,
        at: DateTime<Utc>,
    ) -> Definition {
        document.retain(|key, _| !READ_ONLY.contains(&key.as_str()) && key != "tags");
        document.insert("family".to_owned(), family.into());
        let revisions = self.families.entry(family.to_owned()).or_default();
        let revision = revisions.len() + 1;
        let stored = Definition { family: family.to_owned(), revision, document, tags, registered_at: at };
        revisions.push(stored.clone());
        stored
    }

    /// Registers the newest template of a service with an image tag, as the deployment GitHub
    /// Workflow does.
    pub(super) fn render(&mut self, index: usize, tag: &ImageTag, at: DateTime<Utc>) -> Option<Definition> {
        let place = self.services[index].place.clone();
        let mut document = self.definition(place.template_family.as_str())?.document.clone();
        let images = place.images(tag);
        let containers = document.get_mut("containerDefinitions").and_then(Value::as_array_mut);
        for container in containers.into_iter().flatten() {
            let image = images.iter().find(|(name, _)| container["name"] == name.as_str());
            if let Some((_, image)) = image {
                container["image"] = image.to_string().into();
            }
        }
        Some(self.store(place.service.as_str(), document, Vec::new(), at))
    }
}

impl World {
    /// Registers a revision as a request asks.
    pub(crate) fn register_task_definition(&mut self, request: &Value, by: &Author<'_>) -> Registration {
        let refuse = Registration::Refused;
        let Some(document) = request.as_object() else { return refuse("The request is no object.") };
        let family = request["family"].as_str().unwrap_or_default();
        let named = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        if family.is_empty() || family.len() > 255 || !family.chars().all(named) {
            return refuse("Family contains invalid characters.");
        }
        let Some(containers) = request["containerDefinitions"].as_array().filter(|them| !them.is_empty())
        else {
            return refuse("TaskDefinition has no containers.");
        };
        for container in containers {
            for key in ["name", "image"] {
                if container[key].as_str().unwrap_or_default().is_empty() {
                    return refuse("Container.name and Container.image should not be null or empty.");
                }
            }
        }
        let tags = request["tags"].as_array().cloned().unwrap_or_default();
        let stored = self.ecs.store(family, document.clone(), tags, self.clock);
        self.note(Part::Ecs, Action::RegisterTaskDefinition, stored.short(), by);
        Registration::Registered(stored)
    }

    /// Returns the image tag of the app's images in a definition, if the registry holds each.
    ///
    /// # Errors
    /// With the first image that it does not hold.
    pub(super) fn image_tag_of(
        &self,
        service: &Service,
        definition: &Definition,
    ) -> Result<ImageTag, String> {
        let mut tag = None;
        for (name, image) in definition.containers() {
            if !service.place.containers.keys().any(|container| container.as_str() == name) {
                continue;
            }
            let reference: ImageReference = image.parse().map_err(|_| image.clone())?;
            let (repository, at) = match &reference {
                ImageReference::Tagged(name, tag) => (name.repository(), tag.to_string()),
                ImageReference::Pinned(name, digest) => (name.repository(), digest.to_string()),
            };
            let held = self.registry.manifest_of(repository, &at).ok_or_else(|| image.clone())?;
            let of_commit = held.revision.as_ref().map(ImageTag::of_commit);
            let found = match reference {
                ImageReference::Tagged(_, tag) => Some(tag),
                ImageReference::Pinned(..) => of_commit,
            };
            tag = tag.or(found);
        }
        tag.ok_or_else(|| "no image".to_owned())
    }
}

/// Returns what the keeper of the infrastructure has registered: everything but a version's images.
pub(super) fn template(place: &EcsService, environment: EnvironmentName) -> Map<String, Value> {
    let service = place.service.as_str();
    let logging = json!({
        "logDriver": "awslogs",
        "options": {
            "awslogs-group": format!("/ecs/{service}"),
            "awslogs-region": REGION,
            "awslogs-stream-prefix": "ecs",
        },
    });
    let mut containers: Vec<Value> = place
        .containers
        .iter()
        .map(|(name, image)| {
            json!({
                "name": name,
                "image": format!("{image}:latest"),
                "cpu": 0,
                "essential": true,
                "portMappings": [],
                "environment": [{ "name": "ENVIRONMENT", "value": environment }],
                "secrets": [{
                    "name": "SECRET_KEY",
                    "valueFrom": format!("arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/{service}/SECRET_KEY"),
                }],
                "mountPoints": [{ "sourceVolume": "static", "containerPath": "/static", "readOnly": false }],
                "volumesFrom": [],
                "logConfiguration": logging,
            })
        })
        .collect();
    containers.push(json!({
        "name": "log-router",
        "image": "public.ecr.aws/aws-observability/aws-for-fluent-bit:stable",
        "cpu": 0,
        "essential": false,
        "portMappings": [],
        "environment": [],
        "mountPoints": [],
        "volumesFrom": [],
        "user": "0",
    }));
    let role = format!("arn:aws:iam::{ACCOUNT}:role/{service}-execution");
    let document = json!({
        "containerDefinitions": containers,
        "executionRoleArn": role,
        "networkMode": "awsvpc",
        "volumes": [{ "name": "static", "host": {} }],
        "placementConstraints": [],
        "requiresCompatibilities": ["FARGATE"],
        "cpu": "1024",
        "memory": "2048",
        "runtimePlatform": { "cpuArchitecture": "X86_64", "operatingSystemFamily": "LINUX" },
    });
    match document {
        Value::Object(document) => document,
        _ => Map::new(),
    }
}
