//! What steps make and use.

use std::fmt;

use serde::{Deserialize, Serialize};

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
