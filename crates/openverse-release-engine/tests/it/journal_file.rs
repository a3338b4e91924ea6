//! The file of the SQLite journal: what several handles see, and which files are refused.

use std::{path::Path, thread};

use openverse_release_conformance::journal::{
    app, append, begin, ended, hold_placed, minute, resumed, start,
};
use openverse_release_core::End;
use openverse_release_engine::{Journal as _, JournalError, SqliteJournal};
use rusqlite::Connection;
use tempfile::TempDir;

use crate::scene::{PRODUCTION, STAGING};

fn place() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn open(place: &TempDir) -> SqliteJournal {
    SqliteJournal::open(&file(place)).unwrap()
}

fn file(place: &TempDir) -> std::path::PathBuf {
    place.path().join("not/there/yet/journal.sqlite")
}

fn change(path: &Path, sql: &str) {
    Connection::open(path).unwrap().execute_batch(sql).unwrap();
}

#[test]
fn opening_again_gives_back_the_same_runs_and_holds() {
    let place = place();
    let journal = open(&place);
    let mut done = begin(&journal, "run-a", PRODUCTION, 1);
    append(&journal, &mut done, 2, &[hold_placed(), ended(End::Done)]);
    let mut unfinished = begin(&journal, "run-b", PRODUCTION, 3);
    append(&journal, &mut unfinished, 4, &[resumed()]);
    let holds = journal.holds().unwrap();
    drop(journal);

    let journal = open(&place);
    let runs: Vec<_> = journal.runs(10).unwrap().into_iter().map(|stored| stored.run).collect();
    assert_eq!(runs, [unfinished.run, done.run]);
    assert_eq!(journal.holds().unwrap(), holds);
    assert_eq!(holds.len(), 1);
}

#[test]
fn two_handles_on_one_file_see_each_other_and_do_not_overwrite() {
    let place = place();
    let (one, other) = (open(&place), open(&place));
    let mut stored = begin(&one, "run-a", PRODUCTION, 1);
    let mut elsewhere = other.load(stored.run.id()).unwrap().unwrap();

    let (second, events) = start("run-b", &app("api"), PRODUCTION, 2);
    assert!(matches!(other.begin(&second, &events), Err(JournalError::RunGoingOn { .. })));
    append(&one, &mut stored, 3, &[hold_placed()]);
    assert_eq!(other.holds().unwrap().len(), 1);
    let stale = other.append(&mut elsewhere, minute(4), &[resumed()]);
    assert!(matches!(stale, Err(JournalError::Stale { .. })), "{stale:?}");

    let mut elsewhere = other.load(stored.run.id()).unwrap().unwrap();
    append(&other, &mut elsewhere, 5, &[ended(End::Done)]);
    assert!(one.unfinished(&app("api").slug, PRODUCTION).unwrap().is_none());
    assert_eq!(one.lift_holds(&app("api").slug, PRODUCTION, "ada", "mended", minute(6)).unwrap(), 1);
    assert_eq!(other.holds().unwrap(), []);
}

#[test]
fn an_append_that_fails_halfway_records_nothing() {
    let place = place();
    let journal = open(&place);
    let mut stored = begin(&journal, "run-a", PRODUCTION, 1);
    let before = journal.events(stored.run.id()).unwrap();
    // A run holds once, so the third event cannot be recorded.
    let events = [resumed(), hold_placed(), hold_placed()];
    let error = journal.append(&mut stored, minute(2), &events).unwrap_err();

    assert!(matches!(error, JournalError::Database { .. }), "{error:?}");
    assert_eq!(journal.events(stored.run.id()).unwrap(), before);
    assert_eq!(journal.holds().unwrap(), []);
    append(&journal, &mut stored, 3, &[hold_placed()]);
    assert_eq!(journal.holds().unwrap().len(), 1);
}

#[test]
fn of_many_that_begin_at_once_on_a_new_file_one_wins() {
    let place = place();
    let path = file(&place);
    let attempt = |number: usize| {
        let journal = SqliteJournal::open(&path)?;
        let (run, events) = start(&format!("run-{number}"), &app("api"), STAGING, 1);
        journal.begin(&run, &events).map(|stored| stored.run.id().clone())
    };
    let outcomes: Vec<_> = thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|number| scope.spawn(move || attempt(number))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });

    let winners: Vec<_> = outcomes.iter().filter_map(|outcome| outcome.as_ref().ok()).collect();
    assert_eq!(winners.len(), 1, "{outcomes:?}");
    for error in outcomes.iter().filter_map(|outcome| outcome.as_ref().err()) {
        assert!(matches!(error, JournalError::RunGoingOn { run, .. } if run == winners[0]), "{error:?}");
    }
}

#[test]
fn a_journal_of_a_newer_version_is_refused_and_left_as_it_is() {
    let place = place();
    begin(&open(&place), "run-a", PRODUCTION, 1);
    change(&file(&place), "PRAGMA user_version = 99");
    let error = SqliteJournal::open(&file(&place)).unwrap_err();

    let JournalError::Newer { path, found, expected } = &error else { panic!("{error:?}") };
    assert_eq!((path, *found), (&file(&place), 99));
    assert!(*expected < 99);
    change(&file(&place), &format!("PRAGMA user_version = {expected}"));
    assert_eq!(open(&place).runs(10).unwrap().len(), 1);
}

#[test]
fn a_file_that_is_no_database_is_refused_and_left_as_it_is() {
    let place = place();
    let path = file(&place);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let text = "Somebody's notes, which are long enough to be no empty database. ".repeat(20);
    std::fs::write(&path, &text).unwrap();

    assert!(matches!(SqliteJournal::open(&path), Err(JournalError::Database { .. })));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
}

#[test]
fn a_directory_that_cannot_be_made_is_named() {
    let place = place();
    std::fs::write(place.path().join("not"), "a file").unwrap();
    let error = SqliteJournal::open(&file(&place)).unwrap_err();
    assert!(
        matches!(&error, JournalError::Directory { path, .. } if path.ends_with("not/there/yet")),
        "{error:?}"
    );
}

#[test]
fn events_that_cannot_be_read_are_an_error_that_names_the_run() {
    for sql in [
        "UPDATE events SET event = '{\"event\":\"dreamt\"}' WHERE position = 2",
        "UPDATE events SET event = 'no JSON' WHERE position = 1",
        "UPDATE events SET at = 'yesterday' WHERE position = 1",
        "DELETE FROM events WHERE position = 1",
    ] {
        let place = place();
        let journal = open(&place);
        let stored = begin(&journal, "run-a", PRODUCTION, 1);
        change(&file(&place), sql);
        for error in [
            journal.load(stored.run.id()).unwrap_err(),
            journal.unfinished(&app("api").slug, PRODUCTION).unwrap_err(),
        ] {
            assert!(
                matches!(&error, JournalError::Unreadable { run, .. } if run == "run-a"),
                "{sql}: {error:?}"
            );
        }
    }
}
