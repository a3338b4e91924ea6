//! What cannot be right is refused before anything is changed, in one clear message.

use insta::assert_snapshot;

use crate::{
    facts::{Facts, requested},
    place::{Mode, Place},
    served::{Served, wait_until},
    snapshot::shown,
};

/// Runs a command that is refused, checks that it changes nothing, and returns what it says.
#[track_caller]
pub(crate) fn refused(place: &Place, args: &[&str]) -> String {
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
fn a_release_that_makes_no_sense_for_the_app_is_refused() {
    let place = Place::new(Mode::Default);
    assert_snapshot!(refused(&place, &["release", "indexer-worker", "--yes"]), @"
    exit code 2
    stderr:
    error: the indexer worker has no releases: every execution runs the image tagged latest
    ");
    let newest = Facts::of(&place, "api").new;
    for command in ["deploy", "rollback"] {
        let to: &[&str] = if command == "rollback" { &["--to"] } else { &[] };
        for (app, environment) in
            [("catalog", "staging"), ("indexer-worker", "staging"), ("indexer-worker", "production")]
        {
            let args = [&[command, app, environment], to, &[newest.as_str(), "--reason", "x"]].concat();
            let said = refused(&place, &args);
            let follows = said.starts_with("exit code 2") && said.contains("nobody deploys the");
            assert!(follows && said.contains("reverted on main"), "{said}");
        }
    }
    assert_snapshot!(refused(&place, &["rollback", "catalog", "staging", "--reason", "x"]), @"
    exit code 2
    stderr:
    error: nobody deploys the catalog to staging: DAG sync with main; a bad change is reverted on main
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
