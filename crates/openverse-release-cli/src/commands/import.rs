//! `import`: what a Mermaid flowchart says, and the flow that it draws.

use std::{
    io::{self, Write},
    path::Path,
};

use openverse_release_core::ChartLevel;
use openverse_release_mermaid::{Chart, Import};

use super::Outcome;
use crate::{
    connect::Context,
    error::CliError,
    exit::Exit,
    input,
    output::{BOLD, WARN, clean},
};

pub(super) fn run(context: &Context, file: &Path, flow: bool) -> Outcome {
    let text = input::text(file, "a text file with a Mermaid flowchart, or - for standard input")?;
    let chart = Chart::read(&text).map_err(|error| refused(file, &error))?;
    if context.output.json() && !flow {
        context.output.result(&chart, |_| Ok(()))?;
        return Ok(Exit::Done);
    }
    let name = if input::is_standard(file) {
        "imported".into()
    } else {
        file.file_stem().unwrap_or_default().to_string_lossy()
    };
    let import = Import::of(&chart, &name);
    if flow {
        context.output.as_json().result(&import.flow, |_| Ok(()))?;
        let mut err = anstream::stderr().lock();
        write_unreadable(&import, &mut err)?;
    } else {
        context.output.result(&import.flow, |out| {
            if import.flow.steps().next().is_some() {
                let text = import.flow.to_text(ChartLevel::Overview);
                let gap = if import.unreadable.is_empty() { "" } else { "\n" };
                writeln!(out, "{}{gap}", text.trim_end())?;
            }
            write_unreadable(&import, out)
        })?;
    }
    Ok(if import.is_whole() { Exit::Done } else { Exit::Findings })
}

fn write_unreadable(import: &Import, out: &mut dyn Write) -> io::Result<()> {
    if import.unreadable.is_empty() {
        return Ok(());
    }
    writeln!(out, "{BOLD}not read as part of the flow:{BOLD:#}")?;
    for part in &import.unreadable {
        writeln!(out, "  {WARN}{}{WARN:#}", clean(&part.to_string()))?;
    }
    Ok(())
}

fn refused(file: &Path, error: &openverse_release_mermaid::ChartError) -> CliError {
    let place = format!("{}, line {}, column {}", file.display(), error.line(), error.column());
    CliError::new(Exit::BadInput, format!("{place}: found {}", error.found()))
        .expected(error.expected())
        .hint("correct the chart there; mermaid.js does not draw it either")
}
