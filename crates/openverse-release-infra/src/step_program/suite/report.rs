//! What checking a program comes to.

use std::fmt;

use openverse_release_ports::StepProgramError;
use serde::Serialize;

/// A rule of the protocol of steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum StepRule {
    /// `observe` gives a valid answer in time.
    ObserveAnswers,
    /// `observe` changes nothing, and answers alike as long as nothing changes.
    ObservingChangesNothing,
    /// `observe` answers `absent` before anything was performed.
    ANewStepIsAbsent,
    /// A request of another version of the protocol is refused and changes nothing.
    AnUnknownProtocolIsRefused,
    /// A request with an unknown action is refused and changes nothing.
    AnUnknownActionIsRefused,
    /// What is no whole request is refused and changes nothing.
    GarbageIsRefused,
    /// What was performed is observed: at once, or after `in_progress`.
    PerformingIsObserved,
    /// Performing what is done changes nothing.
    AskedTwiceDoneOnce,
    /// What was performed is observed although nobody read the answer.
    ALostReplyIsFound,
    /// A death at any moment leaves what can be observed, and what a later attempt finishes.
    ADeathIsRecoveredFrom,
}

impl StepRule {
    /// Every rule, in the order of checking.
    pub const ALL: [Self; 10] = [
        Self::ObserveAnswers,
        Self::ObservingChangesNothing,
        Self::ANewStepIsAbsent,
        Self::AnUnknownProtocolIsRefused,
        Self::AnUnknownActionIsRefused,
        Self::GarbageIsRefused,
        Self::PerformingIsObserved,
        Self::AskedTwiceDoneOnce,
        Self::ALostReplyIsFound,
        Self::ADeathIsRecoveredFrom,
    ];

    /// Returns the name: `observe-answers`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ObserveAnswers => "observe-answers",
            Self::ObservingChangesNothing => "observing-changes-nothing",
            Self::ANewStepIsAbsent => "a-new-step-is-absent",
            Self::AnUnknownProtocolIsRefused => "an-unknown-protocol-is-refused",
            Self::AnUnknownActionIsRefused => "an-unknown-action-is-refused",
            Self::GarbageIsRefused => "garbage-is-refused",
            Self::PerformingIsObserved => "performing-is-observed",
            Self::AskedTwiceDoneOnce => "asked-twice-done-once",
            Self::ALostReplyIsFound => "a-lost-reply-is-found",
            Self::ADeathIsRecoveredFrom => "a-death-is-recovered-from",
        }
    }

    /// Tells whether the rules after it show nothing if it is broken.
    pub(super) fn is_needed_by_others(self) -> bool {
        matches!(self, Self::ObserveAnswers | Self::ANewStepIsAbsent | Self::PerformingIsObserved)
    }
}

impl fmt::Display for StepRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A rule, and whether a program keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StepCheck {
    /// The rule.
    pub rule: StepRule,
    /// Whether it is kept.
    #[serde(flatten)]
    pub verdict: Verdict,
}

/// Whether a program keeps a rule. Texts come from the program and may hold any character.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Verdict {
    /// It does.
    Passed,
    /// It does not.
    Failed {
        /// What it did, or answered.
        found: String,
        /// What the rule demands.
        expected: String,
    },
    /// Nobody can tell, because it breaks a rule that this one needs.
    NotChecked {
        /// The broken rule.
        because: StepRule,
    },
}

/// Why checking a rule ended early.
pub(super) enum Broken {
    /// The rule is broken.
    Rule { found: String, expected: String },
    /// The program cannot be run.
    NotRun(StepProgramError),
}

impl Broken {
    pub(super) fn rule(found: impl Into<String>, expected: impl Into<String>) -> Self {
        Self::Rule { found: found.into(), expected: expected.into() }
    }
}

impl From<StepProgramError> for Broken {
    fn from(error: StepProgramError) -> Self {
        Self::NotRun(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_rule_is_what_json_says() {
        for rule in StepRule::ALL {
            assert_eq!(serde_json::to_value(rule).unwrap(), rule.as_str());
        }
    }
}
