//! Tests of the races.

mod bounds;
mod documented;
mod runner;
mod safeguards;

use openverse_release_core::{App, Project};
use openverse_release_races::{FoundRace, Race, Report};

fn app<'a>(project: &'a Project, name: &str) -> &'a App {
    project.app(name).unwrap()
}

/// Returns the events of a race, numbered.
fn told(report: &Report, race: Race) -> String {
    let Some(FoundRace { events, .. }) = report.races.iter().find(|found| found.race == race) else {
        return format!("{race} was not found");
    };
    (1..).zip(events).map(|(number, event)| format!("{number}. {event}\n")).collect()
}

fn names(report: &Report) -> Vec<&'static str> {
    report.races.iter().map(|found| found.race.id()).collect()
}
