//! Task definitions as ECS writes them, and how one is rendered from a template.
//!
//! They are kept as the JSON that ECS sent: what a newer ECS adds to them is kept too, which a copy
//! into fields of our own would lose.

use std::{collections::BTreeMap, fmt};

use serde_json::{Map, Value};

use super::{ContainerName, LogPointer, RegistrationMarker, TaskArn, TaskDefinitionArn, TaskFamily};
use crate::ImageReference;

/// What ECS tells of a revision and does not take back when another is registered.
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
///
/// Its document can hold secrets in environment variables, so `Debug` shows the revision alone.
#[derive(Clone, PartialEq)]
pub struct TaskDefinition {
    arn: TaskDefinitionArn,
    marker: Option<RegistrationMarker>,
    document: Map<String, Value>,
}

/// What is registered as a new revision. `Debug` shows the family alone.
#[derive(Clone, PartialEq)]
pub struct RenderedTaskDefinition {
    family: TaskFamily,
    document: Map<String, Value>,
}

/// A text is no task definition of ECS.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TaskDefinitionError {
    /// The whole is not an object.
    #[error("found no JSON object, expected a task definition")]
    NotAnObject,
    /// It does not say which revision it is.
    #[error("found no task definition ARN, expected one in taskDefinitionArn")]
    NoArn,
    /// A container cannot be told from the others.
    #[error("found no list of named containers in {task_definition}, expected one in containerDefinitions")]
    NoContainers {
        /// Which.
        task_definition: TaskDefinitionArn,
    },
}

/// A template cannot be rendered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RenderError {
    /// The template has no container of a name.
    #[error(
        "the template {} has no container {missing}, only {}",
        template.short(),
        found.join(", ")
    )]
    MissingContainer {
        /// The template.
        template: TaskDefinitionArn,
        /// The container.
        missing: ContainerName,
        /// The containers that it has.
        found: Vec<String>,
    },
    /// Nothing was named that is to be rendered.
    #[error("no container is named that is to run another image")]
    NothingToRender,
}

impl TaskDefinition {
    /// Reads what ECS calls `taskDefinition`, with the marker that its tags hold.
    ///
    /// # Errors
    /// When it is not shaped like a task definition.
    pub fn new(document: Value, marker: Option<RegistrationMarker>) -> Result<Self, TaskDefinitionError> {
        let Value::Object(document) = document else { return Err(TaskDefinitionError::NotAnObject) };
        let arn = document.get("taskDefinitionArn").and_then(Value::as_str);
        let arn: TaskDefinitionArn =
            arn.and_then(|text| text.parse().ok()).ok_or(TaskDefinitionError::NoArn)?;
        let containers = document.get("containerDefinitions").and_then(Value::as_array);
        let named = |container: &Value| container.get("name").is_some_and(Value::is_string);
        if !containers.is_some_and(|containers| containers.iter().all(named)) {
            return Err(TaskDefinitionError::NoContainers { task_definition: arn });
        }
        Ok(Self { arn, marker, document })
    }

    /// Returns which revision it is.
    pub fn arn(&self) -> &TaskDefinitionArn {
        &self.arn
    }

    /// Returns what the run that registered it marked it with, if one did.
    pub fn marker(&self) -> Option<&RegistrationMarker> {
        self.marker.as_ref()
    }

    /// Returns what each container runs, as written. It can be any text.
    pub fn images(&self) -> BTreeMap<String, String> {
        let text = |container: &Value, key: &str| container[key].as_str().unwrap_or_default().to_owned();
        self.containers().map(|it| (text(it, "name"), text(it, "image"))).collect()
    }

    /// Returns the definition with other images, ready to be registered in a family.
    ///
    /// Containers that are not named keep theirs, and everything else stays as it is.
    ///
    /// # Errors
    /// When a named container is not there, or none is named.
    pub fn render(
        &self,
        family: &TaskFamily,
        images: &BTreeMap<ContainerName, ImageReference>,
    ) -> Result<RenderedTaskDefinition, RenderError> {
        if images.is_empty() {
            return Err(RenderError::NothingToRender);
        }
        let found: Vec<String> = self.images().into_keys().collect();
        if let Some(missing) = images.keys().find(|name| !found.iter().any(|found| found == name.as_str())) {
            let (template, missing) = (self.arn.clone(), missing.clone());
            return Err(RenderError::MissingContainer { template, missing, found });
        }
        let mut document = self.document.clone();
        document.retain(|key, _| !READ_ONLY.contains(&key.as_str()));
        document.insert("family".to_owned(), family.as_str().into());
        if let Some(Value::Array(containers)) = document.get_mut("containerDefinitions") {
            for container in containers {
                let image = images.iter().find(|(name, _)| container["name"] == name.as_str());
                if let Some((_, image)) = image {
                    container["image"] = image.to_string().into();
                }
            }
        }
        Ok(RenderedTaskDefinition { family: family.clone(), document })
    }

    /// Returns where the log of a container of a task is, if it is written to CloudWatch.
    pub fn log_of(&self, container: &ContainerName, task: &TaskArn) -> Option<LogPointer> {
        let definition = self.containers().find(|it| it["name"] == container.as_str())?;
        let logging = &definition["logConfiguration"];
        if logging["logDriver"] != "awslogs" {
            return None;
        }
        let option = |name: &str| logging["options"][name].as_str();
        // Without a prefix the stream is named by an id that only the container's host knows.
        let (group, prefix) = (option("awslogs-group")?, option("awslogs-stream-prefix")?);
        let region = option("awslogs-region").unwrap_or(self.arn.region()).parse().ok()?;
        Some(LogPointer::new(&region, group, &format!("{prefix}/{container}/{}", task.id())))
    }

