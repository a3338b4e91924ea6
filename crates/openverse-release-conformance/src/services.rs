//! The contract of [`ContainerServices`], rule by rule.

use std::{collections::BTreeMap, fmt::Debug};

use async_trait::async_trait;
use openverse_release_core::{
    EcsService, ImageTag, RegisterTaskDefinition, Rollout, RolloutState, ServiceDeployment,
    ServiceDescription, TaskDefinition, TaskDefinitionArn, UpdateService, judge_rollout,
};
use openverse_release_ports::{ContainerServices, WriteError};

/// The services behind the implementation under test.
#[async_trait]
pub trait ServicesFixture: Debug + Send + Sync {
    /// Returns a service that is steady, whose template has the containers that the service names
    /// and at least one more. The suite asks once for each rule; it may get the same service again.
    async fn service(&self, name: &str) -> EcsService;

    /// Returns an image tag that every image of the service has, and that its template does not name.
    fn image_tag(&self, service: &EcsService) -> ImageTag;

    /// Makes everything that is under way come to its end.
    async fn settle(&self, service: &EcsService);

    /// Makes the deployment that is started next be rolled back by ECS.
    async fn fail_next(&self, service: &EcsService);

    /// Updates the service as somebody else would.
    async fn overtake(&self, service: &EcsService);
}

/// Checks every rule.
pub async fn check_services(services: &dyn ContainerServices, fixture: &dyn ServicesFixture) {
    what_is_absent_is_none(services, fixture).await;
    a_steady_service_has_one_completed_primary_deployment(services, fixture).await;
    a_registered_revision_is_the_template_with_other_images(services, fixture).await;
    registering_with_the_same_marker_registers_once(services, fixture).await;
    a_template_without_a_named_container_is_a_conflict(services, fixture).await;
    an_update_starts_one_deployment_that_completes(services, fixture).await;
    updating_again_changes_nothing(services, fixture).await;
    a_service_that_somebody_else_updated_is_a_conflict(services, fixture).await;
    a_service_that_is_not_there_is_a_conflict(services, fixture).await;
    a_task_definition_that_is_not_there_is_refused(services, fixture).await;
    a_newer_deployment_is_told_from_ours(services, fixture).await;
    a_deployment_that_ecs_rolled_back_tells_why(services, fixture).await;
}

/// Returns a service for an implementation that holds any number of them.
pub fn sample_service(name: &str) -> EcsService {
    let text = "the suite's own names are well formed";
    let container = |container: &str, image: &str| {
        (container.parse().expect(text), format!("ghcr.io/conformance/{image}").parse().expect(text))
    };
    EcsService {
        cluster: "production-default".parse().expect(text),
        service: format!("production-{name}").parse().expect(text),
        template_family: format!("production-{name}-template").parse().expect(text),
        containers: BTreeMap::from([container("app", name), container("nginx", &format!("{name}_nginx"))]),
        region: None,
    }
}

/// Returns what registers a template with the images of a tag.
///
/// What tells the registrations of one rule from another's is the name; those of one rule, the
/// number.
pub fn registration(
    service: &EcsService,
    template: &TaskDefinitionArn,
    tag: &ImageTag,
    name: &str,
    number: u32,
) -> RegisterTaskDefinition {
    let marker =
        format!("conformance-{name}-{number}").parse().expect("the suite's own markers are well formed");
    let (service, template, images) = (service.clone(), template.clone(), service.images(tag));
    RegisterTaskDefinition { service, template, images, marker }
}

async fn described(services: &dyn ContainerServices, service: &EcsService) -> ServiceDescription {
    services.service(service).await.expect("the service can be read").expect("the service is there")
}

async fn primary(services: &dyn ContainerServices, service: &EcsService) -> ServiceDeployment {
    described(services, service).await.primary().cloned().expect("there is a primary deployment")
}

async fn template(services: &dyn ContainerServices, service: &EcsService) -> TaskDefinition {
    let newest = services.newest(service, &service.template_family).await;
    newest.expect("the template can be read").expect("there is a template")
}

