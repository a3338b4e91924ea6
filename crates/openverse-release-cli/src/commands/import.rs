//! `import`: what a Mermaid flowchart says, and the flow that it draws.

use std::{
    collections::BTreeSet,
    io::{self, Write},
    path::Path,
};

use openverse_release_core::{ChartLevel, Operation, Project, Step, StepId, Trigger, kind::MergeToMain};
use openverse_release_mermaid::{Chart, Import, Unreadable};

use super::Outcome;
use crate::{
    connect::Context,
    error::CliError,
    exit::Exit,
    input,
    output::{BOLD, WARN, clean},
};

pub(super) fn run(context: &Context, file: &Path, flow: bool) -> Outcome {
    let chart = chart(file)?;
    if context.output.json() && !flow {
        context.output.result(&chart, |_| Ok(()))?;
        return Ok(Exit::Done);
    }
    let import = Import::of(&chart, &name(file));
    if flow {
        context.output.as_json().result(&import.flow, |_| Ok(()))?;
        let mut err = anstream::stderr().lock();
        write_unreadable(&import.unreadable, &mut err)?;
    } else {
        context.output.result(&import.flow, |out| {
            if import.flow.steps().next().is_some() {
                let text = import.flow.to_text(ChartLevel::Overview);
                let gap = if import.unreadable.is_empty() { "" } else { "\n" };
                writeln!(out, "{}{gap}", text.trim_end())?;
            }
            write_unreadable(&import.unreadable, out)
        })?;
    }
    Ok(if import.is_whole() { Exit::Done } else { Exit::Findings })
}

/// Prints the first draft of a project file.
pub(super) fn draft(file: &Path) -> Outcome {
    let (chart, name) = (chart(file)?, name(file));
    let unread: Vec<_> = Import::of(&chart, &name).unreadable;
    let boxes = unread.iter().filter_map(|part| match part {
        Unreadable::Step { id, .. } => id.parse::<StepId>().ok(),
        _ => None,
    });
    let unnamed: BTreeSet<_> = boxes.collect();
    // With something to do, a box whose words say nothing is a step, and its lines are links.
    let stand_ins =
        unnamed.iter().map(|id| Step::new(id.clone(), "", Trigger::Manual, Operation::of(MergeToMain {})));
    let stand_ins: Vec<_> = stand_ins.collect();
    let import = Import::knowing(&chart, &name, |id| stand_ins.iter().find(|step| step.id == *id));
    write!(anstream::stdout(), "{}", Project::draft(&import.flow, &unnamed))?;
    let nameless = unread.into_iter().filter(|part| match part {
        Unreadable::Step { id, .. } => import.flow.steps().any(|step| step.id.as_str() == &**id),
        _ => false,
    });
    let left: Vec<_> = nameless.chain(import.unreadable).collect();
    write_unreadable(&left, &mut anstream::stderr().lock())?;
    Ok(if left.is_empty() { Exit::Done } else { Exit::Findings })
}

fn chart(file: &Path) -> Result<Chart, CliError> {
    let text = input::text(file, "a text file with a Mermaid flowchart, or - for standard input")?;
    Chart::read(&text).map_err(|error| refused(file, &error))
}

fn name(file: &Path) -> String {
    if input::is_standard(file) {
        return "imported".to_owned();
    }
    file.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

fn write_unreadable(unreadable: &[Unreadable], out: &mut dyn Write) -> io::Result<()> {
    if unreadable.is_empty() {
        return Ok(());
    }
    writeln!(out, "{BOLD}not read as part of the flow:{BOLD:#}")?;
    for part in unreadable {
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
