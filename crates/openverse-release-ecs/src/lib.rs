//! AWS ECS behind the port
//! [`ContainerServices`](openverse_release_ports::ContainerServices).
//!
//! Task definitions pass through as the JSON that ECS wrote, not through the fields that the SDK
//! knows: a template may hold what is newer than the SDK, and losing it would deploy without it.

mod client;
mod config;
mod failure;
mod read;
mod services;
mod wire;

pub use config::{EcsAccess, EcsConfig};
pub use services::EcsServices;
