//! What a release step needs of the world: small async traits, each with its contract written on it.
//!
//! An adapter crate implements one of these for one outside system, and the engine sees only the
//! traits. The suites that every implementation must pass are a crate for development,
//! `openverse-release-conformance`.

mod branches;
mod clock;
mod code_reverts;
mod configuration;
mod dag_checkout;
mod dags;
mod deployments;
mod drafts;
mod error;
mod history;
mod probe;
mod pull_requests;
mod registry;
mod releases;
mod requests;
mod runs;
mod services;
mod step_programs;
mod variables;

pub use branches::{Branches, FileChange};
pub use clock::{Clock, SystemClock};
pub use code_reverts::CodeReverts;
pub use configuration::{Configuration, Provisioning};
pub use dag_checkout::DagSync;
pub use dags::Dags;
pub use deployments::{DeploymentRequest, Deployments, RunQuery};
pub use drafts::{DraftNow, ReleaseDrafts, conflict_with_draft, require_draft_to_update};
pub use error::{PortError, System, WriteError};
pub use history::{CodeHistory, CommitQuery, Comparison};
pub use probe::VersionProbe;
pub use pull_requests::{NewPullRequest, PullRequests, open_once};
pub use registry::ImageRegistry;
pub use releases::{GitHubReleases, require_same_draft};
pub use requests::Requests;
pub use runs::{GitHubRunQuery, GitHubRuns};
pub use services::ContainerServices;
pub use step_programs::{ProgramCall, StepProgram, StepProgramError, StepPrograms};
pub use variables::ConfiguredVariables;
