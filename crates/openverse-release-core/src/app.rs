//! Apps, and where and how each is deployed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    DispatchEventType, EcsService, EnvironmentName, EnvironmentVariables, Flow, Gate, GitHubRepository,
    GitHubWorkflowFile, GitTag, GitTagPrefix, ImageName, PathPattern, ReleaseDate, ReleaseTag, StepId,
    parse::{ParseError, check_characters, text_newtype},
    path_pattern::lies_within,
};

fn check_slug(text: &str) -> Result<(), ParseError> {
    let expected = "lower-case letters and digits, and between them \"-\"";
    check_characters("app", text, 40, expected, |offset, c| {
        c.is_ascii_lowercase() || (offset > 0 && (c.is_ascii_digit() || c == '-'))
    })
}

text_newtype!(
    /// The short name of an app on the command line: `api`, `ingestion-server`.
    ///
    /// Display name, git tag prefix, image names and the name in deployments can all differ.
    AppSlug, check_slug
);

fn check_url(text: &str) -> Result<(), ParseError> {
    let expected = "a URL that starts with http:// or https:// and has no spaces or credentials";
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let host = rest.and_then(|rest| rest.split(['/', '?', '#']).next()).unwrap_or_default();
    let offset = text.len() - rest.map_or(text.len(), str::len);
    if host.is_empty() || host.contains('@') {
        return Err(ParseError::new("URL", text, offset, expected));
    }
    check_characters("URL", text, 2048, expected, |_, c| c.is_ascii_graphic())
}

text_newtype!(
    /// An absolute `http` or `https` URL.
    HttpUrl, check_url
);

/// Who performs an automatic step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Performer {
    /// The run itself, through the ports.
    Runner,
    /// Somebody else's automation, such as a GitHub Workflow that publishing starts. The run
    /// awaits and verifies it, and never performs it a second time.
    Elsewhere,
}

/// One place an app is deployed to, and by what means.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeploymentTarget {
    /// The environment.
    pub environment: EnvironmentName,
    /// What updates it.
    pub means: DeploymentMeans,
    /// Where its environment variables are configured, if that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variables: Option<EnvironmentVariables>,
    /// Where the live app tells its version, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version_endpoint: Option<HttpUrl>,
    /// What the app itself calls the environment, where that differs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub called: Option<String>,
    /// What must be so before the app is deployed there, if anything must.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gate: Option<Gate>,
    /// The ECS service that runs it, if one does. Boxed, being larger than all the rest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ecs: Option<Box<EcsService>>,
}

impl DeploymentTarget {
    /// Returns what the app itself calls the environment.
    pub fn local_name(&self) -> &str {
        self.called.as_deref().unwrap_or(self.environment.as_str())
    }
}

/// What updates a live environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case", deny_unknown_fields)]
pub enum DeploymentMeans {
    /// A GitHub Workflow of the infrastructure repository.
    #[serde(rename = "github_workflow")]
    GitHubWorkflow {
        /// Its file.
        workflow: GitHubWorkflowFile,
        /// The `repository_dispatch` event type that starts it.
        event_type: DispatchEventType,
    },
    /// A variable of an Ansible inventory, and the playbook that applies it.
    Ansible {
        /// The file of the infrastructure repository that holds the variable.
        file: String,
        /// The variable that holds the image tag.
        variable: String,
        /// The playbook.
        playbook: String,
        /// The inventory.
        inventory: String,
        /// The tasks of the playbook that may change something when the image tag changes.
        changes: Vec<String>,
    },
    /// A variable of a Terraform module, applied by plan and apply.
    Terraform {
        /// The file of the infrastructure repository that holds the variable.
        file: String,
        /// The variable that holds the image tag.
        variable: String,
        /// The addresses of the resources that may change when the image tag changes.
        changes: Vec<String>,
        /// A variable that has to be true while the configuration is applied, and only then.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cleared: Option<String>,
    },
    // With braces, although empty: serde then refuses unknown fields here too.
    /// A checkout on the server that follows `main`.
    DagSync {},
    /// New instances pull `latest` each time they run.
    PullLatest {},
}

impl DeploymentMeans {
    /// Tells whether the environment runs what its configuration in the infrastructure repository says.
    pub fn is_configuration(&self) -> bool {
        matches!(self, Self::Ansible { .. } | Self::Terraform { .. })
    }

    /// Returns words for people.
    pub fn describe(&self) -> String {
        match self {
            Self::GitHubWorkflow { workflow, .. } => format!("GitHub Workflow {workflow}"),
            Self::Ansible { playbook, .. } => format!("Ansible playbook {playbook}"),
            Self::Terraform { file, .. } => format!("Terraform variable in {file}"),
            Self::DagSync {} => "DAG sync with main".to_owned(),
            Self::PullLatest {} => "each run pulls latest".to_owned(),
        }
    }
}

