//! The configuration of live environments, in a checkout of the infrastructure repository.

use std::fmt::Debug;

use async_trait::async_trait;
use openverse_release_core::{
    CommitSha, Configured, DeploymentTarget, EnvironmentVariableName, Foreseen, ForeseenVariable, ImageTag,
    PastConfiguration,
};

use crate::{PortError, WriteError};

/// The image tags in the Ansible and Terraform variables of the infrastructure repository.
///
/// # Contract
/// - A target that is deployed by other means is an error, not a guess.
/// - Values are read and set where they stand; comments, layout and every other byte stay.
#[async_trait]
pub trait Configuration: Debug + Send + Sync {
    /// Fetches, and returns what is configured for a target. A checkout that differs from the main
    /// branch in nothing but image tags of targets is no trouble: that is a deployment whose pull
    /// request is not merged. Where its main branch has moved on, the checkout follows it as far as
    /// that loses nothing.
    async fn configured(&self, target: &DeploymentTarget) -> Result<Configured, PortError>;

    /// Sets the image tag in the file of the checkout. Idempotent; the file is replaced as a whole, so
    /// that a crash leaves it either as it was or as it should be.
    ///
    /// # Errors
    /// [`WriteError::Conflict`] when the file says neither `from` nor `to`.
    async fn set(&self, target: &DeploymentTarget, from: &ImageTag, to: &ImageTag) -> Result<(), WriteError>;

    /// Commits the targets' files, image tags and environment variables, as they are in the checkout, on a branch of their own from the main
    /// branch, and pushes it. The checkout stays where it is. Idempotent: a branch that already holds
    /// just that is left alone, and none is made for what the main branch has already.
    ///
    /// # Errors
    /// [`WriteError::Conflict`] when the remote has the branch with something else on it.
    async fn commit(
        &self,
        targets: &[DeploymentTarget],
        branch: &str,
        message: &str,
    ) -> Result<(), WriteError>;

    /// Returns the head of a branch of the remote if it holds the targets' files as they are in the
    /// checkout, `None` if the remote has no such branch.
    ///
    /// # Errors
    /// When the branch holds something else, among others.
    async fn committed(
        &self,
        targets: &[DeploymentTarget],
        branch: &str,
    ) -> Result<Option<CommitSha>, WriteError>;

    /// Returns the image tags that the main branch configured for a target, newest first; the first is
    /// the present one.
    async fn past(
        &self,
        target: &DeploymentTarget,
        limit: usize,
    ) -> Result<Vec<PastConfiguration>, PortError>;
}

/// Terraform and Ansible, which make an environment what is configured for it.
///
/// # Contract
/// - `foresee` changes nothing. A lock that somebody else holds, a program that is not installed, a
///   failed dry run: an error that says so, with what to do.
/// - `apply` is not atomic. Killed in between, or its outcome lost, `foresee` tells what is left to do.
#[async_trait]
pub trait Provisioning: Debug + Send + Sync {
    /// Returns what applying would change if the target's variable held this image tag, whatever the
    /// file says: by `terraform plan`, or by the playbook in check mode.
    async fn foresee(&self, target: &DeploymentTarget, tag: &ImageTag) -> Result<Foreseen, PortError>;

    /// Applies the configuration as the file of the checkout has it: plans, refuses a plan that
    /// changes more than the image tag, and applies that very plan; or runs the playbook in check
    /// mode, refuses likewise, and runs it. A cleared flag of the target (`data_refresh_cleared`) is
    /// true for this plan alone, and in no file.
    ///
    /// # Errors
    /// [`WriteError::Conflict`] when the file does not hold `tag`, more would change, the plan is
    /// stale, the state is locked, or applying failed: what stands, what is tainted.
    async fn apply(&self, target: &DeploymentTarget, tag: &ImageTag) -> Result<(), WriteError>;

    /// Returns what applying the configuration as the file of the checkout has it would change, when
    /// one environment variable is all that is expected to.
    async fn foresee_variable(
        &self,
        target: &DeploymentTarget,
        name: &EnvironmentVariableName,
    ) -> Result<ForeseenVariable, PortError>;

    /// Applies the configuration as [`apply`](Self::apply) does, when one environment variable is all
    /// that may change.
    ///
    /// # Errors
    /// As [`apply`](Self::apply).
    async fn apply_variable(
        &self,
        target: &DeploymentTarget,
        name: &EnvironmentVariableName,
    ) -> Result<(), WriteError>;
}
