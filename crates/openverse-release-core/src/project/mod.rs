//! Projects: apps that are released from one repository.

mod explain;
mod file;
mod validate;

use std::collections::BTreeMap;

use crate::{
    App, ChangelogRules, Environments, GitTag, GitTagPrefix, ReleaseNotesRules, ReleaseTag, Repositories,
};

pub use explain::{ExplainedTag, TagKind, explain_tag};
pub use file::ProjectFileError;
pub use validate::ProjectError;

/// Apps that are released from one repository, and what is known of each.
///
/// Openverse is built in; another project is read from a file: [`Project::from_toml`]. With serde it has the
/// same fields, but errors say no place. Reading refuses what could not be used later; see
/// [`Project::validate`].
///
/// ```
/// use openverse_release_core::Project;
///
/// let openverse = Project::openverse();
/// assert_eq!(openverse.app("Ingestion Server").unwrap().slug.as_str(), "ingestion-server");
/// assert!(openverse.app("webcam").is_none());
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Project {
    /// Its name for people.
    pub name: String,
    /// Its live environments.
    pub environments: Environments,
    /// Where its code and its deployments are.
    pub repositories: Repositories,
    /// By which labels release notes are made.
    pub release_notes: ReleaseNotesRules,
    /// Where changelogs are kept.
    pub changelog: ChangelogRules,
    /// The apps.
    pub apps: Vec<App>,
}

impl Project {
    /// Returns Openverse: its five apps, as the document and the repositories show them.
    ///
    /// The files and variables of the infrastructure repository, which is not public, are names
    /// that fit what is known of it.
    pub fn openverse() -> Self {
        Self::from_toml(include_str!("openverse.toml")).expect("the built-in project is a good one")
    }

    /// Returns the app of a slug, a git tag prefix or a display name.
    ///
    /// Upper and lower case are the same, and so are spaces, `-` and `_`.
    pub fn app(&self, name: &str) -> Option<&App> {
        let wanted = folded(name);
        self.apps.iter().find(|app| names(app).any(|name| folded(name) == wanted))
    }

    /// Returns the app whose releases a git tag belongs to.
    pub fn app_of(&self, git_tag: &GitTag) -> Option<&App> {
        self.apps.iter().find(|app| app.git_tag_prefix.as_ref() == Some(git_tag.prefix()))
    }

    /// Returns the release tag that a git tag is a rendering of.
    ///
    /// # Errors
    /// When no app of the project has such git tags.
    pub fn release_tag(&self, git_tag: &GitTag) -> Result<ReleaseTag, UnknownGitTag> {
        if let Some(app) = self.app_of(git_tag) {
            return Ok(ReleaseTag::new(app.slug.clone(), git_tag.clone()));
        }
        let found = git_tag.prefix().clone();
        let meant = self.app(found.as_str()).map(|app| (app.name.clone(), app.git_tag_prefix.clone()));
        Err(match meant {
            Some((app, Some(expected))) => UnknownGitTag::OtherPrefix { app, expected, found },
            Some((app, None)) => UnknownGitTag::NoReleases { app },
            None => UnknownGitTag::UnknownPrefix {
                found,
                known: self.apps.iter().filter_map(|app| app.git_tag_prefix.clone()).collect(),
            },
        })
    }

    /// Checks what serde cannot: that names are unique and that the parts of each app fit.
    ///
    /// A project that is read from a file has passed. Call it for one that is put together or
    /// changed in Rust.
    ///
    /// # Errors
    /// With the first thing that is wrong, and where.
    pub fn validate(&self) -> Result<(), ProjectError> {
        validate::validate(self)
    }

    /// Panics when a part of the project does not fit, or a flow of it has an error or a warning: one
    /// line for the test of a team that keeps its own project.
    ///
    /// ```
    /// openverse_release_core::Project::openverse().assert_valid();
    /// ```
    ///
    /// # Panics
    /// With the first thing that does not fit, or every such finding of the first flow that has one.
    #[track_caller]
    pub fn assert_valid(&self) {
        if let Err(error) = self.validate() {
            panic!("the project is not valid: {error}");
        }
        self.apps.iter().for_each(|app| app.flow.assert_valid());
    }
}

/// A git tag that is none of the project's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UnknownGitTag {
    /// No app has such a prefix.
    #[error(
        "no app has git tags that start with \"{found}\", expected one of {}",
        known.iter().map(GitTagPrefix::as_str).collect::<Vec<_>>().join(", ")
    )]
    UnknownPrefix {
        /// What the git tag starts with.
        found: GitTagPrefix,
        /// What the project's git tags start with.
        known: Vec<GitTagPrefix>,
    },
    /// An app is meant, but its git tags start otherwise.
    #[error("the git tags of the {app} start with \"{expected}\", not with \"{found}\"")]
    OtherPrefix {
        /// The app's name for people.
        app: String,
        /// What its git tags start with.
        expected: GitTagPrefix,
        /// What this one starts with.
        found: GitTagPrefix,
    },
    /// An app is meant that has no releases.
    #[error("the {app} has no releases, and so no git tags")]
    NoReleases {
        /// The app's name for people.
        app: String,
    },
}

/// The names an app answers to, as written.
fn names(app: &App) -> impl Iterator<Item = &str> {
    let prefix = app.git_tag_prefix.as_ref().map(GitTagPrefix::as_str);
    [Some(app.slug.as_str()), prefix, Some(app.name.as_str())].into_iter().flatten()
}

fn folded(name: &str) -> String {
    let words: Vec<_> = name.split([' ', '-', '_']).filter(|word| !word.is_empty()).collect();
    words.join("-").to_lowercase()
}

/// Returns each app by every folded name it answers to; the second of two that share one is lost.
fn by_name(apps: &[App]) -> BTreeMap<String, &App> {
    apps.iter().rev().flat_map(|app| names(app).map(move |name| (folded(name), app))).collect()
}
