//! What a failure of a program is to those who see only the ports.

use std::error::Error;

use openverse_release_ports::{PortError, System, WriteError};

use crate::{CheckoutError, ProgramError};

/// Returns an error with what it came from, in one line.
pub(super) fn said(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(": ");
        text.push_str(&error.to_string());
        source = error.source();
    }
    text
}

/// Returns that something could not be done, and nothing was changed.
pub(super) fn not_done(system: System, action: &str, error: &dyn Error) -> PortError {
    PortError::NotDone { system, action: action.to_owned(), detail: said(error) }
}

/// Returns that git could not do something, and nothing was changed.
pub(super) fn git(action: &'static str) -> impl Fn(CheckoutError) -> PortError {
    move |error| not_done(System::Git, action, &error)
}

/// Returns that the origin could not be asked.
pub(super) fn fetch(error: CheckoutError) -> PortError {
    match error {
        CheckoutError::Program(ProgramError::Failed { .. } | ProgramError::TimedOut { .. }) => {
            PortError::Unreachable { system: System::Git, detail: said(&error) }
        }
        other => not_done(System::Git, "fetch the main branch", &other),
    }
}

/// Returns that what is there is not what the write was for.
pub(super) fn conflict(found: impl Into<String>, expected: impl Into<String>) -> WriteError {
    let found = found.into();
    // The errors of programs say it already.
    let found = found.strip_prefix("found ").map_or(found.clone(), str::to_owned);
    WriteError::Conflict { found, expected: expected.into() }
}
