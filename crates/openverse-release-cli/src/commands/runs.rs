//! `runs`: the runs of this tool, or one of them, event by event.

use openverse_release_core::{End, RunEvent, RunId, Stop};
use openverse_release_engine::EngineError;
use serde::Serialize;

use super::{Outcome, drive::listed, run_view::RunView};
use crate::{
    connect::Context,
    exit::Exit,
    output::{BOLD, Table, clean},
};

const LISTED: usize = 50;

#[derive(Debug, Serialize)]
struct EventView<'a> {
    at: chrono::DateTime<chrono::Utc>,
    #[serde(flatten)]
    event: &'a RunEvent,
}

pub(super) fn run(context: &Context, id: Option<&RunId>) -> Outcome {
    match id {
        Some(id) => one(context, id),
        None => list(context),
    }
}

fn list(context: &Context) -> Outcome {
    let stored = context.journal()?.runs(LISTED)?;
    let views: Vec<_> = stored.iter().map(|stored| RunView::of(&stored.run)).collect();
    context.output.result(&views, |out| {
        let mut table = Table::new(["RUN", "STARTED", "WHAT", "TAG", "STATE", "BY", "REASON"]);
        for (stored, view) in stored.iter().zip(&views) {
            let order = stored.run.order();
            table.row([
                stored.run.id().to_string(),
                stored.run.started_at().format("%Y-%m-%d %H:%M UTC").to_string(),
                format!("{} {} {}", order.kind.as_str(), order.app, listed(&order.environments)),
                order.version.image_tag.to_string(),
                view.state().to_owned(),
                clean(&order.actor),
                clean(&order.reason),
            ]);
        }
        if table.is_empty() { writeln!(out, "no runs yet") } else { table.write(out) }
    })?;
    Ok(Exit::Done)
}

fn one(context: &Context, id: &RunId) -> Outcome {
    let journal = context.journal()?;
    let events = journal.events(id)?;
    if events.is_empty() {
        return Err(EngineError::NoSuchRun { run: id.to_string() }.into());
    }
    let views: Vec<_> = events.iter().map(|(at, event)| EventView { at: *at, event }).collect();
    context.output.result(&views, |out| {
        for (at, event) in &events {
            let (name, text) = describe(event);
            let at = at.format("%Y-%m-%d %H:%M:%S%.3f");
            match &text[..] {
                "" => writeln!(out, "{at}  {BOLD}{name}{BOLD:#}")?,
                text => writeln!(out, "{at}  {BOLD}{name:<13}{BOLD:#} {}", clean(text))?,
            }
        }
        Ok(())
    })?;
    Ok(Exit::Done)
}

fn describe(event: &RunEvent) -> (&'static str, String) {
    match event {
        RunEvent::Started { order, flow, .. } => {
            let (kind, app, environment) = (order.kind.as_str(), &order.app, listed(&order.environments));
            let (flow, version) = (flow.name(), flow.version());
            let tag = &order.version.image_tag;
            let despite = if order.despite_running { ", despite what runs" } else { "" };
            let text = format!(
                "{kind} {app} {environment} {tag}, by {}{despite}: {} (process {flow} {version})",
                order.actor, order.reason
            );
            ("started", text)
        }
        RunEvent::Approved { step, by } => ("approved", format!("{step} by {by}")),
        RunEvent::Intended { effect, .. } => ("intended", effect.describe()),
        RunEvent::HoldPlaced { environments } => ("hold placed", listed(environments)),
        RunEvent::Performed { run: Some(run), .. } => ("performed", run.to_string()),
        RunEvent::Performed { run: None, .. } => ("performed", String::new()),
        RunEvent::NotPerformed { why, .. } => ("not performed", why.clone()),
        RunEvent::ReplyLost { why, .. } => ("reply lost", why.clone()),
        RunEvent::UnderWay { evidence, .. } => ("under way", evidence.clone()),
        RunEvent::StepDone { step, outcome, evidence, .. } if outcome.is_done() => {
            ("step done", format!("{step}: {evidence}"))
        }
        RunEvent::StepDone { step, outcome, evidence, .. } => {
            ("step done", format!("{step} ({outcome}): {evidence}"))
        }
        RunEvent::StepFailed { step, evidence } => ("step failed", format!("{step}: {evidence}")),
        RunEvent::Stopped { step, stop: Stop::Conflict { found, expected } } => {
            ("stopped", format!("{step}: found {found}, expected {expected}"))
        }
        RunEvent::Stopped { step, stop: Stop::Unknown { what } } => ("stopped", format!("{step}: {what}")),
        RunEvent::Resumed { by } => ("resumed", format!("by {by}")),
        RunEvent::Ended { end: End::Done } => ("ended", "done".to_owned()),
        RunEvent::Ended { end: End::RolledBack { step, environments, because } } => {
            ("ended", format!("{step} took {} back, because {because}", listed(environments)))
        }
        RunEvent::Ended { end: End::Failed { step, evidence } } => {
            ("ended", format!("failed at {step}: {evidence}"))
        }
        RunEvent::Ended { end: End::Refused { found, expected } } => {
            ("ended", format!("refused: found {found}, expected {expected}"))
        }
        RunEvent::Ended { end: End::Abandoned { by, reason } } => {
            ("ended", format!("given up by {by}: {reason}"))
        }
    }
}
