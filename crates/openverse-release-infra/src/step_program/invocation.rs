//! One program that is a step, ready to be asked.

use std::{path::PathBuf, time::Duration};

use openverse_release_core::step_protocol::{
    AnswerError, LONGEST_ANSWER, ObserveAnswer, PerformAnswer, ProtocolVersion, StepAction, StepCall,
    StepRequest,
};
use openverse_release_ports::{StepProgram, StepProgramError};

use super::{missing::find_step_program, secrets::Secrets};
use crate::{Conditions, Finished, Program, ProgramError, Silent};

/// What a program answered, or why it gave no answer; the outer error if it was not run at all.
pub(super) type Asked<T> = Result<Result<T, String>, StepProgramError>;

/// Returns a request, as a program reads it.
pub(super) fn request(step: &StepCall, action: StepAction) -> String {
    StepRequest { protocol: ProtocolVersion, action, call: step.clone() }.to_json()
}

/// A program that was found, and what it is run with.
pub(super) struct Invocation<'a> {
    step: &'a StepProgram,
    path: PathBuf,
    secrets: Secrets,
}

impl<'a> Invocation<'a> {
    pub(super) fn of(step: &'a StepProgram) -> Result<Self, StepProgramError> {
        Ok(Self { step, path: find_step_program(step)?, secrets: Secrets::of(&step.variables) })
    }

    /// Returns the program with something to read, to be run by [`run`](Self::run).
    pub(super) fn program(&self, input: impl Into<Vec<u8>>) -> Program {
        Program::new(&self.path, "").bare().passing_on(&self.step.variables).with_input(input)
    }

    /// Runs a program to its end, or to the end of its time. The last lines it wrote hold no secret.
    ///
    /// # Errors
    /// The outer one if it was not run at all.
    pub(super) async fn run(
        &self,
        program: &Program,
    ) -> Result<Result<Finished, ProgramError>, StepProgramError> {
        let conditions =
            Conditions { limit: self.step.limit, grace: Duration::from_secs(2), kept: LONGEST_ANSWER };
        let ran = program.run(&self.step.arguments, &self.step.dir, conditions, &Silent).await;
        match ran {
            Ok(mut finished) => {
                finished.tail.iter_mut().for_each(|line| *line = self.secrets.hide(line));
                Ok(Ok(finished))
            }
            Err(ProgramError::NotInstalled { .. }) => {
                Err(StepProgramError::Missing { path: self.path.clone(), nearest: None })
            }
            Err(ProgramError::NoFolder { dir, .. }) => Err(StepProgramError::NoFolder { dir }),
            Err(ProgramError::NotStarted { source, .. }) => {
                Err(StepProgramError::NotStarted { path: self.path.clone(), detail: source.to_string() })
            }
            Err(error) => Ok(Err(self.secrets.hide_in_lines(error))),
        }
    }

    /// Asks whether a step is done. The answer holds no secret.
    pub(super) async fn observe(&self, step: &StepCall) -> Asked<ObserveAnswer> {
        let program = self.program(request(step, StepAction::Observe));
        let answer = self.ask(&program, ObserveAnswer::read).await?;
        Ok(answer.map(|answer| answer.map_texts(|text| self.secrets.hide_in_answer(&text))))
    }

    /// Runs a program that is to perform. The answer holds no secret.
    pub(super) async fn perform(&self, program: &Program) -> Asked<PerformAnswer> {
        let answer = self.ask(program, PerformAnswer::read).await?;
        Ok(answer.map(|answer| answer.map_texts(|text| self.secrets.hide_in_answer(&text))))
    }

    async fn ask<T>(&self, program: &Program, read: impl Fn(&[u8]) -> Result<T, AnswerError>) -> Asked<T> {
        let finished = match self.run(program).await?.and_then(Finished::success) {
            Ok(finished) => finished,
            Err(error) => return Ok(Err(error.to_string())),
        };
        let answer = if finished.out_cut { Err(AnswerError::TooLong) } else { read(&finished.out) };
        Ok(answer.map_err(|error| {
            let lines = if finished.tail.is_empty() { "" } else { "; its last lines: " };
            self.secrets.hide(&format!("{error}{lines}{}", finished.tail.join(" | ")))
        }))
    }
}
