//! Environments that run whatever `main` has.

use serde::{Deserialize, Serialize};

use super::{Artefact, Kind, Nature};
use crate::DeploymentMeans;

/// Pulls the newest code of `main` onto the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SyncDags {}

impl Kind for SyncDags {
    const NAME: &'static str = "sync_dags";
    const ABOUT: &'static str = "Pulls the newest code of main onto the server.";

    fn nature(&self) -> Nature {
        Nature::new().updating().following_main()
    }

    fn consumes(&self, _guarded: bool) -> &'static [Artefact] {
        &[Artefact::Commit]
    }

    fn works_by(&self, means: &DeploymentMeans) -> bool {
        matches!(means, DeploymentMeans::DagSync {})
    }
}

/// New instances pull `latest` the next time they run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunLatest {}

impl Kind for RunLatest {
    const NAME: &'static str = "run_latest";
    const ABOUT: &'static str = "New instances pull latest the next time they run.";

    fn nature(&self) -> Nature {
        Nature::new().updating().following_main().taking_latest()
    }

    fn consumes(&self, _guarded: bool) -> &'static [Artefact] {
        &[Artefact::BuiltImage]
    }

    fn works_by(&self, means: &DeploymentMeans) -> bool {
        matches!(means, DeploymentMeans::PullLatest {})
    }
}
