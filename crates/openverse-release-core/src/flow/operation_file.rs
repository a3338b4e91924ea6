//! The written form of an operation.

use serde::{Deserialize, Serialize};

use super::{DeployedVersion, Operation};

/// What the operation does, and only the fields that it has.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OperationFile {
    does: Does,
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
    RunProgram,
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
        let alone = match file.does {
            Does::DeployByGitHubWorkflow => {
                let expected = "\"does\" and \"version\"";
                let version = file.version.ok_or(OtherFields { expected })?;
                return Ok(Self::DeployByGitHubWorkflow { version });
            }
            Does::RedeployLastWorking => Self::RedeployLastWorking,
            Does::RunProgram => Self::RunProgram,
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
        match file.version {
            None => Ok(alone),
            Some(_) => Err(OtherFields { expected: "\"does\"" }),
        }
    }
}

impl From<Operation> for OperationFile {
    fn from(operation: Operation) -> Self {
        let does = match operation {
            Operation::MergeToMain => Does::MergeToMain,
            Operation::RevertOnMain => Does::RevertOnMain,
            Operation::BuildImages => Does::BuildImages,
            Operation::SyncDags => Does::SyncDags,
            Operation::PublishGitHubRelease => Does::PublishGitHubRelease,
            Operation::TagImage => Does::TagImage,
            Operation::DeployByGitHubWorkflow { .. } => Does::DeployByGitHubWorkflow,
            Operation::DeployByAnsible => Does::DeployByAnsible,
            Operation::DeployByTerraform => Does::DeployByTerraform,
            Operation::RunLatest => Does::RunLatest,
            Operation::RedeployLastWorking => Does::RedeployLastWorking,
            Operation::RunProgram => Does::RunProgram,
        };
        let version = match operation {
            Operation::DeployByGitHubWorkflow { version } => Some(version),
            _ => None,
        };
        Self { does, version }
    }
}
