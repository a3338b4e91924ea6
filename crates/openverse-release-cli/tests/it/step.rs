//! `step test` tells whether a program keeps the rules of the step protocol.

use std::{fs, os::unix::fs::symlink, path::Path, process::Command};

use insta::assert_snapshot;
use openverse_release_testkit::{Reply, StandIn, require};
use serde_json::Value;

use crate::{
    place::{Place, Ran},
    served::wait_until,
    snapshot::said,
};

/// The example of the page that explains the protocol.
pub(crate) const EXAMPLE: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../openverse-release-core/src/step_protocol/example.sh");
const EXAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/steps");
/// Programs that the steps call, and a step that has the fault that it is told.
const STAND_INS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../openverse-release-infra/tests/it/steps");

fn link(place: &Place, program: &str, name: &str) {
    symlink(Path::new(STAND_INS).join(program), place.path(name)).unwrap();
}

/// Tests the step that has a fault, and says what came of it.
fn test_faulty(place: &Place, fault: &str, args: &[&str]) -> Ran {
    if !place.path("faulty").exists() {
        link(place, "faulty.sh", "faulty");
    }
    let mut all = vec!["step", "test", "faulty", "--yes", "--param", "file=running"];
    all.extend(args);
    all.extend(["--", fault]);
    let ran = place.run(&all);
    let here = place.dir().canonicalize().unwrap();
    Ran { stdout: ran.stdout.replace(here.to_str().unwrap(), "[here]"), ..ran }
}

