//! The engine over ports in memory, with a clock that moves only when somebody sleeps by it.

mod interruptions;
mod journal;
mod journal_file;
mod orders;
mod previews;
mod releases;
mod rollbacks;
mod scene;
mod status;
mod timed_deployments;
mod trouble;
mod versions;
