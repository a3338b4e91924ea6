//! `export`: the journal, for other tools.

use std::{
    fs::File,
    io::{self, Write},
    path::Path,
};

use openverse_release_audit::write_ocel_json;

use super::{Outcome, audit::journal_log};
use crate::{connect::Context, error::CliError, exit::Exit};

/// Writes the journal as OCEL 2.0 JSON.
pub(super) fn ocel(context: &Context, file: Option<&Path>) -> Outcome {
    let log = journal_log(context, &context.project()?)?;
    let Some(file) = file else {
        let mut text = Vec::new();
        write_ocel_json(&log, &mut text)?;
        // JSON with text from outside, whose control characters are escaped in it already.
        let text = crate::output::clean_json(&String::from_utf8_lossy(&text));
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes())?;
        out.flush()?;
        return Ok(Exit::Done);
    };
    let failed = |error: io::Error| {
        CliError::new(Exit::Failed, format!("{} could not be written: {error}", file.display()))
    };
    File::create(file).and_then(|output| write_ocel_json(&log, output)).map_err(failed)?;
    let (events, objects) = (log.events().len(), log.objects().len());
    context.output.say(&format!("{}: {events} events of {objects} objects", file.display()))?;
    Ok(Exit::Done)
}
