//! `runbook`: what a person does to release and deploy an app, and whether a written one has drifted.

use std::{
    fs,
    io::{self, Write},
    path::Path,
};

use openverse_release_core::{AppSlug, Drift, Runbook};
use serde::Serialize;

use super::Outcome;
use crate::{
    connect::Context,
    error::CliError,
    exit::Exit,
    input,
    output::{BAD, DIM, GOOD, clean, clean_lines},
};

#[derive(Debug, Serialize)]
struct RunbookView<'a> {
    app: &'a AppSlug,
    markdown: String,
}

#[derive(Debug, Serialize)]
struct WrittenView<'a> {
    app: &'a AppSlug,
    file: String,
    /// Whether the file was changed; it was not, if it said the same already.
    written: bool,
}

#[derive(Debug, Serialize)]
struct CheckView<'a> {
    app: &'a AppSlug,
    file: String,
    drifted: bool,
    /// Where the file differs; null if it does not.
    difference: Option<&'a Drift>,
}

/// Prints a runbook, or writes it to a file.
pub(super) fn write(context: &Context, app: &str, output: Option<&Path>) -> Outcome {
    let project = context.project()?;
    let runbook = Runbook::of(&project, context.find(&project, app)?);
    let Some(path) = output else {
        let markdown = runbook.to_string();
        if !context.output.json() {
            // As it is: a terminal is no reader of Markdown.
            let mut out = anstream::stdout().lock();
            write!(out, "{markdown}")?;
            out.flush()?;
            return Ok(Exit::Done);
        }
        context.output.result(&RunbookView { app: runbook.app(), markdown }, |_| Ok(()))?;
        return Ok(Exit::Done);
    };
    let written = put(path, &runbook)?;
    let view = WrittenView { app: runbook.app(), file: path.display().to_string(), written };
    context.output.result(&view, |out| {
        let what = if written { "written" } else { "up to date already" };
        writeln!(out, "{GOOD}{what}{GOOD:#}: the runbook of {}, {}", view.app, clean(&view.file))
    })?;
    Ok(Exit::Done)
}

/// Writes the file, unless it says the same already, and never over what is no runbook of this app.
fn put(path: &Path, runbook: &Runbook) -> Result<bool, CliError> {
    let text = runbook.to_string();
    match fs::read_to_string(path) {
        Ok(found) if found == text => return Ok(false),
        Ok(found) if Runbook::app_of(&found).as_ref() != Some(runbook.app()) => {
            let message = format!("found {}, which is no runbook of {}", path.display(), runbook.app());
            return Err(CliError::new(Exit::Refused, message)
                .expected("no file there, or an older runbook of this app")
                .hint("name another file, or move that one away"));
        }
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(input::unreadable(path, &error)),
        Ok(_) | Err(_) => {}
    }
    let written = fs::write(path, &text).and_then(|()| fs::read_to_string(path));
    match written {
        Ok(found) if found == text => Ok(true),
        Ok(_) => Err(unwritten(path, "it reads otherwise than it was written")),
        Err(error) => Err(unwritten(path, &error.to_string())),
    }
}

/// Checks a file against the runbook of the app, which the file names itself if nobody does.
pub(super) fn check(context: &Context, path: &Path, app: Option<&str>) -> Outcome {
    let written = fs::read_to_string(path).map_err(|error| input::unreadable(path, &error))?;
    let project = context.project()?;
    let named = Runbook::app_of(&written);
    let name = match (app, &named) {
        (Some(app), _) => app,
        (None, Some(named)) => named.as_str(),
        (None, None) => {
            let message = format!("found no app named in {}", path.display());
            return Err(CliError::new(Exit::BadInput, message)
                .expected("a line <!-- runbook: APP -->, as every runbook begins with")
                .hint("name the app after the file"));
        }
    };
    let runbook = Runbook::of(&project, context.find(&project, name)?);
    if let Some(named) = named.filter(|named| named != runbook.app()) {
        let message = format!("found the runbook of {named} in {}", path.display());
        return Err(CliError::new(Exit::BadInput, message).expected(format!("that of {}", runbook.app())));
    }
    let drift = runbook.drift_of(&written);
    let view = CheckView {
        app: runbook.app(),
        file: path.display().to_string(),
        drifted: drift.is_some(),
        difference: drift.as_ref(),
    };
    context.output.result(&view, |out| {
        let file = clean(&view.file);
        let Some(drift) = view.difference else {
            return writeln!(out, "{GOOD}no drift{GOOD:#}: {file} is the runbook of {}", view.app);
        };
        writeln!(out, "{BAD}drifted{BAD:#}: {file} is not what the runbook of {} says", view.app)?;
        write!(out, "{}", clean_lines(&drift.to_string()))?;
        writeln!(out, "{DIM}- stands in the file, + should; write it anew with --output{DIM:#}")
    })?;
    Ok(if view.drifted { Exit::Findings } else { Exit::Done })
}

fn unwritten(path: &Path, error: &str) -> CliError {
    CliError::new(Exit::Failed, format!("{} could not be written: {error}", path.display()))
}
