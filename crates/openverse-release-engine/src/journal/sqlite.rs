//! The journal in a SQLite file.

use std::{
    path::Path,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use chrono::{DateTime, SecondsFormat, Utc};
use openverse_release_core::{AppSlug, End, EnvironmentName, ParseError, Run, RunEvent, RunId};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, TransactionBehavior, params};

use super::{Journal, JournalError, StoredRun};
use crate::Hold;

const SCHEMA: i64 = 1;

const CREATE: &str = "
    CREATE TABLE runs (
        id TEXT PRIMARY KEY,
        app TEXT NOT NULL,
        kind TEXT NOT NULL,
        started_at TEXT NOT NULL
    ) STRICT;
    CREATE TABLE environments (
        run TEXT NOT NULL REFERENCES runs (id),
        app TEXT NOT NULL,
        environment TEXT NOT NULL,
        ended INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (run, environment)
    ) STRICT, WITHOUT ROWID;
    CREATE UNIQUE INDEX one_unfinished_run ON environments (app, environment) WHERE ended = 0;
    CREATE TABLE events (
        run TEXT NOT NULL REFERENCES runs (id),
        position INTEGER NOT NULL,
        at TEXT NOT NULL,
        event TEXT NOT NULL,
        PRIMARY KEY (run, position)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE holds (
        run TEXT NOT NULL REFERENCES runs (id),
        app TEXT NOT NULL,
        environment TEXT NOT NULL,
        since TEXT NOT NULL,
        lifted_at TEXT,
        lifted_by TEXT,
        lifted_because TEXT,
        PRIMARY KEY (run, environment)
    ) STRICT;
";

impl From<rusqlite::Error> for JournalError {
    fn from(source: rusqlite::Error) -> Self {
        Self::Database { source: source.into() }
    }
}

/// A journal in a SQLite file, which several processes may use at once.
#[derive(Debug)]
pub struct SqliteJournal(Mutex<Connection>);

impl SqliteJournal {
    /// Opens the journal in a file, which is made if it is not there, with its directory.
    ///
    /// # Errors
    /// When the file cannot be used, or a newer version of this tool wrote it.
    pub fn open(path: &Path) -> Result<Self, JournalError> {
        if let Some(directory) = path.parent() {
            std::fs::create_dir_all(directory)
                .map_err(|source| JournalError::Directory { path: directory.to_owned(), source })?;
        }
        let mut connection = Connection::open(path)?;
        // SQLite's own rollback journal, not WAL: several processes that turn a new file to WAL at once
        // are refused at once, whatever the time they are willing to wait.
        connection.busy_timeout(Duration::from_secs(10))?;
        // An intent has to be on the disk before its effect is performed.
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let found: i64 = transaction.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        if found > SCHEMA {
            return Err(JournalError::Newer { path: path.to_owned(), found, expected: SCHEMA });
        }
        if found == 0 {
            transaction.execute_batch(CREATE)?;
            transaction.pragma_update(None, "user_version", SCHEMA)?;
        }
        transaction.commit()?;
        Ok(Self(Mutex::new(connection)))
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Journal for SqliteJournal {
    fn begin(&self, run: &Run, events: &[RunEvent]) -> Result<StoredRun, JournalError> {
        let mut connection = self.connection();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let order = run.order();
        transaction.execute(
            "INSERT INTO runs (id, app, kind, started_at) VALUES (?1, ?2, ?3, ?4)",
            params![run.id().as_str(), order.app.as_str(), order.kind.as_str(), write_time(run.started_at())],
        )?;
        for &environment in &order.environments {
            if let Some(id) = going_on(&transaction, &order.app, environment)? {
                let app = order.app.clone();
                return Err(JournalError::RunGoingOn { app, environment, run: id });
            }
            transaction.execute(
                "INSERT INTO environments (run, app, environment) VALUES (?1, ?2, ?3)",
                params![run.id().as_str(), order.app.as_str(), environment.as_str()],
            )?;
        }
        insert(&transaction, run, 0, run.started_at(), events)?;
        transaction.commit()?;
        Ok(StoredRun { run: run.clone(), recorded: length(events) })
    }

    fn append(
        &self,
        stored: &mut StoredRun,
        at: DateTime<Utc>,
        events: &[RunEvent],
    ) -> Result<(), JournalError> {
        let mut connection = self.connection();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let recorded: u32 = transaction.query_row(
            "SELECT count(*) FROM events WHERE run = ?1",
            params![stored.run.id().as_str()],
            |row| row.get(0),
        )?;
        if recorded != stored.recorded {
            return Err(JournalError::Stale { run: stored.run.id().clone() });
        }
        insert(&transaction, &stored.run, recorded, at, events)?;
        transaction.commit()?;
        stored.recorded += length(events);
        Ok(())
    }

    fn load(&self, id: &RunId) -> Result<Option<StoredRun>, JournalError> {
        load(&self.connection(), id)
    }

    fn unfinished(
        &self,
        app: &AppSlug,
        environment: EnvironmentName,
    ) -> Result<Option<StoredRun>, JournalError> {
        let connection = self.connection();
        going_on(&connection, app, environment)?.map_or(Ok(None), |id| load(&connection, &id))
    }

    fn runs(&self, limit: usize) -> Result<Vec<StoredRun>, JournalError> {
        let connection = self.connection();
        let mut statement =
            connection.prepare("SELECT id FROM runs ORDER BY started_at DESC, rowid DESC LIMIT ?1")?;
        let ids: Vec<String> = statement
            .query_map([i64::try_from(limit).unwrap_or(i64::MAX)], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        ids.iter().filter_map(|id| parse_id(id).and_then(|id| load(&connection, &id)).transpose()).collect()
    }

    fn events(&self, id: &RunId) -> Result<Vec<(DateTime<Utc>, RunEvent)>, JournalError> {
        events(&self.connection(), id)
    }

    fn holds(&self) -> Result<Vec<Hold>, JournalError> {
        let connection = self.connection();
        let mut statement = connection.prepare(
            "SELECT run, environment, since FROM holds WHERE lifted_at IS NULL ORDER BY since DESC, rowid DESC",
        )?;
        let rows: Vec<(String, String, String)> = statement
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
            .collect::<Result<_, _>>()?;
        let mut holds = Vec::with_capacity(rows.len());
        for (id, environment, since) in rows {
            let id = parse_id(&id)?;
            let since = read_time(&id, &since)?;
            let unreadable = |detail: String| JournalError::Unreadable { run: id.to_string(), detail };
            let environment =
                environment.parse().map_err(|error: ParseError| unreadable(error.to_string()))?;
            let stored = load(&connection, &id)?;
            let run = stored
                .ok_or_else(|| unreadable("it has no events, and holds an environment".to_owned()))?
                .run;
            holds.push(Hold::placed_by(&run, environment, since));
        }
        Ok(holds)
    }

    fn lift_holds(
        &self,
        app: &AppSlug,
        environment: EnvironmentName,
        by: &str,
        reason: &str,
        at: DateTime<Utc>,
    ) -> Result<usize, JournalError> {
        let lifted = self.connection().execute(
            "UPDATE holds SET lifted_at = ?1, lifted_by = ?2, lifted_because = ?3
             WHERE app = ?4 AND environment = ?5 AND lifted_at IS NULL",
            params![write_time(at), by, reason, app.as_str(), environment.as_str()],
        )?;
        Ok(lifted)
    }
}

fn insert(
    transaction: &Transaction<'_>,
    run: &Run,
    recorded: u32,
    at: DateTime<Utc>,
    events: &[RunEvent],
) -> Result<(), JournalError> {
    let id = run.id().as_str();
    let mut insert = transaction
        .prepare_cached("INSERT INTO events (run, position, at, event) VALUES (?1, ?2, ?3, ?4)")?;
    for (position, event) in (recorded + 1..).zip(events) {
        let text = serde_json::to_string(event)
            .map_err(|error| JournalError::Unreadable { run: id.to_owned(), detail: error.to_string() })?;
        insert.execute(params![id, position, write_time(at), text])?;
        match event {
            RunEvent::HoldPlaced { environments } => {
                for environment in environments {
                    transaction.execute(
                        "INSERT INTO holds (run, app, environment, since) VALUES (?1, ?2, ?3, ?4)",
                        params![id, run.order().app.as_str(), environment.as_str(), write_time(at)],
                    )?;
                }
            }
            RunEvent::Ended { end } => {
                transaction.execute("UPDATE environments SET ended = 1 WHERE run = ?1", [id])?;
                if matches!(end, End::Refused { .. }) {
                    transaction.execute("DELETE FROM holds WHERE run = ?1", [id])?;
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// Returns the run that goes on for an app and environment, if any.
fn going_on(
    connection: &Connection,
    app: &AppSlug,
    environment: EnvironmentName,
) -> Result<Option<RunId>, JournalError> {
    let id: Option<String> = connection
        .query_row(
            "SELECT run FROM environments WHERE app = ?1 AND environment = ?2 AND ended = 0",
            params![app.as_str(), environment.as_str()],
            |row| row.get(0),
        )
        .optional()?;
    id.map(|id| parse_id(&id)).transpose()
}

fn load(connection: &Connection, id: &RunId) -> Result<Option<StoredRun>, JournalError> {
    let events = events(connection, id)?;
    if events.is_empty() {
        return Ok(None);
    }
    let recorded = length(&events);
    let run = Run::replay(id.clone(), events)
        .map_err(|error| JournalError::Unreadable { run: id.to_string(), detail: error.to_string() })?;
    Ok(Some(StoredRun { run, recorded }))
}

fn events(connection: &Connection, id: &RunId) -> Result<Vec<(DateTime<Utc>, RunEvent)>, JournalError> {
    let mut statement =
        connection.prepare_cached("SELECT at, event FROM events WHERE run = ?1 ORDER BY position")?;
    let texts = |row: &Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?));
    let rows: Vec<_> = statement.query_map([id.as_str()], texts)?.collect::<Result<_, _>>()?;
    rows.into_iter()
        .map(|(at, event)| {
            let event = serde_json::from_str(&event).map_err(|error| JournalError::Unreadable {
                run: id.to_string(),
                detail: error.to_string(),
            })?;
            Ok((read_time(id, &at)?, event))
        })
        .collect()
}

/// Returns how many events there are; a run has a few dozen.
fn length<T>(events: &[T]) -> u32 {
    u32::try_from(events.len()).unwrap_or(u32::MAX)
}

fn parse_id(text: &str) -> Result<RunId, JournalError> {
    text.parse::<RunId>()
        .map_err(|error| JournalError::Unreadable { run: text.to_owned(), detail: error.to_string() })
}

fn write_time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}

fn read_time(run: &RunId, text: &str) -> Result<DateTime<Utc>, JournalError> {
    DateTime::parse_from_rfc3339(text)
        .map(|at| at.to_utc())
        .map_err(|error| JournalError::Unreadable { run: run.to_string(), detail: error.to_string() })
}
