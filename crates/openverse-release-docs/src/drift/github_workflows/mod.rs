//! GitHub Workflow files against flows.

mod apps;
mod concurrency;
mod dispatches;
mod git_tags;
mod images;
mod jobs;
mod publishing;
mod triggers;

use std::collections::BTreeSet;

use openverse_release_core::{
    App, AppSlug, Artefact, DeploymentMeans, DeploymentTarget, DispatchEventType, EnvironmentName,
    GitHubWorkflowFile, Project,
};
use serde::{Serialize, Serializer};

use super::{DriftFinding, DriftId, DriftReport, FoundGitHubWorkflow, TextFile};
use crate::{
    github_workflow::GitHubWorkflow,
    text::Place,
    yaml::{Yaml, YamlError},
};

/// What a project says of a GitHub Workflow file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum GitHubWorkflowRole {
    /// It verifies the code and builds the images.
    Ci,
    /// It tags the images of a published GitHub Release and asks for the deployment.
    Tagging,
    /// It deploys.
    Deployment,
    /// The project does not name it.
    Other,
}

impl GitHubWorkflowRole {
    /// Returns the text: `ci`, `tagging`, `deployment` or `other`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ci => "ci",
            Self::Tagging => "tagging",
            Self::Deployment => "deployment",
            Self::Other => "other",
        }
    }
}

impl Serialize for GitHubWorkflowRole {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// A file that was read, beside what the project says of it.
struct Read<'y> {
    file: &'y TextFile<'y>,
    role: GitHubWorkflowRole,
    content: &'y GitHubWorkflow<'y>,
}

/// A deployment by a GitHub Workflow, as the project says it.
#[derive(Clone, Copy)]
struct Dispatched<'p> {
    app: &'p App,
    target: &'p DeploymentTarget,
    file: &'p GitHubWorkflowFile,
    event_type: &'p DispatchEventType,
}

/// What the rules look at.
struct World<'a> {
    project: &'a Project,
    /// All files, also those that cannot be read.
    given: &'a [TextFile<'a>],
    files: Vec<Read<'a>>,
}

/// Compares the files of one or both repositories.
pub(super) fn compare_all(project: &Project, files: &[TextFile<'_>], report: &mut DriftReport) {
    let mut broken = Vec::new();
    let parsed: Vec<_> = files
        .iter()
        .map(|file| {
            let yaml = file.text().and_then(|text| Yaml::read(text).map_err(|error| unreadable(file, error)));
            yaml.map_err(|finding| broken.push(finding)).ok()
        })
        .collect();
    let contents: Vec<_> = parsed
        .iter()
        .zip(files)
        .map(|(yaml, file)| {
            let content =
                yaml.as_ref().map(|yaml| GitHubWorkflow::of(yaml).map_err(|error| unreadable(file, error)));
            content.and_then(|content| content.map_err(|finding| broken.push(finding)).ok())
        })
        .collect();
    let read = files.iter().zip(&contents).filter_map(|(file, content)| {
        Some(Read { file, role: role(project, name_of(file)), content: content.as_ref()? })
    });
    let world = World { project, given: files, files: read.collect() };
    report.findings.append(&mut broken);
    let rules = [
        world.missing(),
        world.triggers(),
        world.dispatches(),
        world.jobs(),
        world.images(),
        world.apps(),
        world.git_tags(),
        world.concurrency(),
        world.publishing(),
    ];
    report.findings.extend(rules.into_iter().flatten());
    report.github_workflows = files
        .iter()
        .map(|file| FoundGitHubWorkflow { file: file.path.to_owned(), role: role(project, name_of(file)) })
        .collect();
}

fn unreadable(file: &TextFile<'_>, error: YamlError) -> DriftFinding {
    file.finding(DriftId::GitHubWorkflowUnreadable, error.place, Vec::new(), error.found, error.expected)
}

/// Returns the name of a file without its folders.
fn name_of<'a>(file: &TextFile<'a>) -> &'a str {
    file.path.rsplit(['/', '\\']).next().unwrap_or(file.path)
}

fn role(project: &Project, name: &str) -> GitHubWorkflowRole {
    let repositories = &project.repositories;
    if repositories.ci.as_str() == name {
        GitHubWorkflowRole::Ci
    } else if repositories.tagging.as_str() == name {
        GitHubWorkflowRole::Tagging
    } else if dispatched(project).any(|deployment| deployment.file.as_str() == name) {
        GitHubWorkflowRole::Deployment
    } else {
        GitHubWorkflowRole::Other
    }
}

