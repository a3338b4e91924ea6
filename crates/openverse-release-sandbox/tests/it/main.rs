//! The sandbox from outside: over HTTP, through git, and from several servers at once.

mod airflow;
mod automations;
mod code;
mod faults;
mod github;
mod past;
mod pauses;
mod place;
mod registry;
mod together;