/// An application: something that is released, deployed, or both.
#[derive(Debug, Clone, PartialEq)]
pub struct App {
    /// Its name on the command line.
    pub slug: AppSlug,
    /// Its name for people, in the middle of a sentence.
    pub name: String,
    /// What its git tags start with; none for an app that has no releases.
    pub git_tag_prefix: Option<GitTagPrefix>,
    /// Its images: its own first, then the companions that are deployed with it.
    pub images: Vec<ImageName>,
    /// The folders of the monorepo whose changes make CI build it.
    pub source_paths: Vec<String>,
    /// The paths whose change changes the Docker image, where other code reaches the server without a
    /// release; none, where every change of the source needs one.
    pub image_paths: Vec<PathPattern>,
    /// The file that declares the environment variables it needs, if not the usual one.
    pub variables_file: Option<String>,
    /// What labels on GitHub call it, if not by its name in lower case.
    pub label: Option<String>,
    /// The steps from `main` to production.
    pub flow: Flow,
    /// Where and how it is deployed.
    pub deployments: Vec<DeploymentTarget>,
    /// Who performs its automatic steps; the runner, where nothing is said.
    pub performers: BTreeMap<StepId, Performer>,
}

/// A release was asked for an app that has none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the {name} has no releases: every execution runs the image tagged latest")]
pub struct NoReleases {
    /// The app's name for people.
    pub name: String,
}

impl App {
    /// Returns the release tag of this app with a date.
    ///
    /// # Errors
    /// When the app has no releases.
    pub fn release_tag(&self, date: ReleaseDate) -> Result<ReleaseTag, NoReleases> {
        let prefix = self.require_prefix()?.clone();
        Ok(ReleaseTag::new(self.slug.clone(), GitTag::new(prefix, date)))
    }

    /// Returns what this app's git tags start with.
    ///
    /// # Errors
    /// When the app has no releases.
    pub fn require_prefix(&self) -> Result<&GitTagPrefix, NoReleases> {
        self.git_tag_prefix.as_ref().ok_or_else(|| NoReleases { name: self.name.clone() })
    }

    /// Returns what labels on GitHub call the app.
    pub fn label(&self) -> String {
        self.label.clone().unwrap_or_else(|| self.name.to_lowercase())
    }

    /// Returns the file that declares the environment variables the app needs, from the top of the
    /// monorepo; usually `environment-variables.txt` in the first folder of its source.
    pub fn variables_file(&self) -> String {
        let usual = || match self.source_paths.first().map(|path| path.trim_matches('/')) {
            None | Some("") => "environment-variables.txt".to_owned(),
            Some(folder) => format!("{folder}/environment-variables.txt"),
        };
        self.variables_file.clone().unwrap_or_else(usual)
    }

    /// Tells whether a file of the monorepo is part of the app's source.
    pub fn owns(&self, file: &str) -> bool {
        self.source_paths.iter().any(|path| lies_within(file, path))
    }

    /// Returns where and how the app is deployed in an environment.
    pub fn deployment(&self, environment: EnvironmentName) -> Option<&DeploymentTarget> {
        self.deployments.iter().find(|target| target.environment == environment)
    }

    /// Returns who performs an automatic step.
    pub fn performer(&self, step: &StepId) -> Performer {
        self.performers.get(step).copied().unwrap_or(Performer::Runner)
    }
}

/// The two repositories of a project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Repositories {
    /// Where the code, the GitHub Releases and their git tags are.
    pub code: GitHubRepository,
    /// Where the deployment GitHub Workflows and the configuration are.
    pub infrastructure: GitHubRepository,
    /// The branch that code is merged to.
    pub main: String,
    /// The GitHub Workflow of the code repository that verifies the code and builds the images.
    pub ci: GitHubWorkflowFile,
    /// The GitHub Workflow of the code repository that tags the Docker image of a published GitHub
    /// Release and triggers the deployment.
    pub tagging: GitHubWorkflowFile,
}

impl Repositories {
    /// Returns what holds for a repository of code of which nothing more is said.
    pub(crate) fn usual(code: GitHubRepository) -> Self {
        let workflow = |file: &str| -> GitHubWorkflowFile {
            file.parse().unwrap_or_else(|_| unreachable!("{file} names a GitHub Workflow"))
        };
        let (ci, tagging) = (workflow("ci_cd.yml"), workflow("release-app.yml"));
        Self { infrastructure: code.clone(), code, main: "main".to_owned(), ci, tagging }
    }
}
