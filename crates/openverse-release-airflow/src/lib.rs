//! Airflow behind the port [`Dags`](openverse_release_ports::Dags).
//!
//! Speaks the part of Airflow's REST API that deployments need: which runs of DAGs have not ended,
//! which DAGs there are, and pausing and enabling them. Airflow 3 has version 2 of that API, Airflow
//! 2 has version 1; which one there is is found out.

mod adapter;
mod api;
mod authorization;
mod config;
mod pages;
mod wire;

pub use adapter::Airflow;
pub use config::{AirflowApi, AirflowConfig, AirflowCredentials};
