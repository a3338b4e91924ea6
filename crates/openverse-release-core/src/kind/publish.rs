//! Publishing a GitHub Release.

use serde::{Deserialize, Serialize};

use super::{Artefact, ByHand, Command, Kind, Nature};
use crate::{
    PlanError, PlannedPart, Task,
    markdown::{inline, link},
    run::Planning,
};

/// Publishes the drafted GitHub Release, which puts the git tag on its commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublishGitHubRelease {}

impl Kind for PublishGitHubRelease {
    const NAME: &'static str = "publish_github_release";
    const ABOUT: &'static str = "Publishes the drafted GitHub Release, which puts the git tag on its commit.";

    fn nature(&self) -> Nature {
        Nature::new().making(&[Artefact::PublishedRelease]).by_a_person().carried_out()
    }

    fn consumes(&self, _guarded: bool) -> &'static [Artefact] {
        &[Artefact::Commit]
    }

    fn parts(&self, _planning: &Planning<'_>) -> Result<Vec<PlannedPart>, PlanError> {
        Ok(vec![Task::Publish.into()])
    }

    fn commands(&self, at: &ByHand<'_>) -> Vec<Command> {
        let app = &at.app.slug;
        vec![
            (format!("release {app}"), "publishes, and carries the release on from there"),
            (format!("changelog {app}"), "opens the pull request with the changelog entry, if there is none"),
        ]
    }

    fn by_hand(&self, at: &ByHand<'_>) -> Vec<String> {
        let Some(prefix) = &at.app.git_tag_prefix else { return Vec::new() };
        vec![format!(
            "Open the draft among the {}, read its notes, and press *Publish release*.",
            link(
                &format!("GitHub Releases of the {}", inline(&at.app.name)),
                &at.project.repositories.code.releases_page(prefix)
            )
        )]
    }
}
