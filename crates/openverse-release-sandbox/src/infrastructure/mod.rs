//! What the infrastructure repository of a sandbox holds at first.

use crate::world::SandboxApp;

/// Returns the files of the first commit, each with its path and text.
pub(crate) fn files(apps: &[SandboxApp]) -> Vec<(String, String)> {
    let lines: String = apps.iter().map(|app| format!("- {}\n", app.slug)).collect();
    vec![("README.md".to_owned(), format!("The infrastructure of a sandbox's apps:\n\n{lines}"))]
}
