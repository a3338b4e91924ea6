//! The journals keep the contract.

use openverse_release_conformance::journal::check_journal;
use openverse_release_engine::SqliteJournal;

#[test]
fn the_sqlite_journal_keeps_the_contract() {
    check_journal(|| {
        let place = tempfile::tempdir().unwrap();
        (SqliteJournal::open(&place.path().join("journal.sqlite")).unwrap(), place)
    });
}
