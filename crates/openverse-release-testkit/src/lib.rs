//! What the tests of several crates share: real components, servers that answer by script, and
//! GitHub's own description of its API to check requests and responses against.

mod component;
pub mod github_api;
mod server;
mod stand_in;

pub use component::{
    require, require_airflow, require_ansible, require_aws, require_botocore, require_moto, require_npm,
    require_pm4py, require_terraform,
};
pub use server::start_server;
pub use stand_in::{Reply, Seen, StandIn};
