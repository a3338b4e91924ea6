//! The suite that every implementation of a port must pass, and in-memory implementations.
//!
//! A suite is a module with one `async` function per rule and one `check_…`, which runs them. It sees the
//! implementation as the port, and the system behind it through a fixture, by which it arranges
//! things behind the implementation's back. A broken rule panics.

pub mod dag_checkout;
pub mod dags;
pub mod github;
pub mod github_branches;
mod github_deployments;
pub mod github_drafts;
mod github_history;
mod github_memory;
pub mod github_pull_requests;
mod github_releases;
pub mod github_runs;
pub mod infrastructure;
pub mod infrastructure_variables;
mod manual_clock;
mod memory_dag_checkout;
mod memory_dags;
mod memory_infrastructure;
mod memory_probe;
mod memory_registry;
mod memory_services;
pub mod probe;
pub mod registry;
mod sample_image;
pub mod services;
pub mod step_programs;

pub use github_memory::{InMemoryGitHub, InMemoryGitHubWorld};
pub use manual_clock::ManualClock;
pub use memory_dag_checkout::InMemoryDagCheckout;
pub use memory_dags::InMemoryDags;
pub use memory_infrastructure::InMemoryInfrastructure;
pub use memory_probe::InMemoryProbe;
pub use memory_registry::InMemoryRegistry;
pub use memory_services::InMemoryServices;
pub use sample_image::{ImageShape, SampleImage, SampleManifest};

/// Runs rules, each on a world of its own, and says which.
macro_rules! rules {
    ($fresh:ident: $($rule:path),+ $(,)?) => {$(
        eprintln!("{}", stringify!($rule));
        $rule(&$fresh().await).await;
    )+};
}
use rules;