async fn registered(
    services: &dyn ContainerServices,
    fixture: &dyn ServicesFixture,
    service: &EcsService,
    name: &str,
) -> TaskDefinitionArn {
    let template = template(services, service).await;
    let wanted = registration(service, template.arn(), &fixture.image_tag(service), name, 1);
    services.register(&wanted).await.expect("the template fits")
}

async fn deployed(
    services: &dyn ContainerServices,
    fixture: &dyn ServicesFixture,
    service: &EcsService,
    name: &str,
) -> ServiceDeployment {
    let task_definition = registered(services, fixture, service, name).await;
    let seen = Some(primary(services, service).await.id);
    let wanted = UpdateService { service: service.clone(), task_definition, seen };
    services.update(&wanted).await.expect("nobody else updated the service")
}

fn assert_conflict<T: Debug>(outcome: Result<T, WriteError>, mentions: &[&str]) {
    let Err(WriteError::Conflict { found, expected }) = outcome else {
        panic!("expected a conflict, found {outcome:?}");
    };
    let message = format!("found {found}, expected {expected}");
    for mentioned in mentions {
        assert!(message.contains(mentioned), "\"{message}\" does not mention {mentioned}");
    }
}

/// Neither a service nor a family that is absent is an error.
pub async fn what_is_absent_is_none(services: &dyn ContainerServices, fixture: &dyn ServicesFixture) {
    let mut service = fixture.service("absent").await;
    let none = "no-such-family".parse().expect("the suite's own names are well formed");
    assert_eq!(services.newest(&service, &none).await.expect("an absent family is no error"), None);
    service.service = "no-such-service".parse().expect("the suite's own names are well formed");
    assert_eq!(services.service(&service).await.expect("an absent service is no error"), None);
}

/// And it is of a revision that can be looked up.
pub async fn a_steady_service_has_one_completed_primary_deployment(
    services: &dyn ContainerServices,
    fixture: &dyn ServicesFixture,
) {
    let service = fixture.service("steady").await;
    let found = described(services, &service).await;
    assert_eq!((&found.cluster, &found.service), (&service.cluster, &service.service));
    let primaries = found.deployments.iter().filter(|deployment| deployment.primary).count();
    assert_eq!(primaries, 1, "{found:?}");
    let primary = primary(services, &service).await;
    assert_eq!(primary.rollout, RolloutState::Completed);
    assert_eq!(primary.counts.running, primary.counts.desired);
    assert_eq!(judge_rollout(&primary.id, &found), Rollout::Done);
}

/// The named containers get the images, the others keep theirs, and the marker is read again.
pub async fn a_registered_revision_is_the_template_with_other_images(
    services: &dyn ContainerServices,
    fixture: &dyn ServicesFixture,
) {
    let service = fixture.service("rendered").await;
    let template = template(services, &service).await;
    let wanted = registration(&service, template.arn(), &fixture.image_tag(&service), "rendered", 1);
    let arn = services.register(&wanted).await.expect("the template fits");
    assert_eq!(arn.family(), service.service.as_str());
    let newest = services.newest(&service, &service.family()).await.expect("the family can be read");
    let newest = newest.expect("a revision was registered");
    assert_eq!((newest.arn(), newest.marker()), (&arn, Some(&wanted.marker)));
    let mut expected = template.images();
    assert!(expected.len() > wanted.images.len(), "the fixture's template has another container");
    assert!(wanted.images.iter().all(|(name, image)| expected[name.as_str()] != image.to_string()));
    expected.extend(wanted.images.iter().map(|(name, image)| (name.to_string(), image.to_string())));
    assert_eq!(newest.images(), expected);
    // What was rendered from either is the same, so nothing but images and family was changed.
    let again = |from: &TaskDefinition| from.render(&service.family(), &wanted.images).expect("both fit");
    assert_eq!(again(&newest), again(&template));
}

