//! Runs, driven over a small model of the world.

mod anything;
mod branching;
mod configuration;
mod drive;
mod earlier_journals;
mod errand;
mod law;
mod laws;
mod outcomes;
mod plans;
mod programs;
mod proposals;
mod service;
mod taking_time;
mod world;