    fn containers(&self) -> impl Iterator<Item = &Value> {
        self.document.get("containerDefinitions").and_then(Value::as_array).into_iter().flatten()
    }
}

impl RenderedTaskDefinition {
    /// Returns the family that it becomes a revision of.
    pub fn family(&self) -> &TaskFamily {
        &self.family
    }

    /// Returns the body of the request that registers it, marked so that it is found again.
    ///
    /// It can hold secrets: it is for ECS alone.
    pub fn request(&self, marker: &RegistrationMarker) -> Value {
        let mut request = self.document.clone();
        let tag = serde_json::json!([{ "key": RegistrationMarker::TAG_KEY, "value": marker }]);
        request.insert("tags".to_owned(), tag);
        Value::Object(request)
    }
}

impl fmt::Debug for TaskDefinition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaskDefinition")
            .field("arn", &self.arn)
            .field("marker", &self.marker)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for RenderedTaskDefinition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RenderedTaskDefinition").field("family", &self.family).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn described() -> Value {
        json!({
            "taskDefinitionArn": "arn:aws:ecs:us-east-1:123456789012:task-definition/production-api-template:7",
            "family": "production-api-template",
            "revision": 7,
            "status": "ACTIVE",
            "registeredAt": 1_715_699_366.5,
            "registeredBy": "arn:aws:iam::123456789012:user/somebody",
            "compatibilities": ["EC2", "FARGATE"],
            "requiresAttributes": [{ "name": "ecs.capability.task-eni" }],
            "cpu": "2048",
            "volumes": [{ "name": "static" }],
            "somethingNew": { "kept": [1, 2.50] },
            "containerDefinitions": [
                { "name": "api", "image": "template", "environment": [{ "name": "KEY", "value": "hunter2" }],
                  "logConfiguration": { "logDriver": "awslogs", "options": {
                      "awslogs-group": "/ecs/production-api", "awslogs-stream-prefix": "ecs",
                      "awslogs-region": "eu-west-1" } } },
                { "name": "nginx", "image": "template", "portMappings": [{ "containerPort": 8080 }] },
                { "name": "log-router", "image": "public.ecr.aws/aws-observability/aws-for-fluent-bit:stable" },
            ],
        })
    }

    fn template() -> TaskDefinition {
        TaskDefinition::new(described(), None).unwrap()
    }

    fn images(pairs: &[(&str, &str)]) -> BTreeMap<ContainerName, ImageReference> {
        pairs.iter().map(|(name, image)| (name.parse().unwrap(), image.parse().unwrap())).collect()
    }

    const API: &str = "ghcr.io/wordpress/openverse-api:rel-2024.01.02.03.04.05";
    const NGINX: &str = "ghcr.io/wordpress/openverse-api_nginx:rel-2024.01.02.03.04.05";

    #[test]
    fn rendering_replaces_the_named_images_and_keeps_all_else() {
        let rendered = template()
            .render(&"production-api".parse().unwrap(), &images(&[("api", API), ("nginx", NGINX)]))
            .unwrap();
        let mut expected = described();
        for key in READ_ONLY {
            expected.as_object_mut().unwrap().remove(key);
        }
        expected["family"] = "production-api".into();
        expected["containerDefinitions"][0]["image"] = API.into();
        expected["containerDefinitions"][1]["image"] = NGINX.into();
        expected["tags"] = json!([{ "key": "openverse-release:run", "value": "run-1" }]);
        assert_eq!(rendered.request(&"run-1".parse().unwrap()), expected);
    }

    #[test]
    fn a_container_that_the_template_lacks_is_refused_by_name() {
        let family = "production-api".parse().unwrap();
        let refused = template().render(&family, &images(&[("api", API), ("proxy", NGINX)]));
        insta::assert_snapshot!(refused.unwrap_err(), @"the template production-api-template:7 has no container proxy, only api, log-router, nginx");
        assert_eq!(template().render(&family, &BTreeMap::new()), Err(RenderError::NothingToRender));
    }

    #[test]
    fn what_a_definition_holds_is_in_no_debug_output() {
        let rendered = template().render(&"a".parse().unwrap(), &images(&[("api", API)])).unwrap();
        for shown in [format!("{:?}", template()), format!("{rendered:#?}")] {
            assert!(!shown.contains("hunter2") && !shown.contains("KEY"), "{shown}");
        }
    }

    #[test]
    fn only_a_log_in_cloudwatch_has_a_page() {
        let task = "arn:aws:ecs:us-east-1:1:task/production-default/0a1b".parse().unwrap();
        let log = template().log_of(&"api".parse().unwrap(), &task).unwrap();
        assert_eq!((log.group.as_str(), log.stream.as_str()), ("/ecs/production-api", "ecs/api/0a1b"));
        assert!(log.url.contains("region=eu-west-1"), "{}", log.url);
        assert_eq!(template().log_of(&"nginx".parse().unwrap(), &task), None);
        assert_eq!(template().log_of(&"other".parse().unwrap(), &task), None);
    }

    #[test]
    fn what_is_no_task_definition_is_refused() {
        let read = |document| TaskDefinition::new(document, None).unwrap_err();
        assert_eq!(read(json!([])), TaskDefinitionError::NotAnObject);
        assert_eq!(read(json!({ "taskDefinitionArn": "production-api:7" })), TaskDefinitionError::NoArn);
        let mut nameless = described();
        nameless["containerDefinitions"][1]["name"] = Value::Null;
        assert!(matches!(read(nameless), TaskDefinitionError::NoContainers { .. }));
    }
}
