//! What makes a project one that can be used.

use std::collections::{BTreeMap, BTreeSet};

use super::{Project, by_name, folded, names};
use crate::{
    App, AppSlug, Artefact, DeploymentMeans, EnvironmentName, Environments, GitTagPrefix, ImageName, StepId,
    Trigger,
};

/// A project that could not be used, and where it is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProjectError {
    /// A text for people is empty, or would not stay on its line.
    #[error("{place} is {found:?}, expected words on one line")]
    BadText {
        /// Which text.
        place: String,
        /// What it is.
        found: String,
    },
    /// A text that stands for several lacks the words that tell them apart.
    #[error("{place} is {found:?}, expected {} in it", expected.join(" and "))]
    NoPlaceholder {
        /// Which text.
        place: String,
        /// What it is.
        found: String,
        /// What should be in it.
        expected: &'static [&'static str],
    },
    /// A file's path leads out of the repository, or to nothing in it.
    #[error("{place} is {found:?}, expected a path from the top of the repository")]
    BadPath {
        /// Which path.
        place: String,
        /// What it is.
        found: String,
    },
    /// There is nothing to release.
    #[error("the project has no apps, expected at least one")]
    NoApps,
    /// Two apps have the same slug.
    #[error("the slug {slug} is used by two apps, expected one of its own for each")]
    DuplicateSlug {
        /// The slug.
        slug: AppSlug,
    },
    /// The git tags of two apps could not be told apart.
    #[error(
        "the git tag prefix {prefix} is used by the apps {first} and {second}, expected one of its own for each"
    )]
    DuplicateGitTagPrefix {
        /// The prefix.
        prefix: GitTagPrefix,
        /// The app that has it first.
        first: AppSlug,
        /// The app that has it again.
        second: AppSlug,
    },
    /// A name could mean either of two apps.
    #[error(
        "the name {name:?} could mean the app {first} or the app {second}, expected names that cannot be confused"
    )]
    AmbiguousName {
        /// The name: slug, prefix or display name.
        name: String,
        /// One app that answers to it.
        first: AppSlug,
        /// The other.
        second: AppSlug,
    },
    /// An app has nothing to run.
    #[error("the app {app} has no images, expected at least its own")]
    NoImages {
        /// The app.
        app: AppSlug,
    },
    /// An app has an image twice.
    #[error("the app {app} has the image {image} twice")]
    DuplicateImage {
        /// The app.
        app: AppSlug,
        /// The image.
        image: ImageName,
    },
    /// An app is deployed to an environment in two ways.
    #[error("the app {app} has two deployments to {environment}, expected one for each environment")]
    DuplicateEnvironment {
        /// The app.
        app: AppSlug,
        /// The environment.
        environment: EnvironmentName,
    },
    /// A deployment or a step names an environment that the project does not declare.
    #[error(
        "{place} of the app {app} names the environment {environment}, expected one of the project's: {}",
        listed(known)
    )]
    UnknownEnvironment {
        /// The app.
        app: AppSlug,
        /// What of it: a step by its name, or a deployment.
        place: String,
        /// The environment.
        environment: EnvironmentName,
        /// Those that the project declares.
        known: Environments,
    },
    /// The project declares an environment that nothing reaches.
    #[error("no step of any app's flow updates the environment {environment}, which the project declares")]
    UnreachedEnvironment {
        /// The environment.
        environment: EnvironmentName,
    },
    /// Two deployments could not be told apart.
    #[error("{} have the same {what}, {value}; nobody could tell one from the other", both.join(" and "))]
    SharedDeployment {
        /// What they share.
        what: &'static str,
        /// Its value.
        value: String,
        /// The deployments.
        both: [String; 2],
    },
    /// The flow deploys where nothing is known of.
    #[error("the app {app} has no deployment to {environment}, which the step {step} of its flow updates")]
    MissingDeployment {
        /// The app.
        app: AppSlug,
        /// The environment.
        environment: EnvironmentName,
        /// The step.
        step: StepId,
    },
    /// The flow deploys by other means.
    #[error(
        "the app {app} is deployed to {environment} by other means ({means}) than by the step {step} of its flow"
    )]
    UnfitMeans {
        /// The app.
        app: AppSlug,
        /// The environment.
        environment: EnvironmentName,
        /// What is said to update it.
        means: String,
        /// The step.
        step: StepId,
    },
    /// A gate that nothing could close.
    #[error(
        "the gate of the app {app} in {environment} names no DAG in no_dag_running, expected at least one pattern"
    )]
    EmptyGate {
        /// The app.
        app: AppSlug,
        /// The environment.
        environment: EnvironmentName,
    },
    /// The flow publishes a GitHub Release that would have no git tag.
    #[error(
        "the app {app} has no git tag prefix, which its releases need: the step {step} of its flow publishes them"
    )]
    NoGitTagPrefix {
        /// The app.
        app: AppSlug,
        /// The step that publishes.
        step: StepId,
    },
    /// An image of the app runs in no container, or a container runs an image that is not the app's.
    #[error(
        "the containers of the app {app} in {environment} run {}, expected its images, all of them",
        found.iter().map(ImageName::as_str).collect::<Vec<_>>().join(", ")
    )]
    ContainersDoNotFit {
        /// The app.
        app: AppSlug,
        /// The environment.
        environment: EnvironmentName,
        /// The images of the containers.
        found: Vec<ImageName>,
    },
    /// A performer is named for a step that the flow does not have.
    #[error("the app {app} names a performer for the step {step}, which its flow does not have")]
    UnknownPerformedStep {
        /// The app.
        app: AppSlug,
        /// The step.
        step: StepId,
    },
    /// A performer is named for a step that a person takes.
    #[error(
        "the app {app} names a performer for the step {step}, which is manual, expected only automatic steps"
    )]
    PerformerOfManualStep {
        /// The app.
        app: AppSlug,
        /// The step.
        step: StepId,
    },
}

