//! How many states and steps there are, exactly: who adds, drops or changes a move sees it here.

use openverse_release_core::{App, Project};
use openverse_release_races::{Bounds, Process, explore};

use super::{CALM, app};

fn counted(apps: &[&App], process: Process, bounds: &Bounds) -> String {
    let report = explore(&Project::openverse(), apps, process, bounds).unwrap();
    assert!(report.complete);
    let Bounds { merges, releases, rollbacks, redeliveries, lost_replies, interventions, .. } = bounds;
    let more = match process {
        Process::Documented => format!("{redeliveries} redeliveries"),
        Process::Runner => format!("{lost_replies} lost replies, {interventions} interventions"),
    };
    let races: Vec<_> = report.races.iter().map(|it| format!("{} in {}", it.race, it.events.len())).collect();
    format!(
        "{merges} merges, {releases} releases, {rollbacks} rollbacks, {more}: {} states, {} steps; {}\n",
        report.states,
        report.steps,
        races.join(", ")
    )
}

/// Returns one line for each combination.
fn table(apps: &[&App], process: Process, merges: &[u8], releases: &[u8]) -> String {
    let mut lines = String::new();
    for (&merges, &releases) in merges.iter().flat_map(|it| releases.iter().map(move |other| (it, other))) {
        for more in 0..4 {
            let (rollbacks, once) = (more & 1, more >> 1);
            let bounds = Bounds { merges, releases, rollbacks, ..CALM };
            let bounds = match process {
                Process::Documented => Bounds { redeliveries: once, ..bounds },
                Process::Runner => Bounds { lost_replies: once, interventions: once, ..bounds },
            };
            lines += &counted(apps, process, &bounds);
        }
    }
    lines
}

#[test]
fn of_the_documented_process_of_one_app() {
    let project = Project::openverse();
    let api = [app(&project, "api")];
    insta::assert_snapshot!(table(&api, Process::Documented, &[1, 2], &[0, 1, 2]));
}

#[test]
fn of_the_documented_process_of_two_apps() {
    let project = Project::openverse();
    let both = [app(&project, "api"), app(&project, "frontend")];
    insta::assert_snapshot!(table(&both, Process::Documented, &[1], &[1]));
}

#[test]
fn of_the_documented_process_of_an_app_without_a_companion() {
    let project = Project::openverse();
    let mut alone = app(&project, "api").clone();
    alone.images.truncate(1);
    insta::assert_snapshot!(table(&[&alone], Process::Documented, &[2], &[1]));
}

#[test]
fn of_the_runner() {
    let project = Project::openverse();
    let api = [app(&project, "api")];
    insta::assert_snapshot!(
        table(&api, Process::Runner, &[1], &[0, 1]) + &table(&api, Process::Runner, &[2], &[0])
    );
    let bounds = Bounds { merges: 2, ..CALM };
    insta::assert_snapshot!(counted(&api, Process::Runner, &bounds));
}

#[test]
fn of_the_runner_of_an_app_without_a_companion() {
    let project = Project::openverse();
    let mut alone = app(&project, "api").clone();
    alone.images.truncate(1);
    insta::assert_snapshot!(table(&[&alone], Process::Runner, &[1], &[1]));
}
