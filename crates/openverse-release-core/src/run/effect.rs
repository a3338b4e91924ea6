//! What a run does to the world, and what came back.

use serde::{Deserialize, Serialize};

use super::{ExternalRun, Proposal};
use crate::{
    CommitSha, DeploymentTarget, Digest, DispatchEventType, GitHubRelease, GitHubWorkflowFile, ImageName,
    ImageTag, RegisterTaskDefinition, UpdateService, kind::KindData,
};

/// One change of the outside world. Each is a single call on a port.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "effect", rename_all = "snake_case", deny_unknown_fields)]
pub enum Effect {
    /// Publishes a draft, its git tag on a commit.
    PublishGitHubRelease {
        /// The draft as it was looked at.
        draft: Box<GitHubRelease>,
        /// The commit.
        commit: CommitSha,
    },
    /// Makes an image tag, which names nothing yet, name an image.
    PointImageTag {
        /// The image.
        image: ImageName,
        /// The tag.
        tag: ImageTag,
        /// The digest it is to name.
        to: Digest,
    },
    /// Asks a GitHub Workflow to deploy.
    DispatchDeployment {
        /// The GitHub Workflow that will run.
        workflow: GitHubWorkflowFile,
        /// The event that starts it; none for its "Run workflow" button.
        event_type: Option<DispatchEventType>,
        /// What it is to deploy.
        image_tag: ImageTag,
        /// Who asks.
        actor: String,
        /// The name of the run: reason and correlation.
        run_name: String,
    },
    /// Sets the image tag in the file of the checkout that a target is configured by.
    SetImageTag {
        /// The target.
        target: Box<DeploymentTarget>,
        /// What the file says.
        from: ImageTag,
        /// What it is to say.
        to: ImageTag,
    },
    /// Applies the configuration of a target, if it changes the image tag and nothing else.
    ApplyConfiguration {
        /// The target.
        target: Box<DeploymentTarget>,
        /// What it has to be configured with.
        image_tag: ImageTag,
    },
    /// Registers a task definition with the order's images.
    RegisterTaskDefinition(Box<RegisterTaskDefinition>),
    /// Makes a service run a task definition.
    UpdateService(Box<UpdateService>),
    /// The change that the kind of the step makes.
    OfKind(Box<KindEffect>),
    /// Commits a change on its branch.
    CommitProposal {
        /// The change.
        proposal: Box<Proposal>,
    },
    /// Opens the pull request of a change that is on its branch.
    OpenPullRequest {
        /// The change.
        proposal: Box<Proposal>,
    },
}

/// One change that a kind makes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KindEffect {
    /// What it does, in words for people.
    pub does: String,
    /// The change, as the kind has it.
    pub data: KindData,
}

impl Effect {
    /// Tells whether a look at the world right after it shows whether it happened. A dispatched
    /// run appears only later.
    pub fn is_immediately_observable(&self) -> bool {
        !matches!(self, Self::DispatchDeployment { .. } | Self::UpdateService(_))
    }

    /// Tells whether a refusal of it shows that nothing was changed. Applying can fail half-way.
    pub(super) fn is_atomic(&self) -> bool {
        !matches!(self, Self::ApplyConfiguration { .. })
    }

    /// Tells whether both bring about the same, even where they would replace something different.
    pub(super) fn same_goal_as(&self, other: &Self) -> bool {
        match (self, other) {
            (
                Self::SetImageTag { target, to, .. },
                Self::SetImageTag { target: other_target, to: other_to, .. },
            ) => target == other_target && to == other_to,
            // The template may have moved on.
            (Self::RegisterTaskDefinition(wanted), Self::RegisterTaskDefinition(other)) => {
                wanted.marker == other.marker
            }
            (Self::UpdateService(update), Self::UpdateService(other)) => {
                update.task_definition == other.task_definition
            }
            _ => self == other,
        }
    }

    /// Tells whether this is asked for only where the other was seen to be done.
    pub(super) fn follows(&self, other: &Self) -> bool {
        match (other, self) {
            (Self::SetImageTag { target: before, .. }, Self::ApplyConfiguration { target, .. }) => {
                before == target
            }
            (Self::CommitProposal { proposal: before }, Self::OpenPullRequest { proposal }) => {
                before == proposal
            }
            (Self::RegisterTaskDefinition(_), Self::UpdateService(_)) => true,
            // Images are tagged in the order of their names.
            (Self::PointImageTag { image: before, .. }, Self::PointImageTag { image, .. }) => before < image,
            _ => false,
        }
    }

    /// Returns words for people.
    pub fn describe(&self) -> String {
        match self {
            Self::PublishGitHubRelease { draft, commit } => {
                format!("publish GitHub Release {} on commit {}", draft.git_tag, commit.short())
            }
            Self::PointImageTag { image, tag, to } => {
                format!("point {}:{tag} at {}", image.short(), to.short())
            }
            Self::DispatchDeployment { workflow, image_tag, .. } => {
                format!("ask GitHub Workflow {workflow} to deploy {image_tag}")
            }
            Self::SetImageTag { target, from, to } => {
                format!("set the image tag in {} from {from} to {to}", target.means.describe())
            }
            Self::ApplyConfiguration { target, image_tag } => {
                format!("apply {image_tag} to {} by {}", target.local_name(), target.means.describe())
            }
            Self::RegisterTaskDefinition(wanted) => {
                format!("register {} with the images of the version", wanted.service.family())
            }
            Self::UpdateService(wanted) => {
                format!("make the service {} run {}", wanted.service.service, wanted.task_definition.short())
            }
            Self::OfKind(wanted) => wanted.does.clone(),
            Self::CommitProposal { proposal } => {
                format!("commit {:?} on {}", proposal.title, proposal.branch)
            }
            Self::OpenPullRequest { proposal } => format!("open the pull request {:?}", proposal.title),
        }
    }
}

/// What became of an effect, as far as the call itself tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reply", rename_all = "snake_case", deny_unknown_fields)]
pub enum Reply {
    /// It was accepted.
    Accepted {
        /// What it started, where that was told.
        run: Option<ExternalRun>,
    },
    /// It was not done, because the world is not as it was last seen; or, for an effect that is not
    /// atomic, it was begun and failed.
    Conflict {
        /// What is there.
        found: String,
        /// What was expected.
        expected: String,
    },
    /// It was not done, for another reason.
    NotDone {
        /// Why.
        why: String,
    },
    /// Nobody can tell yet whether it was done.
    Lost {
        /// Why.
        why: String,
    },
}
