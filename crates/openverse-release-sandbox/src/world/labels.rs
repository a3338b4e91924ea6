//! The labels of pull requests, by which release notes are made.

/// Keeps a pull request out of the release notes.
pub(crate) const SKIP_CHANGELOG: &str = "skip-changelog";

/// The sections of release notes in their order, each with the label that leads there.
pub(crate) const SECTIONS: [(&str, &str); 4] = [
    ("New Features", "🌟 goal: addition"),
    ("Improvements", "✨ goal: improvement"),
    ("Internal Improvements", "🧰 goal: internal improvement"),
    ("Bug Fixes", "🛠 goal: fix"),
];

/// Returns the label of the pull requests that change an app.
pub(crate) fn of_app(name: &str) -> String {
    format!("🧱 stack: {}", name.to_lowercase())
}

/// Returns which of [`SECTIONS`] a change is for, as its title says.
pub(crate) fn section_of_title(title: &str) -> usize {
    match title.split_whitespace().next().unwrap_or_default() {
        "Add" | "Show" | "Allow" => 0,
        "Update" | "Bump" | "Remove" | "Move" | "Test" | "Use" => 2,
        "Fix" | "Revert" | "Prevent" => 3,
        _ => 1,
    }
}

/// Returns which of [`SECTIONS`] the labels of a pull request lead to: without one that says so,
/// the improvements.
pub(crate) fn section_of_labels(labels: &[String]) -> usize {
    SECTIONS.iter().position(|(_, goal)| labels.iter().any(|label| label == goal)).unwrap_or(1)
}
