//! Runbooks: printed, written, and checked.

use std::{collections::BTreeSet, fs};

use insta::assert_snapshot;

use crate::{place::Place, snapshot::said};

const APPS: [&str; 5] = ["api", "frontend", "catalog", "indexer-worker", "ingestion-server"];

#[track_caller]
fn printed(place: &Place, app: &str) -> String {
    let ran = place.run(&["runbook", app]);
    ran.expect_code(0);
    assert!(ran.stderr.is_empty(), "{ran}");
    ran.stdout
}

#[test]
fn a_runbook_is_printed_for_every_app_and_needs_no_sandbox() {
    let place = Place::empty();
    for app in APPS {
        let text = printed(&place, app);
        assert!(text.starts_with(&format!("<!-- runbook: {app} -->\n")), "{text}");
        let chart = place.run(&["flow", app]).stdout;
        assert!(text.contains(&format!("```mermaid\n{chart}```\n")), "{text}");
    }
    assert!(!place.path("state").exists());
}

#[test]
fn a_written_runbook_has_not_drifted_and_is_written_once() {
    let place = Place::empty();
    for app in APPS {
        let file = format!("{app}.md");
        place.run(&["runbook", app, "--output", &file]).expect_code(0).expect_says(&["written"]);
        assert_eq!(fs::read_to_string(place.path(&file)).unwrap(), printed(&place, app));
        let again = place.run(&["runbook", app, "--output", &file]);
        again.expect_code(0).expect_says(&["up to date already"]);
        place.run(&["runbook", "--check", &file]).expect_code(0);
        place.run(&["runbook", app, "--check", &file]).expect_code(0);
    }
    assert_snapshot!(said(&place.run(&["runbook", "--check", "api.md"])), @"
    exit code 0
    stdout:
    no drift: api.md is the runbook of api
    ");
}

#[test]
fn a_runbook_that_somebody_changed_has_drifted() {
    let place = Place::empty();
    let text = printed(&place, "indexer-worker");
    let changed = text
        .replace("no later step asks anybody", "ask first")
        .replace("## 3. Roll back", "## 3. Roll back\n\n\u{1b}[31mJust restart it.");
    fs::write(place.path("worker.md"), changed).unwrap();
    assert_snapshot!(said(&place.run(&["runbook", "--check", "worker.md"])), @r###"
    exit code 1
    stdout:
    drifted: worker.md is not what the runbook of indexer-worker says
    line 30, below "## 1. Before you start":
    - - [ ] The change may go live with the next run: ask first.
    + - [ ] The change may go live with the next run: no later step asks anybody.
    line 45, below "## 2. Merge a change to main":
    - - [ ] The change may go live with the next run: ask first.
    + - [ ] The change may go live with the next run: no later step asks anybody.
    line 61, below "## 3. Roll back":
    -
    - �[31mJust restart it.
    - stands in the file, + should; write it anew with --output
    "###);
    let ran = place.run(&["--json", "runbook", "--check", "worker.md"]);
    ran.expect_code(1);
    let answer: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(answer["drifted"], true);
    assert_eq!(answer["difference"]["hunks"].as_array().unwrap().len(), 3);

    // Writing it anew mends it.
    place.run(&["runbook", "indexer-worker", "--output", "worker.md"]).expect_code(0);
    assert_eq!(fs::read_to_string(place.path("worker.md")).unwrap(), text);
}

#[test]
fn another_file_is_neither_written_over_nor_checked() {
    let place = Place::empty();
    fs::write(place.path("notes.md"), "# My notes\n").unwrap();
    place.run(&["runbook", "api", "--output", "api.md"]).expect_code(0);
    assert_snapshot!(said(&place.run(&["runbook", "api", "--output", "notes.md"])), @"
    exit code 3
    stderr:
    refused: found notes.md, which is no runbook of api
    expected: no file there, or an older runbook of this app
    to do: name another file, or move that one away
    ");
    place.run(&["runbook", "catalog", "--output", "api.md"]).expect_code(3);
    assert_eq!(fs::read_to_string(place.path("notes.md")).unwrap(), "# My notes\n");
    assert_snapshot!(said(&place.run(&["runbook", "--check", "notes.md"])), @"
    exit code 2
    stderr:
    error: found no app named in notes.md
    expected: a line <!-- runbook: APP -->, as every runbook begins with
    to do: name the app after the file
    ");
    assert_snapshot!(said(&place.run(&["runbook", "catalog", "--check", "api.md"])), @"
    exit code 2
    stderr:
    error: found the runbook of api in api.md
    expected: that of catalog
    ");
    place.run(&["runbook", "--check", "nowhere.md"]).expect_code(2);
    place.run(&["runbook"]).expect_code(2);
    place.run(&["runbook", "api", "--check", "api.md", "--output", "x.md"]).expect_code(2);
    // A file that names no app is compared, if it is said which app is meant.
    place.run(&["runbook", "api", "--check", "notes.md"]).expect_code(1);
}

/// Each command of the runbooks, as it is typed, with something in the places that a person fills.
fn commands() -> BTreeSet<String> {
    let place = Place::empty();
    let mut commands = BTreeSet::new();
    for app in APPS {
        let text = printed(&place, app);
        let lines = text.lines().filter_map(|line| line.strip_prefix("openverse-release "));
        let typed = lines.map(|line| line.split("  #").next().unwrap_or_default().trim().to_owned());
        commands.extend(typed);
    }
    assert!(commands.len() > 20, "{commands:?}");
    commands
}

#[test]
fn every_command_in_a_runbook_is_one() {
    let place = Place::empty();
    for command in commands() {
        let mut words: Vec<_> = command
            .split(' ')
            .map(|word| match word {
                "TAG" => "rel-2024.01.02.03.04.05",
                "REASON" => "because",
                word => word,
            })
            .collect();
        // Help is given, and nothing else happens, only where all words before it are understood.
        words.push("--help");
        let ran = place.run(&words);
        ran.expect_code(0);
    }
}
