//! What is configured for an environment in the infrastructure repository, and what applying it changes.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::ImageTag;

/// The image tag that is configured for an environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Configured {
    /// In the file of the checkout that is applied from.
    pub checkout: ImageTag,
    /// On the main branch of the infrastructure repository, as it was fetched last.
    pub main: ImageTag,
    /// Why nothing may be applied from the checkout, if so: changes of other things, another branch,
    /// commits that are not on the main branch.
    pub trouble: Option<String>,
}

/// What applying a configuration would change, as a dry run of Terraform or Ansible tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "foreseen", rename_all = "snake_case")]
pub enum Foreseen {
    /// Nothing: the environment is as configured.
    Nothing,
    /// The image tag, and nothing else.
    ImageTag {
        /// The image tag it has now, if the dry run shows it.
        from: Option<ImageTag>,
        /// The changes, a line each, for people.
        changes: Vec<String>,
    },
    /// Something else too, or instead.
    More {
        /// The changes, a line each, for people.
        changes: Vec<String>,
        /// Those that were not expected.
        unexpected: Vec<String>,
    },
}

/// What keeps a configuration from being applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigurationObstacle {
    /// What was found. It may hold text from outside.
    pub found: String,
    /// What was expected.
    pub expected: String,
}

impl Configured {
    /// Returns why nothing may be applied from the checkout, if so.
    pub fn obstacle(&self) -> Option<ConfigurationObstacle> {
        Some(ConfigurationObstacle {
            found: self.trouble.clone()?,
            expected: "a checkout of the infrastructure repository with nothing in it but its main branch"
                .to_owned(),
        })
    }
}

impl Foreseen {
    /// Returns why an image tag may not be applied, if the dry run changes more.
    pub fn obstacle(&self, tag: &ImageTag) -> Option<ConfigurationObstacle> {
        let Self::More { unexpected, .. } = self else { return None };
        Some(ConfigurationObstacle {
            found: format!("more to be changed than the image tag: {}", unexpected.join("; ")),
            expected: format!("a dry run that changes the image tag to {tag} and nothing else"),
        })
    }
}

/// An image tag that the main branch of the infrastructure repository configured for a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastConfiguration {
    /// The image tag.
    pub image_tag: ImageTag,
    /// When it came to the main branch, in UTC.
    pub at: DateTime<Utc>,
    /// Who brought it there. It comes from outside.
    pub author: String,
}
