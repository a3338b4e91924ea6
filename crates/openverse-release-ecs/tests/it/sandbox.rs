//! The adapter in front of the sandbox.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use openverse_release_conformance::{
    ManualClock,
    services::{ServicesFixture, check_services},
};
use openverse_release_core::{
    DeploymentId, EcsService, EnvironmentName, ImageTag, Project, RegisterTaskDefinition, Rollout,
    ServiceDeployment, UpdateService, judge_rollout,
};
use openverse_release_ecs::{EcsConfig, EcsServices};
use openverse_release_ports::{ContainerServices, PortError, Requests, System, WriteError};
use openverse_release_sandbox::{Options, Part, Sandbox, Server};
use tempfile::TempDir;

use crate::place::service;

/// A sandbox, and the adapter in front of it.
#[derive(Debug)]
struct World {
    sandbox: Sandbox,
    clock: ManualClock,
    services: EcsServices,
    requests: Requests,
    _server: Server,
    _dir: TempDir,
}

impl World {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let clock = ManualClock::default();
        let sandbox = Sandbox::at(dir.path().join("sandbox")).with_clock(Arc::new(clock.clone()));
        sandbox.create(&Project::openverse(), Options::default()).unwrap();
        let server = sandbox.serve().unwrap();
        let stand_ins = server.urls().stand_ins(&Project::openverse()).unwrap();
        let requests = Requests::default();
        let config = EcsConfig::stand_in(stand_ins.ecs.unwrap());
        let services = EcsServices::new(config, requests.clone(), Arc::new(clock.clone()));
        Self { sandbox, clock, services, requests, _server: server, _dir: dir }
    }

    fn fault(&self, fault: &str) {
        self.sandbox.set_fault(fault.parse().unwrap()).unwrap();
    }

    /// What the live API runs in production: image tag and commit.
    fn live(&self) -> (String, String) {
        let status = self.sandbox.status().unwrap();
        let live =
            status.apps[0].live.iter().find(|live| live.environment == EnvironmentName::PRODUCTION).unwrap();
        (live.image_tag.to_string(), live.commit.to_string())
    }

    /// The newest build of the API, which production does not run.
    fn newest(&self) -> ImageTag {
        ImageTag::of_commit(&self.sandbox.status().unwrap().apps[0].latest.clone().unwrap())
    }

    async fn registration(&self, tag: &ImageTag) -> RegisterTaskDefinition {
        let api = service("api", EnvironmentName::PRODUCTION);
        let template = self.services.newest(&api, &api.template_family).await.unwrap().unwrap().arn().clone();
        let (images, marker) = (api.images(tag), "run-1".parse().unwrap());
        RegisterTaskDefinition { service: api, template, images, marker }
    }

    async fn wanted(&self, tag: &ImageTag) -> UpdateService {
        let task_definition = self.services.register(&self.registration(tag).await).await.unwrap();
        let api = service("api", EnvironmentName::PRODUCTION);
        let found = self.services.service(&api).await.unwrap().unwrap();
        let seen = found.primary().map(|primary| primary.id.clone());
        UpdateService { service: api, task_definition, seen }
    }

    async fn deploy(&self, tag: &ImageTag) -> ServiceDeployment {
        self.services.update(&self.wanted(tag).await).await.unwrap()
    }

    async fn judge(&self, id: &DeploymentId) -> Rollout {
        let api = service("api", EnvironmentName::PRODUCTION);
        judge_rollout(id, &self.services.service(&api).await.unwrap().unwrap())
    }

    fn count(&self, action: &str) -> usize {
        self.sandbox.log().unwrap().iter().filter(|entry| entry.action.as_str() == action).count()
    }

    fn pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }
}

#[async_trait]
impl ServicesFixture for World {
    async fn service(&self, name: &str) -> EcsService {
        let (app, environment) = match name.len() % 4 {
            0 => ("api", EnvironmentName::PRODUCTION),
            1 => ("api", EnvironmentName::STAGING),
            2 => ("frontend", EnvironmentName::PRODUCTION),
            _ => ("frontend", EnvironmentName::STAGING),
        };
        self.pass(600);
        service(app, environment)
    }

    fn image_tag(&self, service: &EcsService) -> ImageTag {
        let status = self.sandbox.status().unwrap();
        let nuxt = service.service.as_str().ends_with("nuxt");
        let app = status.apps.iter().find(|app| app.app.as_str() == if nuxt { "frontend" } else { "api" });
        ImageTag::of_commit(app.unwrap().latest.as_ref().unwrap())
    }

    async fn settle(&self, _service: &EcsService) {
        self.pass(600);
    }

    async fn fail_next(&self, service: &EcsService) {
        let environment = service.service.as_str().split('-').next().unwrap();
        self.fault(&format!("rollout-rolled-back:{environment}"));
    }

