//! Programs of the project, as the step protocol has them.

use std::{path::PathBuf, sync::Arc, time::Duration};

use async_trait::async_trait;
use openverse_release_core::{
    Program, Reply,
    kind::{ProgramStep, RunProgram},
    step_protocol::{AttemptName, ObserveAnswer, PerformAnswer},
};
use openverse_release_ports::{ProgramCall, StepProgram, StepPrograms};

use super::Worker;
use crate::{EngineError, engine::random_word};

/// Runs the programs of a project in its folder.
pub(super) struct Programs {
    pub(super) programs: Arc<dyn StepPrograms>,
    pub(super) folder: PathBuf,
}

impl Programs {
    fn program(&self, program: &Program) -> StepProgram {
        let (path, arguments) = program
            .run
            .split_first()
            .map_or((String::new(), Vec::new()), |(path, rest)| (path.clone(), rest.to_vec()));
        StepProgram {
            path: path.into(),
            arguments,
            dir: self.folder.clone(),
            limit: Duration::from_secs(program.limit.into()),
            variables: program.variables.clone(),
        }
    }

    fn call(&self, step: ProgramStep) -> ProgramCall {
        ProgramCall { program: self.program(&step.program), step: step.call }
    }
}

#[async_trait]
impl Worker<RunProgram> for Programs {
    async fn observe(&self, query: ProgramStep) -> Result<ObserveAnswer, String> {
        self.programs.observe(&self.call(query)).await.map_err(|error| error.to_string())
    }

    /// Has a program do its step, by an attempt that no other has the name of.
    async fn perform(&self, effect: ProgramStep) -> Reply {
        let attempt = match attempt_name(&effect) {
            Ok(attempt) => attempt,
            Err(error) => return Reply::NotDone { why: error.to_string() },
        };
        match self.programs.perform(&self.call(effect), &attempt).await {
            Ok(PerformAnswer::Accepted {}) => Reply::Accepted { run: None },
            Ok(PerformAnswer::Conflict { found, expected }) => {
                Reply::Conflict { found: found.to_string(), expected: expected.to_string() }
            }
            Ok(PerformAnswer::NotDone { why }) => Reply::NotDone { why: why.to_string() },
            Ok(PerformAnswer::Lost { why }) => Reply::Lost { why: why.to_string() },
            Ok(_) => Reply::Lost { why: "it answered something new".to_owned() },
            Err(error) => Reply::NotDone { why: error.to_string() },
        }
    }

    fn check(&self, kind: &RunProgram) -> Result<(), String> {
        self.programs.check(&self.program(&kind.program)).map_err(|error| error.to_string())
    }
}

fn attempt_name(wanted: &ProgramStep) -> Result<AttemptName, EngineError> {
    Ok(format!("{}.{}.{}", wanted.call.run, wanted.call.step, random_word()?).parse()?)
}