/// Returns the deployments that GitHub Workflows carry out.
fn dispatched(project: &Project) -> impl Iterator<Item = Dispatched<'_>> {
    let targets = project.apps.iter().flat_map(|app| app.deployments.iter().map(move |target| (app, target)));
    targets.filter_map(|(app, target)| match &target.means {
        DeploymentMeans::GitHubWorkflow { workflow, event_type } => {
            Some(Dispatched { app, target, file: workflow, event_type })
        }
        _ => None,
    })
}

impl Dispatched<'_> {
    fn environment(&self) -> EnvironmentName {
        self.target.environment
    }
}

impl<'a> World<'a> {
    /// Returns the files of a role.
    fn of_role(&self, role: GitHubWorkflowRole) -> impl Iterator<Item = &Read<'a>> {
        self.files.iter().filter(move |read| read.role == role)
    }

    /// Returns a file and those that its runs bring about: the files that its jobs run, and those that
    /// wait for its runs.
    fn brought_about_by(&self, first: &Read<'a>) -> Vec<&Read<'a>> {
        let mut reached = vec![name_of(first.file)];
        let mut at = 0;
        while at < reached.len() {
            let now = self.files.iter().filter(|read| name_of(read.file) == reached[at]);
            let mut next: Vec<&str> = Vec::new();
            for read in now {
                next.extend(read.content.jobs.iter().filter_map(|job| job.calls));
                let name = read.content.name.map(|name| name.text);
                let waits = |other: &&Read<'a>| {
                    let awaited =
                        other.content.event("workflow_run").and_then(|event| event.filter("workflows"));
                    awaited.unwrap_or_default().iter().any(|awaited| Some(awaited.text) == name)
                };
                next.extend(self.files.iter().filter(waits).map(|other| name_of(other.file)));
            }
            for name in next {
                if !reached.contains(&name) {
                    reached.push(name);
                }
            }
            at += 1;
        }
        self.files.iter().filter(|read| reached.contains(&name_of(read.file))).collect()
    }

    /// Tells whether files of the code repository are there.
    fn has_code(&self) -> bool {
        let repositories = &self.project.repositories;
        [&repositories.ci, &repositories.tagging].into_iter().any(|name| self.is_given(name))
    }

    fn is_given(&self, name: &GitHubWorkflowFile) -> bool {
        self.given.iter().any(|file| name_of(file) == name.as_str())
    }

    /// Finds the files that the project names and that are not there.
    ///
    /// Of a repository of which no file is there nothing is said: the files of the other one were given.
    fn missing(&self) -> Vec<DriftFinding> {
        let repositories = &self.project.repositories;
        let code: BTreeSet<_> = [&repositories.ci, &repositories.tagging].into();
        let infrastructure: BTreeSet<_> =
            dispatched(self.project).map(|deployment| deployment.file).collect();
        let mut found = Vec::new();
        let mut none = true;
        for (repository, names) in
            [(&repositories.code, code), (&repositories.infrastructure, infrastructure)]
        {
            let (there, missing): (Vec<_>, Vec<_>) = names.into_iter().partition(|name| self.is_given(name));
            if there.is_empty() {
                continue;
            }
            none = false;
            for name in missing {
                let deploys = dispatched(self.project).filter(|deployment| deployment.file == name);
                found.push(self.given[0].finding(
                    DriftId::GitHubWorkflowMissing,
                    Place::START,
                    slugs(deploys.map(|deployment| deployment.app)),
                    format!("no file {name} beside this one"),
                    format!("the GitHub Workflow {name} of {repository}"),
                ));
            }
        }
        if none {
            found.push(self.given[0].finding(
                DriftId::GitHubWorkflowMissing,
                Place::START,
                Vec::new(),
                "none of the GitHub Workflow files that the project names",
                format!("{}, {} or a deployment GitHub Workflow", repositories.ci, repositories.tagging),
            ));
        }
        found
    }
}

/// Returns the apps in whose flow a step makes something.
fn apps_that_make(project: &Project, artefact: Artefact) -> Vec<&App> {
    let makes = |app: &&App| app.flow.steps().any(|step| step.operation.makes(artefact));
    project.apps.iter().filter(makes).collect()
}

fn slugs<'p>(apps: impl IntoIterator<Item = &'p App>) -> Vec<AppSlug> {
    apps.into_iter().map(|app| app.slug.clone()).collect()
}

/// Returns words with commas, and "and" before the last.
fn listed<T: ToString>(words: impl IntoIterator<Item = T>) -> String {
    let words: Vec<_> = words.into_iter().map(|word| word.to_string()).collect();
    match words.as_slice() {
        [] => "nothing".to_owned(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