pub(super) fn validate(project: &Project) -> Result<(), ProjectError> {
    check_text("the project's name", &project.name)?;
    check_text("the branch that code is merged to", &project.repositories.main)?;
    check_rules(project)?;
    if project.apps.is_empty() {
        return Err(ProjectError::NoApps);
    }
    check_names(&project.apps)?;
    check_environments(project)?;
    check_told_apart(project)?;
    for app in &project.apps {
        check_text(&format!("the name of the app {}", app.slug), &app.name)?;
        check_text(&format!("the label of the app {}", app.slug), &app.label())?;
        if let Some(path) = &app.variables_file {
            check_path(&format!("the environment variables' file of the app {}", app.slug), path)?;
        }
        check_images(app)?;
        check_deployments(app)?;
        check_performers(app)?;
    }
    Ok(())
}

fn check_text(place: &str, text: &str) -> Result<(), ProjectError> {
    if text.trim().is_empty() || text.contains(char::is_control) {
        return Err(ProjectError::BadText { place: place.to_owned(), found: text.to_owned() });
    }
    Ok(())
}

/// Checks the rules by which release notes and changelogs are made.
fn check_rules(project: &Project) -> Result<(), ProjectError> {
    let (notes, changelog) = (&project.release_notes, &project.changelog);
    let in_sections =
        [&notes.new_features, &notes.improvements, &notes.internal_improvements, &notes.bug_fixes];
    check_text("the label that keeps a pull request out of release notes", &notes.leave_out)?;
    for label in in_sections.into_iter().flatten() {
        check_text("a label of a section of release notes", label)?;
    }
    for label in &changelog.labels {
        check_text("a label of changelog pull requests", label)?;
    }
    check_text("the label of an app's pull requests", &notes.app_label)?;
    check_placeholders("the label of an app's pull requests", &notes.app_label, &["{label}"])?;
    check_path("the path of changelog entries", &changelog.path)?;
    check_placeholders("the path of changelog entries", &changelog.path, &["{app}", "{date}"])
}

fn check_placeholders(
    place: &str,
    text: &str,
    expected: &'static [&'static str],
) -> Result<(), ProjectError> {
    if expected.iter().all(|placeholder| text.contains(placeholder)) {
        return Ok(());
    }
    Err(ProjectError::NoPlaceholder { place: place.to_owned(), found: text.to_owned(), expected })
}

fn check_path(place: &str, path: &str) -> Result<(), ProjectError> {
    let good = |segment: &str| !matches!(segment, "" | "." | "..");
    if path.split('/').all(good) && !path.contains(|c: char| c.is_control() || c == '\\') {
        return Ok(());
    }
    Err(ProjectError::BadPath { place: place.to_owned(), found: path.to_owned() })
}

fn check_names(apps: &[App]) -> Result<(), ProjectError> {
    let mut slugs = BTreeSet::new();
    for app in apps {
        if !slugs.insert(&app.slug) {
            return Err(ProjectError::DuplicateSlug { slug: app.slug.clone() });
        }
    }
    let first_of = by_name(apps);
    for app in apps {
        for name in names(app) {
            let Some(first) = first_of.get(&folded(name)).filter(|first| first.slug != app.slug) else {
                continue;
            };
            let (first_slug, second) = (first.slug.clone(), app.slug.clone());
            return Err(match &app.git_tag_prefix {
                Some(prefix) if first.git_tag_prefix == app.git_tag_prefix => {
                    ProjectError::DuplicateGitTagPrefix { prefix: prefix.clone(), first: first_slug, second }
                }
                _ => ProjectError::AmbiguousName { name: name.to_owned(), first: first_slug, second },
            });
        }
    }
    Ok(())
}

fn check_images(app: &App) -> Result<(), ProjectError> {
    if app.images.is_empty() {
        return Err(ProjectError::NoImages { app: app.slug.clone() });
    }
    let mut seen = BTreeSet::new();
    match app.images.iter().find(|image| !seen.insert(*image)) {
        Some(image) => Err(ProjectError::DuplicateImage { app: app.slug.clone(), image: image.clone() }),
        None => Ok(()),
    }
}

