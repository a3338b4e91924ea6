//! Deployments of a version that somebody chose.

use serde::{Deserialize, Serialize};

use super::{Artefact, ByHand, Command, Kind, Nature};
use crate::{DeploymentMeans, PlanError, PlannedPart, run::Planning};

/// By which image tag a deployment names its version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeployedVersion {
    /// By the SHA of a commit on `main`.
    Commit,
    /// By the release's image tag.
    Release,
}

/// Updates an environment by its deployment GitHub Workflow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeployByGitHubWorkflow {
    /// Whether the image is named by the release's image tag or by the commit SHA.
    pub version: DeployedVersion,
}

impl Kind for DeployByGitHubWorkflow {
    const NAME: &'static str = "deploy_by_github_workflow";
    const ABOUT: &'static str = "Updates an environment by its deployment GitHub Workflow.";
    const PARAMETERS: &'static [&'static str] = &["version"];

    fn nature(&self) -> Nature {
        Nature::new().updating().carried_out()
    }

    fn consumes(&self, _guarded: bool) -> &'static [Artefact] {
        match self.version {
            DeployedVersion::Commit => &[Artefact::BuiltImage],
            DeployedVersion::Release => &[Artefact::ReleasedImage],
        }
    }

    fn works_by(&self, means: &DeploymentMeans) -> bool {
        matches!(means, DeploymentMeans::GitHubWorkflow { .. })
    }

    fn parts(&self, planning: &Planning<'_>) -> Result<Vec<PlannedPart>, PlanError> {
        planning.deployments()
    }

    fn commands(&self, at: &ByHand<'_>) -> Vec<Command> {
        let of_each = |at_environment| {
            (format!("deploy {} {at_environment} TAG --reason REASON", at.app.slug), "deploys that version")
        };
        at.step.environments.iter().map(of_each).collect()
    }
}

macro_rules! by_configuration {
    ($kind:ident, $name:literal, $about:literal, $means:pat) => {
        #[doc = $about]
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $kind {}

        impl Kind for $kind {
            const NAME: &'static str = $name;
            const ABOUT: &'static str = $about;

            fn nature(&self) -> Nature {
                Nature::new().updating().by_a_person().carried_out()
            }

            fn consumes(&self, _guarded: bool) -> &'static [Artefact] {
                &[Artefact::ReleasedImage]
            }

            fn works_by(&self, means: &DeploymentMeans) -> bool {
                matches!(means, $means)
            }

            fn parts(&self, planning: &Planning<'_>) -> Result<Vec<PlannedPart>, PlanError> {
                planning.deployments()
            }

            fn commands(&self, at: &ByHand<'_>) -> Vec<Command> {
                vec![(format!("release {}", at.app.slug), "goes on with the release that is under way")]
            }
        }
    };
}

by_configuration!(
    DeployByAnsible,
    "deploy_by_ansible",
    "Sets the image tag in the Ansible variables and runs the playbook.",
    DeploymentMeans::Ansible { .. }
);

by_configuration!(
    DeployByTerraform,
    "deploy_by_terraform",
    "Sets the image tag in the Terraform variables and applies them.",
    DeploymentMeans::Terraform { .. }
);
