//! `abandon`: give an unfinished run up.

use openverse_release_core::RunId;
use openverse_release_engine::EngineError;

use super::{
    Outcome,
    drive::{RunView, app_of},
};
use crate::{connect::Context, exit::Exit, output::Progress};

pub(super) fn run(context: &Context, id: &RunId, reason: &str) -> Outcome {
    let connected = context.connect()?;
    let stored = connected.engine.journal.load(id)?;
    let stored = stored.ok_or_else(|| EngineError::NoSuchRun { run: id.to_string() })?;
    let app = app_of(&connected, &stored)?;
    let progress = Progress::new(context.output, &app.flow);
    let session = connected.engine.abandon(id, reason, &progress)?;
    context.output.result(&RunView::of(session.run()), |out| {
        writeln!(out, "run {id} is given up; what it did stands")
    })?;
    Ok(Exit::Done)
}
