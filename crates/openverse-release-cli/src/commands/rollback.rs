//! `rollback`: go back to an earlier version, and hold the environment there.

use openverse_release_core::{EnvironmentName, ImageTag, LinkKind, Order, deployable_target};
use openverse_release_engine::EngineError;

use super::{
    Outcome,
    drive::{announce, drive},
};
use crate::{
    connect::Context,
    output::{DIM, WARN},
};

pub(super) async fn run(
    context: &Context,
    app: &str,
    environment: EnvironmentName,
    to: Option<&ImageTag>,
    reason: &str,
    despite_running: bool,
) -> Outcome {
    let output = context.output;
    // What makes no sense is refused without making a sandbox.
    deployable_target(context.find(&context.project()?, app)?, environment).map_err(EngineError::from)?;
    let connected = context.connect()?;
    let engine = &connected.engine;
    let app = context.find(&engine.project, app)?;
    let order = engine.order_rollback(app, environment, to, reason).await?;
    let order = Order { despite_running, ..order };

    let reverts = app.flow.steps().any(|step| {
        step.updates(environment)
            && app
                .flow
                .after(&step.id, &[LinkKind::RollsBack])
                .any(|rollback| rollback.operation.nature().reverts())
    });
    if reverts {
        output.say(&format!(
            "{WARN}preferred:{WARN:#} revert the broken code on {} and let {environment} deploy itself",
            engine.project.repositories.main
        ))?;
        output.say(&format!(
            "  {DIM}{environment} is not critical, and {} must be healthy for any production release{DIM:#}",
            engine.project.repositories.main
        ))?;
    }
    announce(output, app, &order)?;
    output.say(&format!("  {DIM}environment variables are not rolled back with it{DIM:#}"))?;
    let session = engine.begin(app, order)?;
    drive(context, &connected, app, session, true).await
}
