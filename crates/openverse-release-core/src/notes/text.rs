//! The text of release notes.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{App, CommitSha, Project, markdown};

/// A pull request that was merged, as far as release notes need it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MergedPullRequest {
    /// Its number.
    pub number: u64,
    /// Its title. It comes from outside.
    pub title: String,
    /// The login of its author. It comes from outside.
    pub author: String,
    /// Its labels.
    pub labels: Vec<String>,
    /// The commit by which it came to `main`.
    pub merge_commit: CommitSha,
    /// When it was merged, in UTC.
    pub merged_at: DateTime<Utc>,
}

/// A section of release notes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NotesSection {
    /// What is new.
    NewFeatures,
    /// What became better.
    Improvements,
    /// What became better only for those who work on it.
    InternalImprovements,
    /// What works again.
    BugFixes,
}

impl NotesSection {
    /// Every section, in the order in which they stand.
    pub const ALL: [Self; 4] =
        [Self::NewFeatures, Self::Improvements, Self::InternalImprovements, Self::BugFixes];

    /// Returns the heading.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NewFeatures => "New Features",
            Self::Improvements => "Improvements",
            Self::InternalImprovements => "Internal Improvements",
            Self::BugFixes => "Bug Fixes",
        }
    }
}

/// The notes of one release of one app; their text is Markdown.
///
/// The same pull requests give the same text, in whatever order they come: newest first in each
/// section. No title can be more than a line of its section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleaseNotes {
    sections: BTreeMap<NotesSection, Vec<Entry>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    number: u64,
    line: String,
}

impl ReleaseNotes {
    /// Returns the notes of an app for the pull requests that were merged since its last release.
    ///
    /// Those of other apps are passed over, and so are those that the project leaves out of notes.
    /// One that belongs to several apps stands in the notes of each.
    pub fn of(project: &Project, app: &App, merged: &[MergedPullRequest]) -> Self {
        let rules = &project.release_notes;
        let once: BTreeMap<_, _> = merged
            .iter()
            .filter(|pull_request| rules.mentions(app, &pull_request.labels))
            .map(|pull_request| {
                ((Reverse(pull_request.merged_at), Reverse(pull_request.number)), pull_request)
            })
            .collect();
        let mut seen = BTreeSet::new();
        let mut sections: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for pull_request in once.into_values().filter(|pull_request| seen.insert(pull_request.number)) {
            let entry = Entry { number: pull_request.number, line: line(project, pull_request) };
            sections.entry(rules.section_of(&pull_request.labels)).or_default().push(entry);
        }
        Self { sections }
    }

    /// Tells whether no pull request is mentioned.
    pub fn is_empty(&self) -> bool {
        self.sections.is_empty()
    }

    /// Returns the numbers of the pull requests in a section, as they stand there.
    pub fn numbers(&self, section: NotesSection) -> impl Iterator<Item = u64> {
        self.sections.get(&section).into_iter().flatten().map(|entry| entry.number)
    }
}

fn line(project: &Project, pull_request: &MergedPullRequest) -> String {
    let number = pull_request.number;
    // A squash merge ends its subject so, and some make the title of the subject.
    let title = pull_request.title.trim();
    let title = title.strip_suffix(&format!("(#{number})")).unwrap_or(title);
    let page = project.repositories.code.pull_request_page(number);
    let words = format!("{} (#{number})", markdown::inline(title));
    format!("- {} by @{}", markdown::link(words.trim_start(), &page), login(&pull_request.author))
}

/// Returns a login as it mentions its owner, without what cannot stand in one.
fn login(author: &str) -> String {
    let name: String =
        author.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '[' | ']')).collect();
    // GitHub's own stand-in for those who are gone.
    let name = if name.is_empty() { "ghost" } else { &name };
    markdown::inline(name)
}

impl fmt::Display for ReleaseNotes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.write_str("No pull request is listed for this release.\n");
        }
        for (index, (section, entries)) in self.sections.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            writeln!(f, "## {}\n", section.as_str())?;
            for entry in entries {
                writeln!(f, "{}", entry.line)?;
            }
        }
        Ok(())
    }
}
