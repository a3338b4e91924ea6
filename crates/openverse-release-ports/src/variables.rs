//! The environment variables of live environments, whose values are nobody's to see.

use std::{collections::BTreeSet, fmt::Debug};

use async_trait::async_trait;
use openverse_release_core::{DeploymentTarget, EnvironmentVariableName, VariableFingerprint};
use secrecy::SecretString;

use crate::{PortError, WriteError};

/// The environment variables in the Ansible and Terraform files of the infrastructure repository.
///
/// # Contract
/// - A value is given, and never given back; no error shows one.
/// - Fingerprints of one implementation can be compared with each other, for one target and name.
///   Without what only that implementation has, nothing can be found out from one, not even by trying
///   every likely value.
/// - A target for which no place is known is an error, not one without environment variables.
#[async_trait]
pub trait ConfiguredVariables: Debug + Send + Sync {
    /// Returns the names that are configured in the checkout.
    async fn names(&self, target: &DeploymentTarget) -> Result<BTreeSet<EnvironmentVariableName>, PortError>;

    /// Returns the fingerprint of the value that is configured in the checkout, `None` if there is no
    /// such environment variable.
    async fn fingerprint(
        &self,
        target: &DeploymentTarget,
        name: &EnvironmentVariableName,
    ) -> Result<Option<VariableFingerprint>, PortError>;

    /// Returns the fingerprint that a value would have.
    async fn fingerprint_of(
        &self,
        target: &DeploymentTarget,
        name: &EnvironmentVariableName,
        value: &SecretString,
    ) -> Result<VariableFingerprint, PortError>;

    /// Sets a value in the file of the checkout, where it stands, or adds the name where it was not
    /// `seen`. Idempotent; the file is replaced as a whole, and every other byte stays.
    ///
    /// # Errors
    /// [`WriteError::Conflict`] when what is configured is neither `seen` nor the value.
    async fn set_variable(
        &self,
        target: &DeploymentTarget,
        name: &EnvironmentVariableName,
        value: &SecretString,
        seen: Option<&VariableFingerprint>,
    ) -> Result<(), WriteError>;
}
