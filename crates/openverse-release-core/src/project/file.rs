//! The written form of a project and its apps.

use std::{collections::BTreeMap, fmt};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, MapAccess, Visitor, value::MapAccessDeserializer},
};

use super::{Project, ProjectError};
use crate::{
    App, AppSlug, ChangelogRules, DeploymentTarget, Environments, Flow, GitTagPrefix, ImageName, PathPattern,
    Performer, ReleaseNotesRules, Repositories, StepId, flows::DocumentedFlow,
};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProjectFile {
    name: String,
    /// Openverse's, where nothing is said.
    #[serde(default)]
    environments: Environments,
    repositories: Repositories,
    #[serde(default)]
    release_notes: ReleaseNotesRules,
    #[serde(default)]
    changelog: ChangelogRules,
    apps: Vec<App>,
}

impl TryFrom<ProjectFile> for Project {
    type Error = ProjectError;

    fn try_from(file: ProjectFile) -> Result<Self, ProjectError> {
        let ProjectFile { name, environments, repositories, release_notes, changelog, apps } = file;
        let here = |app: App| App { flow: app.flow.in_environments(environments.clone()), ..app };
        let apps = apps.into_iter().map(here).collect();
        let project = Self { name, environments, repositories, release_notes, changelog, apps };
        project.validate()?;
        Ok(project)
    }
}

impl From<Project> for ProjectFile {
    fn from(project: Project) -> Self {
        let Project { name, environments, repositories, release_notes, changelog, apps } = project;
        // What the project says of its environments holds for every flow of it.
        let written = |app: App| App { flow: app.flow.in_environments(Environments::default()), ..app };
        let apps = apps.into_iter().map(written).collect();
        Self { name, environments, repositories, release_notes, changelog, apps }
    }
}

/// An app whose flow may be the name of a documented one.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AppFile {
    slug: AppSlug,
    name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    git_tag_prefix: Option<GitTagPrefix>,
    images: Vec<ImageName>,
    source_paths: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    image_paths: Vec<PathPattern>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    variables_file: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    flow: FlowField,
    deployments: Vec<DeploymentTarget>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    performers: BTreeMap<StepId, Performer>,
}

impl From<AppFile> for App {
    fn from(file: AppFile) -> Self {
        let flow = match file.flow {
            FlowField::Documented(flow) => flow.flow(&file.name),
            FlowField::Inline(flow) => *flow,
        };
        Self {
            slug: file.slug,
            name: file.name,
            git_tag_prefix: file.git_tag_prefix,
            images: file.images,
            source_paths: file.source_paths,
            image_paths: file.image_paths,
            variables_file: file.variables_file,
            label: file.label,
            flow,
            deployments: file.deployments,
            performers: file.performers,
        }
    }
}

impl From<App> for AppFile {
    fn from(app: App) -> Self {
        let documented = DocumentedFlow::ALL.into_iter().find(|flow| flow.flow(&app.name) == app.flow);
        Self {
            slug: app.slug,
            name: app.name,
            git_tag_prefix: app.git_tag_prefix,
            images: app.images,
            source_paths: app.source_paths,
            image_paths: app.image_paths,
            variables_file: app.variables_file,
            label: app.label,
            flow: documented.map_or_else(|| FlowField::Inline(Box::new(app.flow)), FlowField::Documented),
            deployments: app.deployments,
            performers: app.performers,
        }
    }
}

/// The name of a documented flow, or a whole flow.
enum FlowField {
    Documented(DocumentedFlow),
    Inline(Box<Flow>),
}

impl Serialize for FlowField {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Documented(flow) => flow.serialize(serializer),
            Self::Inline(flow) => flow.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for FlowField {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Text and a table are told apart by hand, so that an error inside either is kept.
        struct TextOrTable;

        impl<'de> Visitor<'de> for TextOrTable {
            type Value = FlowField;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of a documented flow, or a flow with its steps and links")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<FlowField, E> {
                text.parse().map(FlowField::Documented).map_err(E::custom)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<FlowField, A::Error> {
                let flow = Flow::deserialize(MapAccessDeserializer::new(map))?;
                Ok(FlowField::Inline(Box::new(flow)))
            }
        }

        deserializer.deserialize_any(TextOrTable)
    }
}
