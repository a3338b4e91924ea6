//! By which labels a project tells what stands where in the release notes.

use serde::{Deserialize, Serialize};

use super::NotesSection;
use crate::App;

/// By which labels of pull requests the release notes are made. Upper and lower case are the same.
///
/// Openverse's are built in; a project's file can say others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReleaseNotesRules {
    /// The label of an app's pull requests; `{label}` in it stands for [`App::label`].
    pub app_label: String,
    /// The label of pull requests that no release notes mention.
    pub leave_out: String,
    /// The labels of what is new.
    pub new_features: Vec<String>,
    /// The labels of what became better.
    pub improvements: Vec<String>,
    /// The labels of what became better only for those who work on it.
    pub internal_improvements: Vec<String>,
    /// The labels of what works again.
    pub bug_fixes: Vec<String>,
}

impl Default for ReleaseNotesRules {
    fn default() -> Self {
        let labels = |labels: &[&str]| labels.iter().map(|&label| label.to_owned()).collect();
        Self {
            app_label: "🧱 stack: {label}".to_owned(),
            leave_out: "skip-changelog".to_owned(),
            new_features: labels(&["🌟 goal: addition"]),
            improvements: labels(&["✨ goal: improvement"]),
            internal_improvements: labels(&["🧰 goal: internal improvement", "🤖 aspect: dx"]),
            bug_fixes: labels(&["🛠 goal: fix"]),
        }
    }
}

impl ReleaseNotesRules {
    /// Returns the label of an app's pull requests.
    pub fn label_of(&self, app: &App) -> String {
        self.app_label.replace("{label}", &app.label())
    }

    /// Returns the section in which a pull request stands: the first one that has a label of it.
    ///
    /// One without such a label stands under Improvements, because whoever reads the notes decides
    /// by them, and so nothing that was merged may be missing.
    pub fn section_of(&self, labels: &[String]) -> NotesSection {
        NotesSection::ALL
            .into_iter()
            .find(|section| self.labels_of(*section).iter().any(|label| has(labels, label)))
            .unwrap_or(NotesSection::Improvements)
    }

    /// Tells whether the release notes of an app mention a pull request with these labels.
    pub fn mentions(&self, app: &App, labels: &[String]) -> bool {
        has(labels, &self.label_of(app)) && !has(labels, &self.leave_out)
    }

    fn labels_of(&self, section: NotesSection) -> &[String] {
        match section {
            NotesSection::NewFeatures => &self.new_features,
            NotesSection::Improvements => &self.improvements,
            NotesSection::InternalImprovements => &self.internal_improvements,
            NotesSection::BugFixes => &self.bug_fixes,
        }
    }
}

fn has(labels: &[String], wanted: &str) -> bool {
    let folded = wanted.trim().to_lowercase();
    labels.iter().any(|label| label.trim().to_lowercase() == folded)
}
