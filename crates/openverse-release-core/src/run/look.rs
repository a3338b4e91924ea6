//! What a run wants to see of the world, and what was seen.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::{
    CommitSha, DeploymentRun, Digest, GitHubRelease, GitHubReleaseId, GitHubRunId, GitHubWorkflowFile,
    GitTag, HttpUrl, ImageName, ImageTag, LiveVersion,
};

/// A question to the world. Answering it changes nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    },
    /// The deployments asked for since a moment, and what the live app says.
    Deployment(DeploymentLook),
}

/// Which deployments a run wants to see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeploymentLook {
    /// The GitHub Workflow that deploys.
    pub workflow: GitHubWorkflowFile,
    /// The run that is followed, once its number is known. A list can lag behind it.
    pub run: Option<GitHubRunId>,
    /// All runs since this moment are wanted, in UTC.
    pub since: DateTime<Utc>,
    /// Where the live app tells its version, if it does.
    pub endpoint: Option<HttpUrl>,
}

/// What was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sight {
    /// The answer to [`Look::Release`].
    Release {
        /// The release, if there is one.
        release: Option<Box<GitHubRelease>>,
        /// The commit its git tag is on, if the tag exists.
        tag_commit: Option<CommitSha>,
    },
    /// The answer to [`Look::ImageTag`]: what the tag names for each image, if anything.
    ImageTag(BTreeMap<ImageName, Option<Digest>>),
    /// The answer to [`Look::Deployment`].
    Deployment {
        /// The runs, newest first.
        runs: Vec<DeploymentRun>,
        /// What the live app said, or why it could not be asked; none without an endpoint, or where
        /// [`Run::needs_live`](crate::Run::needs_live) says that it does not matter.
        live: Option<Result<LiveVersion, String>>,
    },
    /// The world could not be seen.
    Blind {
        /// Why.
        why: String,
    },
}
