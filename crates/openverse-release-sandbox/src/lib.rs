//! A whole release world on loopback: a real git repository, GitHub's API, an image registry and
//! the live apps, with the automations between them and with faults on demand.
//!
//! The adapters for the real world talk to it over HTTP; only their base URLs differ. It is kept
//! in a directory, which any number of processes may use at once.

mod error;
mod fault;
mod git;
mod http;
mod log;
mod random;
mod sandbox;
mod status;
mod store;
mod timing;
mod wire;
mod world;

pub use error::SandboxError;
pub use fault::{ActiveFault, Fault, Mutations, UnknownFault};
pub use http::{BaseUrls, Server};
pub use log::{Action, Entry, Part, UnknownAction};
pub use sandbox::Sandbox;
pub use status::{AppStatus, LiveStatus, RequestCounts, RunStatus, Status};
pub use timing::{Options, Timing};
pub use world::Paused;
