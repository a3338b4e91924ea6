//! Who and what appears in the words.

use openverse_release_core::{App, DeploymentMeans, EnvironmentName, Project};

use crate::code::{APPS, IMAGES, SITES};

/// The apps of an exploration.
#[derive(Debug, Clone)]
pub(crate) struct Cast {
    pub(crate) project: Project,
    pub(crate) apps: Vec<App>,
}

/// Apps whose races cannot be explored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unexplorable {
    /// None, or too many.
    #[error("found {found} apps, expected 1 or {APPS}: with more, there are too many orders to try")]
    Apps {
        /// How many.
        found: usize,
    },
    /// The same one again.
    #[error("found the {app} twice, expected two apps")]
    Twice {
        /// The app's name.
        app: String,
    },
    /// Other means of deployment are not part of the model.
    #[error(
        "found the {app}, which is not both released and deployed to {environment} by a GitHub Workflow, expected an \
         app that is"
    )]
    Means {
        /// The app's name.
        app: String,
        /// Where it is deployed otherwise.
        environment: EnvironmentName,
    },
    /// The bounds are wider than the model.
    #[error("found {found} {what}, expected at most {most}")]
    Bounds {
        /// Of what.
        what: &'static str,
        /// How many.
        found: u8,
        /// How many there can be.
        most: u8,
    },
}

/// Checks that an app is of the kind whose races can be explored.
///
/// # Errors
/// When it has no releases, or is not deployed by a GitHub Workflow everywhere.
pub fn check_explorable(app: &App) -> Result<(), Unexplorable> {
    for environment in SITES {
        let by_workflow = app
            .deployment(environment)
            .is_some_and(|target| matches!(target.means, DeploymentMeans::GitHubWorkflow { .. }));
        if !by_workflow || app.git_tag_prefix.is_none() || app.images.is_empty() {
            return Err(Unexplorable::Means { app: app.name.clone(), environment });
        }
    }
    Ok(())
}

impl Cast {
    pub(crate) fn of(project: &Project, apps: &[&App]) -> Result<Self, Unexplorable> {
        if !(1..=APPS).contains(&apps.len()) {
            return Err(Unexplorable::Apps { found: apps.len() });
        }
        if let [one, other] = apps
            && one.slug == other.slug
        {
            return Err(Unexplorable::Twice { app: one.name.clone() });
        }
        apps.iter().try_for_each(|app| check_explorable(app))?;
        Ok(Self { project: project.clone(), apps: apps.iter().map(|app| (*app).clone()).collect() })
    }

    /// Returns a cast of each app alone.
    pub(crate) fn each_alone(&self) -> impl Iterator<Item = Self> {
        let alone = |app: &App| Self { project: self.project.clone(), apps: vec![app.clone()] };
        self.apps.iter().map(alone)
    }

    pub(crate) fn numbers(&self) -> std::ops::Range<usize> {
        0..self.apps.len()
    }

    pub(crate) fn name(&self, app: usize) -> &str {
        &self.apps[app].name
    }

    /// Tells whether a second image is deployed with the app's own.
    pub(crate) fn has_companion(&self, app: usize) -> bool {
        self.apps[app].images.len() > 1
    }

    /// Returns the places of an app's images that are told apart: its own, and its companion's.
    pub(crate) fn images(&self, app: usize) -> impl Iterator<Item = usize> {
        IMAGES.into_iter().take(self.apps[app].images.len())
    }

    pub(crate) fn image(&self, app: usize, image: usize) -> &str {
        self.apps[app].images[image].short()
    }

    /// Returns words for some of the apps: those whose bits are set.
    pub(crate) fn names(&self, apps: u8) -> String {
        let names: Vec<_> =
            self.numbers().filter(|app| apps >> app & 1 != 0).map(|app| self.name(app)).collect();
        names.join(" and the ")
    }

    /// Says that a change of the apps whose bits are set is merged.
    pub(crate) fn merged(&self, apps: u8, commit: u8) -> String {
        format!("A pull request that changes the {} is merged as commit {commit}", self.names(apps))
    }

    /// Says that the build of an image ends.
    pub(crate) fn built(&self, app: usize, image: usize, commit: u8, before: u8) -> String {
        let name = self.image(app, image);
        format!("CI has built {name} of commit {commit}, and moves {name}:latest to it from commit {before}.")
    }

    /// Names a GitHub Release.
    pub(crate) fn release(&self, app: usize, release: impl Into<usize>) -> String {
        format!("{} release {}", self.name(app), release.into() + 1)
    }
}

/// Names what a commit makes live.
pub(crate) fn version(commit: u8) -> String {
    match commit {
        0 => "the version before".to_owned(),
        commit => format!("commit {commit}"),
    }
}
