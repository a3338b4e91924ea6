//! Runs, driven over a small model of the world.

mod laws;
mod outcomes;
mod plans;
mod world;
