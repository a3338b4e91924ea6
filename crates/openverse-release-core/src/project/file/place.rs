//! Where in a file the mistake is that was found in the project.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::fields::Value;
use crate::{AppSlug, ProjectError};

/// Returns the place of what an error is about.
pub(super) fn of(error: &ProjectError, root: &DeTable<'_>) -> Range<usize> {
    let (app, text) = about(error);
    let apps = root.get("apps").and_then(|apps| apps.as_ref().as_table());
    let app = app.and_then(|app| apps?.get_key_value(app.as_str()));
    let text = text.as_deref();
    let within = |table: &DeTable<'_>| table.iter().find_map(|(_, value)| find(value, text?));
    app.and_then(|(_, value)| within(value.as_ref().as_table()?))
        .or_else(|| app.map(|(key, _)| key.span()))
        .or_else(|| within(root))
        .unwrap_or(0..0)
}

/// Returns the app that an error is about, and the text that is wrong.
fn about(error: &ProjectError) -> (Option<&AppSlug>, Option<String>) {
    match error {
        ProjectError::BadText { found, .. }
        | ProjectError::NoPlaceholder { found, .. }
        | ProjectError::BadPath { found, .. } => (None, Some(found.clone())),
        ProjectError::DuplicateGitTagPrefix { prefix, second, .. } => {
            (Some(second), Some(prefix.to_string()))
        }
        ProjectError::AmbiguousName { name, second, .. } => (Some(second), Some(name.clone())),
        ProjectError::DuplicateImage { app, image } => (Some(app), Some(image.to_string())),
        ProjectError::UnreachedEnvironment { environment } => (None, Some(environment.to_string())),
        ProjectError::SharedDeployment { value, .. } => (None, Some(value.clone())),
        ProjectError::NoApps => (None, None),
        ProjectError::DuplicateSlug { slug: app }
        | ProjectError::NoImages { app }
        | ProjectError::DuplicateEnvironment { app, .. }
        | ProjectError::UnknownEnvironment { app, .. }
        | ProjectError::MissingDeployment { app, .. }
        | ProjectError::UnfitMeans { app, .. }
        | ProjectError::EmptyGate { app, .. }
        | ProjectError::NoGitTagPrefix { app, .. }
        | ProjectError::ContainersDoNotFit { app, .. }
        | ProjectError::UnknownPerformedStep { app, .. }
        | ProjectError::PerformerOfManualStep { app, .. } => (Some(app), None),
    }
}

fn find(value: &Value<'_>, text: &str) -> Option<Range<usize>> {
    match value.as_ref() {
        DeValue::String(found) => (found == text).then(|| value.span()),
        DeValue::Array(list) => list.iter().find_map(|value| find(value, text)),
        DeValue::Table(table) => table.iter().find_map(|(_, value)| find(value, text)),
        _ => None,
    }
}
