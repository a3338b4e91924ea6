//! Races: found in the documented process, and none in the runner.

use insta::assert_snapshot;

use crate::{place::Place, snapshot::said};

#[test]
fn the_races_of_the_documented_process_are_told_step_by_step() {
    let place = Place::empty();
    let ran = place.run(&["races", "--app", "api"]);
    ran.expect_code(1);
    assert_snapshot!(said(&ran), @"");
    assert!(!place.path("state").exists(), "it needs no sandbox");
}

#[test]
fn the_runner_has_none_and_says_what_it_rests_on() {
    let ran = Place::empty().run(&["races", "--process", "runner", "--app", "api", "--merges", "1"]);
    ran.expect_code(0);
    assert_snapshot!(said(&ran), @"");
}

#[test]
fn races_are_data_too() {
    let ran = Place::empty().run(&["races", "--app", "frontend", "--merges", "1", "--json"]);
    ran.expect_code(1);
    let report: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(report["process"], "documented");
    assert_eq!(report["races"][0]["race"], "image-of-another-commit");
    assert_eq!(report["races"][0]["events"].as_array().unwrap().len(), 5);
    assert_eq!(report["complete"], true);
    assert!(report["states"].as_u64().unwrap() > 1000, "{report}");
}

#[test]
fn apps_and_bounds_that_cannot_be_explored_are_refused() {
    let place = Place::empty();
    assert_snapshot!(said(&place.run(&["races", "--app", "catalog"])), @"");
    assert_snapshot!(said(&place.run(&["races", "--merges", "9"])), @"");
}
