//! Changes of the code on `main`.

use serde::{Deserialize, Serialize};

use super::{Artefact, ByHand, Command, Kind, Nature};
use crate::markdown::code;

/// Merges a change to `main`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MergeToMain {}

impl Kind for MergeToMain {
    const NAME: &'static str = "merge_to_main";
    const ABOUT: &'static str = "Merges a change to main.";

    fn nature(&self) -> Nature {
        Nature::new().making(&[Artefact::Commit]).by_a_person()
    }

    fn by_hand(&self, at: &ByHand<'_>) -> Vec<String> {
        vec![format!("Merge the {} once it is approved.", at.pull_requests("pull request"))]
    }
}

/// Merges a revert of the broken code to `main`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RevertOnMain {}

impl Kind for RevertOnMain {
    const NAME: &'static str = "revert_on_main";
    const ABOUT: &'static str = "Rolls back by merging a revert of the broken code to main.";

    fn nature(&self) -> Nature {
        Nature::new().making(&[Artefact::Commit]).rolling_back().by_a_person()
    }

    fn commands(&self, at: &ByHand<'_>) -> Vec<Command> {
        vec![(format!("revert {}", at.app.slug), "prepares the revert, and follows it")]
    }

    fn by_hand(&self, at: &ByHand<'_>) -> Vec<String> {
        vec![format!(
            "Open the {} that brought the bad change to {}, press *Revert*, and merge what that opens.",
            at.pull_requests("pull request"),
            code(&at.project.repositories.main)
        )]
    }
}
