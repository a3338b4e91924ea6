//! The port's operations.

use std::{collections::BTreeMap, sync::Arc};

use async_trait::async_trait;
use aws_sdk_ecs::types::{DesiredStatus, SortOrder, TaskDefinitionField, TaskDefinitionStatus};
use openverse_release_core::{
    AwsRegion, DeploymentId, EcsService, RegisterTaskDefinition, RegistrationMarker, ServiceDeployment,
    ServiceDescription, StoppedTask, TaskDefinition, TaskDefinitionArn, TaskFamily, UpdateService,
};
use openverse_release_ports::{Clock, ContainerServices, PortError, Requests, System, WriteError};
use serde_json::Value;

use crate::{
    EcsConfig,
    client::{EcsClient, watched},
    failure::Failure,
    read::{self, Unexpected},
};

/// Among how many of the newest revisions a marker is looked for. Who else registers meanwhile is a
/// deployment GitHub Workflow, one at a time.
const LOOKED_THROUGH: usize = 5;

/// How many tasks ECS describes at once.
const TASKS_AT_ONCE: usize = 100;

/// Services of AWS ECS.
///
/// What a task definition is marked with is a tag, so registering needs the permission
/// `ecs:TagResource` beside those for the requests themselves.
#[derive(Debug)]
pub struct EcsServices {
    client: EcsClient,
}

impl EcsServices {
    /// Returns an adapter that counts its requests in `requests`. Nothing is looked for or sent yet.
    pub fn new(config: EcsConfig, requests: Requests, clock: Arc<dyn Clock>) -> Self {
        Self { client: EcsClient::new(config, requests, clock) }
    }

    /// Returns a revision by ARN, or the newest active one by family.
    async fn task_definition(
        &self,
        name: &str,
        region: Option<&AwsRegion>,
    ) -> Result<Option<TaskDefinition>, PortError> {
        let action = format!("the task definition {name}");
        let sdk = self.client.sdk(region).await?;
        let answer = self.client.read(&action, |wire| {
            let request =
                sdk.describe_task_definition().task_definition(name).include(TaskDefinitionField::Tags);
            watched(request.customize(), wire, region).send()
        });
        let (found, raw) = match answer.await {
            Ok(answer) => answer,
            Err(failure) if is_no_such_definition(&failure) => return Ok(None),
            Err(failure) => return Err(failure.of_read(&action)),
        };
        let marker = found.tags().iter().find(|tag| tag.key() == Some(RegistrationMarker::TAG_KEY));
        let marker = marker.and_then(|tag| tag.value()).and_then(|text| text.parse().ok());
        let definition = TaskDefinition::new(raw["taskDefinition"].clone(), marker);
        definition.map(Some).map_err(|error| malformed(&action, error.to_string()))
    }

    /// Returns the revision of a family that bears a marker, if one of the newest does.
    async fn registered(
        &self,
        service: &EcsService,
        marker: &RegistrationMarker,
    ) -> Result<Option<TaskDefinitionArn>, PortError> {
        let family = service.family();
        let region = service.region.as_ref();
        let action = format!("the newest revisions of {family}");
        let sdk = self.client.sdk(region).await?;
        let answer = self.client.read(&action, |wire| {
            let request = sdk
                .list_task_definitions()
                .family_prefix(family.as_str())
                .status(TaskDefinitionStatus::Active)
                .sort(SortOrder::Desc)
                .max_results(i32::try_from(LOOKED_THROUGH).unwrap_or(i32::MAX));
            watched(request.customize(), wire, region).send()
        });
        let (found, _) = answer.await.map_err(|failure| failure.of_read(&action))?;
        for arn in found.task_definition_arns() {
            let arn: TaskDefinitionArn = read::parsed("a task definition's ARN", Some(arn))
                .map_err(|detail| malformed(&action, detail))?;
            if arn.family() != family.as_str() {
                continue;
            }
            let definition = self.task_definition(arn.as_str(), region).await?;
            if definition.is_some_and(|definition| definition.marker() == Some(marker)) {
                return Ok(Some(arn));
            }
        }
        Ok(None)
    }

    async fn stopped_task_arns(&self, service: &EcsService) -> Result<Vec<String>, PortError> {
        let region = service.region.as_ref();
        let action = format!("the stopped tasks of {}", service.service);
        let sdk = self.client.sdk(region).await?;
        let (mut arns, mut page): (Vec<String>, Option<String>) = (Vec::new(), None);
        loop {
            let answer = self.client.read(&action, |wire| {
                let request = sdk
                    .list_tasks()
                    .cluster(service.cluster.as_str())
                    .service_name(service.service.as_str())
                    .desired_status(DesiredStatus::Stopped)
                    .set_next_token(page.clone());
                watched(request.customize(), wire, region).send()
            });
            let (found, _) = answer.await.map_err(|failure| failure.of_read(&action))?;
            arns.extend_from_slice(found.task_arns());
            match found.next_token() {
                Some(next) if page.as_deref() != Some(next) => page = Some(next.to_owned()),
                Some(_) => return Err(malformed(&action, "found a page that follows itself".to_owned())),
                None => return Ok(arns),
            }
        }
    }
}

fn malformed(action: &str, detail: Unexpected) -> PortError {
    PortError::Malformed { system: System::Ecs, action: action.to_owned(), detail }
}

/// ECS has no code of its own for this.
fn is_no_such_definition(failure: &Failure) -> bool {
    failure.refusal() == Some(("ClientException", "Unable to describe task definition."))
}

