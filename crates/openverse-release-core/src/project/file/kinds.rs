//! What a step of a project file can do, by its name.

use serde_json::{Map, Value};
use toml::Spanned;

use super::{fields::Fields, mistake::Mistake};
use crate::{
    AppSlug, DeploymentMeans, DispatchEventType, EnvironmentName, Operation, StepId,
    kind::{
        DeployByAnsible, DeployByGitHubWorkflow, DeployByTerraform, DeployedVersion, InstalledKind, Kind,
        NoOperation, RunLatest, SyncDags, installed, read,
    },
};

/// Returns the kind that a step names.
pub(super) fn find(step: &StepId, does: &Spanned<String>) -> Result<InstalledKind, Mistake> {
    let known = installed();
    let kind = known.iter().find(|kind| kind.name == does.as_ref()).copied();
    kind.ok_or_else(|| {
        let of = format!(" of the step {step}");
        Mistake::unknown(does.span(), ["kind", &of], does.as_ref(), known.iter().map(|kind| kind.name))
    })
}

/// Reads what a step does, from the fields that are parameters of its kind.
pub(super) fn operation(kind: InstalledKind, fields: &mut Fields<'_>) -> Result<Operation, Mistake> {
    let mut parameters = Map::new();
    for &name in kind.parameters {
        if let Some(value) = fields.get(name)? {
            parameters.insert(name.to_owned(), value);
        }
    }
    if kind.name == DeployByGitHubWorkflow::NAME {
        // What comes before the step may tell; see `with_version`.
        parameters.entry("version").or_insert("release".into());
    }
    read(kind.name, parameters.clone()).map_err(|error| misfit(kind, fields, &parameters, &error))
}

/// Returns which parameter is missing or does not fit, with its place.
fn misfit(
    kind: InstalledKind,
    fields: &mut Fields<'_>,
    parameters: &Map<String, Value>,
    error: &NoOperation,
) -> Mistake {
    let misses =
        |error: &NoOperation, name: &str| error.to_string().contains(&format!("missing field `{name}`"));
    if let Some(name) = kind.parameters.iter().find(|name| misses(error, name)) {
        return fields.missing(name);
    }
    // Without the one that does not fit, it is the one that is missing, or nothing is.
    let is_it = |name: &&&str| {
        let mut others = parameters.clone();
        others.remove(**name).is_some()
            && read(kind.name, others).map_or_else(|error| misses(&error, name), |_| true)
    };
    let value = kind.parameters.iter().find(is_it).and_then(|name| fields.value(name));
    Mistake::new(value.map_or_else(|| fields.at(), toml::Spanned::span), error)
}

/// Tells whether a step says which version it deploys.
pub(super) fn names_a_version(operation: &Operation) -> bool {
    operation.kind() == DeployByGitHubWorkflow::NAME
}

pub(super) fn with_version(version: DeployedVersion) -> Operation {
    Operation::of(DeployByGitHubWorkflow { version })
}

/// Reads what updates an environment, from the fields of the step that does.
pub(super) fn means(
    operation: &Operation,
    app: &AppSlug,
    environment: EnvironmentName,
    fields: &mut Fields<'_>,
) -> Result<DeploymentMeans, Mistake> {
    Ok(match operation.kind() {
        DeployByAnsible::NAME => DeploymentMeans::Ansible {
            file: fields.need("file")?,
            variable: fields.need("variable")?,
            playbook: fields.need("playbook")?,
            inventory: fields.need("inventory")?,
            changes: fields.need("changes")?,
        },
        DeployByTerraform::NAME => DeploymentMeans::Terraform {
            file: fields.need("file")?,
            variable: fields.need("variable")?,
            changes: fields.need("changes")?,
            cleared: fields.get("cleared")?,
        },
        SyncDags::NAME => DeploymentMeans::DagSync {},
        RunLatest::NAME => DeploymentMeans::PullLatest {},
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
