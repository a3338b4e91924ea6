//! Tests of the races.

mod documented;
mod runner;
