//! The links between steps.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::{CheckId, Outcome, StepId};

/// What a link between two steps means, and so how it is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkKind {
    /// The first step sets the second off, which is automatic; a solid arrow.
    Triggers,
    /// The first step makes the second, which is manual, possible; a solid arrow.
    Enables,
    /// The life of the code goes on there, and nothing is caused; a dotted arrow.
    Continues,
    /// The deployment can be rolled back by that step; a line with a circle at both ends.
    RollsBack,
}

impl LinkKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Triggers, Self::Enables, Self::Continues, Self::RollsBack];
    /// The kinds by which code gets nearer to production.
    pub const FORWARD: [Self; 3] = [Self::Triggers, Self::Enables, Self::Continues];

    /// Tells whether code gets nearer to production by this kind of link.
    pub fn is_forward(self) -> bool {
        self != Self::RollsBack
    }

    /// Returns what the link says its first step does to its second, for people.
    pub fn verb(self) -> &'static str {
        match self {
            Self::Triggers => "triggers",
            Self::Enables => "enables",
            Self::Continues => "continues to",
            Self::RollsBack => "is rolled back by",
        }
    }
}

/// A line of the flowchart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// Where it starts; for [`LinkKind::RollsBack`] the deployment.
    pub from: StepId,
    /// Where it ends; for [`LinkKind::RollsBack`] the step that rolls back.
    pub to: StepId,
    /// What it means.
    pub kind: LinkKind,
    /// Words on the line, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// With which outcome of its first step it is taken; if it does not say, with the good one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
}

impl Link {
    /// Returns a link of which nothing more is said.
    pub fn new(from: StepId, kind: LinkKind, to: StepId) -> Self {
        Self { from, to, kind, label: None, outcome: None }
    }

    /// Returns what is written on the line: the outcome on which it is taken, and its words.
    pub fn words(&self) -> Option<Cow<'_, str>> {
        words(self.outcome.as_ref(), self.label.as_deref())
    }
}

pub(super) fn words<'a>(outcome: Option<&'a Outcome>, label: Option<&'a str>) -> Option<Cow<'a, str>> {
    match (outcome, label) {
        (Some(outcome), Some(label)) => Some(format!("{outcome}: {label}").into()),
        (Some(outcome), None) => Some(outcome.as_str().into()),
        (None, label) => label.map(Cow::Borrowed),
    }
}

/// A finding that a flow is known to have and declares as right for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exemption {
    /// The check that would report it.
    pub check: CheckId,
    /// The step it is reported at.
    pub step: StepId,
    /// Why it is right here.
    pub reason: String,
}
