//! Ctrl-C leaves a run that can be resumed, and says so.

use std::process::{Child, Command};

use crate::{
    facts::{Facts, RELEASED, production, requested},
    place::{Mode, Place, Ran},
    served::{Served, wait_until},
    snapshot::shown,
};

/// Sends what Ctrl-C sends.
fn interrupt(tool: &Child) {
    let pid = tool.id().to_string();
    let status = Command::new("sh").args(["-c", "kill -INT \"$1\"", "sh", &pid]).status().unwrap();
    assert!(status.success());
}

#[test]
fn interrupted_while_it_waits_a_release_is_kept_and_resumed() {
    let place = Place::new(Mode::Default);
    let _served = Served::start(&place);
    let (sandbox, facts) = (place.sandbox(), Facts::of(&place, "api"));
    place.fault("deployment-hangs", 0, None);
    let tool = place.start(&["release", "api", "--yes"]);
    wait_until("the deployment hangs", || sandbox.status().unwrap().running.iter().any(|run| run.hangs));
    interrupt(&tool);
    let ran = Ran::of(&["release"], &tool.wait_with_output().unwrap());
    ran.expect_code(5);
    insta::assert_snapshot!(shown(&Ran { stdout: String::new(), ..ran }), @"
    exit code 5
    stderr:
    error: interrupted; run run-[name] is kept
    to do: go on with `resume run-[name]`
    ");
    assert_eq!(place.run_states(), ["unfinished"]);

    sandbox.clear_faults().unwrap();
    let run = place.json(&["runs"])[0]["run"].as_str().unwrap().to_owned();
    place.run(&["resume", &run]).expect_code(0);
    assert_eq!(production(&sandbox, "api"), facts.new);
    assert_eq!(requested(&sandbox), RELEASED);
}

#[test]
fn interrupted_within_an_effect_a_rollback_is_kept_and_resumed() {
    let place = Place::new(Mode::Default);
    let _served = Served::start(&place);
    let (sandbox, facts) = (place.sandbox(), Facts::of(&place, "api"));
    place.fault("pause-after:any", 0, None);
    let tool = place.start(&["--json", "rollback", "api", "production", "--reason", "slow"]);
    wait_until("the effect is paused", || !sandbox.status().unwrap().paused.is_empty());
    interrupt(&tool);
    let ran = Ran::of(&["rollback"], &tool.wait_with_output().unwrap());
    ran.expect_code(5);
    let document: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(document["error"]["exit_code"], 5);

    sandbox.clear_faults().unwrap();
    place.run(&["resume"]).expect_code(0);
    assert_eq!(production(&sandbox, "api"), facts.earlier);
    assert_eq!(requested(&sandbox), ["workflow_dispatch"]);
}

#[test]
fn interrupted_before_anything_was_begun_it_says_that() {
    let place = Place::new(Mode::Default);
    let served = Served::start(&place);
    let sandbox = place.sandbox();
    // The tool waits a minute at the most for GitHub to be asked again.
    place.fault("rate-limited", 0, Some(1000));
    let before = sandbox.requests().unwrap().total();
    let tool = place.start(&["release", "api", "--yes"]);
    wait_until("it has asked", || sandbox.requests().unwrap().total() > before);
    interrupt(&tool);
    let ran = Ran::of(&["release"], &tool.wait_with_output().unwrap());
    insta::assert_snapshot!(shown(&ran), @"
    exit code 3
    stderr:
    refused: interrupted before anything was begun
    ");
    assert_eq!(place.run_states(), [""; 0]);
    drop(served);
}

#[test]
fn an_earlier_unfinished_run_of_another_app_is_not_named() {
    let place = Place::new(Mode::Default);
    let _served = Served::start(&place);
    let sandbox = place.sandbox();
    place.fault("deployment-hangs", 0, None);
    place.limit(&[("deployment", 0.2)]);
    place.run(&["release", "frontend", "--yes"]).expect_code(5);
    place.fault("rate-limited", 0, Some(1000));
    let before = sandbox.requests().unwrap().total();
    let tool = place.start(&["release", "api", "--yes"]);
    wait_until("it has asked", || sandbox.requests().unwrap().total() > before);
    interrupt(&tool);
    let ran = Ran::of(&["release"], &tool.wait_with_output().unwrap());
    insta::assert_snapshot!(shown(&ran), @"
    exit code 3
    stderr:
    refused: interrupted before anything was begun
    ");
}

#[test]
fn interrupted_a_served_sandbox_ends_well() {
    // No copy, so that no server of another copy can be taken for this one's.
    let place = Place::with_usual_timing();
    let tool = place.start(&["sandbox", "serve"]);
    wait_until("it is served", || place.sandbox().running().unwrap().is_some());
    interrupt(&tool);
    Ran::of(&["sandbox", "serve"], &tool.wait_with_output().unwrap()).expect_code(0);
    assert_eq!(place.sandbox().running().unwrap(), None);
}
