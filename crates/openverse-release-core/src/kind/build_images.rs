//! Building images.

use serde::{Deserialize, Serialize};

use super::{Artefact, Kind, Nature};

/// Verifies the code, builds the images, tags them `latest` and with the commit SHA.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BuildImages {}

impl Kind for BuildImages {
    const NAME: &'static str = "build_images";
    const ABOUT: &'static str =
        "Verifies the code, builds the images, tags them latest and with the commit SHA.";

    fn nature(&self) -> Nature {
        Nature::new().making(&[Artefact::BuiltImage])
    }

    fn consumes(&self, _guarded: bool) -> &'static [Artefact] {
        &[Artefact::Commit]
    }
}
