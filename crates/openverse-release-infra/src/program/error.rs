//! Why a program gave no outcome.

use std::{io, path::PathBuf, sync::Arc, time::Duration};

/// A program did not do what it was run for.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum ProgramError {
    /// It is not on this machine; nothing was run.
    #[error("found no program {program}; {install}")]
    NotInstalled {
        /// Its name.
        program: String,
        /// How to get it.
        install: String,
    },
    /// The folder to run it in is not there; nothing was run.
    #[error("found no folder {}, in which to run {program}", dir.display())]
    NoFolder {
        /// Its name.
        program: String,
        /// The folder.
        dir: PathBuf,
    },
    /// The machine did not start it; nothing was run.
    #[error("{program} could not be started")]
    NotStarted {
        /// Its name.
        program: String,
        /// What the machine said.
        source: Arc<io::Error>,
    },
    /// It was started, but could not be followed to its end; it was ended.
    #[error("{program} could not be followed to its end")]
    NotRun {
        /// Its name.
        program: String,
        /// What the machine said.
        source: Arc<io::Error>,
    },
    /// It took too long; it and all it had started were ended.
    #[error("{program} was stopped after {} s, the longest it may take{}", limit.as_secs_f64(), after_tail(tail))]
    TimedOut {
        /// Its name.
        program: String,
        /// The longest time it may take.
        limit: Duration,
        /// The last lines it wrote. They come from outside and may hold any character.
        tail: Vec<String>,
    },
    /// It ended with a status that says that it failed.
    #[error("{program} ended with {}{}", ended(*code), after_tail(tail))]
    Failed {
        /// Its name.
        program: String,
        /// The exit status; `None` when a signal ended it.
        code: Option<i32>,
        /// The last lines it wrote. They come from outside and may hold any character.
        tail: Vec<String>,
    },
    /// It wrote something else than it is known to write.
    #[error("{program} wrote {found}, expected {expected}")]
    Unexpected {
        /// Its name.
        program: String,
        /// What it wrote.
        found: String,
        /// What it should have written.
        expected: String,
    },
}

fn ended(code: Option<i32>) -> String {
    code.map_or_else(|| "a signal".to_owned(), |code| format!("status {code}"))
}

fn after_tail(tail: &[String]) -> String {
    if tail.is_empty() { String::new() } else { format!("; its last lines: {}", tail.join(" | ")) }
}
