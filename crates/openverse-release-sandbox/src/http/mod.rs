//! The servers: one listener on 127.0.0.1 for GitHub, the registry, ECS, Airflow and the live apps.

mod airflow;
mod airflow_wire;
mod answer;
mod call;
mod ecs;
mod ecs_wire;
mod github;
mod github_actions;
mod github_contents;
mod github_git;
mod github_pulls;
mod github_releases;
mod live;
mod registry;
mod server;

pub(crate) use server::find_running;
pub use server::{BaseUrls, Server};
