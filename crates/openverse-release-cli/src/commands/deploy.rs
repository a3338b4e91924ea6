//! `deploy`: force a deployment.

use openverse_release_core::{EnvironmentName, ImageTag, Order, OrderKind, deployable_target};
use openverse_release_engine::EngineError;

use super::{
    Outcome,
    drive::{announce, drive},
};
use crate::connect::Context;

pub(super) async fn run(
    context: &Context,
    app: &str,
    environment: EnvironmentName,
    tag: Option<&ImageTag>,
    reason: &str,
    despite_running: bool,
) -> Outcome {
    // What makes no sense is refused without making a sandbox.
    deployable_target(context.find(&context.project()?, app)?, environment).map_err(EngineError::from)?;
    let connected = context.connect()?;
    let engine = &connected.engine;
    let app = context.find(&engine.project, app)?;
    let current;
    let tag = match tag {
        Some(tag) => tag,
        None => {
            current = engine.current_tag(app, environment).await?;
            &current
        }
    };
    let order = engine.order_deployment(app, environment, tag, reason, OrderKind::Deploy).await?;
    let order = Order { despite_running, ..order };
    announce(context.output, app, &order)?;
    let session = engine.begin(app, order)?;
    drive(context, &connected, app, session, true).await
}
