//! The steps of a flow.

use serde::{Deserialize, Serialize};

use super::{branches::Branches, outcome::Outcome};
use crate::{
    Artefact, EnvironmentName, Environments, Operation,
    parse::{ParseError, check_characters, text_newtype},
};

fn check_step_id(text: &str) -> Result<(), ParseError> {
    let expected = "a letter, then letters, digits and \"_\"";
    check_characters("step", text, 64, expected, |offset, c| {
        c.is_ascii_alphabetic() || (offset > 0 && (c.is_ascii_digit() || c == '_'))
    })?;
    // Mermaid reads a line that holds the word, and then a direction, as that statement.
    let reserved =
        RESERVED.contains(&text) || text.eq_ignore_ascii_case("end") || text.ends_with("direction");
    if reserved {
        return Err(ParseError::new("step", text, 0, "a word that Mermaid does not reserve"));
    }
    Ok(())
}

/// The words of Mermaid's flowchart language, beside `end` in any case.
const RESERVED: [&str; 19] = [
    "call",
    "class",
    "classDef",
    "click",
    "default",
    "flowchart",
    "graph",
    "href",
    "interpolate",
    "linkStyle",
    "style",
    "subgraph",
    "v",
    "BR",
    "BT",
    "LR",
    "RL",
    "TB",
    "TD",
];

text_newtype!(
    /// The name of a step within its flow, usable as a node of a Mermaid or DOT chart.
    StepId, check_step_id
);

/// Whether a person or the previous step sets a step off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    /// Needs a person; drawn as a square box.
    Manual,
    /// The direct and automatic result of the step before; drawn as a rounded box.
    Automatic,
}

/// A box of the flowchart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Its name within the flow.
    pub id: StepId,
    /// Its label in the chart, in plain text; a line break starts a new line of the box.
    pub label: String,
    /// Whether a person or the step before sets it off.
    pub trigger: Trigger,
    /// What it does.
    pub operation: Operation,
    /// The environments that it updates.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub environments: Vec<EnvironmentName>,
    /// What the document says of it beyond the chart; shown in the detailed chart.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<Detail>,
    /// By how many of the arrows that leave it the step goes on, where there are several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub split: Option<Branches>,
    /// How many of the arrows that lead to it the step waits for; by default [`Branches::One`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub join: Option<Branches>,
    /// How it can end, the good way first; if it does not say, it is only ever `done`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outcomes: Vec<Outcome>,
}

impl Step {
    /// Returns a step of which nothing more is said.
    pub fn new(id: StepId, label: impl Into<String>, trigger: Trigger, operation: Operation) -> Self {
        Self {
            id,
            label: label.into(),
            trigger,
            operation,
            environments: Vec::new(),
            details: Vec::new(),
            split: None,
            join: None,
            outcomes: Vec::new(),
        }
    }

    /// Returns the outcome with which the process goes on where a link names none.
    pub fn good_outcome(&self) -> Outcome {
        self.outcomes.first().cloned().unwrap_or_else(Outcome::done)
    }

    /// Returns the step with these environments to update.
    #[must_use]
    pub fn updating(self, environments: impl IntoIterator<Item = EnvironmentName>) -> Self {
        Self { environments: environments.into_iter().collect(), ..self }
    }

    /// Tells whether both do the same to the same environments.
    pub fn does_the_same_as(&self, other: &Self) -> bool {
        self.operation == other.operation && self.environments == other.environments
    }

    /// Tells whether it updates an environment.
    pub fn updates(&self, environment: EnvironmentName) -> bool {
        self.environments.contains(&environment)
    }

    /// Tells whether it is a deployment that a rollback can undo.
    pub fn is_deployment(&self) -> bool {
        !self.operation.nature().rolls_back && !self.environments.is_empty()
    }

    /// Tells whether it is a deployment to an environment that a rollback can undo.
    pub fn deploys_to(&self, environment: EnvironmentName) -> bool {
        self.is_deployment() && self.updates(environment)
    }

    /// Returns what the step uses, given which environments there are.
    pub fn consumes(&self, environments: &Environments) -> &'static [Artefact] {
        self.operation.consumes(self.updates_guarded(environments))
    }

    /// Tells whether it updates a guarded environment.
    pub fn updates_guarded(&self, environments: &Environments) -> bool {
        self.environments.iter().any(|&environment| environments.is_guarded(environment))
    }
}

/// Something the document says of a step beyond the chart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Detail {
    /// How it bears on the step.
    pub kind: DetailKind,
    /// What it says, in plain text.
    pub text: String,
}

/// How a detail bears on its step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DetailKind {
    /// Must hold before the step.
    Gate,
    /// Happens as part of the step.
    Part,
    /// Comes after the step.
    FollowUp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_of_the_chart_language_names_no_step() {
        for word in ["end", "End", "END", "graph", "style", "TB", "direction", "my_direction"] {
            let error = word.parse::<StepId>().unwrap_err();
            assert_eq!(error.expected(), "a word that Mermaid does not reserve", "{word}");
        }
        for word in ["Ending", "styled", "TBD", "directions", "o", "x", "constructor"] {
            assert!(word.parse::<StepId>().is_ok(), "{word}");
        }
    }
}
