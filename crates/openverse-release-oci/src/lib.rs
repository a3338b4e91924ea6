//! An OCI image registry behind the port [`ImageRegistry`](openverse_release_ports::ImageRegistry).
//!
//! Speaks the part of the OCI distribution API that tags need: `HEAD`, `GET` and `PUT` of
//! manifests, the list of tags, and the token exchange that GHCR and others ask for.
//!
//! The requests are written here, on plain HTTP, and not taken from a registry client, because the
//! contract of the port hangs on what such clients hide: the status and `Retry-After` of an answer
//! (is it safe to repeat?), the `Content-Type` of a manifest (it must be stored again under the
//! very same one), `Link` (is the list complete?), and how many requests were sent.

mod authorization;
mod config;
mod manifest;
mod registry;
mod tag_list;

pub use config::{Credentials, RegistryConfig};
pub use registry::OciRegistry;
