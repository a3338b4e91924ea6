//! What a run wants to see of the world, and what was seen.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Proposal;
use crate::{
    CommitSha, Configured, DeploymentId, DeploymentRun, DeploymentTarget, Digest, EcsService, Foreseen,
    GitHubRelease, GitHubReleaseId, GitHubRun, GitHubRunId, GitHubWorkflowFile, GitTag, HttpUrl, ImageName,
    ImageTag, Job, LiveVersion, RegistrationMarker, ServiceDescription, StoppedTask, TaskDefinitionArn,
    kind::KindData,
};

/// A question to the world. Answering it changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "look", content = "of", rename_all = "snake_case", deny_unknown_fields)]
pub enum Look {
    /// The GitHub Release with this number, and the commit its git tag is on.
    Release {
        /// The number.
        id: GitHubReleaseId,
        /// The git tag.
        git_tag: GitTag,
    },
    /// What an image tag names, for each image.
    ImageTag {
        /// The images.
        images: Vec<ImageName>,
        /// The tag.
        tag: ImageTag,
        /// Who tags the images in the run's place; wanted where one has not got the tag.
        automation: Option<AutomationLook>,
    },
    /// The deployments asked for since a moment, and what the live app says.
    Deployment(DeploymentLook),
    /// What is configured for a target, what applying an image tag would change, and what runs that
    /// a deployment would disturb.
    Configuration {
        /// The target.
        target: Box<DeploymentTarget>,
        /// The image tag.
        tag: ImageTag,
        /// Whether a dry run is wanted. It takes seconds.
        foresee: bool,
    },
    /// What the kind of the step wants to see.
    OfKind(KindData),
    /// How far a change has come.
    Proposal(Box<Proposal>),
    /// A service of ECS, and the task definitions for it.
    Service {
        /// The service.
        service: Box<EcsService>,
        /// What marks the task definition of this run.
        marker: RegistrationMarker,
        /// The deployment that is followed, once its identity is known.
        rollout: Option<DeploymentId>,
        /// Where the live app tells its version, if it does.
        endpoint: Option<HttpUrl>,
    },
}

/// Which deployments a run wants to see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeploymentLook {
    /// The GitHub Workflow that deploys.
    pub workflow: GitHubWorkflowFile,
    /// The run that is followed, once its number is known. A list can lag behind it.
    pub run: Option<GitHubRunId>,
    /// All runs since this moment are wanted, in UTC.
    pub since: DateTime<Utc>,
    /// Where the live app tells its version, if it does.
    pub endpoint: Option<HttpUrl>,
    /// Who asks for the deployment in the run's place; wanted where none is followed.
    pub automation: Option<AutomationLook>,
}

/// Which run of somebody else's automation is wanted: the one that publishing a release started.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AutomationLook {
    /// The GitHub Workflow.
    pub workflow: GitHubWorkflowFile,
    /// The git tag of the GitHub Release.
    pub git_tag: GitTag,
    /// The commit it is on.
    pub commit: CommitSha,
}

/// What was seen of somebody else's automation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AutomationSight {
    /// Its run.
    pub run: GitHubRun,
    /// The jobs of the run.
    pub jobs: Vec<Job>,
}

/// What was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "sight", content = "seen", rename_all = "snake_case", deny_unknown_fields)]
pub enum Sight {
    /// The answer to [`Look::Release`].
    Release {
        /// The release, if there is one.
        release: Option<Box<GitHubRelease>>,
        /// The commit its git tag is on, if the tag exists.
        tag_commit: Option<CommitSha>,
    },
    /// The answer to [`Look::ImageTag`].
    ImageTag {
        /// What the tag names for each image, if anything.
        named: BTreeMap<ImageName, Option<Digest>>,
        /// Who tags them, where that was wanted, once it has begun.
        automation: Option<Box<AutomationSight>>,
    },
    /// The answer to [`Look::Deployment`].
    Deployment {
        /// The runs, newest first.
        runs: Vec<DeploymentRun>,
        /// What the live app said, or why it could not be asked; none without an endpoint, or where
        /// [`Part::needs_live`](crate::Part::needs_live) says that it does not matter.
        live: Option<Result<LiveVersion, String>>,
        /// Who asks for the deployment, where that was wanted, once it has begun.
        automation: Option<Box<AutomationSight>>,
    },
    /// The answer to [`Look::Configuration`].
    Configuration {
        /// What is configured.
        configured: Configured,
        /// What applying would change, where that was asked for.
        foreseen: Option<Foreseen>,
        /// What runs that must not, in words for people.
        running: Vec<String>,
    },
    /// The answer to [`Look::Proposal`].
    Proposal(ProposalSight),
    /// The answer to [`Look::OfKind`].
    OfKind(KindData),
    /// The answer to [`Look::Service`].
    Service(Box<ServiceSight>),
    /// The world could not be seen.
    Blind {
        /// Why.
        why: String,
    },
}

/// How far a change has come that is proposed for review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "proposal", rename_all = "snake_case", deny_unknown_fields)]
pub enum ProposalSight {
    /// The base branch already has it.
    Merged,
    /// Its branch does not exist.
    Absent,
    /// Its branch holds it, and no pull request was opened.
    Committed,
    /// Its pull request is open.
    Open {
        /// The page.
        page: String,
    },
    /// Its pull request was closed, and not merged.
    Closed {
        /// The page.
        page: String,
    },
    /// Its branch holds something else.
    Taken {
        /// What.
        found: String,
    },
}

/// What was seen of a service of ECS.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceSight {
    /// The service, if there is an active one.
    pub description: Option<ServiceDescription>,
    /// The newest revision of the template.
    pub template: Option<TaskDefinitionArn>,
    /// The newest revision for the service, if this run registered it.
    pub registered: Option<TaskDefinitionArn>,
    /// The tasks of the followed deployment that stopped, the last one first.
    pub stopped: Vec<StoppedTask>,
    /// What the live app said, or why it could not be asked; none without an endpoint.
    pub live: Option<Result<LiveVersion, String>>,
}
