//! `resume`: go on with an unfinished run.

use openverse_release_core::RunId;
use openverse_release_engine::EngineError;

use super::{
    Outcome,
    drive::{announce, app_of, drive},
};
use crate::{connect::Context, error::CliError, exit::Exit, output::Progress};

const SEARCHED: usize = 1000;

pub(super) async fn run(context: &Context, id: Option<&RunId>, yes: bool) -> Outcome {
    let journal = context.journal()?;
    let id = match id {
        Some(id) => id.clone(),
        None => the_only_unfinished(journal.runs(SEARCHED)?)?,
    };
    let stored = journal.load(&id)?.ok_or_else(|| EngineError::NoSuchRun { run: id.to_string() })?;
    drop(journal);
    let connected = context.connect()?;
    let app = app_of(&connected, &stored)?;
    announce(context.output, app, stored.run.order())?;
    let session = connected.engine.resume(&id, &Progress::new(context.output))?;
    drive(context, &connected, app, session, yes).await
}

fn the_only_unfinished(runs: Vec<openverse_release_engine::StoredRun>) -> Result<RunId, CliError> {
    let unfinished: Vec<_> = runs
        .into_iter()
        .filter(|stored| stored.run.end().is_none())
        .map(|stored| stored.run.id().clone())
        .collect();
    match &unfinished[..] {
        [id] => Ok(id.clone()),
        [] => Err(CliError::new(Exit::Refused, "found no unfinished run").expected("one to go on with")),
        several => {
            let names: Vec<_> = several.iter().map(RunId::as_str).collect();
            Err(CliError::new(
                Exit::BadInput,
                format!("found {} unfinished runs: {}", several.len(), names.join(", ")),
            )
            .expected("the name of one"))
        }
    }
}
