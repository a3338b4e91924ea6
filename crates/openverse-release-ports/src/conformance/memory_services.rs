//! Services of ECS in memory.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use openverse_release_core::{
    ContainerName, DeploymentId, EcsService, EcsServiceName, RegisterTaskDefinition, RegistrationMarker,
    RolloutState, ServiceDeployment, ServiceDescription, ServiceEvent, StoppedContainer, StoppedTask,
    TaskCounts, TaskDefinition, TaskDefinitionArn, TaskFamily, UpdateService,
};
use serde_json::{Value, json};

use crate::{ContainerServices, PortError, System, WriteError};

const ARN: &str = "arn:aws:ecs:us-east-1:123456789012";
const TASKS: u32 = 2;
/// How many events ECS keeps of a service.
const EVENTS: usize = 100;

/// Services of ECS in memory. Nothing goes on by itself: [`InMemoryServices::settle`] ends what is
/// under way. Clones share the services.
#[derive(Debug, Clone, Default)]
pub struct InMemoryServices(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    services: BTreeMap<EcsServiceName, Held>,
    task_definitions: BTreeMap<TaskFamily, Vec<TaskDefinition>>,
    /// Counts deployments, tasks and events, and stands for the time.
    number: u32,
    reply_is_lost: bool,
    writes: Vec<String>,
}

#[derive(Debug)]
struct Held {
    place: EcsService,
    deployments: Vec<ServiceDeployment>,
    events: Vec<ServiceEvent>,
    stopped: Vec<(DeploymentId, StoppedTask)>,
    next_fails: bool,
}

impl InMemoryServices {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a service that runs its template.
    pub fn add(&self, place: &EcsService) {
        let mut state = self.state();
        let sidecar = json!({ "name": "log-router", "image": "example.com/log-router:stable" });
        let of_app = |name: &ContainerName| {
            json!({
                "name": name,
                "image": "template",
                "environment": [{ "name": "SECRET", "value": "hunter2" }],
                "logConfiguration": { "logDriver": "awslogs", "options": {
                    "awslogs-group": format!("/ecs/{}", place.service),
                    "awslogs-stream-prefix": "ecs",
                } },
            })
        };
        let containers: Vec<Value> = place.containers.keys().map(of_app).chain([sidecar]).collect();
        let template = json!({ "cpu": "1024", "containerDefinitions": containers });
        let template = state.store(&place.template_family, template, None);
        let (deployments, events, stopped) = (Vec::new(), Vec::new(), Vec::new());
        let held = Held { place: place.clone(), deployments, events, stopped, next_fails: false };
        state.services.insert(place.service.clone(), held);
        state.deploy(&place.service, &template);
        state.settle(&place.service);
    }

    /// Ends what is under way: well, or as [`InMemoryServices::fail_next`] said.
    pub fn settle(&self, service: &EcsServiceName) {
        self.state().settle(service);
    }

    /// Makes the deployment that is started next be rolled back by ECS.
    pub fn fail_next(&self, service: &EcsServiceName) {
        if let Some(held) = self.state().services.get_mut(service) {
            held.next_fails = true;
        }
    }

    /// Starts a deployment as somebody else would, of the template itself.
    pub fn overtake(&self, service: &EcsServiceName) {
        let mut state = self.state();
        let Some(place) = state.services.get(service).map(|held| held.place.clone()) else { return };
        let Some(template) = state.newest(&place.template_family).map(|it| it.arn().clone()) else { return };
        state.deploy(service, &template);
    }

    /// Makes the reply to the next write be lost after it took effect.
    pub fn lose_next_reply(&self) {
        self.state().reply_is_lost = true;
    }

    /// Returns what was written through the port, in order.
    pub fn writes(&self) -> Vec<String> {
        self.state().writes.clone()
    }
}

impl State {
    fn next(&mut self) -> (u32, DateTime<Utc>) {
        self.number += 1;
        (self.number, DateTime::UNIX_EPOCH + TimeDelta::minutes(self.number.into()))
    }

    fn newest(&self, family: &TaskFamily) -> Option<&TaskDefinition> {
        self.task_definitions.get(family)?.last()
    }

    fn find(&self, arn: &TaskDefinitionArn) -> Option<&TaskDefinition> {
        self.task_definitions.values().flatten().find(|it| it.arn() == arn)
    }

