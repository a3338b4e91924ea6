//! Tests of the adapter over real HTTP on loopback.

mod bad_days;
mod docker_registry;
mod fake_registry;
mod page;
mod pushing;
mod real;
mod requests;
mod sandbox;
mod tokens;
