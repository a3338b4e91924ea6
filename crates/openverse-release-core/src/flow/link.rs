//! The links between steps.

use serde::{Deserialize, Serialize};

use crate::StepId;

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
}

/// A finding that a flow is known to have and declares as right for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exemption {
    /// The check that would report it, by its identifier.
    pub check: String,
    /// The step it is reported at.
    pub step: StepId,
    /// Why it is right here.
    pub reason: String,
}
