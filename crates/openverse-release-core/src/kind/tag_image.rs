//! Tagging a release's images.

use serde::{Deserialize, Serialize};

use super::{Artefact, Kind, Nature};
use crate::{PlanError, PlannedPart, Task, run::Planning};

/// Points the release's image tag at the images of the release's commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TagImage {}

impl Kind for TagImage {
    const NAME: &'static str = "tag_image";
    const ABOUT: &'static str = "Gives the images of the release's commit the release's image tag.";

    fn nature(&self) -> Nature {
        Nature::new().making(&[Artefact::ReleasedImage]).taking_latest().carried_out()
    }

    fn consumes(&self, _guarded: bool) -> &'static [Artefact] {
        &[Artefact::BuiltImage, Artefact::PublishedRelease]
    }

    fn parts(&self, planning: &Planning<'_>) -> Result<Vec<PlannedPart>, PlanError> {
        let mut parts = vec![Task::TagImages.into()];
        parts.extend(planning.changelog()?);
        Ok(parts)
    }
}
