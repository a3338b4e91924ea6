//! A service and its requests, as the tests ask for them.

use std::sync::Arc;

use openverse_release_conformance::ManualClock;
use openverse_release_core::{
    EcsService, EnvironmentName, Project, RegisterTaskDefinition, TaskDefinitionArn, UpdateService,
};
use openverse_release_ecs::{EcsConfig, EcsServices};
use openverse_release_ports::Requests;

pub(crate) fn service(app: &str, environment: EnvironmentName) -> EcsService {
    let openverse = Project::openverse();
    let target = openverse.app(app).unwrap().deployment(environment).unwrap();
    (**target.ecs.as_ref().unwrap()).clone()
}

pub(crate) fn api() -> EcsService {
    service("api", EnvironmentName::PRODUCTION)
}

pub(crate) fn arn(short: &str) -> TaskDefinitionArn {
    format!("arn:aws:ecs:us-east-1:123456789012:task-definition/{short}").parse().unwrap()
}

pub(crate) fn registration(template: &TaskDefinitionArn) -> RegisterTaskDefinition {
    let (service, tag) = (api(), "rel-2024.01.02.03.04.05".parse().unwrap());
    let images = service.images(&tag);
    RegisterTaskDefinition { service, template: template.clone(), images, marker: "run-1".parse().unwrap() }
}

pub(crate) fn update(seen: &str) -> UpdateService {
    let seen = Some(seen.parse().unwrap());
    UpdateService { service: api(), task_definition: arn("production-api:42"), seen }
}

/// An adapter in front of a stand-in, with what counts its requests and tells its pauses.
pub(crate) fn adapter(origin: &str) -> (EcsServices, Requests, ManualClock) {
    let (requests, clock) = (Requests::default(), ManualClock::default());
    let config = EcsConfig::stand_in(origin.parse().unwrap());
    (EcsServices::new(config, requests.clone(), Arc::new(clock.clone())), requests, clock)
}
