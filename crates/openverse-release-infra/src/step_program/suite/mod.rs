//! The rules of the protocol of steps, checked on a program.
//!
//! A rule is checked from outside: by what the program answers, before and after. Each has a run of its
//! own, whose name nobody has used before, and the runs move between versions, so that a step that makes
//! a version run somewhere has something to do each time.

mod asked;
mod report;
mod rules;

use openverse_release_core::{AppSlug, EnvironmentName, ImageTag, StepId, step_protocol::Parameters};
use openverse_release_ports::{StepProgram, StepProgramError};

pub use report::{StepCheck, StepRule, Verdict};

use self::{asked::Asker, report::Broken};
use super::invocation::Invocation;

/// What a program is asked about while it is checked.
#[derive(Debug, Clone)]
pub struct StepSubject {
    /// The step.
    pub step: StepId,
    /// The app.
    pub app: AppSlug,
    /// The environment, if any.
    pub environment: Option<EnvironmentName>,
    /// The versions that runs move between. One that the step has brought about already is of no use
    /// before another one was brought about, so two are needed for most programs.
    pub image_tags: Vec<ImageTag>,
    /// The parameters of the step.
    pub parameters: Parameters,
}

/// Checks every rule on a program, which performs for real, about twenty times; tells each verdict as it
/// comes, and returns them all.
///
/// A rule that needs another one to hold is not checked if that one is broken.
///
/// # Errors
/// If the program cannot be run.
pub async fn check_step(
    program: &StepProgram,
    subject: &StepSubject,
    mut tell: impl FnMut(&StepCheck),
) -> Result<Vec<StepCheck>, StepProgramError> {
    let mut asker = Asker::new(Invocation::of(program)?, subject, program.limit);
    let mut broken: Option<StepRule> = None;
    let mut checks = Vec::new();
    for rule in StepRule::ALL {
        let verdict = match broken {
            Some(broken) => Verdict::NotChecked { because: broken },
            None => match rules::check(rule, &mut asker).await {
                Ok(()) => Verdict::Passed,
                Err(Broken::NotRun(error)) => return Err(error),
                Err(Broken::Rule { found, expected }) => Verdict::Failed { found, expected },
            },
        };
        if matches!(verdict, Verdict::Failed { .. }) && rule.is_needed_by_others() {
            broken = Some(rule);
        }
        let check = StepCheck { rule, verdict };
        tell(&check);
        checks.push(check);
    }
    Ok(checks)
}
