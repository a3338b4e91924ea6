//! What the crate promises.

mod explanations;
mod formats;
mod hostile;
mod journal;
mod journal_of_branches;
mod naive;
mod objects;
mod questions;
mod real_pm4py;
mod rules;
mod wide;
mod world;
