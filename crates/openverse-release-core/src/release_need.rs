//! Whether an app needs a release.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::{App, EnvironmentVariableName, VariableDeclarations};

/// Whether an app needs a release, and why or why not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "release", content = "because", rename_all = "snake_case")]
pub enum ReleaseNeed {
    /// It does, for these reasons.
    Needed(Vec<ReleaseReason>),
    /// It does not.
    NotNeeded(NoReleaseNeeded),
}

/// A reason for a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ReleaseReason {
    /// Files changed that are part of the Docker image, or say how it is built.
    Image(Vec<String>),
    /// The app's code changed.
    Code(Vec<String>),
    /// The app declares environment variables that it did not.
    VariablesAdded(Vec<EnvironmentVariableName>),
    /// The app no longer declares environment variables that it did.
    VariablesRemoved(Vec<EnvironmentVariableName>),
}

/// Why an app needs no release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NoReleaseNeeded {
    /// The app has no releases at all.
    NoReleases,
    /// No file of the app changed.
    NothingChanged,
    /// Files of the app changed, none of which goes into its Docker image.
    OutsideTheImage(Vec<String>),
}

/// What a commit says of an app's environment variables; nothing, if it has no such file.
#[derive(Debug, Clone, Copy)]
pub struct DeclaredVariables<'a> {
    /// At the commit of the last release.
    pub before: Option<&'a VariableDeclarations>,
    /// At the commit that would be released.
    pub after: Option<&'a VariableDeclarations>,
}

impl ReleaseNeed {
    /// Returns whether an app needs a release, by what changed since the commit of its last one.
    ///
    /// `changed` are paths from the top of the repository, of any app. Where the app says which paths
    /// make its Docker image ([`App::image_paths`]), only those count: the rest gets to its server
    /// without a release. Otherwise all of its source does.
    ///
    /// A new *value* of an environment variable is in no commit, so it is no reason here; it needs a
    /// redeployment of the running version.
    pub fn of(app: &App, changed: &[String], variables: DeclaredVariables<'_>) -> Self {
        if app.git_tag_prefix.is_none() {
            return Self::NotNeeded(NoReleaseNeeded::NoReleases);
        }
        let changed: BTreeSet<_> = changed.iter().collect();
        let listed = |counts: &dyn Fn(&str) -> bool| -> Vec<String> {
            changed.iter().filter(|path| counts(path)).map(|&path| path.clone()).collect()
        };
        let owned = listed(&|path| app.owns(path));
        let in_image = listed(&|path| app.image_paths.iter().any(|pattern| pattern.matches(path)));
        let mut reasons = Vec::new();
        if !in_image.is_empty() {
            reasons.push(ReleaseReason::Image(in_image));
        } else if app.image_paths.is_empty() && !owned.is_empty() {
            reasons.push(ReleaseReason::Code(owned.clone()));
        }
        let only_in = |one: Option<&VariableDeclarations>, other: Option<&VariableDeclarations>| {
            let new = one.map(|one| one.newly_needed(other)).unwrap_or_default();
            new.into_iter().map(|declaration| declaration.name.clone()).collect::<Vec<_>>()
        };
        let added = only_in(variables.after, variables.before);
        let removed = only_in(variables.before, variables.after);
        if !added.is_empty() {
            reasons.push(ReleaseReason::VariablesAdded(added));
        }
        if !removed.is_empty() {
            reasons.push(ReleaseReason::VariablesRemoved(removed));
        }
        match (reasons.is_empty(), owned.is_empty()) {
            (false, _) => Self::Needed(reasons),
            (true, true) => Self::NotNeeded(NoReleaseNeeded::NothingChanged),
            (true, false) => Self::NotNeeded(NoReleaseNeeded::OutsideTheImage(owned)),
        }
    }

    /// Tells whether a release is needed.
    pub fn is_needed(&self) -> bool {
        matches!(self, Self::Needed(_))
    }

    /// Returns words for people: the verdict, and a line for each reason. Paths come from outside.
    pub fn describe(&self, app: &App) -> String {
        match self {
            Self::Needed(reasons) => {
                let lines: Vec<_> = reasons.iter().map(ReleaseReason::describe).collect();
                format!("the {} needs a release:\n- {}", app.name, lines.join("\n- "))
            }
            Self::NotNeeded(why) => format!("the {} needs no release: {}", app.name, why.describe()),
        }
    }
}

impl ReleaseReason {
    /// Returns words for people.
    pub fn describe(&self) -> String {
        match self {
            Self::Image(files) => format!("the Docker image changed, by {}", some_of(files)),
            Self::Code(files) => format!("its code changed, in {}", some_of(files)),
            Self::VariablesAdded(names) => format!("it needs {}: configure first", counted(names, "new")),
            Self::VariablesRemoved(names) => format!("it needs no more {}", counted(names, "old")),
        }
    }
}

impl NoReleaseNeeded {
    /// Returns words for people.
    pub fn describe(&self) -> String {
        match self {
            Self::NoReleases => "it has none, every execution runs the image tagged latest".to_owned(),
            Self::NothingChanged => "nothing of it changed since its last release".to_owned(),
            Self::OutsideTheImage(files) => {
                format!(
                    "neither its Docker image nor its environment variables changed, only {}",
                    some_of(files)
                )
            }
        }
    }
}

fn some_of(files: &[String]) -> String {
    const SHOWN: usize = 5;
    let shown = files.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    match files.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

fn counted(names: &[EnvironmentVariableName], which: &str) -> String {
    let listed = names.iter().map(EnvironmentVariableName::as_str).collect::<Vec<_>>().join(", ");
    let variables = if names.len() == 1 { "variable" } else { "variables" };
    format!("the {which} environment {variables} {listed}")
}
