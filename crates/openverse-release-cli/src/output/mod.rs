//! What is printed, and how.

mod age;
mod clean;
mod progress;
mod table;

use std::io::{self, IsTerminal, Write};

use anstyle::{AnsiColor, Style};
use serde::Serialize;

use crate::{error::CliError, exit::Exit};

pub(crate) use age::{age, took};
pub(crate) use clean::{clean, clean_json, clean_lines};
pub(crate) use progress::Progress;
pub(crate) use table::Table;

/// Headings and names.
pub(crate) const BOLD: Style = Style::new().bold();
/// What is beside the point.
pub(crate) const DIM: Style = Style::new().dimmed();
/// What is good.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
/// What needs a look.
pub(crate) const WARN: Style = AnsiColor::Yellow.on_default();
/// What is bad.
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();

/// Where a command prints, and in which form.
///
/// Colours are left out where the output is no terminal, and where `NO_COLOR` is set.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Output {
    json: bool,
    quiet: bool,
    verbose: u8,
}

impl Output {
    pub(crate) fn new(json: bool, quiet: bool, verbose: u8) -> Self {
        Self { json, quiet, verbose }
    }

    pub(crate) fn json(self) -> bool {
        self.json
    }

    /// Returns the same, in JSON.
    pub(crate) fn as_json(self) -> Self {
        Self { json: true, ..self }
    }

    pub(crate) fn quiet(self) -> bool {
        self.quiet
    }

    pub(crate) fn verbose(self) -> bool {
        self.verbose > 0
    }

    /// Tells whether a person is there to answer a question.
    pub(crate) fn can_ask(self) -> bool {
        !self.json && io::stdin().is_terminal() && io::stderr().is_terminal()
    }

    /// Asks a question that is answered by yes or no. Whoever interrupts it says no.
    pub(crate) fn confirm(self, question: &str) -> Result<bool, CliError> {
        use inquire::InquireError::{OperationCanceled, OperationInterrupted};
        inquire::Confirm::new(question).with_default(false).prompt().or_else(|error| match error {
            OperationCanceled | OperationInterrupted => Ok(false),
            error => Err(CliError::new(Exit::Failed, format!("the question could not be asked: {error}"))),
        })
    }

    /// Tells whether progress can be drawn.
    pub(crate) fn can_draw(self) -> bool {
        !self.json && !self.quiet && io::stderr().is_terminal()
    }

    /// Prints a result: as JSON, or as the text that `render` writes.
    pub(crate) fn result<T: Serialize>(
        self,
        value: &T,
        render: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut out = anstream::stdout().lock();
        if self.json {
            writeln!(out, "{}", clean_json(&serde_json::to_string_pretty(value)?))?;
        } else {
            render(&mut out)?;
        }
        out.flush()
    }

    /// Prints a line of text that is no result, unless quiet or JSON was asked for.
    pub(crate) fn say(self, line: &str) -> io::Result<()> {
        if self.json || self.quiet {
            return Ok(());
        }
        let mut out = anstream::stdout().lock();
        writeln!(out, "{line}")?;
        out.flush()
    }
}
