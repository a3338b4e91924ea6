//! Kinds of steps: what a step does, found by its name.
//!
//! A step of a flow has an [`Operation`]: a value of some [`Kind`]. Nothing outside this module asks which kind
//! it is. Whoever wants to know something of a step asks its [`Nature`] (what it makes, whether it updates
//! environments, whether it takes them back), which artefacts it uses, and how a person does the same by hand.
//!
//! In a file an operation is a table: `does` names the kind, and the other members are its parameters.
//!
//! ```
//! use openverse_release_core::kind::{Operation, RunProgram};
//!
//! let smoke: Operation = serde_json::from_str(r#"{"does": "run_program", "run": ["steps/smoke"]}"#)?;
//! assert_eq!(smoke.kind(), "run_program");
//! assert_eq!(smoke.get::<RunProgram>().unwrap().program.limit, 60);
//! let error = serde_json::from_str::<Operation>(r#"{"does": "tag_images"}"#).unwrap_err();
//! assert!(error.to_string().contains("nearest is \"tag_image\""), "{error}");
//! # Ok::<(), serde_json::Error>(())
//! ```
//!
//! # How to add a kind
//! Write a type with the parameters, implement [`Kind`] for it, and call [`install`] before the first file or
//! journal is read. A kind that a run carries out is [`Work`] too: it says what it wants to see, what an answer
//! means and what is to be done, each in types of its own. At the edges all of it is [`KindData`].

mod artefact;
mod build_images;
mod by_hand;
mod deploy;
mod follow_main;
mod installed;
mod nature;
mod on_main;
mod operation;
mod publish;
mod redeploy;
mod run_program;
mod tag_image;
mod wait;
mod work;

use std::fmt;

use serde::{Serialize, de::DeserializeOwned};

use crate::{DeploymentMeans, PlanError, PlannedPart, Task, run::Planning};

pub use artefact::Artefact;
pub use build_images::BuildImages;
pub use by_hand::{ByHand, Command};
pub(crate) use by_hand::{deployment_by_hand, place};
pub use deploy::{DeployByAnsible, DeployByGitHubWorkflow, DeployByTerraform, DeployedVersion};
pub use follow_main::{RunLatest, SyncDags};
pub use installed::{InstalledKind, NameTaken, install, installed};
pub(crate) use installed::{NoOperation, read};
pub use nature::Nature;
pub use on_main::{MergeToMain, RevertOnMain};
pub use operation::Operation;
pub use publish::PublishGitHubRelease;
pub use redeploy::RedeployLastWorking;
pub use run_program::{Program, ProgramStep, RunProgram};
pub use tag_image::TagImage;
pub use wait::{Pause, Verify};
pub use work::{AnyWork, KindData, NotOfKind, Work};

/// What a step does. A value of the type holds the parameters.
///
/// As serde writes it, it is a map without the key `does`.
pub trait Kind:
    fmt::Debug + Clone + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static
{
    /// Its name in files, such as `tag_image`.
    const NAME: &'static str;
    /// What it does, in a sentence.
    const ABOUT: &'static str;
    /// The names of its parameters in a file.
    const PARAMETERS: &'static [&'static str] = &[];

    /// Returns what sort of step it is.
    fn nature(&self) -> Nature;

    /// Returns what it uses, given whether its step updates a guarded environment.
    fn consumes(&self, _guarded: bool) -> &'static [Artefact] {
        &[]
    }

    /// Tells whether a step of it can update an environment that is deployed by these means.
    fn works_by(&self, _means: &DeploymentMeans) -> bool {
        true
    }

    /// Returns itself, if it is [`Work`]: a run then carries its steps out by asking it.
    fn work(&self) -> Option<&dyn AnyWork> {
        None
    }

    /// Returns what a run does for a step of it, one thing after the other: by default its own work.
    ///
    /// # Errors
    /// If the order cannot be carried out.
    fn parts(&self, _planning: &Planning<'_>) -> Result<Vec<PlannedPart>, PlanError> {
        Ok(self.work().map(|_| Task::OfKind {}.into()).into_iter().collect())
    }

    /// Returns the commands of this tool that carry it out where a person decides on it.
    fn commands(&self, _at: &ByHand<'_>) -> Vec<Command> {
        Vec::new()
    }

    /// Returns what a person does where this tool is not used, in Markdown: by default, deploys the release to
    /// each environment.
    fn by_hand(&self, at: &ByHand<'_>) -> Vec<String> {
        at.deployments(at.step.environments.iter().copied(), "the image tag of the release")
    }
}
