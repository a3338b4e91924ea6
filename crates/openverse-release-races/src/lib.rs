//! Finds the races of a release process, by trying every order in which its automations can act.
//!
//! This crate is pure: no I/O.

mod bounds;
mod cast;
mod code;
mod documented;
mod explore;
mod race;
mod report;
mod runner;
mod safeguard;

pub use bounds::Bounds;
pub use cast::{Unexplorable, check_explorable};
pub use race::Race;
pub use report::{FoundRace, LeftToOthers, Process, Report, explore, explore_without};
pub use safeguard::{Keeper, Safeguard};
