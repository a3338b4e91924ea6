//! Tests of the adapter over real HTTP on loopback.

mod answers;
mod fixture;
mod processes;
mod real_airflow;
mod sandbox;
mod tokens;
mod writes;
