//! What a release step needs of the world: small async traits, each with its contract written on it.
//!
//! An adapter crate implements one of these for one outside system. The engine and its tests see
//! only the traits. With the feature `conformance` this crate also holds an in-memory
//! implementation of each port, and the suite that every implementation must pass.

mod clock;
#[cfg(feature = "conformance")]
pub mod conformance;
mod deployments;
mod error;
mod history;
mod probe;
mod registry;
mod releases;
mod requests;
mod services;

pub use clock::{Clock, SystemClock};
pub use deployments::{DeploymentRequest, Deployments, RunQuery};
pub use error::{PortError, System, WriteError};
pub use history::{CodeHistory, CommitQuery, Comparison};
pub use probe::VersionProbe;
pub use registry::ImageRegistry;
pub use releases::{GitHubReleases, require_same_draft};
pub use requests::Requests;
pub use services::ContainerServices;