    fn store(
        &mut self,
        family: &TaskFamily,
        mut document: Value,
        marker: Option<&RegistrationMarker>,
    ) -> TaskDefinitionArn {
        let revisions = self.task_definitions.entry(family.clone()).or_default();
        let revision = revisions.len() + 1;
        // ECS keeps tags beside a definition, not in it.
        document.as_object_mut().map(|document| document.remove("tags"));
        document["family"] = family.as_str().into();
        document["revision"] = revision.into();
        document["status"] = "ACTIVE".into();
        document["taskDefinitionArn"] = format!("{ARN}:task-definition/{family}:{revision}").into();
        let stored = TaskDefinition::new(document, marker.cloned()).expect("what is stored is well formed");
        let arn = stored.arn().clone();
        revisions.push(stored);
        arn
    }

    fn say(&mut self, service: &EcsServiceName, what: &str) {
        let (number, at) = self.next();
        let Some(held) = self.services.get_mut(service) else { return };
        let event =
            ServiceEvent { at, id: format!("{number:08x}"), message: format!("(service {service}) {what}") };
        held.events.insert(0, event);
        held.events.truncate(EVENTS);
    }

    fn deploy(
        &mut self,
        service: &EcsServiceName,
        task_definition: &TaskDefinitionArn,
    ) -> Option<ServiceDeployment> {
        let (number, created_at) = self.next();
        let started = ServiceDeployment {
            id: format!("ecs-svc/{number}").parse().expect("a number makes an id"),
            task_definition: task_definition.clone(),
            created_at,
            rollout: RolloutState::InProgress,
            reason: Some(format!("ECS deployment ecs-svc/{number} in progress.")),
            primary: true,
            counts: TaskCounts { desired: TASKS, pending: TASKS, ..TaskCounts::default() },
        };
        let held = self.services.get_mut(service)?;
        for before in &mut held.deployments {
            before.primary = false;
        }
        held.deployments.insert(0, started.clone());
        Some(started)
    }

    fn settle(&mut self, service: &EcsServiceName) {
        let Some(held) = self.services.get_mut(service) else { return };
        let Some(primary) = held.deployments.first().cloned() else { return };
        if primary.rollout != RolloutState::InProgress {
            return;
        }
        if std::mem::take(&mut held.next_fails) {
            self.roll_back(service, &primary);
        }
        let Some(held) = self.services.get_mut(service) else { return };
        held.deployments.truncate(1);
        if let Some(primary) = held.deployments.first_mut() {
            primary.rollout = RolloutState::Completed;
            primary.reason = Some(format!("ECS deployment {} completed.", primary.id));
            primary.counts = TaskCounts { desired: TASKS, running: TASKS, ..TaskCounts::default() };
            let completed = format!("(deployment {}) deployment completed.", primary.id);
            self.say(service, &completed);
        }
    }

    /// What the circuit breaker does: the deployment fails, and the one before is started again.
    fn roll_back(&mut self, service: &EcsServiceName, failed: &ServiceDeployment) {
        let (number, at) = self.next();
        let arn = format!("{ARN}:task/cluster/{number:032x}").parse().expect("a number makes a task");
        let definition = self.find(&failed.task_definition).cloned();
        let Some(held) = self.services.get_mut(service) else { return };
        let containers = held.place.containers.keys().map(|name| StoppedContainer {
            name: name.clone(),
            exit_code: Some(1),
            reason: None,
            log: definition.as_ref().and_then(|definition| definition.log_of(name, &arn)),
        });
        let reason = "Essential container in task exited".to_owned();
        let task =
            StoppedTask { arn: arn.clone(), stopped_at: Some(at), reason, containers: containers.collect() };
        held.stopped.insert(0, (failed.id.clone(), task));
        let before = held.deployments.iter().find(|it| it.rollout == RolloutState::Completed).cloned();
        let Some(before) = before else { return };
        self.say(service, &format!("(deployment {}) deployment failed: tasks failed to start.", failed.id));
        self.say(service, &format!("rolling back to deployment {}.", before.id));
        self.deploy(service, &before.task_definition);
    }
}

fn lost(state: &mut State, action: String) -> Result<(), PortError> {
    if !std::mem::take(&mut state.reply_is_lost) {
        return Ok(());
    }
    Err(PortError::ReplyLost { system: System::Ecs, action, detail: "connection closed".to_owned() })
}

#[async_trait]
impl ContainerServices for InMemoryServices {
    async fn service(&self, service: &EcsService) -> Result<Option<ServiceDescription>, PortError> {
        let state = self.state();
        let held = state.services.get(&service.service);
        Ok(held.filter(|held| held.place.cluster == service.cluster).map(|held| ServiceDescription {
            cluster: held.place.cluster.clone(),
            service: held.place.service.clone(),
            deployments: held.deployments.clone(),
            events: held.events.clone(),
        }))
    }

