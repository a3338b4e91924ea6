//! Errors, classified at the edge: what to say, with which hint, and with which exit code.

use std::{error::Error, io};

use openverse_release_engine::{EngineError, JournalError, LockError};
use openverse_release_ports::{PortError, WriteError};
#[cfg(feature = "sandbox")]
use openverse_release_sandbox::SandboxError;
use serde::Serialize;

use crate::{
    advice::{resume_or_abandon, worded},
    exit::Exit,
    output::{BAD, BOLD, clean, clean_json},
};

/// Why a command did not do what it was asked.
#[derive(Debug)]
pub(crate) struct CliError {
    exit: Exit,
    message: String,
    /// What was expected instead, where the message says what was found.
    expected: Option<String>,
    hints: Vec<String>,
}

/// The form of an error under `--json`.
#[derive(Debug, Serialize)]
struct Json<'a> {
    error: JsonError<'a>,
}

#[derive(Debug, Serialize)]
struct JsonError<'a> {
    exit_code: u8,
    message: &'a str,
    expected: Option<&'a str>,
    hints: &'a [String],
}

impl CliError {
    pub(crate) fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, message: message.into(), expected: None, hints: Vec::new() }
    }

    /// An error with the errors behind it, each once.
    pub(crate) fn from_chain(exit: Exit, error: &dyn Error) -> Self {
        let mut message = error.to_string();
        let mut source = error.source();
        while let Some(error) = source {
            message.push_str(": ");
            message.push_str(&error.to_string());
            source = error.source();
        }
        Self::new(exit, message)
    }

    #[must_use]
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    #[must_use]
    pub(crate) fn expected(mut self, expected: impl Into<String>) -> Self {
        self.expected = Some(expected.into());
        self
    }

    pub(crate) fn exit(&self) -> Exit {
        self.exit
    }

    /// Prints the error: to standard error, or as JSON to standard output.
    pub(crate) fn print(&self, json: bool) {
        use io::Write;
        let mut text = Vec::new();
        let written = if json {
            let error = JsonError {
                exit_code: self.exit.code(),
                message: &self.message,
                expected: self.expected.as_deref(),
                hints: &self.hints,
            };
            serde_json::to_writer_pretty(&mut text, &Json { error }).map_err(io::Error::from)
        } else {
            self.write(&mut text)
        };
        // There is nowhere left to tell that an error could not be told.
        let _ = match (written, json) {
            (Ok(()), true) => {
                writeln!(anstream::stdout(), "{}", clean_json(&String::from_utf8_lossy(&text)))
            }
            (Ok(()), false) => write!(anstream::stderr(), "{}", String::from_utf8_lossy(&text)),
            (Err(error), _) => writeln!(anstream::stderr(), "error: {error}"),
        };
    }

    fn write(&self, out: &mut dyn io::Write) -> io::Result<()> {
        let name = if self.exit == Exit::Refused { "refused" } else { "error" };
        writeln!(out, "{BAD}{name}:{BAD:#} {}", clean(&self.message))?;
        if let Some(expected) = &self.expected {
            writeln!(out, "{BOLD}expected:{BOLD:#} {}", clean(expected))?;
        }
        for hint in &self.hints {
            writeln!(out, "{BOLD}to do:{BOLD:#} {}", clean(hint))?;
        }
        Ok(())
    }
}

impl From<EngineError> for CliError {
    fn from(error: EngineError) -> Self {
        match &error {
            EngineError::Write(WriteError::Conflict { found, expected }) => {
                Self::new(Exit::Refused, format!("found {found}")).expected(expected)
            }
            EngineError::Draft(_) => Self::from_chain(Exit::Refused, &error),
            EngineError::Refused(refusal) => Self::new(Exit::Refused, format!("found {}", refusal.found))
                .expected(&refusal.expected)
                .hint(worded(&refusal.advice)),
            EngineError::NoReleases(_)
            | EngineError::Plan(_)
            | EngineError::Parse(_)
            | EngineError::NoVersion { .. } => Self::from_chain(Exit::BadInput, &error),
            EngineError::NoSuchRun { .. } => {
                Self::from_chain(Exit::BadInput, &error).hint("`runs` lists them")
            }
            EngineError::Journal(JournalError::RunGoingOn { run, .. }) => {
                Self::from_chain(Exit::Refused, &error).hint(resume_or_abandon(run))
            }
            EngineError::Journal(JournalError::Stale { run }) => {
                Self::from_chain(Exit::Refused, &error).hint(format!("look at it with `runs {run}`"))
            }
            EngineError::Lock(LockError::Held { .. })
            | EngineError::Incompatible(_)
            | EngineError::InputRejected(_) => Self::from_chain(Exit::Refused, &error),
            EngineError::Port(PortError::NotAllowed { .. }) => Self::from_chain(Exit::Failed, &error)
                .hint("give a token that is allowed to, in GITHUB_TOKEN or by `gh auth login`"),
            EngineError::Port(PortError::Unreachable { .. }) => Self::from_chain(Exit::Failed, &error)
                .hint("nothing was changed; check the network and the configuration, and try again"),
            EngineError::Port(PortError::Refused { status: 500..=599, .. }) => {
                Self::from_chain(Exit::Failed, &error)
                    .hint("nothing was changed; try again once it works again")
            }
            EngineError::Port(PortError::RateLimited { .. }) => Self::from_chain(Exit::Failed, &error)
                .hint("nothing was changed; try again then, or with a token of a higher limit"),
            _ => Self::from_chain(Exit::Failed, &error),
        }
    }
}

impl From<JournalError> for CliError {
    fn from(error: JournalError) -> Self {
        EngineError::from(error).into()
    }
}

#[cfg(feature = "sandbox")]
impl From<SandboxError> for CliError {
    fn from(error: SandboxError) -> Self {
        let exit = match &error {
            SandboxError::UnknownApp { .. } | SandboxError::NoSource { .. } => Exit::BadInput,
            _ => Exit::Failed,
        };
        let said = Self::from_chain(exit, &error);
        match error {
            SandboxError::OtherFormat { .. } => said.hint("`openverse-release sandbox reset` makes it anew"),
            _ => said,
        }
    }
}

impl From<io::Error> for CliError {
    fn from(error: io::Error) -> Self {
        Self::new(Exit::Failed, format!("the output could not be written: {error}"))
    }
}
