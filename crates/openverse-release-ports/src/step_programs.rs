//! Programs that are steps of a flow.

use std::{fmt::Debug, path::PathBuf, time::Duration};

use async_trait::async_trait;
use openverse_release_core::step_protocol::{AttemptName, ObserveAnswer, PerformAnswer, StepCall};

/// A program that is a step, and how it is run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepProgram {
    /// Its path, relative to the folder. It is never looked for elsewhere.
    pub path: PathBuf,
    /// Its arguments, handed over as they are.
    pub arguments: Vec<String>,
    /// The folder to run it in.
    pub dir: PathBuf,
    /// The longest time one call may take.
    pub limit: Duration,
    /// The environment variables it may see beside `PATH`, `HOME` and `LANG`, by name. Their values
    /// count as secrets.
    pub variables: Vec<String>,
}

/// A program, and the step it is asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProgramCall {
    /// The program.
    pub program: StepProgram,
    /// The step.
    pub step: StepCall,
}

/// Programs that are asked by the [protocol](openverse_release_core::step_protocol) of steps.
///
/// # Contract
/// - A call runs the program once, without a shell, and never again by itself.
/// - An error means that the program was not run, and nothing happened.
/// - When the time is over, the program and everything it started is ended. What it leaves running is
///   ended with it.
/// - No answer and no error holds the value of an environment variable that the program may see.
#[async_trait]
pub trait StepPrograms: Debug + Send + Sync {
    /// Tells whether the program can be run: it is there, and executable. Runs nothing.
    ///
    /// # Errors
    /// If it cannot.
    fn check(&self, program: &StepProgram) -> Result<(), StepProgramError>;

    /// Asks whether the step is done. Changes nothing, as far as the program keeps its promise.
    ///
    /// A program that dies, takes too long, ends with another status than 0, or answers anything but
    /// one valid answer: [`ObserveAnswer::Unknown`], with the reason and the last lines of its
    /// standard error.
    async fn observe(&self, call: &ProgramCall) -> Result<ObserveAnswer, StepProgramError>;

    /// Asks to do the step. Not idempotent: the caller records the attempt first, and observes
    /// afterwards.
    ///
    /// A program that dies, takes too long, ends with another status than 0, or answers anything but
    /// one valid answer: [`PerformAnswer::Lost`], with the reason and the last lines of its standard
    /// error.
    async fn perform(
        &self,
        call: &ProgramCall,
        attempt: &AttemptName,
    ) -> Result<PerformAnswer, StepProgramError>;
}

/// A program was not run, and nothing happened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StepProgramError {
    /// There is no such file.
    #[error(
        "there is no program {}{}",
        path.display(),
        nearest.as_ref().map(|name| format!("; did you mean {name:?}?")).unwrap_or_default()
    )]
    Missing {
        /// The whole path.
        path: PathBuf,
        /// The name in the same folder that is most like it, if one is like it at all.
        nearest: Option<String>,
    },
    /// The file is there, but is no program.
    #[error("{} is not executable", path.display())]
    NotExecutable {
        /// The whole path.
        path: PathBuf,
    },
    /// The folder to run it in is not there.
    #[error("there is no folder {} to run a program in", dir.display())]
    NoFolder {
        /// The folder.
        dir: PathBuf,
    },
    /// The machine did not start it.
    #[error("{} could not be started: {detail}", path.display())]
    NotStarted {
        /// The whole path.
        path: PathBuf,
        /// What the machine said.
        detail: String,
    },
}
