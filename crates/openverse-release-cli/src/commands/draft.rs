//! `draft`: refresh the drafted GitHub Release of an app.

use std::io::{self, Write};

use openverse_release_core::App;
use openverse_release_engine::{DraftOutcome, EngineError, RefreshedDraft};

use super::{Outcome, say_requests};
use crate::{
    connect::Context,
    exit::Exit,
    output::{BOLD, GOOD, WARN},
};

/// Refreshes the draft of an app; of every app that has releases, if none is named.
pub(super) async fn run(context: &Context, name: Option<&str>) -> Outcome {
    if let Some(name) = name {
        context.find(&context.project()?, name)?.require_prefix().map_err(EngineError::from)?;
    }
    let connected = context.connect()?;
    let engine = &connected.engine;
    let apps: Vec<&App> = match name {
        Some(name) => vec![context.find(&engine.project, name)?],
        None => engine.project.apps.iter().filter(|app| app.git_tag_prefix.is_some()).collect(),
    };
    let mut refreshed = Vec::new();
    for app in &apps {
        refreshed.push(engine.refresh_draft(app).await?);
    }
    context.output.result(&refreshed, |out| {
        apps.iter().zip(&refreshed).try_for_each(|(app, refreshed)| write(out, app, refreshed))
    })?;
    say_requests(context.output, &connected)?;
    Ok(Exit::Done)
}

fn write(out: &mut dyn Write, app: &App, refreshed: &RefreshedDraft) -> io::Result<()> {
    write!(out, "{BOLD}{}{BOLD:#}: ", app.name)?;
    match &refreshed.outcome {
        DraftOutcome::NothingToRelease { released } => {
            writeln!(out, "no draft needed: nothing of it was merged since {released}")?;
        }
        DraftOutcome::Unchanged { git_tag } => writeln!(out, "the draft {git_tag} says all already")?,
        DraftOutcome::Created { git_tag } => writeln!(out, "{GOOD}drafted{GOOD:#} {git_tag}")?,
        DraftOutcome::Updated { git_tag, changes } => {
            writeln!(out, "{GOOD}redrafted{GOOD:#} {git_tag}: {} changed", changes.join(", "))?;
        }
    }
    for duplicate in &refreshed.deleted {
        writeln!(out, "  {WARN}deleted{WARN:#} the duplicate draft {duplicate}")?;
    }
    Ok(())
}
