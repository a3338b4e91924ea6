//! What is typed or configured wrongly is refused before anything is changed.

use std::fs;

use insta::assert_snapshot;

use crate::{
    place::{Mode, Place, Ran},
    refusals::refused,
    snapshot::shown,
};

#[test]
fn an_app_that_is_none_is_refused() {
    let place = Place::new(Mode::Default);
    assert_snapshot!(refused(&place, &["release", "webcam", "--yes"]), @r#"
    exit code 2
    stderr:
    error: found "webcam", which is no app of Openverse
    expected: api, frontend, catalog, indexer-worker, ingestion-server
    "#);
    for args in [
        &["preview", "webcam"][..],
        &["status", "webcam"],
        &["flow", "webcam"],
        &["check", "webcam"],
        &["runbook", "webcam"],
        &["history", "webcam", "production"],
        &["deploy", "webcam", "production", "latest", "--reason", "x"],
        &["rollback", "webcam", "production", "--reason", "x"],
        &["hold", "lift", "webcam", "production", "--reason", "x"],
    ] {
        let said = refused(&place, args);
        assert!(said.starts_with("exit code 2") && said.contains("webcam"), "{said}");
        assert!(said.contains("api, frontend, catalog, indexer-worker, ingestion-server"), "{said}");
    }
    assert_snapshot!(refused(&place, &["sandbox", "merge", "webcam"]), @"
    exit code 2
    stderr:
    error: the sandbox has no app webcam
    ");
}

#[test]
fn a_tag_that_names_no_version_is_refused() {
    let place = Place::new(Mode::Default);
    let deploy = |tag: &str| refused(&place, &["deploy", "api", "production", tag, "--reason", "x"]);
    assert_snapshot!(deploy("latest"), @"
    exit code 2
    stderr:
    error: the image tag latest names no version: found the tag of the newest build, which moves, expected rel-YYYY.MM.DD.HH.MM.SS or a commit SHA of 40 digits
    ");
    assert_snapshot!(deploy("rel-2026.02.30.00.00.00"), @"
    exit code 2
    stderr:
    error: the image tag rel-[date] names no version: found none of the documented patterns, expected rel-YYYY.MM.DD.HH.MM.SS or a commit SHA of 40 digits
    ");
    assert_snapshot!(deploy("api-2026.11.17.00.41.43"), @"
    exit code 2
    stderr:
    error: the image tag api-[date] names no version: found none of the documented patterns, expected rel-YYYY.MM.DD.HH.MM.SS or a commit SHA of 40 digits
    ");
    assert_snapshot!(deploy("v1.2.3"), @"
    exit code 2
    stderr:
    error: the image tag v1.2.3 names no version: found none of the documented patterns, expected rel-YYYY.MM.DD.HH.MM.SS or a commit SHA of 40 digits
    ");
    assert_snapshot!(deploy(""), @r#"
    exit code 2
    stderr:
    error: invalid value '' for '[TAG]': "" is not a valid image tag: found the end at character 1, expected letters, digits, "_", and after the first also "." and "-"

    For more information, try '--help'.
    "#);
    assert_snapshot!(deploy("two words"), @r#"
    exit code 2
    stderr:
    error: invalid value 'two words' for '[TAG]': "two words" is not a valid image tag: found " words" at character 4, expected letters, digits, "_", and after the first also "." and "-"

    For more information, try '--help'.
    "#);
    assert_snapshot!(refused(&place, &["rollback", "api", "production", "--to", "latest", "--reason", "x"]), @"
    exit code 2
    stderr:
    error: the image tag latest names no version: found the tag of the newest build, which moves, expected rel-YYYY.MM.DD.HH.MM.SS or a commit SHA of 40 digits
    ");
}

#[test]
fn a_reason_that_says_nothing_or_would_break_a_line_is_refused() {
    let place = Place::new(Mode::Default);
    let rollback = |reason: &str| refused(&place, &["rollback", "api", "production", "--reason", reason]);
    assert_snapshot!(rollback(""), @"
    exit code 2
    stderr:
    error: invalid value '' for '--reason <REASON>': found nothing, expected why it is done

    For more information, try '--help'.
    ");
    assert_snapshot!(rollback("  "), @"
    exit code 2
    stderr:
    error: invalid value '  ' for '--reason <REASON>': found nothing, expected why it is done

    For more information, try '--help'.
    ");
    assert_snapshot!(rollback("one\nline"), @r"
    exit code 2
    stderr:
    error: invalid value 'one
    line' for '--reason <REASON>': found '\n', expected one line of text

    For more information, try '--help'.
    ");
    assert_snapshot!(rollback(&"very ".repeat(50)), @"
    exit code 2
    stderr:
    error: invalid value 'very very very very very very very very very very very very very very very very very very very very very very very very very very very very very very very very very very very very very very very very very very very very very very very very very very ' for '--reason <REASON>': found 249 characters, expected at most 200

    For more information, try '--help'.
    ");
    for control in ["\u{1b}[2J", "\u{7}", "\u{9b}2J", "\u{7f}"] {
        let said = rollback(&format!("slow{control}"));
        assert!(!said.contains(control), "{said:?}");
    }
    assert_snapshot!(refused(&place, &["rollback", "api", "production"]), @"
    exit code 2
    stderr:
    error: the following required arguments were not provided:
      --reason <REASON>

    Usage: openverse-release rollback --reason <REASON> --actor <NAME> <APP> <ENVIRONMENT>

    For more information, try '--help'.
    ");
}

#[test]
fn a_mistyped_command_is_refused() {
    let place = Place::new(Mode::Default);
    assert_snapshot!(refused(&place, &["release", "api", "--force"]), @"
    exit code 2
    stderr:
    error: unexpected argument '--force' found

      tip: to pass '--force' as a value, use '-- --force'

    Usage: openverse-release release <APP>

    For more information, try '--help'.
    ");
    assert_snapshot!(refused(&place, &["relese", "api"]), @"
    exit code 2
    stderr:
    error: unrecognized subcommand 'relese'

      tip: some similar subcommands exist: 'races', 'release'

    Usage: openverse-release [OPTIONS] <COMMAND>

    For more information, try '--help'.
    ");
    assert_snapshot!(refused(&place, &["history", "api", "prod"]), @r#"
    exit code 2
    stderr:
    error: found "prod", which is no environment of Openverse
    expected: staging, production
    "#);
    assert_snapshot!(refused(&place, &["history", "api", "production", "--limit", "0"]), @"
    exit code 2
    stderr:
    error: invalid value '0' for '--limit <N>': 0 is not in 1..=1000

    For more information, try '--help'.
    ");
    assert_snapshot!(refused(&place, &["sandbox", "fault", "on", "bad-luck"]), @r#"
    exit code 2
    stderr:
    error: invalid value 'bad-luck' for '<FAULT>': "bad-luck" is no fault of a sandbox, expected one of lost-reply, rate-limited, secondary-rate-limit, server-errors, stale-release-list, redrafted-after-publish, duplicate-draft, latest-moved, latest-moves-at-publish, companion-missing, deployment-fails, deployment-hangs, deployment-red-but-live, late-run, ci-fails, tagging-cancelled, tagging-fails, pull-request-conflict, rollout-slow, rollout-fails, rollout-rolled-back, rollout-replaced, pause-before, pause-after, dag-running

    For more information, try '--help'.
    "#);
    assert_snapshot!(refused(&place, &["status", "--quiet", "--verbose"]), @"
    exit code 2
    stderr:
    error: the argument '--quiet' cannot be used with '--verbose...'

    Usage: openverse-release status --quiet --actor <NAME> [APP]

    For more information, try '--help'.
    ");
}

#[test]
fn a_run_or_hold_that_is_not_there_is_refused() {
    let place = Place::new(Mode::Default);
    assert_snapshot!(refused(&place, &["resume"]), @"
    exit code 3
    stderr:
    refused: found no unfinished run
    expected: one to go on with
    ");
    assert_snapshot!(refused(&place, &["resume", "run-nowhere"]), @"
    exit code 2
    stderr:
    error: found no run named run-nowhere
    to do: `runs` lists them
    ");
    assert_snapshot!(refused(&place, &["abandon", "run-nowhere", "--reason", "x"]), @"
    exit code 2
    stderr:
    error: found no run named run-nowhere
    to do: `runs` lists them
    ");
    assert_snapshot!(refused(&place, &["runs", "run-nowhere"]), @"
    exit code 2
    stderr:
    error: found no run named run-nowhere
    to do: `runs` lists them
    ");
    assert_snapshot!(refused(&place, &["resume", "../run"]), @r#"
    exit code 2
    stderr:
    error: invalid value '../run' for '[RUN]': "../run" is not a valid run: found "../run" at character 1, expected lower-case letters, digits and "-", at most 40

    For more information, try '--help'.
    "#);
    assert_snapshot!(refused(&place, &["hold", "lift", "api", "production", "--reason", "x"]), @"
    exit code 3
    stderr:
    refused: found no hold on the API in production
    expected: one to lift
    to do: `hold` lists them
    ");
}

#[test]
fn a_configuration_that_is_wrong_is_refused() {
    let place = Place::empty();
    let with = |text: &str| {
        fs::write(place.path("wrong.toml"), text).unwrap();
        let output = place.bare_command().args(["--config", "wrong.toml", "status"]).output().unwrap();
        shown(&Ran::of(&["status"], &output))
    };
    assert_snapshot!(with("wrld = \"sandbox\"\n"), @"
    exit code 2
    stderr:
    error: wrong.toml is not as expected at line 1, column 1: unknown field `wrld`, expected one of `world`, `project`, `github`, `registry`, `live`, `code`, `infrastructure`, `airflow`, `ecs`, `limits`, `performers`
    ");
    assert_snapshot!(with("world = \"mars\"\n"), @"
    exit code 2
    stderr:
    error: wrong.toml is not as expected at line 1, column 9: unknown variant `mars`, expected `live` or `sandbox`
    ");
    assert_snapshot!(with("world = \"sandbox\"\n[limits]\npoll = -1\n"), @"
    exit code 2
    stderr:
    error: wrong.toml is not as expected at line 3, column 8: found -1 seconds, expected 0 to 604800
    ");
    assert_snapshot!(with("world = \"sandbox\"\n[performers.webcam]\nTag = \"runner\"\n"), @"
    exit code 2
    stderr:
    error: the configuration names the performers of webcam, which is no app of the project
    ");
    assert_snapshot!(with("world = \"sandbox\"\n[performers.api]\nTug = \"runner\"\n"), @"
    exit code 2
    stderr:
    error: the app api names a performer for the step Tug, which its flow does not have
    ");
    assert_snapshot!(with("world = \"sandbox\"\nproject = \"other.toml\"\n"), @"
    exit code 2
    stderr:
    error: other.toml could not be read: No such file or directory (os error 2)
    to do: leave --config out to use the sandbox
    ");
    assert_snapshot!(with("[github]\napi = \"ftp://example.org\"\n"), @r#"
    exit code 2
    stderr:
    error: wrong.toml is not as expected at line 2, column 7: "ftp://example.org" is not a valid URL: found "ftp://example.org" at character 1, expected a URL that starts with http:// or https:// and has no spaces or credentials
    "#);
    assert_snapshot!(with("this is no TOML"), @"
    exit code 2
    stderr:
    error: wrong.toml is not as expected at line 1, column 6: key with no value, expected `=`
    ");
    let output = place.bare_command().args(["--config", "nowhere.toml", "status"]).output().unwrap();
    assert_snapshot!(shown(&Ran::of(&["status"], &output)), @"
    exit code 2
    stderr:
    error: nowhere.toml could not be read: No such file or directory (os error 2)
    to do: leave --config out to use the sandbox
    ");
    assert!(!place.path(".openverse-release").exists(), "nothing was made");
}

#[test]
fn the_sandbox_is_not_to_be_had_with_a_live_configuration() {
    let place = Place::empty();
    fs::write(place.path("live.toml"), "world = \"live\"\n").unwrap();
    let output = place.bare_command().args(["--config", "live.toml", "sandbox", "reset"]).output().unwrap();
    assert_snapshot!(shown(&Ran::of(&["sandbox", "reset"], &output)), @"
    exit code 2
    stderr:
    error: found a configuration of the live world
    expected: none: the sandbox is what there is without --config
    ");
}

#[test]
fn a_state_directory_that_cannot_be_used_is_said() {
    let place = Place::empty();
    fs::write(place.path("a file"), "").unwrap();
    let with = |args: &[&str]| {
        let output = place.bare_command().args(["--state-dir", "a file"]).args(args).output().unwrap();
        let ran = Ran::of(args, &output);
        assert_eq!(ran.code, Some(4), "{ran}");
        shown(&ran)
    };
    assert_snapshot!(with(&["release", "api", "--yes"]), @"
    exit code 4
    stderr:
    error: the sandbox could not use its files or its port: failed to create directory `a file/sandbox`: Not a directory (os error 20)
    ");
    assert_snapshot!(with(&["runs"]), @"
    exit code 4
    stderr:
    error: failed to make a file/sandbox: Not a directory (os error 20)
    ");
}
