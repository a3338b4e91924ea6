//! The steps of a flow.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{branches::Branches, operation_file::OperationFile, outcome::Outcome, program::Program};
use crate::{
    EnvironmentName, Environments,
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

/// What a step does. Which environments it updates is said by its [`Step`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "OperationFile", into = "OperationFile")]
pub enum Operation {
    /// Merges a change to `main`.
    MergeToMain,
    /// Merges a revert of the broken code to `main`.
    RevertOnMain,
    /// Verifies the code, builds the images, tags them `latest` and with the commit SHA.
    BuildImages,
    /// Pulls the newest code of `main` onto the server.
    SyncDags,
    /// Publishes the drafted GitHub Release, which puts the git tag on its commit.
    PublishGitHubRelease,
    /// Points the release's image tag at the images of the release's commit.
    TagImage,
    /// Updates an environment by its deployment GitHub Workflow.
    DeployByGitHubWorkflow {
        /// Whether the image is named by the release's image tag or by the commit SHA.
        version: DeployedVersion,
    },
    /// Sets the image tag in the Ansible variables and runs the playbook.
    DeployByAnsible,
    /// Sets the image tag in the Terraform variables and applies them.
    DeployByTerraform,
    /// New instances pull `latest` the next time they run.
    RunLatest,
    /// Deploys the last known working version again, by the means of the deployment it rolls back.
    RedeployLastWorking,
    /// Runs a program of the project, such as a smoke test, which says how it went.
    RunProgram,
}

/// By which image tag a deployment names its version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeployedVersion {
    /// By the SHA of a commit on `main`.
    Commit,
    /// By the release's image tag.
    Release,
}

/// Something a step makes and a later one uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Artefact {
    /// A commit on `main`.
    Commit,
    /// The images tagged `latest` and with the commit SHA.
    BuiltImage,
    /// A published GitHub Release with its git tag.
    PublishedRelease,
    /// The images tagged with the release's image tag.
    ReleasedImage,
}

impl Artefact {
    /// Every artefact.
    pub const ALL: [Self; 4] = [Self::Commit, Self::BuiltImage, Self::PublishedRelease, Self::ReleasedImage];
}

impl fmt::Display for Artefact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Commit => "a commit on main",
            Self::BuiltImage => "a built image",
            Self::PublishedRelease => "a published GitHub Release",
            Self::ReleasedImage => "an image with the release's image tag",
        })
    }
}

impl Operation {
    /// Returns what the operation makes, beside the deployments to the environments of its step.
    pub fn produces(self) -> &'static [Artefact] {
        match self {
            Self::MergeToMain | Self::RevertOnMain => &[Artefact::Commit],
            Self::BuildImages => &[Artefact::BuiltImage],
            Self::PublishGitHubRelease => &[Artefact::PublishedRelease],
            Self::TagImage => &[Artefact::ReleasedImage],
            _ => &[],
        }
    }

    /// Tells whether the operation takes an environment back to an earlier version.
    pub fn rolls_back(self) -> bool {
        matches!(self, Self::RevertOnMain | Self::RedeployLastWorking)
    }

    /// Tells whether the operation updates live environments, so that its step names them.
    pub fn updates_environments(self) -> bool {
        match self {
            Self::SyncDags
            | Self::DeployByGitHubWorkflow { .. }
            | Self::DeployByAnsible
            | Self::DeployByTerraform
            | Self::RunLatest
            | Self::RedeployLastWorking => true,
            Self::MergeToMain
            | Self::RevertOnMain
            | Self::BuildImages
            | Self::PublishGitHubRelease
            | Self::TagImage
            | Self::RunProgram => false,
        }
    }
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
    /// The program that it runs, if it runs one. Boxed, since few steps do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub program: Option<Box<Program>>,
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
            program: None,
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

    /// Tells whether it updates an environment.
    pub fn updates(&self, environment: EnvironmentName) -> bool {
        self.environments.contains(&environment)
    }

    /// Tells whether it is a deployment that a rollback can undo.
    pub fn is_deployment(&self) -> bool {
        !self.operation.rolls_back() && !self.environments.is_empty()
    }

    /// Tells whether it is a deployment to an environment that a rollback can undo.
    pub fn deploys_to(&self, environment: EnvironmentName) -> bool {
        self.is_deployment() && self.updates(environment)
    }

    /// Returns what the step uses, given which environments there are: what is deployed again is a
    /// released image where the environment is guarded, and the image of a commit elsewhere.
    pub fn consumes(&self, environments: &Environments) -> &'static [Artefact] {
        match self.operation {
            Operation::MergeToMain | Operation::RevertOnMain | Operation::RunProgram => &[],
            Operation::BuildImages | Operation::SyncDags | Operation::PublishGitHubRelease => {
                &[Artefact::Commit]
            }
            Operation::TagImage => &[Artefact::BuiltImage, Artefact::PublishedRelease],
            Operation::DeployByGitHubWorkflow { version: DeployedVersion::Commit } | Operation::RunLatest => {
                &[Artefact::BuiltImage]
            }
            Operation::DeployByGitHubWorkflow { version: DeployedVersion::Release }
            | Operation::DeployByAnsible
            | Operation::DeployByTerraform => &[Artefact::ReleasedImage],
            Operation::RedeployLastWorking => match self.updates_guarded(environments) {
                true => &[Artefact::ReleasedImage],
                false => &[Artefact::BuiltImage],
            },
        }
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
