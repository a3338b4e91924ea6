//! The journal: what happened in every run, in order.

#[cfg(feature = "sqlite")]
mod sqlite;

use std::{fmt::Debug, path::PathBuf};

use chrono::{DateTime, Utc};
use openverse_release_core::{AppSlug, EnvironmentName, Run, RunEvent, RunId};

#[cfg(feature = "sqlite")]
pub use sqlite::SqliteJournal;

use crate::Hold;

/// A run as the journal has it.
#[derive(Debug, Clone)]
pub struct StoredRun {
    /// The run.
    pub run: Run,
    /// How many events of it are recorded.
    pub recorded: u32,
}

/// Records the events of runs, and gives runs back.
///
/// # Contract
/// - What `begin` and `append` recorded survives a crash of the process or the machine as soon as
///   they return.
/// - `begin` and `append` are atomic: all of the events or none.
/// - Two processes cannot both append after the same event: the second is told so.
/// - An app and environment have at most one run that has not ended.
pub trait Journal: Debug + Send + Sync {
    /// Records a new run with the events that start it.
    ///
    /// # Errors
    /// [`JournalError::RunGoingOn`] when the app and environment have one that has not ended.
    fn begin(&self, run: &Run, events: &[RunEvent]) -> Result<StoredRun, JournalError>;

    /// Records further events of a run, and counts them in `stored`. Holds follow from them.
    ///
    /// # Errors
    /// [`JournalError::Stale`] when events were recorded that `stored` does not have.
    fn append(
        &self,
        stored: &mut StoredRun,
        at: DateTime<Utc>,
        events: &[RunEvent],
    ) -> Result<(), JournalError>;

    /// Returns a run by its name, `None` if there is none.
    fn load(&self, id: &RunId) -> Result<Option<StoredRun>, JournalError>;

    /// Returns the run of an app and environment that has not ended, if any.
    fn unfinished(
        &self,
        app: &AppSlug,
        environment: EnvironmentName,
    ) -> Result<Option<StoredRun>, JournalError>;

    /// Returns the newest runs, newest first, at most `limit`.
    fn runs(&self, limit: usize) -> Result<Vec<StoredRun>, JournalError>;

    /// Returns the events of a run with their times, oldest first.
    fn events(&self, id: &RunId) -> Result<Vec<(DateTime<Utc>, RunEvent)>, JournalError>;

    /// Returns the holds that nobody lifted, newest first.
    fn holds(&self) -> Result<Vec<Hold>, JournalError>;

    /// Lifts every hold of an app and environment; returns how many there were.
    fn lift_holds(
        &self,
        app: &AppSlug,
        environment: EnvironmentName,
        by: &str,
        reason: &str,
        at: DateTime<Utc>,
    ) -> Result<usize, JournalError>;
}

/// The journal could not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JournalError {
    /// The app and environment have a run that has not ended.
    #[error("a run is already going on for the {app} in {environment}: {run}")]
    RunGoingOn {
        /// The app.
        app: AppSlug,
        /// The environment.
        environment: EnvironmentName,
        /// The run.
        run: RunId,
    },
    /// Another process carried the run on.
    #[error("run {run} was carried on by another process in the meantime")]
    Stale {
        /// The run.
        run: RunId,
    },
    /// The journal was written by a newer version of this tool.
    #[error("{} was written by a newer version of this tool (schema {found}, expected at most {expected})", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its schema.
        found: i64,
        /// The newest schema known here.
        expected: i64,
    },
    /// What is recorded is not the history of a run.
    #[error("the recorded events of run {run} cannot be read: {detail}")]
    Unreadable {
        /// The run.
        run: String,
        /// What is wrong with them.
        detail: String,
    },
    /// The directory could not be made.
    #[error("failed to make {}", path.display())]
    Directory {
        /// The directory.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The database failed.
    #[error("the journal's database failed")]
    Database {
        /// What it said.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}
