//! What cannot be right is refused before anything is changed, in one clear message.

use std::fs;

use insta::assert_snapshot;

use crate::{
    facts::{Facts, requested},
    place::{Mode, Place},
    served::{Served, wait_until},
    snapshot::shown,
};

/// Runs a command that is refused, checks that it changes nothing, and returns what it says.
#[track_caller]
fn refused(place: &Place, args: &[&str]) -> String {
    let state = || {
        let status = place.json(&["sandbox", "status"]);
        (requested(&place.sandbox()), place.json(&["runs"]), place.json(&["hold"]), status["apps"].clone())
    };
    let before = state();
    let ran = place.run(args);
    assert!(matches!(ran.code, Some(2 | 3)), "{ran}");
    assert_eq!(state(), before, "{args:?} changed something");
    assert!(!ran.stderr.is_empty(), "what is wrong is said on standard error: {ran}");
    // What a release would be, or which run it is about, is printed before it is refused.
    assert!(ran.stdout.is_empty() || matches!(args[0], "release" | "resume"), "{ran}");
    shown(&crate::place::Ran { stdout: String::new(), ..ran })
}

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
fn a_release_that_makes_no_sense_for_the_app_is_refused() {
    let place = Place::new(Mode::Default);
    assert_snapshot!(refused(&place, &["release", "indexer-worker", "--yes"]), @"
    exit code 2
    stderr:
    error: the indexer worker has no releases: every execution runs the image tagged latest
    ");
    assert_snapshot!(refused(&place, &["release", "catalog", "--yes"]), @"
    exit code 3
    stderr:
    refused: found the catalog is deployed by other means than a GitHub Workflow, which this tool does not carry out: Ansible playbook ansible/catalog.yml
    expected: a deployment by a GitHub Workflow
    to do: release it by hand, as `flow catalog --detailed` shows
    ");
    assert_snapshot!(refused(&place, &["release", "ingestion-server", "--yes"]), @"
    exit code 3
    stderr:
    refused: found the ingestion server is deployed by other means than a GitHub Workflow, which this tool does not carry out: Terraform variable in production/ingestion_server.auto.tfvars
    expected: a deployment by a GitHub Workflow
    to do: release it by hand, as `flow ingestion-server --detailed` shows
    ");
    assert_snapshot!(refused(&place, &["rollback", "catalog", "production", "--reason", "x"]), @"
    exit code 2
    stderr:
    error: the catalog is deployed by other means than a GitHub Workflow, which this tool does not carry out: Ansible playbook ansible/catalog.yml
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
    error: invalid value '' for '<TAG>': "" is not a valid image tag: found the end at character 1, expected letters, digits, "_", and after the first also "." and "-"

    For more information, try '--help'.
    "#);
    assert_snapshot!(deploy("two words"), @r#"
    exit code 2
    stderr:
    error: invalid value 'two words' for '<TAG>': "two words" is not a valid image tag: found " words" at character 4, expected letters, digits, "_", and after the first also "." and "-"

    For more information, try '--help'.
    "#);
    assert_snapshot!(refused(&place, &["rollback", "api", "production", "--to", "latest", "--reason", "x"]), @"
    exit code 2
    stderr:
    error: the image tag latest names no version: found the tag of the newest build, which moves, expected rel-YYYY.MM.DD.HH.MM.SS or a commit SHA of 40 digits
    ");
}

#[test]
fn a_version_that_is_not_in_the_registry_is_refused() {
    let place = Place::new(Mode::Default);
    let facts = Facts::of(&place, "api");
    let deploy = |tag: &str| refused(&place, &["deploy", "api", "production", tag, "--reason", "x"]);
    assert_snapshot!(deploy(&"0123456789".repeat(4)), @"
    exit code 3
    stderr:
    refused: found no tag [commit SHA] on ghcr.io/wordpress/openverse-api and ghcr.io/wordpress/openverse-api_nginx
    expected: it on every image of the API
    to do: name a version that `history` lists, or wait until CI has built it
    ");
    assert_snapshot!(deploy("rel-2020.01.02.03.04.05"), @"
    exit code 3
    stderr:
    refused: found no git tag api-[date]
    expected: the git tag that tells the commit of rel-[date]
    to do: name a version that `history` lists, or a commit SHA
    ");
    // In one image of the two only.
    place.fault("companion-missing:api", 0, None);
    assert_snapshot!(deploy(&facts.new), @"
    exit code 3
    stderr:
    refused: found no tag [commit SHA] on ghcr.io/wordpress/openverse-api_nginx
    expected: it on every image of the API
    to do: name a version that `history` lists, or wait until CI has built it
    ");
    assert_snapshot!(
        refused(&place, &["rollback", "api", "production", "--to", &facts.new, "--reason", "x"]),
        @"
    exit code 3
    stderr:
    refused: found no tag [commit SHA] on ghcr.io/wordpress/openverse-api_nginx
    expected: it on every image of the API
    to do: name a version that `history` lists, or wait until CI has built it
    "
    );
}

#[test]
fn a_release_whose_draft_or_images_do_not_fit_is_refused() {
    let release = |fault: &str| {
        let place = Place::new(Mode::Default);
        place.fault(fault, 0, None);
        refused(&place, &["release", "api", "--yes"])
    };
    assert_snapshot!(release("latest-moved:api"), @"
    exit code 3
    stderr:
    refused: found openverse-api:latest naming sha256:[digest] (the image of commit [commit])
    expected: sha256:[digest], the image of commit [commit], the newest that touches the API
    to do: wait until CI has built the newest commit, or point `latest` back, then look at `preview` again
    ");
    assert_snapshot!(release("duplicate-draft:api"), @"
    exit code 3
    stderr:
    refused: found 2 drafted GitHub Releases of the API: api-[date], api-[date]
    expected: exactly one
    to do: delete those that are not meant, on the releases page
    ");
    assert_snapshot!(release("companion-missing:api"), @"
    exit code 3
    stderr:
    refused: found no image openverse-api_nginx of commit [commit], while openverse-api_nginx:latest names nothing
    expected: the image of commit [commit], the newest that touches the API
    to do: wait until CI has built every image of the commit, or run it again if it failed
    ");
}

#[test]
fn without_anything_to_release_a_release_is_refused() {
    let place = Place::new(Mode::Default);
    place.run(&["release", "api", "--yes"]).expect_code(0);
    assert_snapshot!(refused(&place, &["release", "api", "--yes"]), @"
    exit code 3
    stderr:
    refused: found no drafted GitHub Release of the API
    expected: exactly one
    to do: the draft is made after a merge to main that changes the app; wait for it
    ");
}

#[test]
fn a_held_environment_takes_no_release_and_no_deployment_until_the_hold_is_lifted() {
    let place = Place::new(Mode::Default);
    let facts = Facts::of(&place, "api");
    place.run(&["rollback", "api", "production", "--reason", "searches are slow"]).expect_code(0);
    let deploy = ["deploy", "api", "production", &facts.old, "--reason", "x"];
    assert_snapshot!(refused(&place, &["release", "api", "--yes"]), @"
    exit code 3
    stderr:
    refused: found a hold on the API in production since [time], when ana rolled it back: searches are slow
    expected: no hold
    to do: once the cause is mended: `hold lift api production --reason …`
    ");
    assert_snapshot!(refused(&place, &deploy), @"
    exit code 3
    stderr:
    refused: found a hold on the API in production since [time], when ana rolled it back: searches are slow
    expected: no hold
    to do: once the cause is mended: `hold lift api production --reason …`
    ");
    assert_snapshot!(refused(&place, &["hold", "lift", "api", "staging", "--reason", "x"]), @"
    exit code 3
    stderr:
    refused: found no hold on the API in staging
    expected: one to lift
    to do: `hold` lists them
    ");
    place.run(&["hold", "lift", "api", "production", "--reason", "it is mended"]).expect_code(0);
    place.run(&deploy).expect_code(0);
}

#[test]
fn another_environment_and_another_app_are_not_held() {
    let place = Place::new(Mode::Default);
    let facts = Facts::of(&place, "api");
    place.run(&["rollback", "api", "production", "--reason", "searches are slow"]).expect_code(0);
    place.run(&["deploy", "api", "staging", &facts.old, "--reason", "to compare"]).expect_code(0);
    place.run(&["release", "frontend", "--yes"]).expect_code(0);
}

#[test]
fn while_a_run_goes_on_another_is_refused() {
    let place = Place::new(Mode::Default);
    let facts = Facts::of(&place, "api");
    let _served = Served::start(&place);
    let sandbox = place.sandbox();
    place.fault("pause-before:any", 0, None);
    let mut first = place.start(&["release", "api", "--yes"]);
    wait_until("the first is paused", || !sandbox.status().unwrap().paused.is_empty());
    let deploy = ["deploy", "api", "production", &facts.new, "--reason", "x"];

    assert_snapshot!(refused(&place, &["release", "api", "--yes"]), @"
    exit code 3
    stderr:
    refused: another process is at work on the api in production (process [number]); wait until it is done
    ");
    assert_snapshot!(refused(&place, &["resume", "--yes"]), @"
    exit code 3
    stderr:
    refused: another process is at work on the api in production (process [number]); wait until it is done
    ");
    assert_snapshot!(refused(&place, &["rollback", "api", "production", "--reason", "x"]), @"
    exit code 3
    stderr:
    refused: found run run-[name] going on: release of the API
    expected: no unfinished run
    to do: go on with `resume run-[name]`, or give it up with `abandon run-[name] --reason …`
    ");
    assert_snapshot!(refused(&place, &deploy), @"
    exit code 3
    stderr:
    refused: found run run-[name] going on: release of the API
    expected: no unfinished run
    to do: go on with `resume run-[name]`, or give it up with `abandon run-[name] --reason …`
    ");
    let run = place.json(&["runs"])[0]["run"].as_str().unwrap().to_owned();
    assert_snapshot!(refused(&place, &["abandon", &run, "--reason", "x"]), @"
    exit code 3
    stderr:
    refused: another process is at work on the api in production (process [number]); wait until it is done
    ");

    // The other app is free meanwhile.
    assert!(place.run(&["preview", "frontend"]).code == Some(0));
    sandbox.clear_faults().unwrap();
    assert!(first.wait().unwrap().success(), "the first goes on undisturbed");
    assert_eq!(place.run_states(), ["done"]);
}

#[test]
fn while_a_run_is_left_unfinished_another_kind_is_refused() {
    let place = Place::new(Mode::Default);
    let facts = Facts::of(&place, "api");
    let _served = Served::start(&place);
    let sandbox = place.sandbox();
    place.fault("pause-before:any", 0, None);
    let mut first = place.start(&["release", "api", "--yes"]);
    wait_until("the first is paused", || !sandbox.status().unwrap().paused.is_empty());
    first.kill().unwrap();
    first.wait().unwrap();
    sandbox.clear_faults().unwrap();
    wait_until("the server has noticed", || sandbox.status().unwrap().paused.is_empty());

    assert_snapshot!(refused(&place, &["rollback", "api", "production", "--reason", "x"]), @"
    exit code 3
    stderr:
    refused: found run run-[name] going on: release of the API
    expected: no unfinished run
    to do: go on with `resume run-[name]`, or give it up with `abandon run-[name] --reason …`
    ");
    assert_snapshot!(
        refused(&place, &["deploy", "api", "production", &facts.new, "--reason", "x"]),
        @"
    exit code 3
    stderr:
    refused: found run run-[name] going on: release of the API
    expected: no unfinished run
    to do: go on with `resume run-[name]`, or give it up with `abandon run-[name] --reason …`
    "
    );
    let run = place.json(&["runs"])[0]["run"].as_str().unwrap().to_owned();
    place.run(&["abandon", &run, "--reason", "changed my mind"]).expect_code(0);
    place.run(&["deploy", "api", "production", &facts.new, "--reason", "x"]).expect_code(0);
}

#[test]
fn without_a_version_to_go_back_to_a_rollback_is_refused() {
    let place = Place::new(Mode::Default);
    let facts = Facts::of(&place, "api");
    let rollback = ["rollback", "api", "production", "--reason", "x"];
    assert_snapshot!(
        refused(&place, &["rollback", "api", "production", "--to", &facts.old_tag, "--reason", "x"]),
        @"
    exit code 3
    stderr:
    refused: found production already running rel-[date]
    expected: another version than the one to roll back to
    to do: to deploy it once more use `deploy`
    "
    );
    assert_snapshot!(
        refused(&place, &["rollback", "api", "production", "--to", &facts.old, "--reason", "x"]),
        @"
    exit code 3
    stderr:
    refused: found production already running [commit SHA]
    expected: another version than the one to roll back to
    to do: to deploy it once more use `deploy`
    "
    );
    // The release before the last is the last known working one; before it there is only the one
    // that had been rolled back to.
    place.run(&rollback).expect_code(0);
    place.run(&rollback).expect_code(0);
    assert_snapshot!(refused(&place, &rollback), @"
    exit code 3
    stderr:
    refused: found no earlier version that was deployed well and was not itself rolled back
    expected: a version to roll back to
    to do: name a version of `history` with --to
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

      tip: a similar subcommand exists: 'release'

    Usage: openverse-release [OPTIONS] <COMMAND>

    For more information, try '--help'.
    ");
    assert_snapshot!(refused(&place, &["history", "api", "prod"]), @r#"
    exit code 2
    stderr:
    error: invalid value 'prod' for '<ENVIRONMENT>': "prod" is not a valid environment: found "prod" at character 1, expected "staging" or "production"

    For more information, try '--help'.
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
    error: invalid value 'bad-luck' for '<FAULT>': "bad-luck" is no fault of a sandbox, expected one of lost-reply, rate-limited, secondary-rate-limit, server-errors, stale-release-list, redrafted-after-publish, duplicate-draft, latest-moved, latest-moves-at-publish, companion-missing, deployment-fails, deployment-hangs, deployment-red-but-live, late-run, pause-before, pause-after

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
    error: found no run named run-nowhere; expected one that `runs` lists
    ");
    assert_snapshot!(refused(&place, &["abandon", "run-nowhere", "--reason", "x"]), @"
    exit code 2
    stderr:
    error: found no run named run-nowhere; expected one that `runs` lists
    ");
    assert_snapshot!(refused(&place, &["runs", "run-nowhere"]), @"
    exit code 2
    stderr:
    error: found no run named run-nowhere; expected one that `runs` lists
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
fn without_a_terminal_and_without_yes_nothing_is_published() {
    let place = Place::new(Mode::Default);
    assert_snapshot!(refused(&place, &["release", "api"]), @"
    exit code 3
    stderr:
    refused: found nobody to ask before publishing; nothing was changed
    expected: an answer at a terminal, or --yes
    to do: look at `preview api`, then add --yes
    ");
}

#[test]
fn a_configuration_that_is_wrong_is_refused() {
    let place = Place::empty();
    let with = |text: &str| {
        fs::write(place.path("wrong.toml"), text).unwrap();
        let output = place.bare_command().args(["--config", "wrong.toml", "status"]).output().unwrap();
        shown(&crate::place::Ran::of(&["status"], &output))
    };
    assert_snapshot!(with("wrld = \"sandbox\"\n"), @"
    exit code 2
    stderr:
    error: wrong.toml is not as expected at line 1, column 1: unknown field `wrld`, expected one of `world`, `project`, `github`, `registry`, `live`, `limits`, `performers`
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
    assert_snapshot!(shown(&crate::place::Ran::of(&["status"], &output)), @"
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
    assert_snapshot!(shown(&crate::place::Ran::of(&["sandbox", "reset"], &output)), @"
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
        let ran = crate::place::Ran::of(args, &output);
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
