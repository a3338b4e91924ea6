//! DAGs and their runs.

use std::fmt::Debug;

use async_trait::async_trait;
use openverse_release_core::{Dag, DagId, DagRun};

use crate::{PortError, WriteError};

/// The DAGs of an Airflow.
///
/// # Contract
/// - Lists are complete: every page is read, and read again where what is on them moved meanwhile.
/// - Airflow leaves out what the caller may not read, without a word. A gate can only be trusted
///   with credentials that may read every DAG.
/// - Reads are repeated on rate limits and server errors.
#[async_trait]
pub trait Dags: Debug + Send + Sync {
    /// Returns every run of every DAG that has not ended, in the order in which they were made. A
    /// run in a state that is not known is an error, and is not left out.
    async fn running(&self) -> Result<Vec<DagRun>, PortError>;

    /// Returns every DAG whose file is there, by name.
    async fn dags(&self) -> Result<Vec<Dag>, PortError>;

    /// Pauses a DAG, or enables it.
    ///
    /// Idempotent. Guarded, not atomic: it reads the DAG, writes only if it is not as wanted
    /// already, and reads back. After a lost reply it may just be asked for again.
    ///
    /// # Errors
    /// [`WriteError::Conflict`] when there is no such DAG; nothing was written. A conflict after
    /// the write means that somebody else changed it back in between.
    async fn set_paused(&self, dag: &DagId, paused: bool) -> Result<(), WriteError>;
}
