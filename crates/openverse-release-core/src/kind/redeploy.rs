//! Going back to a version that worked.

use serde::{Deserialize, Serialize};

use super::{Artefact, ByHand, Command, Kind, Nature};
use crate::{PlanError, PlannedPart, run::Planning};

/// Deploys the last known working version again, by the means of the deployment it rolls back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RedeployLastWorking {}

impl Kind for RedeployLastWorking {
    const NAME: &'static str = "redeploy_last_working";
    const ABOUT: &'static str = "Rolls back by deploying the last known working version again.";

    fn nature(&self) -> Nature {
        Nature::new().updating().rolling_back().by_a_person().carried_out()
    }

    /// What is deployed again is a released image where the environment is guarded, and the image of a commit
    /// elsewhere.
    fn consumes(&self, guarded: bool) -> &'static [Artefact] {
        if guarded { &[Artefact::ReleasedImage] } else { &[Artefact::BuiltImage] }
    }

    fn parts(&self, planning: &Planning<'_>) -> Result<Vec<PlannedPart>, PlanError> {
        planning.deployments()
    }

    fn commands(&self, at: &ByHand<'_>) -> Vec<Command> {
        let words = "finds the last version that worked, deploys it and holds it";
        let of_each =
            |environment| (format!("rollback {} {environment} --reason REASON", at.app.slug), words);
        at.step.environments.iter().map(of_each).collect()
    }

    fn by_hand(&self, at: &ByHand<'_>) -> Vec<String> {
        at.deployments(at.environments.iter().copied(), "the last image tag known to work")
    }
}
