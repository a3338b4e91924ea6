//! `ecs`: services of ECS, their events, and deployments by ECS itself.

use std::io::{self, Write};

use openverse_release_core::{
    App, DeploymentTarget, EcsService, EnvironmentName, ImageTag, OrderKind, ServiceDescription, StoppedTask,
};
use serde::Serialize;

use super::{
    Outcome,
    drive::{announce, drive},
    say_requests,
};
use crate::{
    args::EcsAction,
    connect::{Connected, Context},
    error::CliError,
    exit::Exit,
    output::{BOLD, DIM, Output, WARN, clean},
};

pub(super) async fn run(context: &Context, action: &EcsAction) -> Outcome {
    match action {
        EcsAction::Events { app, environment } => events(context, app, *environment).await,
        EcsAction::Deploy { app, environment, image_tag, reason } => {
            deploy(context, app, *environment, image_tag, reason).await
        }
    }
}

async fn deploy(
    context: &Context,
    app: &str,
    environment: EnvironmentName,
    tag: &ImageTag,
    reason: &str,
) -> Outcome {
    service_of(context.find(&context.project()?, app)?, environment)?;
    let connected = context.connect()?;
    let engine = &connected.engine;
    let app = context.find(&engine.project, app)?;
    let order = engine.order_deployment(app, environment, tag, reason, OrderKind::RollOut).await?;
    announce(context.output, app, &order)?;
    let session = engine.begin(app, order)?;
    drive(context, &connected, app, session, true).await
}

#[derive(Debug, Serialize)]
struct View<'a> {
    service: &'a ServiceDescription,
    stopped_tasks: &'a [StoppedTask],
}

async fn events(context: &Context, app: &str, environment: EnvironmentName) -> Outcome {
    let project = context.project()?;
    let app = context.find(&project, app)?;
    let service = service_of(app, environment)?;
    let connected = context.connect()?;
    let found = connected
        .engine
        .world
        .service_state(service)
        .await
        .map_err(|error| CliError::from(openverse_release_engine::EngineError::from(error)))?;
    let Some((description, stopped)) = found else {
        let found = format!("no active service {} in the cluster {}", service.service, service.cluster);
        return Err(CliError::new(Exit::Failed, format!("found {found}")).expected("one"));
    };
    context.output.result(&View { service: &description, stopped_tasks: &stopped }, |out| {
        write(out, &description, &stopped)
    })?;
    say_requests(context.output, &connected)?;
    Ok(Exit::Done)
}

fn service_of(app: &App, environment: EnvironmentName) -> Result<&EcsService, CliError> {
    app.deployment(environment).and_then(|target| target.ecs.as_deref()).ok_or_else(|| {
        CliError::new(Exit::BadInput, format!("found no ECS service for the {} in {environment}", app.name))
            .expected("an app that ECS runs there")
    })
}

fn write(out: &mut dyn Write, service: &ServiceDescription, stopped: &[StoppedTask]) -> io::Result<()> {
    writeln!(out, "{BOLD}{}{BOLD:#} in {}", service.service, service.cluster)?;
    for deployment in &service.deployments {
        let counts = &deployment.counts;
        let primary = if deployment.primary { "primary" } else { "earlier" };
        writeln!(
            out,
            "  {primary}  {} {DIM}{}{DIM:#}  {} of {} tasks run, {} failed",
            deployment.task_definition.short(),
            deployment.id,
            counts.running,
            counts.desired,
            counts.failed
        )?;
        if let Some(reason) = &deployment.reason {
            writeln!(out, "           {}", clean(reason))?;
        }
    }
    for task in stopped {
        writeln!(out, "  {WARN}stopped{WARN:#}  {}", clean(&task.describe()))?;
    }
    writeln!(out, "{BOLD}events{BOLD:#}, newest first")?;
    for event in &service.events {
        writeln!(out, "  {}  {}", event.at.format("%Y-%m-%d %H:%M:%S"), clean(&event.message))?;
    }
    Ok(())
}

/// Says what ECS tells of a deployment that failed, where ECS runs the app and may be asked.
pub(super) async fn say_why(
    output: Output,
    connected: &Connected,
    target: &DeploymentTarget,
) -> io::Result<()> {
    const EVENTS: usize = 5;
    let Some(service) = &target.ecs else { return Ok(()) };
    let (description, stopped) = match connected.engine.world.service_state(service).await {
        Ok(Some(found)) => found,
        Ok(None) => return Ok(()),
        Err(error) => return output.say(&format!("  {DIM}{}{DIM:#}", clean(&error.to_string()))),
    };
    for task in stopped.iter().take(EVENTS) {
        output.say(&format!("  {WARN}stopped{WARN:#}  {}", clean(&task.describe())))?;
    }
    for event in description.events.iter().take(EVENTS) {
        let at = event.at.format("%H:%M:%S");
        output.say(&format!("  {DIM}{at}  {}{DIM:#}", clean(&event.message)))?;
    }
    Ok(())
}
