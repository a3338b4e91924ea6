//! What a playbook may change, and refusing one that changes anything else.

use super::{Difference, PlaybookReport, TaskResult};
use crate::Replacement;

/// A task that is expected to change something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpectedTask {
    /// Its name.
    pub task: String,
    /// How the lines it changes may differ: in this and nothing else.
    pub replacement: Option<Replacement>,
}

impl ExpectedTask {
    /// Returns a task that may change whatever it likes.
    pub fn anything(task: impl Into<String>) -> Self {
        Self { task: task.into(), replacement: None }
    }

    /// Returns a task that may do no more than put one text in the place of another, and has to
    /// show that it does.
    pub fn replacing(task: impl Into<String>, replacement: Replacement) -> Self {
        Self { task: task.into(), replacement: Some(replacement) }
    }

    pub(crate) fn fits(&self, result: &TaskResult) -> bool {
        if self.task != result.task {
            return false;
        }
        let Some(replacement) = &self.replacement else { return true };
        // A task that hides what it does, or does not tell, could do anything.
        let shown: Vec<_> = result.differences.iter().filter(|found| !is_nothing(found)).collect();
        !shown.is_empty() && shown.iter().all(|found| explained(found, replacement))
    }
}

fn is_nothing(difference: &Difference) -> bool {
    difference.before == difference.after && difference.prepared.as_deref().unwrap_or_default().is_empty()
}

fn explained(difference: &Difference, replacement: &Replacement) -> bool {
    let (before, after) = difference.lines();
    difference.prepared.as_deref().unwrap_or_default().is_empty()
        && before.len() == after.len()
        && before.iter().zip(&after).all(|(old, new)| old == new || replacement.explains(old, new))
}

/// A playbook that changes something else than was expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("found changes that were not expected: {}", listed(unexpected))]
pub struct UnexpectedTasks {
    /// Each task that changes something, with the lines that it shows.
    pub unexpected: Vec<TaskResult>,
}

fn listed(results: &[TaskResult]) -> String {
    results.iter().map(TaskResult::to_string).collect::<Vec<_>>().join("; ")
}

impl PlaybookReport {
    /// Makes sure that nothing is changed but what is expected.
    ///
    /// What is expected need not happen: check mode passes over what cannot be tried out.
    ///
    /// # Errors
    /// With every task that changes something else.
    pub fn refuse_unless(&self, expected: &[ExpectedTask]) -> Result<(), UnexpectedTasks> {
        let unexpected: Vec<_> =
            self.changed().filter(|result| !expected.iter().any(|task| task.fits(result))).cloned().collect();
        if unexpected.is_empty() { Ok(()) } else { Err(UnexpectedTasks { unexpected }) }
    }
}