/// Also when another revision was registered in between, by its own marker.
pub async fn registering_with_the_same_marker_registers_once(
    services: &dyn ContainerServices,
    fixture: &dyn ServicesFixture,
) {
    let service = fixture.service("marker").await;
    let template = template(services, &service).await;
    let tag = fixture.image_tag(&service);
    let wanted = |number| registration(&service, template.arn(), &tag, "marker", number);
    let first = services.register(&wanted(1)).await.expect("the template fits");
    let second = services.register(&wanted(2)).await.expect("the template fits");
    assert_eq!(second.revision(), first.revision() + 1);
    for _ in 0..2 {
        assert_eq!(services.register(&wanted(1)).await.expect("it is there"), first);
    }
    let newest = services.newest(&service, &service.family()).await.expect("the family can be read");
    assert_eq!(newest.map(|newest| newest.arn().clone()), Some(second));
}

/// And so is a template that is not there: nothing is registered.
pub async fn a_template_without_a_named_container_is_a_conflict(
    services: &dyn ContainerServices,
    fixture: &dyn ServicesFixture,
) {
    let service = fixture.service("unfit").await;
    let newest = || async {
        let newest = services.newest(&service, &service.family()).await.expect("the family can be read");
        newest.map(|newest| newest.arn().clone())
    };
    let before = newest().await;
    let template = template(services, &service).await;
    let mut wanted = registration(&service, template.arn(), &fixture.image_tag(&service), "unfit", 1);
    let image = wanted.images.values().next().expect("the service names containers").clone();
    wanted.images.insert("webcam".parse().expect("the suite's own names are well formed"), image);
    assert_conflict(services.register(&wanted).await, &["webcam", template.arn().short()]);
    let absent = template.arn().as_str().replace(template.arn().short(), "no-such-family:1");
    let absent = absent.parse().expect("another family makes another ARN");
    let wanted = registration(&service, &absent, &fixture.image_tag(&service), "unfit", 2);
    assert_conflict(services.register(&wanted).await, &["no-such-family:1"]);
    assert_eq!(newest().await, before);
}

/// The deployment that is returned is the primary one, and the one that completes.
pub async fn an_update_starts_one_deployment_that_completes(
    services: &dyn ContainerServices,
    fixture: &dyn ServicesFixture,
) {
    let service = fixture.service("update").await;
    let started = deployed(services, fixture, &service, "update").await;
    let found = described(services, &service).await;
    assert_eq!(found.primary().map(|primary| &primary.id), Some(&started.id));
    assert_eq!(found.deployment_of(&started.task_definition).map(|it| &it.id), Some(&started.id));
    assert!(matches!(judge_rollout(&started.id, &found), Rollout::UnderWay { .. }), "{found:?}");
    fixture.settle(&service).await;
    let found = described(services, &service).await;
    assert_eq!(judge_rollout(&started.id, &found), Rollout::Done, "{found:?}");
}

/// Asking again succeeds with the same deployment, also when what was seen before the first time is
/// given again.
pub async fn updating_again_changes_nothing(services: &dyn ContainerServices, fixture: &dyn ServicesFixture) {
    let service = fixture.service("again").await;
    let task_definition = registered(services, fixture, &service, "again").await;
    let seen = Some(primary(services, &service).await.id);
    let wanted = UpdateService { service: service.clone(), task_definition, seen };
    let first = services.update(&wanted).await.expect("nobody else updated the service");
    for _ in 0..2 {
        assert_eq!(services.update(&wanted).await.expect("updating is idempotent").id, first.id);
        fixture.settle(&service).await;
    }
}

/// The primary deployment is not the one that the caller saw: nothing is written.
pub async fn a_service_that_somebody_else_updated_is_a_conflict(
    services: &dyn ContainerServices,
    fixture: &dyn ServicesFixture,
) {
    let service = fixture.service("moved").await;
    let task_definition = registered(services, fixture, &service, "moved").await;
    let seen = primary(services, &service).await.id;
    fixture.overtake(&service).await;
    let newer = primary(services, &service).await.id;
    assert_ne!(newer, seen, "the fixture started a deployment");
    let wanted = UpdateService { service: service.clone(), task_definition, seen: Some(seen.clone()) };
    assert_conflict(
        services.update(&wanted).await,
        &[newer.as_str(), seen.as_str(), service.service.as_str()],
    );
    assert_eq!(primary(services, &service).await.id, newer);
    fixture.settle(&service).await;
}

