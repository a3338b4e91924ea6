//! Carries a release run forward over ports: observe, perform, observe.
//!
//! Every decision is made by the pure [`Run`](openverse_release_core::Run); this crate looks at
//! the world for it, performs the one effect it asks for, and records intent before and outcome
//! after in a [`Journal`]. So a run that is interrupted anywhere can be resumed, and each outside
//! effect happens once.
//!
//! Bring a journal of your own, or turn on the feature `sqlite` for `SqliteJournal`, which keeps it
//! in a file.

mod advice;
mod changelog;
mod ci;
mod draft;
mod engine;
mod environment_variable;
mod error;
mod hold;
mod journal;
mod kinds;
mod live;
mod lock;
mod look;
mod need;
mod not_connected;
mod obstacles;
mod perform;
mod preview;
mod proposal;
mod record;
mod revert;
mod runner;
mod service;
mod status;
mod status_by_configuration;
mod superseded;
mod version;
mod world;

pub use advice::Advice;
pub use draft::{DraftOutcome, RefreshedDraft};
pub use engine::{Engine, Session};
pub use environment_variable::{ConfiguredVariable, VariableChange};
pub use error::{EngineError, Refusal};
pub use hold::Hold;
#[cfg(feature = "sqlite")]
pub use journal::SqliteJournal;
pub use journal::{Journal, JournalError, StoredRun};
pub use kinds::{Worker, Workers};
pub use live::LiveAnswer;
pub use lock::{EnvironmentLock, LockError};
pub use not_connected::NotConnected;
pub use preview::{ImagePreview, Preview, RunningVersion};
pub use record::WorldRecord;
pub use revert::Revert;
pub use runner::{Approvals, Runner, Watcher, Yield};
pub use status::{AppStatus, EnvironmentStatus};
pub use status_by_configuration::ConfigurationStatus;
pub use superseded::SupersededProposal;
pub use version::resolve_version;
pub use world::World;
