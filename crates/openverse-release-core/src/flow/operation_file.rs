//! The written form of an operation.

use serde::{Deserialize, Serialize};

use super::{DeployedVersion, Operation};
use crate::Environment;

/// What the operation does, and only the fields that it has.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OperationFile {
    does: Does,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    environment: Option<Environment>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    version: Option<DeployedVersion>,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Does {
    MergeToMain,
    RevertOnMain,
    BuildImages,
    SyncDags,
    #[serde(rename = "publish_github_release")]
    PublishGitHubRelease,
    TagImage,
    #[serde(rename = "deploy_by_github_workflow")]
    DeployByGitHubWorkflow,
    DeployByAnsible,
    DeployByTerraform,
    RunLatest,
    RedeployLastWorking,
}

/// An operation was written with fields that are not its own.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("the operation has other fields than {expected}")]
pub(super) struct OtherFields {
    expected: &'static str,
}

impl TryFrom<OperationFile> for Operation {
    type Error = OtherFields;

    fn try_from(file: OperationFile) -> Result<Self, OtherFields> {
        let OperationFile { does, environment, version } = file;
        let alone = match does {
            Does::DeployByGitHubWorkflow => {
                let (Some(environment), Some(version)) = (environment, version) else {
                    return Err(OtherFields { expected: "\"does\", \"environment\" and \"version\"" });
                };
                return Ok(Self::DeployByGitHubWorkflow { environment, version });
            }
            Does::RedeployLastWorking => {
                let (Some(environment), None) = (environment, version) else {
                    return Err(OtherFields { expected: "\"does\" and \"environment\"" });
                };
                return Ok(Self::RedeployLastWorking { environment });
            }
            Does::MergeToMain => Self::MergeToMain,
            Does::RevertOnMain => Self::RevertOnMain,
            Does::BuildImages => Self::BuildImages,
            Does::SyncDags => Self::SyncDags,
            Does::PublishGitHubRelease => Self::PublishGitHubRelease,
            Does::TagImage => Self::TagImage,
            Does::DeployByAnsible => Self::DeployByAnsible,
            Does::DeployByTerraform => Self::DeployByTerraform,
            Does::RunLatest => Self::RunLatest,
        };
        match (environment, version) {
            (None, None) => Ok(alone),
            _ => Err(OtherFields { expected: "\"does\"" }),
        }
    }
}

impl From<Operation> for OperationFile {
    fn from(operation: Operation) -> Self {
        let (does, environment, version) = match operation {
            Operation::MergeToMain => (Does::MergeToMain, None, None),
            Operation::RevertOnMain => (Does::RevertOnMain, None, None),
            Operation::BuildImages => (Does::BuildImages, None, None),
            Operation::SyncDags => (Does::SyncDags, None, None),
            Operation::PublishGitHubRelease => (Does::PublishGitHubRelease, None, None),
            Operation::TagImage => (Does::TagImage, None, None),
            Operation::DeployByGitHubWorkflow { environment, version } => {
                (Does::DeployByGitHubWorkflow, Some(environment), Some(version))
            }
            Operation::DeployByAnsible => (Does::DeployByAnsible, None, None),
            Operation::DeployByTerraform => (Does::DeployByTerraform, None, None),
            Operation::RunLatest => (Does::RunLatest, None, None),
            Operation::RedeployLastWorking { environment } => {
                (Does::RedeployLastWorking, Some(environment), None)
            }
        };
        Self { does, environment, version }
    }
}
