//! Checks requests and responses against GitHub's own description of its REST API.
//!
//! The description is vendored in `github/`. The adapter's tests check every request it makes
//! against it, the sandbox's tests every response it gives, so that the two cannot agree on
//! something that GitHub does not say.

mod contract;
mod dialect;
mod operation;

pub use contract::{Contract, Violation};
