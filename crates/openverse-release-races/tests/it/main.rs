//! Tests of the races.

mod bounds;
mod documented;
mod numbers;
mod runner;
mod safeguards;

use openverse_release_core::{App, Project};
use openverse_release_races::{
    Bounds, FoundRace, Process, Race, Report, Safeguard, Unexplorable, explore, explore_without,
};

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

fn app(name: &str) -> App {
    Project::openverse().app(name).unwrap().clone()
}

/// Returns an app that is one image.
fn app_without_companion() -> App {
    let mut app = app("api");
    app.images.truncate(1);
    app
}

fn explored(apps: &[App], process: Process, bounds: &Bounds) -> Result<Report, Unexplorable> {
    explore(&Project::openverse(), &apps.iter().collect::<Vec<_>>(), process, bounds)
}

fn documented(bounds: &Bounds) -> Report {
    explored(&[app("api")], Process::Documented, bounds).unwrap()
}

fn runner(bounds: &Bounds) -> Report {
    explored(&[app("api")], Process::Runner, bounds).unwrap()
}

fn runner_without(safeguard: Safeguard, bounds: &Bounds) -> Report {
    explore_without(&Project::openverse(), &[&app("api")], safeguard, bounds).unwrap()
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

/// Returns how much was explored, and in how many events each race is reached.
fn counted(report: &Report) -> String {
    assert!(report.complete);
    let races = report.races.iter().map(|found| format!("; {} in {}", found.race, found.events.len()));
    format!("{} states, {} steps{}\n", report.states, report.steps, races.collect::<String>())
}
