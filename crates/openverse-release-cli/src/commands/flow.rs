//! `flow`: the flowchart of an app.

use std::io::{self, Write};

use openverse_release_core::ChartLevel;

use super::Outcome;
use crate::{args::FlowFormat, connect::Context, exit::Exit};

pub(super) fn run(context: &Context, app: &str, format: FlowFormat, detailed: bool) -> Outcome {
    let project = context.project()?;
    let flow = &context.find(&project, app)?.flow;
    let level = if detailed { ChartLevel::Detailed } else { ChartLevel::Overview };
    let json = context.output.json() || matches!(format, FlowFormat::Json);
    let text = match format {
        _ if json => serde_json::to_string_pretty(flow).map_err(io::Error::from)?,
        FlowFormat::Mermaid => flow.to_mermaid(level),
        FlowFormat::Dot => flow.to_dot(level),
        FlowFormat::Text | FlowFormat::Json => flow.to_text(level),
    };
    let mut out = anstream::stdout().lock();
    writeln!(out, "{}", text.trim_end())?;
    out.flush()?;
    Ok(Exit::Done)
}