fn check_deployments(app: &App) -> Result<(), ProjectError> {
    let mut seen = Vec::new();
    for environment in app.deployments.iter().map(|target| target.environment) {
        if seen.contains(&environment) {
            return Err(ProjectError::DuplicateEnvironment { app: app.slug.clone(), environment });
        }
        seen.push(environment);
    }
    for target in &app.deployments {
        if target.gate.as_ref().is_some_and(|gate| gate.no_dag_running.is_empty()) {
            let (app, environment) = (app.slug.clone(), target.environment);
            return Err(ProjectError::EmptyGate { app, environment });
        }
    }
    check_containers(app)?;
    for step in app.flow.steps() {
        let publishes = step.operation.makes(Artefact::PublishedRelease);
        if publishes && app.git_tag_prefix.is_none() {
            return Err(ProjectError::NoGitTagPrefix { app: app.slug.clone(), step: step.id.clone() });
        }
        for &environment in &step.environments {
            let (app_slug, step_id) = (app.slug.clone(), step.id.clone());
            let Some(target) = app.deployment(environment) else {
                return Err(ProjectError::MissingDeployment { app: app_slug, environment, step: step_id });
            };
            if !step.operation.works_by(&target.means) {
                let means = target.means.describe();
                return Err(ProjectError::UnfitMeans { app: app_slug, environment, means, step: step_id });
            }
        }
    }
    Ok(())
}

/// An image that no container runs would stay what the template has, beside the new version of the others.
fn check_containers(app: &App) -> Result<(), ProjectError> {
    let expected: BTreeSet<_> = app.images.iter().collect();
    for target in &app.deployments {
        let Some(ecs) = &target.ecs else { continue };
        if ecs.containers.values().collect::<BTreeSet<_>>() != expected {
            let found = ecs.containers.values().cloned().collect();
            let (app, environment) = (app.slug.clone(), target.environment);
            return Err(ProjectError::ContainersDoNotFit { app, environment, found });
        }
    }
    Ok(())
}

/// Checks that no two deployments are asked for by the same event, or tell their version at the same place.
fn check_told_apart(project: &Project) -> Result<(), ProjectError> {
    let mut events = BTreeMap::new();
    let mut endpoints = BTreeMap::new();
    for app in &project.apps {
        for target in &app.deployments {
            let name = format!("{} in {}", app.slug, target.environment);
            let event = match &target.means {
                DeploymentMeans::GitHubWorkflow { event_type, .. } => Some(event_type.to_string()),
                _ => None,
            };
            let endpoint = target.version_endpoint.as_ref().map(ToString::to_string);
            for (what, value, known) in
                [("event type", event, &mut events), ("version endpoint", endpoint, &mut endpoints)]
            {
                let Some(value) = value else { continue };
                if let Some(other) = known.insert(value.clone(), name.clone()) {
                    return Err(ProjectError::SharedDeployment { what, value, both: [other, name] });
                }
            }
        }
    }
    Ok(())
}

fn listed(environments: &Environments) -> String {
    environments.names().map(|name| name.to_string()).collect::<Vec<_>>().join(", ")
}

/// Checks that the apps use the project's environments: no other one, and each of them.
fn check_environments(project: &Project) -> Result<(), ProjectError> {
    let known = &project.environments;
    for app in &project.apps {
        let unknown = |&environment: &EnvironmentName| known.rank(environment).is_none();
        let refused = |place: String, environment| {
            let (app, known) = (app.slug.clone(), known.clone());
            Err(ProjectError::UnknownEnvironment { app, place, environment, known })
        };
        if let Some(environment) = app.deployments.iter().map(|target| target.environment).find(unknown) {
            return refused("a deployment".to_owned(), environment);
        }
        for step in app.flow.steps() {
            if let Some(&environment) = step.environments.iter().find(|it| unknown(it)) {
                return refused(format!("the step {}", step.id), environment);
            }
        }
    }
    let reached = |environment| {
        project.apps.iter().flat_map(|app| app.flow.steps()).any(|step| step.updates(environment))
    };
    match known.names().find(|&environment| !reached(environment)) {
        Some(environment) => Err(ProjectError::UnreachedEnvironment { environment }),
        None => Ok(()),
    }
}

fn check_performers(app: &App) -> Result<(), ProjectError> {
    for step in app.performers.keys() {
        let (app_slug, step_id) = (app.slug.clone(), step.clone());
        match app.flow.step(step).map(|step| step.trigger) {
            Some(Trigger::Automatic) => {}
            Some(Trigger::Manual) => {
                return Err(ProjectError::PerformerOfManualStep { app: app_slug, step: step_id });
            }
            None => return Err(ProjectError::UnknownPerformedStep { app: app_slug, step: step_id }),
        }
    }
    Ok(())
}
