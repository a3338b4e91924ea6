//! Programs that are steps: asked by the protocol of steps, and checked against its rules.

mod invocation;
mod local;
mod missing;
mod secrets;
mod suite;

pub use local::LocalStepPrograms;
pub use missing::find_step_program;
pub use suite::{StepCheck, StepRule, StepSubject, Verdict, check_step};
