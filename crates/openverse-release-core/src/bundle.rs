//! What exactly is released and deployed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{CommitSha, Digest, ImageName, ImageTag};

/// A commit, and the digest of every image of the app that was built from it.
///
/// It is fixed when a release is published, and from then on it is what is tagged and deployed:
/// never "whatever `latest` is by now".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bundle {
    /// The commit.
    pub commit: CommitSha,
    /// The digest of each image, companions included.
    pub images: BTreeMap<ImageName, Digest>,
}

/// A bundle and the image tag by which a deployment names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeployableVersion {
    /// `rel-{date}` or the commit SHA; both name the same images.
    pub image_tag: ImageTag,
    /// What the tag names.
    pub bundle: Bundle,
}
