//! What a plan may do, and refusing one that does anything else.

use super::{Action, AttributeChange, Plan, ResourceChange, Shown};
use crate::Replacement;

/// A change of one resource that is expected of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpectedChange {
    /// Which resource.
    pub address: String,
    /// What is done to it, in this order.
    pub actions: Vec<Action>,
    /// The paths that may differ, each with everything inside it; any path when empty.
    pub paths: Vec<String>,
    /// How values may differ, if they are text and known: in this and nothing else.
    pub replacement: Option<Replacement>,
}

impl ExpectedChange {
    /// Returns a change of a resource where it is, in any of its values.
    pub fn update(address: impl Into<String>) -> Self {
        Self { address: address.into(), actions: vec![Action::Update], paths: Vec::new(), replacement: None }
    }

    /// Allows only these paths to differ.
    #[must_use]
    pub fn only_in(mut self, paths: &[&str]) -> Self {
        self.paths = paths.iter().map(|&path| path.to_owned()).collect();
        self
    }

    /// Allows known values to differ only in that one text became another.
    #[must_use]
    pub fn by(mut self, replacement: Replacement) -> Self {
        self.replacement = Some(replacement);
        self
    }

    /// Expects other actions.
    #[must_use]
    pub fn with_actions(mut self, actions: &[Action]) -> Self {
        self.actions = actions.to_vec();
        self
    }

    pub(crate) fn fits(&self, change: &ResourceChange) -> bool {
        self.address == change.address
            && self.actions == change.actions
            && change.moved_from.is_none()
            && !change.imported
            && change.differences.iter().all(|difference| self.allows(difference))
    }

    fn allows(&self, difference: &AttributeChange) -> bool {
        let inside = |path: &String| {
            difference
                .path
                .strip_prefix(path.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        if !self.paths.is_empty() && !self.paths.iter().any(inside) {
            return false;
        }
        let Some(replacement) = &self.replacement else { return true };
        match (&difference.before, &difference.after) {
            // What follows from the change is known later.
            (_, Shown::Unknown) => true,
            (Shown::Plain(before), Shown::Plain(after)) => match (before.as_str(), after.as_str()) {
                (Some(before), Some(after)) => replacement.explains(before, after),
                _ => false,
            },
            _ => false,
        }
    }
}

/// A plan that does not do exactly what was expected. Nothing was changed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error(
    "the plan is not the expected one{}{}",
    listed("; also does", unexpected),
    listed("; does not do", missing)
)]
pub struct UnexpectedChanges {
    /// Each change that was not expected, with its values as far as they may be shown.
    pub unexpected: Vec<String>,
    /// The addresses of what was expected and is not there.
    pub missing: Vec<String>,
}

fn listed(what: &str, entries: &[String]) -> String {
    if entries.is_empty() { String::new() } else { format!("{what}: {}", entries.join("; ")) }
}

impl Plan {
    /// Makes sure that the plan does to resources what is expected, and nothing else.
    ///
    /// Outputs follow from resources and are not looked at; drift that the plan would undo is
    /// among its changes.
    ///
    /// # Errors
    /// With every change that is not expected, and every expected one that is not there.
    pub fn refuse_unless(&self, expected: &[ExpectedChange]) -> Result<(), UnexpectedChanges> {
        let reading = |change: &&ResourceChange| change.actions != [Action::Read];
        let unexpected: Vec<String> = self
            .changes
            .iter()
            .filter(reading)
            .filter(|change| !expected.iter().any(|expected| expected.fits(change)))
            .map(ResourceChange::to_string)
            .collect();
        let missing: Vec<String> = expected
            .iter()
            .filter(|expected| !self.changes.iter().any(|change| change.address == expected.address))
            .map(|expected| expected.address.clone())
            .collect();
        if unexpected.is_empty() && missing.is_empty() {
            Ok(())
        } else {
            Err(UnexpectedChanges { unexpected, missing })
        }
    }
}
