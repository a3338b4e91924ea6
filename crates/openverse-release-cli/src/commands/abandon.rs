//! `abandon`: give an unfinished run up.

use openverse_release_core::RunId;
use openverse_release_engine::EngineError;

use super::{Outcome, drive::app_of, run_view::RunView};
use crate::{connect::Context, exit::Exit, output::Progress};

pub(super) fn run(context: &Context, id: &RunId, reason: &str) -> Outcome {
    let connected = context.connect()?;
    let stored = connected.engine.journal.load(id)?;
    let stored = stored.ok_or_else(|| EngineError::NoSuchRun { run: id.to_string() })?;
    app_of(&connected, &stored)?;
    let progress = Progress::new(context.output);
    let session = connected.engine.abandon(id, reason, &progress)?;
    context.output.result(&RunView::of(session.run()), |out| {
        writeln!(out, "run {id} is given up; what it did stands")
    })?;
    Ok(Exit::Done)
}
