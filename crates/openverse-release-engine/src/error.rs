//! What an engine can answer instead of doing what it was asked.

use openverse_release_core::{
    DraftRefusal, IncompatibleProcess, InputRejected, NoReleases, ParseError, PlanError, ReplayError,
};
use openverse_release_ports::{PortError, WriteError};
use serde::Serialize;

use crate::{Advice, JournalError, LockError};

/// Why something was not begun. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("found {found}; expected {expected}")]
pub struct Refusal {
    /// What was found. It may hold text from outside.
    pub found: String,
    /// What was expected.
    pub expected: String,
    /// What to do about it.
    pub advice: Advice,
}

impl Refusal {
    pub(crate) fn new(
        found: impl Into<String>,
        expected: impl Into<String>,
        advice: impl Into<Advice>,
    ) -> Self {
        Self { found: found.into(), expected: expected.into(), advice: advice.into() }
    }
}

/// An engine could not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// It was refused before anything was changed.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// What was asked for makes no sense for this app.
    #[error(transparent)]
    NoReleases(#[from] NoReleases),
    /// The app's flow has no steps for it.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The steps make no run.
    #[error(transparent)]
    Replay(#[from] ReplayError),
    /// A tag or name could not be read.
    #[error(transparent)]
    Parse(#[from] ParseError),
    /// The image tag moves, or has none of the documented patterns, so it names no version.
    #[error(
        "the image tag {tag} names no version: found {found}, expected rel-YYYY.MM.DD.HH.MM.SS or a commit SHA of 40 digits"
    )]
    NoVersion {
        /// The tag.
        tag: String,
        /// What it is instead.
        found: &'static str,
    },
    /// An outside system did not answer as it should.
    #[error(transparent)]
    Port(#[from] PortError),
    /// Something was not written, or it is not known whether it was.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// Only a person can say what becomes of the drafts.
    #[error(transparent)]
    Draft(#[from] DraftRefusal),
    /// The journal could not be read or written.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// Another process is at work on the same app and environment.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// The run began under another version of the process.
    #[error(transparent)]
    Incompatible(#[from] IncompatibleProcess),
    /// The run cannot take that now.
    #[error(transparent)]
    InputRejected(#[from] InputRejected),
    /// There is no such run.
    #[error("found no run named {run}")]
    NoSuchRun {
        /// The name.
        run: String,
    },
    /// The machine gave no random bytes to name a run with.
    #[error("failed to get random bytes from the machine: {detail}")]
    Random {
        /// What the machine said.
        detail: String,
    },
}
