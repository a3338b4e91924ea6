//! The suite that every implementation of a port must pass, and in-memory implementations.
//!
//! A suite is a module with one `async` function per rule and one `check_…`, which runs them. It sees the
//! implementation as the port, and the system behind it through a fixture, by which it arranges
//! things behind the implementation's back. A broken rule panics.

pub mod github;
mod github_deployments;
mod github_history;
mod github_memory;
mod github_releases;
mod manual_clock;
mod memory_probe;
mod memory_registry;
mod memory_services;
pub mod probe;
pub mod registry;
mod sample_image;
pub mod services;

pub use github_memory::{InMemoryGitHub, InMemoryGitHubWorld};
pub use manual_clock::ManualClock;
pub use memory_probe::InMemoryProbe;
pub use memory_registry::InMemoryRegistry;
pub use memory_services::InMemoryServices;
pub use sample_image::{ImageShape, SampleImage, SampleManifest};
