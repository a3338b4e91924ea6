//! The steps of a run, and what each is to bring about.

use serde::{Deserialize, Serialize};

use crate::{
    BranchName, DeployableVersion, DeploymentTarget, EcsService, GitHubWorkflowFile, Performer,
    RepositoryPath, StepId,
};

/// What a run does in place of a step of the flow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedStep {
    /// The step of the flow.
    pub step: StepId,
    /// Who performs it.
    pub performer: Performer,
    /// The GitHub Workflow that performs it, where the run only watches.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub automation: Option<GitHubWorkflowFile>,
    /// What is to be done, one after the other; at least one.
    pub parts: Vec<PlannedPart>,
}

/// One thing that a run does for a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedPart {
    /// What is to be done.
    pub task: Task,
    /// What is deployed, if that is another version than the order's: the one to go back to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<Box<DeployableVersion>>,
}

impl From<Task> for PlannedPart {
    fn from(task: Task) -> Self {
        Self { task, version: None }
    }
}

impl PlannedPart {
    /// Returns what tells the part from the other parts of its step, for people.
    pub fn name(&self) -> Option<&str> {
        match &self.task {
            Task::Publish
            | Task::TagImages
            | Task::Deploy { .. }
            | Task::RollOut { .. }
            | Task::OfKind {} => None,
            Task::Configure { target } => Some(target.local_name()),
            Task::Propose { proposal } => Some(match proposal.content {
                ProposedContent::File { .. } => "changelog",
                ProposedContent::Configuration { .. } => "pull request",
            }),
        }
    }
}

/// What one planned step is to bring about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "task", rename_all = "snake_case", deny_unknown_fields)]
pub enum Task {
    /// The draft is published, its git tag on the order's commit.
    Publish,
    /// The release's image tag names the order's digest for every image.
    TagImages,
    /// The environment runs the order's version, by a GitHub Workflow.
    Deploy {
        /// Where, and by what means.
        target: DeploymentTarget,
        /// Whether the deployment is the automatic result of a release, or forced by hand.
        forced: bool,
    },
    /// The environment runs the order's version, by the image tag in its configuration.
    Configure {
        /// Where, and by what means.
        target: DeploymentTarget,
    },
    /// The environment runs the order's version, by ECS itself.
    RollOut {
        /// Where.
        target: DeploymentTarget,
        /// The service.
        service: Box<EcsService>,
    },
    /// What the kind of the step brings about.
    OfKind {},
    /// A change waits for review as a pull request.
    Propose {
        /// The change.
        proposal: Box<Proposal>,
    },
}

/// A change that is committed on a branch of its own, with a pull request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proposal {
    /// The branch. It belongs to this change alone: what is found on it is this change, or a conflict.
    pub branch: BranchName,
    /// The title of the pull request, and the message of the commit.
    pub title: String,
    /// The text of the pull request, in Markdown.
    pub body: String,
    /// The labels of the pull request.
    pub labels: Vec<String>,
    /// What changes.
    pub content: ProposedContent,
}

/// What a [`Proposal`] changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "content", rename_all = "snake_case", deny_unknown_fields)]
pub enum ProposedContent {
    /// A new file of the code repository.
    File {
        /// Its path from the top of the repository.
        path: RepositoryPath,
        /// The whole text.
        text: String,
    },
    /// The image tags of targets in the infrastructure repository, as the checkout has them.
    Configuration {
        /// The targets.
        targets: Vec<DeploymentTarget>,
    },
}

impl ProposedContent {
    /// Tells whether a run that cannot bring it about is done all the same, with a warning: the
    /// changelog documents a release that has happened.
    pub fn is_optional(&self) -> bool {
        matches!(self, Self::File { .. })
    }
}
