//! `hold`: lists the holds, or lifts one.

use super::Outcome;
use crate::{
    args::HoldAction,
    connect::Context,
    exit::Exit,
    output::{Table, clean},
};

pub(super) fn run(context: &Context, action: Option<&HoldAction>) -> Outcome {
    let project = context.project()?;
    if let Some(HoldAction::Lift { app, environment, why }) = action {
        let app = context.find(&project, app)?;
        context.connect()?.engine.lift_hold(app, *environment, &why.reason)?;
        context.output.result(
            &serde_json::json!({"lifted": true, "app": app.slug, "environment": environment}),
            |out| writeln!(out, "the {} in {environment} takes releases and deployments again", app.name),
        )?;
        return Ok(Exit::Done);
    }
    let holds = context.journal()?.holds()?;
    context.output.result(&holds, |out| {
        let mut table = Table::new(["APP", "ENVIRONMENT", "SINCE", "BY", "ROLLED BACK", "REASON"]);
        for hold in &holds {
            table.row([
                hold.app.to_string(),
                hold.environment.to_string(),
                hold.since.format("%Y-%m-%d %H:%M UTC").to_string(),
                clean(&hold.by),
                hold.rolled_back.as_ref().map_or_else(String::new, |commit| commit.short().to_owned()),
                clean(&hold.reason),
            ]);
        }
        if table.is_empty() { writeln!(out, "nothing is held") } else { table.write(out) }
    })?;
    Ok(Exit::Done)
}