#[async_trait]
impl ContainerServices for EcsServices {
    async fn service(&self, service: &EcsService) -> Result<Option<ServiceDescription>, PortError> {
        let region = service.region.as_ref();
        let action = format!("the service {} in {}", service.service, service.cluster);
        let sdk = self.client.sdk(region).await?;
        let answer = self.client.read(&action, |wire| {
            let request =
                sdk.describe_services().cluster(service.cluster.as_str()).services(service.service.as_str());
            watched(request.customize(), wire, region).send()
        });
        let (found, _) = answer.await.map_err(|failure| failure.of_read(&action))?;
        let failed = found.failures().iter().find(|failure| failure.reason() != Some("MISSING"));
        if let Some(failed) = failed {
            let reason = failed.reason().unwrap_or("no reason");
            return Err(malformed(&action, format!("found the failure {reason}, expected the service")));
        }
        // One that was deleted is described for a while.
        let active = found.services().iter().find(|it| it.status() == Some("ACTIVE"));
        let described = active.map(|it| read::describe(service, it)).transpose();
        described.map_err(|detail| malformed(&action, detail))
    }

    async fn newest(
        &self,
        service: &EcsService,
        family: &TaskFamily,
    ) -> Result<Option<TaskDefinition>, PortError> {
        self.task_definition(family.as_str(), service.region.as_ref()).await
    }

    async fn register(&self, wanted: &RegisterTaskDefinition) -> Result<TaskDefinitionArn, WriteError> {
        let RegisterTaskDefinition { service, template, images, marker } = wanted;
        if let Some(arn) = self.registered(service, marker).await? {
            return Ok(arn);
        }
        let region = service.region.as_ref();
        let found = self.task_definition(template.as_str(), region).await?;
        let found = found.ok_or_else(|| WriteError::no_such_template(template))?;
        let rendered =
            found.render(&service.family(), images).map_err(|error| WriteError::unfit_template(&error))?;
        let action = format!("registering a revision of {}", rendered.family());
        let sdk = self.client.sdk(region).await?;
        let body: Value = rendered.request(marker);
        let answer = self.client.write(&action, Some(&body), |wire| {
            let request = sdk.register_task_definition().family(rendered.family().as_str());
            watched(request.customize(), wire, region).send()
        });
        let answer = answer.await?;
        let arn = answer.task_definition().and_then(|it| it.task_definition_arn());
        let arn = read::parsed("taskDefinitionArn", arn).map_err(|detail| malformed(&action, detail))?;
        Ok(arn)
    }

    async fn update(&self, wanted: &UpdateService) -> Result<ServiceDeployment, WriteError> {
        let UpdateService { service, task_definition, seen } = wanted;
        let before = self.service(service).await?.ok_or_else(|| WriteError::no_such_service(service))?;
        let primary = before.primary();
        if let Some(primary) = primary.filter(|it| it.task_definition == *task_definition) {
            return Ok(primary.clone());
        }
        let found = primary.map(|primary| &primary.id);
        if found != seen.as_ref() {
            return Err(WriteError::service_moved(service, found, seen.as_ref()));
        }
        let region = service.region.as_ref();
        let action = format!("updating the service {} to {}", service.service, task_definition.short());
        let sdk = self.client.sdk(region).await?;
        let answer = self.client.write(&action, None, |wire| {
            let request = sdk
                .update_service()
                .cluster(service.cluster.as_str())
                .service(service.service.as_str())
                .task_definition(task_definition.as_str());
            watched(request.customize(), wire, region).send()
        });
        let answer = answer.await?;
        let after = answer.service().ok_or_else(|| "found no service, expected it".to_owned());
        let after = after.and_then(|after| read::describe(service, after));
        let after = after.map_err(|detail| malformed(&action, detail))?;
        match (after.deployment_of(task_definition), after.primary()) {
            (Some(ours), _) => Ok(ours.clone()),
            (None, found) => {
                Err(WriteError::service_moved(service, found.map(|found| &found.id), seen.as_ref()))
            }
        }
    }

    async fn stopped_tasks(
        &self,
        service: &EcsService,
        deployment: &DeploymentId,
    ) -> Result<Vec<StoppedTask>, PortError> {
        let region = service.region.as_ref();
        let action = format!("why tasks of {deployment} stopped");
        let sdk = self.client.sdk(region).await?;
        let mut tasks = Vec::new();
        let mut definitions: BTreeMap<String, Option<TaskDefinition>> = BTreeMap::new();
        for arns in self.stopped_task_arns(service).await?.chunks(TASKS_AT_ONCE) {
            let answer = self.client.read(&action, |wire| {
                let request =
                    sdk.describe_tasks().cluster(service.cluster.as_str()).set_tasks(Some(arns.to_vec()));
                watched(request.customize(), wire, region).send()
            });
            let (found, _) = answer.await.map_err(|failure| failure.of_read(&action))?;
            for task in found.tasks().iter().filter(|task| read::started_by(task, deployment)) {
                let arn = task.task_definition_arn().unwrap_or_default();
                if !definitions.contains_key(arn) {
                    let definition = self.task_definition(arn, region).await?;
                    definitions.insert(arn.to_owned(), definition);
                }
                let definition = definitions.get(arn).and_then(Option::as_ref);
                let task = read::stopped_task(task, definition);
                tasks.push(task.map_err(|detail| malformed(&action, detail))?);
            }
        }
        // The last one first; one that is still stopping is later than any.
        tasks.sort_by_key(|task| std::cmp::Reverse((task.stopped_at.is_none(), task.stopped_at)));
        Ok(tasks)
    }
}
