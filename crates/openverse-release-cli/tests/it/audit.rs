//! What happened, held against the flows.

use std::fs;

use insta::assert_snapshot;

use crate::{place::Place, snapshot::said};

const TABLE: &str = "case,activity,time,who\n\
    good,Merge,2024-03-01T10:00:00Z,ada\n\
    good,Build,2024-03-01T10:01:00Z,ci\n\
    good,StagingDispatch,2024-03-01T10:20:00Z,ci\n\
    good,Publish,2024-03-01T11:00:00Z,ada\n\
    good,Tag,2024-03-01T11:01:00Z,ci\n\
    good,ProductionDispatch,2024-03-01T11:02:00Z,ci\n\
    bad,Merge,2024-03-02T10:00:00Z,ada\n\
    bad,Build,2024-03-02T10:01:00Z,ci\n\
    bad,StagingDispatch,2024-03-02T10:20:00Z,ci\n\
    bad,ProductionDispatch,2024-03-02T11:02:00Z,mallory\u{1b}[31m\n\
    odd,Merge,2024-03-03T10:00:00Z,ada\n\
    odd,Cross fingers,2024-03-03T10:01:00Z,ada\n\
    on its way,Merge,2024-03-03T10:00:00Z,ada\n";

#[test]
fn a_table_of_events_is_held_against_the_flow_of_an_app() {
    let place = Place::empty();
    fs::write(place.path("log.csv"), TABLE).unwrap();
    assert_snapshot!(said(&place.run(&["audit", "api", "--log", "log.csv"])), @"
    exit code 1
    stdout:
    API: not as documented; 1 of 4 cases fit, 1 are under way, 2 deviate; fitness 0.846 over 13 events
      bad  2024-03-02 11:02 UTC, by mallory�[31m
        found ProductionDispatch, expected StagingDispatch or RevertRollback or Publish
        cheapest explanation (1): Merge, Build, StagingDispatch, ProductionDispatch should not have happened
      odd  2024-03-03 10:01 UTC, by ada
        found Cross fingers, which is no step, expected Build
        cheapest explanation (1): Merge, Cross fingers should not have happened
      rule broken: no production deployment of a version that was never released
        bad: ProductionDispatch, 2024-03-02 11:02 UTC, by mallory�[31m
      rule broken: no production deployment of a version whose images have no release's image tag
        bad: ProductionDispatch, 2024-03-02 11:02 UTC, by mallory�[31m
      unknown activity: Cross fingers, times done: 1; no step is called so
    ");
    let complete =
        place.run(&["audit", "api", "--log", "log.csv", "--complete", "--rule", "Merge excludes Build"]);
    complete
        .expect_code(1)
        .expect_says(&["found the end, expected Build", "rule broken: Merge excludes Build"]);
    let json = place.run(&["audit", "api", "--log", "log.csv", "--json"]);
    json.expect_code(1);
    let audits: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(audits[0]["app"], "api");
    assert_eq!(audits[0]["deviations"][0]["case"], "bad");
    assert_eq!(
        audits[0]["deviations"][0]["expected"],
        serde_json::json!(["StagingDispatch", "RevertRollback", "Publish"])
    );
    // Nothing of it needs a sandbox.
    assert!(!place.path("state").exists());
}

#[test]
fn a_log_that_cannot_be_read_is_bad_input() {
    let place = Place::empty();
    fs::write(place.path("log.csv"), "case,what\n").unwrap();
    assert_snapshot!(said(&place.run(&["audit", "api", "--log", "log.csv"])), @"
    exit code 2
    stderr:
    error: log.csv cannot be read as CSV: line 1: found the columns case, what, expected one called concept:name or activity
    ");
    assert_snapshot!(said(&place.run(&["audit", "--log", "log.csv"])), @"
    exit code 2
    stderr:
    error: found nothing in log.csv that tells the app
    expected: its name: api, frontend, catalog, indexer-worker, ingestion-server
    to do: say which: `audit APP --log FILE`
    ");
    assert_snapshot!(said(&place.run(&["audit", "api", "--log", "none.csv"])), @"
    exit code 2
    stderr:
    error: none.csv could not be opened: No such file or directory (os error 2)
    ");
}

#[test]
fn the_sandbox_and_the_journal_are_as_documented() {
    let place = Place::empty();
    place.run(&["sandbox", "reset", "--instant"]).expect_code(0);
    place.run(&["audit"]).expect_code(0);
    place.run(&["release", "api", "--yes"]).expect_code(0);
    place.run(&["rollback", "api", "production", "--reason", "slow"]).expect_code(0);
    place.run(&["audit"]).expect_code(0);
    assert_snapshot!(said(&place.run(&["audit", "--journal"])), @"
    exit code 0
    stdout:
    API: as documented; 2 of 2 cases fit, 0 are under way, 0 deviate; fitness 1.000 over 5 events
    ");
    place.run(&["export", "--ocel", "--output", "journal.json"]).expect_code(0);
    let file = place.run(&["audit", "--log", "journal.json"]);
    file.expect_code(0);
    assert_eq!(file.stdout, place.run(&["audit", "--journal"]).stdout);
    assert_eq!(
        fs::read_to_string(place.path("journal.json")).unwrap(),
        place.run(&["export", "--ocel"]).stdout
    );
}

#[test]
fn a_deployment_of_what_was_never_released_is_found() {
    let place = Place::empty();
    place.run(&["sandbox", "reset", "--instant"]).expect_code(0);
    place.run(&["sandbox", "merge", "api"]).expect_code(0);
    let status = place.run(&["preview", "api", "--json"]);
    let preview: serde_json::Value = serde_json::from_str(&status.stdout).unwrap();
    let commit = preview["commit"]["sha"].as_str().expect("the preview names a commit").to_owned();
    place.run(&["deploy", "api", "production", &commit, "--reason", "quick"]).expect_code(0);
    for arguments in [&["audit", "api"][..], &["audit", "api", "--journal"]] {
        let audit = place.run(arguments);
        audit.expect_code(1).expect_says(&[&commit, "found ProductionDispatch, expected "]);
        audit.expect_says(&["rule broken: no production deployment of a version that was never released"]);
    }
}