#[track_caller]
fn expect_all_kept(ran: &Ran) {
    ran.expect_code(0).expect_says(&["10 of 10 rules kept"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_smoke_test_passes() {
    if require("curl").is_none() {
        return;
    }
    let server = StandIn::start(|_| Reply::answer(200, "all is well")).await;
    let place = Place::empty();
    let (program, url) = (format!("{EXAMPLES}/smoke"), format!("url={}/healthz", server.origin()));
    expect_all_kept(&place.run(&["step", "test", &program, "--yes", "--param", &url, "--param", "state=."]));
}

#[test]
fn the_rollout_of_kubernetes_passes() {
    let place = Place::empty();
    link(&place, "kubectl", "kubectl");
    fs::write(place.path("image"), "ghcr.io/acme/api:v0").unwrap();
    let program = format!("{EXAMPLES}/kubectl-rollout");
    let mut args = vec!["step", "test", &program, "--yes", "--image-tag", "v1", "--image-tag", "v2"];
    for parameter in ["deployment=api", "container=web", "image=ghcr.io/acme/api", "kubectl=./kubectl"] {
        args.extend(["--param", parameter]);
    }
    args.extend(["--environment", "staging", "--app", "api"]);
    expect_all_kept(&place.run(&args));
    let image = fs::read_to_string(place.path("image")).unwrap();
    assert!(["ghcr.io/acme/api:v1", "ghcr.io/acme/api:v2"].contains(&image.as_str()), "{image}");
}

#[test]
fn the_switch_of_nginx_passes() {
    let place = Place::empty();
    link(&place, "nginx", "nginx");
    fs::write(place.path("blue.conf"), "# runs v1\n").unwrap();
    fs::write(place.path("green.conf"), "# runs v2\n").unwrap();
    let program = format!("{EXAMPLES}/nginx-blue-green");
    let mut args = vec!["step", "test", &program, "--yes", "--image-tag", "v1", "--image-tag", "v2"];
    for parameter in ["folder=.", "active=active", "reload=./nginx -s reload"] {
        args.extend(["--param", parameter]);
    }
    expect_all_kept(&place.run(&args));
    assert_eq!(fs::read(place.path("active")).unwrap(), fs::read(place.path("loaded")).unwrap());
}

#[test]
fn each_rule_is_one_line_and_a_broken_one_ends_with_exit_code_one() {
    let place = Place::empty();
    assert_snapshot!(said(&test_faulty(&place, "none", &[])), @"
    exit code 0
    stdout:
    passed       observe-answers
    passed       observing-changes-nothing
    passed       a-new-step-is-absent
    passed       an-unknown-protocol-is-refused
    passed       an-unknown-action-is-refused
    passed       garbage-is-refused
    passed       performing-is-observed
    passed       asked-twice-done-once
    passed       a-lost-reply-is-found
    passed       a-death-is-recovered-from
    10 of 10 rules kept by [here]/faulty
    ");
    assert_snapshot!(said(&test_faulty(&place, "forgets", &[])), @"
    exit code 1
    stdout:
    passed       observe-answers
    passed       observing-changes-nothing
    passed       a-new-step-is-absent
    passed       an-unknown-protocol-is-refused
    passed       an-unknown-action-is-refused
    passed       garbage-is-refused
    failed       performing-is-observed: found absent, expected done, or in_progress and then done
    not checked  asked-twice-done-once: performing-is-observed failed
    not checked  a-lost-reply-is-found: performing-is-observed failed
    not checked  a-death-is-recovered-from: performing-is-observed failed
    6 of 10 rules kept by [here]/faulty
    ");
    // A program that is never absent is told how it may yet be tested.
    assert_snapshot!(said(&test_faulty(&place, "done-from-the-start", &[])), @"
    exit code 1
    stdout:
    passed       observe-answers
    passed       observing-changes-nothing
    failed       a-new-step-is-absent: found done (sure), expected absent, for a run that nothing was performed for and one of the versions
    not checked  an-unknown-protocol-is-refused: a-new-step-is-absent failed
    not checked  an-unknown-action-is-refused: a-new-step-is-absent failed
    not checked  garbage-is-refused: a-new-step-is-absent failed
    not checked  performing-is-observed: a-new-step-is-absent failed
    not checked  asked-twice-done-once: a-new-step-is-absent failed
    not checked  a-lost-reply-is-found: a-new-step-is-absent failed
    not checked  a-death-is-recovered-from: a-new-step-is-absent failed
    2 of 10 rules kept by [here]/faulty
    next: name two versions that the step can move between: --image-tag A --image-tag B
    ");
}

#[test]
fn json_says_the_same() {
    let place = Place::empty();
    let ran = test_faulty(&place, "forgets", &["--json"]);
    ran.expect_code(1);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {ran}"));
    assert_eq!(report["passed"], false);
    let broken = serde_json::json!({
        "rule": "performing-is-observed",
        "verdict": "failed",
        "found": "absent",
        "expected": "done, or in_progress and then done",
    });
    assert_eq!(report["checks"][6], broken);
}

#[test]
fn nothing_is_performed_without_a_yes() {
    let place = Place::empty();
    let ran = place.run(&["step", "test", EXAMPLE, "--param", "file=running"]);
    ran.expect_code(3).expect_says(&["nothing was performed", "add --yes"]);
    assert!(!place.path("running").exists());
}

#[test]
fn a_program_that_is_not_there_is_bad_input_and_the_nearest_name_is_told() {
    let place = Place::empty();
    link(&place, "faulty.sh", "faulty");
    let ran = place.run(&["step", "test", "fautly"]);
    let here = place.dir().canonicalize().unwrap();
    assert_eq!(
        ran.expect_code(2).stderr,
        format!("error: there is no program {}/fautly; did you mean \"faulty\"?\n", here.display())
    );
    place.run(&["step", "test", "quick.toml"]).expect_code(2).expect_says(&["quick.toml is not executable"]);
}

#[test]
fn what_cannot_be_asked_is_refused_before_anything_is_run() {
    let place = Place::empty();
    link(&place, "faulty.sh", "faulty");
    let long = format!("file={}", "x".repeat(1 << 16));
    for (args, says) in [
        (["--param", "file"], "expected a name, \"=\" and a value"),
        (["--param", "=running"], "expected a name, \"=\" and a value"),
        (["--param", &long], "found parameters of 65547 bytes, expected at most 65536"),
        (["--timeout", "0"], "0 is not in 1..=3600"),
        (["--image-tag", "two words"], "not a valid image tag"),
        (["--environment", ""], "not a valid environment"),
    ] {
        let mut all = vec!["step", "test", "faulty", "--yes"];
        all.extend(args);
        all.extend(["--", "hangs"]);
        place.run(&all).expect_code(2).expect_says(&[says]);
    }
    assert!(!place.path("faulty.pid").exists());
}

#[test]
fn what_a_program_says_can_neither_steer_the_terminal_nor_tell_a_secret() {
    let place = Place::empty();
    let ran = test_faulty(&place, "steers", &[]);
    ran.expect_code(1).expect_says(&["absent \u{fffd}[2J"]);
    assert!(!ran.stdout.contains('\u{1b}'), "{ran}");

    link(&place, "faulty.sh", "teller");
    for (allowed, says) in [
        (&[][..], "the token is unset, the proxy unset"),
        (&["--variable", "TOKEN"], "the token is [TOKEN], the proxy unset"),
    ] {
        let mut command = place.command();
        command.env("TOKEN", "s3cret-t0ken").env("HTTP_PROXY", "http://proxy");
        command.args(["step", "test", "teller", "--yes", "--param", "file=x"]);
        let output = command.args(allowed).args(["--", "tells-a-secret"]).output().unwrap();
        let ran = Ran::of(&["step", "test"], &output);
        ran.expect_code(1).expect_says(&[says]);
        assert!(!ran.stdout.contains("s3cret"), "{ran}");
    }
}

#[test]
fn interrupted_it_takes_the_program_along() {
    let place = Place::empty();
    link(&place, "faulty.sh", "faulty");
    let args =
        ["step", "test", "faulty", "--yes", "--timeout", "3600", "--param", "file=running", "--", "hangs"];
    let tool = place.start(&args);
    let started = || fs::read_to_string(place.path("faulty.pid")).unwrap_or_default().trim().to_owned();
    wait_until("the program hangs", || !started().is_empty());
    let kill = |signal: &str, process: &str| {
        Command::new("sh").args(["-c", "kill -s \"$1\" \"$2\"", "sh", signal, process]).status().unwrap()
    };
    assert!(kill("INT", &tool.id().to_string()).success());
    let ran = Ran::of(&args, &tool.wait_with_output().unwrap());
    ran.expect_code(5).expect_says(&["interrupted"]);
    wait_until("the program is gone", || !kill("0", &started()).success());
}
