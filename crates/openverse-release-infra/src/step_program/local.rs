//! Programs of this machine, behind the port.

use async_trait::async_trait;
use openverse_release_core::step_protocol::{
    AnswerText, AttemptName, ObserveAnswer, PerformAnswer, StepAction,
};
use openverse_release_ports::{ProgramCall, StepProgram, StepProgramError, StepPrograms};

use super::{
    invocation::{Invocation, request},
    missing::find_step_program,
};

/// Programs of this machine that are steps.
///
/// What performs ends in order if this process dies: it is interrupted, and killed if that does not help.
#[derive(Debug, Clone, Copy, Default)]
pub struct LocalStepPrograms;

#[async_trait]
impl StepPrograms for LocalStepPrograms {
    fn check(&self, program: &StepProgram) -> Result<(), StepProgramError> {
        find_step_program(program).map(drop)
    }

    async fn observe(&self, call: &ProgramCall) -> Result<ObserveAnswer, StepProgramError> {
        let answer = Invocation::of(&call.program)?.observe(&call.step).await?;
        Ok(answer.unwrap_or_else(|why| ObserveAnswer::Unknown { why: AnswerText::cut(&why) }))
    }

    async fn perform(
        &self,
        call: &ProgramCall,
        attempt: &AttemptName,
    ) -> Result<PerformAnswer, StepProgramError> {
        let invocation = Invocation::of(&call.program)?;
        let action = StepAction::Perform { attempt: attempt.clone() };
        let program = invocation.program(request(&call.step, action)).ending_in_order();
        let answer = invocation.perform(&program).await?;
        Ok(answer.unwrap_or_else(|why| PerformAnswer::Lost { why: AnswerText::cut(&why) }))
    }
}