    async fn newest(
        &self,
        _service: &EcsService,
        family: &TaskFamily,
    ) -> Result<Option<TaskDefinition>, PortError> {
        Ok(self.state().newest(family).cloned())
    }

    async fn register(&self, wanted: &RegisterTaskDefinition) -> Result<TaskDefinitionArn, WriteError> {
        let mut state = self.state();
        let family = wanted.service.family();
        let registered = state.task_definitions.get(&family).into_iter().flatten();
        if let Some(found) = registered.rev().find(|it| it.marker() == Some(&wanted.marker)) {
            return Ok(found.arn().clone());
        }
        let template =
            state.find(&wanted.template).ok_or_else(|| WriteError::no_such_template(&wanted.template))?;
        let rendered =
            template.render(&family, &wanted.images).map_err(|error| WriteError::unfit_template(&error))?;
        let arn = state.store(&family, rendered.request(&wanted.marker), Some(&wanted.marker));
        state.writes.push(format!("register {}", arn.short()));
        lost(&mut state, format!("registering a revision of {family}"))?;
        Ok(arn)
    }

    async fn update(&self, wanted: &UpdateService) -> Result<ServiceDeployment, WriteError> {
        let mut state = self.state();
        let name = &wanted.service.service;
        let held = state.services.get(name).filter(|held| held.place.cluster == wanted.service.cluster);
        let held = held.ok_or_else(|| WriteError::no_such_service(&wanted.service))?;
        let primary = held.deployments.first();
        if let Some(primary) = primary.filter(|it| it.task_definition == wanted.task_definition) {
            return Ok(primary.clone());
        }
        let found = primary.map(|primary| &primary.id);
        if found != wanted.seen.as_ref() {
            return Err(WriteError::service_moved(&wanted.service, found, wanted.seen.as_ref()));
        }
        let action = format!("updating the service {name}");
        if state.find(&wanted.task_definition).is_none() {
            let detail = "ClientException: TaskDefinition not found.".to_owned();
            return Err(PortError::Refused { system: System::Ecs, action, status: 400, detail }.into());
        }
        let started = state.deploy(name, &wanted.task_definition);
        let started = started.ok_or_else(|| WriteError::no_such_service(&wanted.service))?;
        state.writes.push(format!("update {name} to {}", wanted.task_definition.short()));
        lost(&mut state, action)?;
        Ok(started)
    }

    async fn stopped_tasks(
        &self,
        service: &EcsService,
        deployment: &DeploymentId,
    ) -> Result<Vec<StoppedTask>, PortError> {
        let state = self.state();
        let stopped = state.services.get(&service.service).map(|held| held.stopped.iter());
        let of_it = stopped.into_iter().flatten().filter(|(of, _)| of == deployment);
        Ok(of_it.map(|(_, task)| task.clone()).collect())
    }
}

#[cfg(test)]
mod tests {
    use openverse_release_core::ImageTag;

    use super::*;
    use crate::conformance::services::{self, ServicesFixture};

    #[async_trait]
    impl ServicesFixture for InMemoryServices {
        async fn service(&self, name: &str) -> EcsService {
            let place = services::sample_service(name);
            self.add(&place);
            place
        }

        fn image_tag(&self, _service: &EcsService) -> ImageTag {
            "rel-2024.01.02.03.04.05".parse().unwrap()
        }

        async fn settle(&self, service: &EcsService) {
            self.settle(&service.service);
        }

        async fn fail_next(&self, service: &EcsService) {
            self.fail_next(&service.service);
        }

        async fn overtake(&self, service: &EcsService) {
            self.overtake(&service.service);
        }
    }

    #[tokio::test]
    async fn services_in_memory_keep_the_contract() {
        let memory = InMemoryServices::default();
        services::check_services(&memory, &memory).await;
        assert!(!memory.writes().is_empty());
    }

    #[tokio::test]
    async fn a_lost_reply_is_cleared_up_by_looking() {
        let memory = InMemoryServices::default();
        let place = services::sample_service("lost");
        memory.add(&place);
        let template = memory.newest(&place, &place.template_family).await.unwrap().unwrap();
        let wanted = services::registration(&place, template.arn(), &memory.image_tag(&place), "lost", 1);
        memory.lose_next_reply();
        let lost = memory.register(&wanted).await.unwrap_err();
        assert!(matches!(lost, WriteError::Port(error) if error.may_have_happened()));
        let arn = memory.register(&wanted).await.unwrap();
        assert_eq!(memory.writes(), [format!("register {}", arn.short())]);
    }
}
