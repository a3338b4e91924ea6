//! `races`: what goes wrong when several hands touch a release at the same time.

use std::io::{self, Write};

use openverse_release_core::App;
use openverse_release_races::{Bounds, FoundRace, Process, Report, check_explorable, explore};

use super::Outcome;
use crate::{
    args::RacingProcess,
    connect::Context,
    error::CliError,
    exit::Exit,
    output::{BAD, BOLD, DIM, GOOD, WARN, clean},
};

pub(super) fn run(context: &Context, process: RacingProcess, names: &[String], merges: u8) -> Outcome {
    let project = context.project()?;
    let apps: Vec<&App> = if names.is_empty() {
        project.apps.iter().filter(|app| check_explorable(app).is_ok()).take(2).collect()
    } else {
        names.iter().map(|name| context.find(&project, name)).collect::<Result<_, _>>()?
    };
    let process = match process {
        RacingProcess::Documented => Process::Documented,
        RacingProcess::Runner => Process::Runner,
    };
    let bounds = Bounds { merges, ..Bounds::default() };
    let report = explore(&project, &apps, process, &bounds)
        .map_err(|error| CliError::new(Exit::BadInput, error.to_string()))?;
    context.output.result(&report, |out| {
        for (number, found) in (1..).zip(&report.races) {
            write_race(number, found, out)?;
        }
        write_verdict(&report, out)
    })?;
    Ok(match (report.races.is_empty(), report.complete) {
        (false, _) => Exit::Findings,
        (true, true) => Exit::Done,
        (true, false) => Exit::Unfinished,
    })
}

fn write_race(number: usize, found: &FoundRace, out: &mut dyn Write) -> io::Result<()> {
    let FoundRace { race, what, events } = found;
    writeln!(out, "{BAD}{number}. {race}{BAD:#}")?;
    writeln!(out, "{what}")?;
    for (number, event) in (1..).zip(events) {
        writeln!(out, "{DIM}{number:>5}.{DIM:#} {}", clean(event))?;
    }
    writeln!(out)
}

fn write_verdict(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let Report { process, apps, races, states, steps, complete, rests_on, left_to_others, bounds } = report;
    let (style, found) = match races.len() {
        0 => (GOOD, "no race".to_owned()),
        1 => (BAD, "1 race".to_owned()),
        races => (BAD, format!("{races} races")),
    };
    let process = match process {
        Process::Documented => "the documented process",
        Process::Runner => "the runner",
    };
    writeln!(out, "{style}{found}{style:#} in {process} of {}", clean(&apps.join(" and ")))?;
    let all = if *complete { "all there are" } else { "not all there are: it was cut short" };
    writeln!(out, "{states} states and {steps} steps between them, {all}")?;
    let Bounds { merges, releases, rollbacks, redeliveries, lost_replies, interventions, .. } = bounds;
    write!(out, "at most: merges {merges}, releases of an app {releases}, rollbacks {rollbacks}, ")?;
    match report.process {
        Process::Documented => writeln!(out, "events delivered twice {redeliveries}")?,
        Process::Runner => {
            writeln!(out, "replies lost {lost_replies}, runs given up or resumed {interventions}")?;
        }
    }
    if !rests_on.is_empty() {
        writeln!(out, "\n{BOLD}it rests on this:{BOLD:#}")?;
    }
    for sentence in rests_on {
        writeln!(out, "  {sentence}")?;
    }
    if !left_to_others.is_empty() {
        writeln!(
            out,
            "\n{WARN}explored as the runner's own, but left to others by the project{WARN:#}; a run notices their races, \
             and does not keep them from happening:"
        )?;
    }
    for left in left_to_others {
        writeln!(out, "  {} of {}", clean(left.step.as_str()), clean(&left.app))?;
    }
    Ok(())
}
