//! Tests of the races.

mod bounds;
mod documented;
mod numbers;
mod runner;
mod safeguards;

use openverse_release_core::{App, Project};
use openverse_release_races::{Bounds, FoundRace, Race, Report};

/// One merge, one release, and nothing is lost, rolled back or given up.
const CALM: Bounds = Bounds {
    merges: 1,
    releases: 1,
    rollbacks: 0,
    redeliveries: 0,
    lost_replies: 0,
    interventions: 0,
    states: 1_000_000,
};

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
