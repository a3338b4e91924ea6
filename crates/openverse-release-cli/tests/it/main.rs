//! Drives the real binary, as a person would: in a sandbox of its own, and on bad days.

mod bad_days;
mod bad_input;
mod by_hand;
mod crash;
mod crash_at_random;
mod crash_by_configuration;
mod exchange;
mod expectation;
mod facts;
mod faults;
mod hostile_text;
mod import;
mod interrupt;
mod json_output;
mod live_world;
mod output;
mod parallel;
mod place;
mod refusals;
mod requests;
mod runbook;
mod served;
mod snapshot;
mod template;
mod terminal;
