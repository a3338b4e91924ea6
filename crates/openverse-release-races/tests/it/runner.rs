//! The runner, with all its safeguards.

use openverse_release_races::{Bounds, Process};

use super::{app, explored, names, runner};

#[test]
fn the_runner_has_no_race() {
    let report = runner(&Bounds::default());
    assert_eq!(names(&report), [""; 0], "{report:#?}");
    assert!(report.complete);
    assert_eq!((report.states, report.steps), (788_231, 2_669_789));
}

#[test]
fn neither_has_it_where_more_is_merged() {
    let bounds = Bounds {
        merges: 3,
        releases: 1,
        rollbacks: 0,
        lost_replies: 0,
        interventions: 0,
        ..Bounds::default()
    };
    let report = explored(&[app("frontend")], Process::Runner, &bounds).unwrap();
    assert_eq!(names(&report), [""; 0], "{report:#?}");
    assert!(report.complete);
}

#[test]
fn what_it_leaves_to_others_and_rests_on_is_said() {
    let report = runner(&super::CALM);
    let left: Vec<_> = report.left_to_others.iter().map(|it| format!("{} {}", it.app, it.step)).collect();
    insta::assert_snapshot!(left.join("\n"), @"
    api StagingDispatch
    api Tag
    api ProductionDispatch
    ");
    insta::assert_snapshot!(report.rests_on.join("\n"), @"
    nobody changes a GitHub Release between the two requests of one write that is guarded by a read; GitHub has no conditional write
    a deployment that GitHub accepted appears in the time that a run waits for it, or never
    the GitHub Workflow that deploys runs once at a time for an app and environment
    ");
    let mut own = app("api");
    own.performers.clear();
    let report = explored(&[own], Process::Runner, &super::CALM).unwrap();
    assert_eq!(report.left_to_others, []);
    let documented = super::documented(&super::CALM);
    assert_eq!((documented.rests_on, documented.left_to_others), (vec![], vec![]));
}
