//! The runner, with all its safeguards.

use openverse_release_core::Project;
use openverse_release_races::{Bounds, Process, explore};

use super::{app, names};

#[test]
fn the_runner_has_no_race() {
    let project = Project::openverse();
    let report = explore(&project, &[app(&project, "api")], Process::Runner, &Bounds::default()).unwrap();
    assert_eq!(names(&report), [""; 0], "{report:#?}");
    assert!(report.complete);
    assert!(report.states > 100_000, "only {} states: does it still get anywhere?", report.states);
    println!("{} states, {} steps", report.states, report.steps);
}

#[test]
fn neither_has_it_where_more_is_merged() {
    let project = Project::openverse();
    let bounds = Bounds {
        merges: 3,
        releases: 1,
        rollbacks: 0,
        lost_replies: 0,
        interventions: 0,
        ..Bounds::default()
    };
    let report = explore(&project, &[app(&project, "frontend")], Process::Runner, &bounds).unwrap();
    assert_eq!(names(&report), [""; 0], "{report:#?}");
    assert!(report.complete);
}