/// Whatever was seen of it.
pub async fn a_service_that_is_not_there_is_a_conflict(
    services: &dyn ContainerServices,
    fixture: &dyn ServicesFixture,
) {
    let mut service = fixture.service("gone").await;
    let task_definition = registered(services, fixture, &service, "gone").await;
    let seen = Some(primary(services, &service).await.id);
    service.service = "no-such-service".parse().expect("the suite's own names are well formed");
    let wanted = UpdateService { service, task_definition, seen };
    assert_conflict(services.update(&wanted).await, &["no-such-service"]);
}

/// And the service stays as it is.
pub async fn a_task_definition_that_is_not_there_is_refused(
    services: &dyn ContainerServices,
    fixture: &dyn ServicesFixture,
) {
    let service = fixture.service("no-definition").await;
    let before = primary(services, &service).await;
    let short = before.task_definition.short();
    let absent = before.task_definition.as_str().replace(short, "no-such-family:7");
    let task_definition = absent.parse().expect("another family makes another ARN");
    let wanted = UpdateService { service: service.clone(), task_definition, seen: Some(before.id.clone()) };
    let refused = services.update(&wanted).await.expect_err("there is no such task definition");
    assert!(matches!(&refused, WriteError::Port(error) if !error.may_have_happened()), "{refused:?}");
    assert_eq!(primary(services, &service).await.id, before.id);
}

/// That the service is steady with somebody's newer deployment says nothing good about ours.
pub async fn a_newer_deployment_is_told_from_ours(
    services: &dyn ContainerServices,
    fixture: &dyn ServicesFixture,
) {
    let service = fixture.service("overtaken").await;
    let ours = deployed(services, fixture, &service, "overtaken").await;
    fixture.overtake(&service).await;
    let newer = primary(services, &service).await.id;
    let rollout = judge_rollout(&ours.id, &described(services, &service).await);
    assert!(matches!(&rollout, Rollout::Replaced { by, .. } if *by == newer), "{rollout:?}");
    fixture.settle(&service).await;
    let rollout = judge_rollout(&ours.id, &described(services, &service).await);
    assert!(matches!(rollout, Rollout::Replaced { .. } | Rollout::Absent { .. }), "{rollout:?}");
}

/// The service is steady again, on what it ran before, and that is no success.
pub async fn a_deployment_that_ecs_rolled_back_tells_why(
    services: &dyn ContainerServices,
    fixture: &dyn ServicesFixture,
) {
    let service = fixture.service("broken").await;
    let before = primary(services, &service).await;
    fixture.fail_next(&service).await;
    let ours = deployed(services, fixture, &service, "broken").await;
    fixture.settle(&service).await;
    let found = described(services, &service).await;
    let Rollout::RolledBack { reason, to } = judge_rollout(&ours.id, &found) else {
        panic!("expected a rollback by ECS, found {:?} in {found:?}", judge_rollout(&ours.id, &found));
    };
    assert!(!reason.is_empty());
    assert_eq!(to.as_ref(), Some(&before.task_definition));
    assert!(found.events.windows(2).all(|pair| pair[0].at >= pair[1].at), "newest first: {found:?}");
    assert!(found.events.len() <= 100);
    let stopped = services.stopped_tasks(&service, &ours.id).await.expect("stopped tasks can be read");
    let task = stopped.first().expect("a task of the deployment stopped");
    assert!(!task.reason.is_empty());
    let names: Vec<_> = task.containers.iter().map(|container| &container.name).collect();
    assert!(service.containers.keys().all(|name| names.contains(&name)), "{task:?}");
    let logs: Vec<_> = task.containers.iter().filter_map(|container| container.log.as_ref()).collect();
    assert!(logs.iter().any(|log| log.stream.ends_with(task.arn.id())), "{task:?}");
    let primary = primary(services, &service).await;
    let of_other = services.stopped_tasks(&service, &primary.id).await.expect("stopped tasks can be read");
    assert!(of_other.iter().all(|other| !stopped.contains(other)), "{of_other:?}");
}
