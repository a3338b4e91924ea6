//! From what the SDK read to the words of the core.

use std::str::FromStr;

use aws_sdk_ecs::{primitives::DateTime as AwsTime, types};
use chrono::{DateTime, Utc};
use openverse_release_core::{
    DeploymentId, EcsService, ParseError, RolloutState, ServiceDeployment, ServiceDescription, ServiceEvent,
    StoppedContainer, StoppedTask, TaskCounts, TaskDefinition,
};

/// What was found that is not as ECS promises it, and what was expected.
pub(crate) type Unexpected = String;

/// How many events ECS keeps of a service.
const EVENTS: usize = 100;

pub(crate) fn describe(
    place: &EcsService,
    service: &types::Service,
) -> Result<ServiceDescription, Unexpected> {
    let alone = service.deployments().len() == 1;
    let deployments =
        service.deployments().iter().map(|it| deployment(it, alone)).collect::<Result<_, _>>()?;
    let mut events = service.events().iter().map(event).collect::<Result<Vec<_>, _>>()?;
    events.sort_by_key(|event| std::cmp::Reverse(event.at));
    events.truncate(EVENTS);
    let (cluster, service) = (place.cluster.clone(), place.service.clone());
    Ok(ServiceDescription { cluster, service, deployments, events })
}

pub(crate) fn deployment(found: &types::Deployment, alone: bool) -> Result<ServiceDeployment, Unexpected> {
    let count = |number: i32| u32::try_from(number).unwrap_or_default();
    let counts = TaskCounts {
        desired: count(found.desired_count()),
        pending: count(found.pending_count()),
        running: count(found.running_count()),
        failed: count(found.failed_tasks()),
    };
    let rollout = match found.rollout_state() {
        Some(types::DeploymentRolloutState::Completed) => RolloutState::Completed,
        Some(types::DeploymentRolloutState::Failed) => RolloutState::Failed,
        Some(_) => RolloutState::InProgress,
        // Behind a Classic Load Balancer ECS does not say; then it is steady as its waiter has it.
        None if alone && counts.pending == 0 && counts.running == counts.desired => RolloutState::Completed,
        None => RolloutState::InProgress,
    };
    let said = found.rollout_state_reason().filter(|reason| !reason.trim().is_empty());
    Ok(ServiceDeployment {
        id: parsed("a deployment's id", found.id())?,
        task_definition: parsed("a deployment's taskDefinition", found.task_definition())?,
        created_at: time("a deployment's createdAt", found.created_at())?,
        rollout,
        reason: said.map(str::to_owned),
        primary: found.status() == Some("PRIMARY"),
        counts,
    })
}

fn event(found: &types::ServiceEvent) -> Result<ServiceEvent, Unexpected> {
    Ok(ServiceEvent {
        at: time("an event's createdAt", found.created_at())?,
        id: found.id().unwrap_or_default().to_owned(),
        message: found.message().unwrap_or_default().to_owned(),
    })
}

/// Tells whether a task was started by a deployment.
pub(crate) fn started_by(task: &types::Task, deployment: &DeploymentId) -> bool {
    task.started_by() == Some(deployment.as_str())
}

pub(crate) fn stopped_task(
    found: &types::Task,
    definition: Option<&TaskDefinition>,
) -> Result<StoppedTask, Unexpected> {
    let arn = parsed("a task's taskArn", found.task_arn())?;
    let containers = found.containers().iter().map(|container| {
        let name = parsed("a container's name", container.name())?;
        let log = definition.and_then(|definition| definition.log_of(&name, &arn));
        let reason = container.reason().map(str::to_owned);
        Ok(StoppedContainer { name, exit_code: container.exit_code(), reason, log })
    });
    let containers = containers.collect::<Result<_, Unexpected>>()?;
    let reason = found.stopped_reason().unwrap_or("ECS gives no reason").to_owned();
    let stopped_at = found.stopped_at().map(|at| time("a task's stoppedAt", Some(at))).transpose()?;
    Ok(StoppedTask { arn, stopped_at, reason, containers })
}

pub(crate) fn parsed<T: FromStr<Err = ParseError>>(what: &str, text: Option<&str>) -> Result<T, Unexpected> {
    let text = text.ok_or_else(|| format!("found no {what}, expected one"))?;
    text.parse().map_err(|error| format!("in {what}: {error}"))
}

fn time(what: &str, at: Option<&AwsTime>) -> Result<DateTime<Utc>, Unexpected> {
    let at = at.ok_or_else(|| format!("found no {what}, expected a time"))?;
    DateTime::from_timestamp(at.secs(), at.subsec_nanos())
        .ok_or_else(|| format!("found {} seconds in {what}, expected a time", at.secs()))
}
