//! `release`: publish, bind, tag, deploy and verify the drafted release of an app.

use openverse_release_core::{Order, OrderKind, Scope};
use openverse_release_engine::EngineError;

use super::{
    Outcome,
    drive::{announce, drive},
    preview,
};
use crate::{connect::Context, error::CliError, exit::Exit, output::Progress};

pub(super) async fn run(context: &Context, name: &str, yes: bool, despite_running: bool) -> Outcome {
    let output = context.output;
    // What makes no sense is refused without making a sandbox.
    context.find(&context.project()?, name)?.require_prefix().map_err(EngineError::from)?;
    let connected = context.connect()?;
    let engine = &connected.engine;
    let app = context.find(&engine.project, name)?;
    let scope = Scope::of_release(app).map_err(EngineError::from)?;

    for &environment in &scope.environments {
        if let Some(unfinished) = engine.journal.unfinished(&app.slug, environment)?
            && matches!(unfinished.run.order().kind, OrderKind::Release { .. })
        {
            output.say(&format!("Going on with run {}.", unfinished.run.id()))?;
            announce(output, app, unfinished.run.order())?;
            let session = engine.resume(unfinished.run.id(), &Progress::new(output))?;
            return drive(context, &connected, app, session, yes).await;
        }
    }
    for &environment in &scope.environments {
        engine.check_no_run(app, environment)?;
        engine.check_not_held(app, environment)?;
    }

    let found = engine.preview(app).await?;
    if !output.json() && !output.quiet() {
        preview::write(&mut anstream::stdout().lock(), app, &found, engine.world.clock.now())?;
    }
    let order = engine.order_release(app, &found).await?;
    let order = Order { despite_running, ..order };
    if !yes && !output.can_ask() {
        return Err(CliError::new(
            Exit::Refused,
            "found nobody to ask before publishing; nothing was changed",
        )
        .expected("an answer at a terminal, or --yes")
        .hint(format!("look at `preview {}`, then add --yes", app.slug)));
    }
    output.say("")?;
    announce(output, app, &order)?;
    let session = engine.begin(app, order)?;
    drive(context, &connected, app, session, yes).await
}
