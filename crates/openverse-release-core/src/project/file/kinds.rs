//! What a step of a project file can do, by its name. Nothing else here matches on operations.

use super::{fields::Fields, mistake::Mistake};
use crate::{
    AppSlug, DeployedVersion, DeploymentMeans, DispatchEventType, EnvironmentName, Operation, Trigger,
};

/// What a step can do: its name, and who sets it off if the file does not say.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kind {
    pub(super) name: &'static str,
    pub(super) operation: Operation,
    pub(super) trigger: Trigger,
    pub(super) about: &'static str,
}

const fn kind(name: &'static str, operation: Operation, trigger: Trigger, about: &'static str) -> Kind {
    Kind { name, operation, trigger, about }
}

const BY_RELEASE: Operation = Operation::DeployByGitHubWorkflow { version: DeployedVersion::Release };

pub(super) const KINDS: [Kind; 12] = [
    kind("merge_to_main", Operation::MergeToMain, Trigger::Manual, "Merges a change to main."),
    kind(
        "build_images",
        Operation::BuildImages,
        Trigger::Automatic,
        "Verifies the code, builds the images, tags them latest and with the commit SHA.",
    ),
    kind(
        "publish_github_release",
        Operation::PublishGitHubRelease,
        Trigger::Manual,
        "Publishes the drafted GitHub Release, which puts the git tag on its commit.",
    ),
    kind(
        "tag_image",
        Operation::TagImage,
        Trigger::Automatic,
        "Gives the images of the release's commit the release's image tag.",
    ),
    kind(
        "deploy_by_github_workflow",
        BY_RELEASE,
        Trigger::Automatic,
        "Updates an environment by its deployment GitHub Workflow.",
    ),
    kind(
        "deploy_by_ansible",
        Operation::DeployByAnsible,
        Trigger::Manual,
        "Sets the image tag in the Ansible variables and runs the playbook.",
    ),
    kind(
        "deploy_by_terraform",
        Operation::DeployByTerraform,
        Trigger::Manual,
        "Sets the image tag in the Terraform variables and applies them.",
    ),
    kind(
        "sync_dags",
        Operation::SyncDags,
        Trigger::Automatic,
        "Pulls the newest code of main onto the server.",
    ),
    kind(
        "run_latest",
        Operation::RunLatest,
        Trigger::Automatic,
        "New instances pull latest the next time they run.",
    ),
    kind(
        "run_program",
        Operation::RunProgram,
        Trigger::Automatic,
        "Runs a program of the project, such as a smoke test, which says how it went.",
    ),
    kind(
        "revert_on_main",
        Operation::RevertOnMain,
        Trigger::Manual,
        "Rolls back by merging a revert of the broken code to main.",
    ),
    kind(
        "redeploy_last_working",
        Operation::RedeployLastWorking,
        Trigger::Manual,
        "Rolls back by deploying the last known working version again.",
    ),
];

impl Kind {
    pub(super) fn of(operation: Operation) -> Self {
        let same = |kind: &&Self| kind.operation == as_in_the_table(operation);
        *KINDS.iter().find(same).unwrap_or_else(|| unreachable!("every operation is in the table"))
    }

    /// Tells whether the step says which version it deploys.
    pub(super) fn names_a_version(self) -> bool {
        self.operation == BY_RELEASE
    }

    pub(super) fn runs_a_program(self) -> bool {
        self.operation == Operation::RunProgram
    }

    /// Tells whether the step takes back whatever the steps deploy that it rolls back.
    pub(super) fn follows_its_deployments(self) -> bool {
        self.operation == Operation::RedeployLastWorking
    }
}

fn as_in_the_table(operation: Operation) -> Operation {
    match operation {
        Operation::DeployByGitHubWorkflow { .. } => BY_RELEASE,
        other => other,
    }
}

pub(super) fn publishes(operation: Operation) -> bool {
    operation == Operation::PublishGitHubRelease
}

pub(super) fn tags(operation: Operation) -> bool {
    operation == Operation::TagImage
}

/// Returns which version an operation deploys, if its step says so.
pub(super) fn deployed_version(operation: Operation) -> Option<DeployedVersion> {
    match operation {
        Operation::DeployByGitHubWorkflow { version } => Some(version),
        _ => None,
    }
}

pub(super) fn with_version(version: DeployedVersion) -> Operation {
    Operation::DeployByGitHubWorkflow { version }
}

/// Reads what updates an environment, from the fields of the step that does.
pub(super) fn means(
    operation: Operation,
    app: &AppSlug,
    environment: EnvironmentName,
    fields: &mut Fields<'_>,
) -> Result<DeploymentMeans, Mistake> {
    Ok(match operation {
        Operation::DeployByAnsible => DeploymentMeans::Ansible {
            file: fields.need("file")?,
            variable: fields.need("variable")?,
            playbook: fields.need("playbook")?,
            inventory: fields.need("inventory")?,
            changes: fields.need("changes")?,
        },
        Operation::DeployByTerraform => DeploymentMeans::Terraform {
            file: fields.need("file")?,
            variable: fields.need("variable")?,
            changes: fields.need("changes")?,
            cleared: fields.get("cleared")?,
        },
        Operation::SyncDags => DeploymentMeans::DagSync {},
        Operation::RunLatest => DeploymentMeans::PullLatest {},
        _ => DeploymentMeans::GitHubWorkflow {
            workflow: fields.need("workflow")?,
            event_type: fields.get("event_type")?.unwrap_or_else(|| usual_event_type(app, environment)),
        },
    })
}

/// Returns the event type that starts a deployment GitHub Workflow if the file does not say.
pub(super) fn usual_event_type(app: &AppSlug, environment: EnvironmentName) -> DispatchEventType {
    let text = format!("deploy_{environment}_{app}").replace('-', "_");
    text.parse().unwrap_or_else(|_| unreachable!("both names are short, and of letters, digits and \"-\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_has_the_name_of_its_operation() {
        for kind in KINDS {
            assert_eq!(serde_json::to_value(kind.operation).unwrap()["does"], kind.name);
            assert_eq!(Kind::of(kind.operation).name, kind.name);
        }
        assert_eq!(Kind::of(with_version(DeployedVersion::Commit)).name, "deploy_by_github_workflow");
    }
}