    async fn overtake(&self, service: &EcsService) {
        // Time does not pass in between, so this is no update of what the suite has just seen.
        let found = self.services.service(service).await.unwrap().unwrap();
        let template = self.services.newest(service, &service.template_family).await.unwrap().unwrap();
        let seen = found.primary().map(|primary| primary.id.clone());
        let wanted =
            UpdateService { service: service.clone(), task_definition: template.arn().clone(), seen };
        self.services.update(&wanted).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_adapter_keeps_the_contract() {
    let world = World::new();
    check_services(&world.services, &world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_makes_the_app_answer_with_the_new_version_once_it_has_completed() {
    let world = World::new();
    let (before, newest) = (world.live(), world.newest());
    assert_ne!(before.1, newest.as_str());
    let ours = world.deploy(&newest).await;
    assert_eq!(world.live(), before, "tasks are only being started");
    let Rollout::UnderWay { counts } = world.judge(&ours.id).await else { panic!("not under way") };
    assert_eq!((counts.desired, counts.pending, counts.running), (2, 2, 0));
    world.pass(1);
    let Rollout::UnderWay { counts } = world.judge(&ours.id).await else { panic!("not under way") };
    assert_eq!((counts.pending, counts.running), (0, 2));
    world.pass(10);
    assert_eq!(world.judge(&ours.id).await, Rollout::Done);
    assert_eq!(world.live(), (newest.to_string(), newest.to_string()));
    let actions: Vec<_> = world.sandbox.log().unwrap().iter().map(|entry| entry.action.to_string()).collect();
    assert_eq!(actions, ["register_task_definition", "update_service", "deploy"]);
    assert_eq!(world.sandbox.requests().unwrap().of(Part::Ecs), world.requests.counts()[&System::Ecs]);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_bad_end_of_a_deployment_is_told_and_leaves_the_live_version() {
    let world = World::new();
    let (before, newest) = (world.live(), world.newest());
    for (number, fault) in ["rollout-rolled-back", "rollout-replaced", "rollout-fails"].iter().enumerate() {
        world.fault(fault);
        let mut registration = world.registration(&newest).await;
        registration.marker = format!("run-{number}").parse().unwrap();
        let mut wanted = world.wanted(&newest).await;
        wanted.task_definition = world.services.register(&registration).await.unwrap();
        let ours = world.services.update(&wanted).await.unwrap();
        world.pass(20);
        let rollout = world.judge(&ours.id).await;
        match *fault {
            "rollout-rolled-back" => {
                assert!(
                    matches!(&rollout, Rollout::RolledBack { reason, to: Some(_) } if reason.contains("tasks failed to start")),
                    "{rollout:?}"
                );
                let stopped = world.services.stopped_tasks(&wanted.service, &ours.id).await.unwrap();
                let api = stopped[0].containers.iter().find(|it| it.name.as_str() == "api").unwrap();
                assert_eq!(
                    (stopped[0].reason.as_str(), api.exit_code),
                    ("Essential container in task exited", Some(1))
                );
                let log = api.log.as_ref().unwrap();
                assert_eq!(log.group, "/ecs/production-api");
            }
            // ECS has forgotten it by then.
            "rollout-replaced" => {
                assert!(matches!(rollout, Rollout::Absent { primary: Some(_) }), "{rollout:?}");
            }
            _ => assert!(matches!(rollout, Rollout::Failed { .. }), "{rollout:?}"),
        }
        assert_eq!(world.live(), before, "{fault}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_that_the_registry_lacks_is_the_reason_why_tasks_stopped() {
    let world = World::new();
    let ours = world.deploy(&"rel-2031.01.01.00.00.00".parse().unwrap()).await;
    world.pass(20);
    assert!(matches!(world.judge(&ours.id).await, Rollout::RolledBack { .. }));
    let api = service("api", EnvironmentName::PRODUCTION);
    let stopped = world.services.stopped_tasks(&api, &ours.id).await.unwrap();
    assert!(stopped[0].reason.starts_with("CannotPullContainerError"), "{stopped:?}");
    assert!(stopped[0].containers.iter().all(|container| container.exit_code.is_none()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_deployment_is_under_way_until_the_fault_is_cleared() {
    let world = World::new();
    world.fault("rollout-slow");
    let ours = world.deploy(&world.newest()).await;
    world.pass(30);
    assert!(matches!(world.judge(&ours.id).await, Rollout::UnderWay { .. }));
    world.sandbox.clear_faults().unwrap();
    world.pass(5);
    assert_eq!(world.judge(&ours.id).await, Rollout::Done);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_reply_leads_to_one_revision_and_one_deployment() {
    let world = World::new();
    let registration = world.registration(&world.newest()).await;
    world.fault("lost-reply:register_task_definition");
    let lost = world.services.register(&registration).await.unwrap_err();
    assert!(matches!(lost, WriteError::Port(PortError::ReplyLost { .. })), "{lost:?}");
    let task_definition = world.services.register(&registration).await.unwrap();
    assert_eq!(world.count("register_task_definition"), 1);
    let api = service("api", EnvironmentName::PRODUCTION);
    let seen = world.services.service(&api).await.unwrap().unwrap().primary().map(|it| it.id.clone());
    let wanted = UpdateService { service: api.clone(), task_definition, seen };
    world.fault("lost-reply:update_service");
    let lost = world.services.update(&wanted).await.unwrap_err();
    assert!(matches!(lost, WriteError::Port(PortError::ReplyLost { .. })), "{lost:?}");
    let found = world.services.service(&api).await.unwrap().unwrap();
    let ours = found.deployment_of(&wanted.task_definition).unwrap().id.clone();
    assert_eq!(world.services.update(&wanted).await.unwrap().id, ours);
    assert_eq!(world.count("update_service"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn server_errors_are_repeated_for_reads_and_leave_a_write_unknown() {
    let world = World::new();
    let api = service("api", EnvironmentName::PRODUCTION);
    world.fault("server-errors:ecs");
    assert!(world.services.service(&api).await.unwrap().is_some());
    assert_eq!(world.clock.sleeps().len(), 1);
    let wanted = world.wanted(&world.newest()).await;
    world.sandbox.set_fault_after("server-errors:ecs".parse().unwrap(), 1, Some(1)).unwrap();
    let unknown = world.services.update(&wanted).await.unwrap_err();
    assert!(matches!(unknown, WriteError::Port(PortError::ReplyLost { .. })), "{unknown:?}");
    assert_eq!(world.count("update_service"), 0);
}
