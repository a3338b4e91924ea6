//! The suites that every implementation of a port and every journal must pass.
//!
//! For development only. A suite is a module with one function per rule and one `check_…`, which runs
//! them. It sees the implementation as the port, and the system behind it through a fixture, by which
//! it arranges things behind the implementation's back. A broken rule panics.
//!
//! The steps that are programs have a suite of their own, `check_step` of `openverse-release-infra`,
//! because `openverse-release step test` runs it on programs that others wrote.
//!
//! The engine's tests need futures that are ready at once and a clock that only they move, which no
//! server on loopback gives. For them GitHub, a registry and live apps are here in memory; these pass the same suites.

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
pub mod journal;
mod manual_clock;
mod memory_probe;
mod memory_registry;
pub mod probe;
pub mod registry;
mod sample_image;
pub mod services;
pub mod step_programs;

pub use github_memory::InMemoryGitHub;
pub use manual_clock::ManualClock;
pub use memory_probe::InMemoryProbe;
pub use memory_registry::InMemoryRegistry;
pub use sample_image::{ImageShape, SampleImage, SampleManifest};

/// Runs rules, each on a world of its own, and says which.
macro_rules! rules {
    ($fresh:ident: $($rule:path),+ $(,)?) => {$(
        eprintln!("{}", stringify!($rule));
        $rule(&$fresh().await).await;
    )+};
}
use rules;
