//! The changelog entry of a release, and the pull request that brings it to `main`.

use serde::{Deserialize, Serialize};

use crate::{App, BranchName, GitTag, ParseError, Project, Proposal, ProposedContent};

/// Where a project keeps its changelogs, and how the pull requests that add to them are labelled.
///
/// Openverse's are built in; a project's file can say others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ChangelogRules {
    /// The file of an entry. In it `{app}` stands for what the app's git tags start with, and
    /// `{date}` for the date of the release.
    pub path: String,
    /// The labels of the pull request, beside the app's and the one that keeps it out of the notes
    /// of later releases.
    pub labels: Vec<String>,
}

impl Default for ChangelogRules {
    fn default() -> Self {
        let labels = ["🌟 goal: addition", "📄 aspect: text", "🟩 priority: low"];
        Self {
            path: "documentation/changelogs/{app}/{date}.md".to_owned(),
            labels: labels.map(str::to_owned).to_vec(),
        }
    }
}

/// Returns the name of the branch that brings the changelog entry of a release to `main`.
pub fn changelog_branch(git_tag: &GitTag) -> BranchName {
    format!("changelog/{git_tag}")
        .parse()
        .unwrap_or_else(|_| unreachable!("a git tag may stand in the name of a branch"))
}

/// Returns the pull request that brings the changelog entry of a release to `main`.
///
/// It depends on nothing but the release and its notes, so that asked for twice it is made once. Line
/// ends and blank lines at the ends of the notes, which differ by where they were last edited, do not
/// matter.
///
/// # Errors
/// When the project says no usable place for it.
pub fn changelog_proposal(
    project: &Project,
    app: &App,
    git_tag: &GitTag,
    notes: &str,
) -> Result<Proposal, ParseError> {
    let date = git_tag.date().to_string();
    let rules = &project.changelog;
    let path = rules.path.replace("{app}", git_tag.prefix().as_str()).replace("{date}", &date);
    let mut labels = vec![project.release_notes.label_of(app)];
    for label in rules.labels.iter().chain([&project.release_notes.leave_out]) {
        if !labels.contains(label) {
            labels.push(label.clone());
        }
    }
    Ok(Proposal {
        branch: changelog_branch(git_tag),
        title: format!("Publish changelog for {git_tag}"),
        body: format!(
            "The release notes of the {} as the changelog entry `{path}`.\n\nThe GitHub Release {git_tag} is \
             published; review this entry, change it where needed, and approve it.\n",
            app.name
        ),
        labels,
        content: ProposedContent::File { path: path.parse()?, text: file_text(&date, notes) },
    })
}

fn file_text(date: &str, notes: &str) -> String {
    let notes = notes.replace("\r\n", "\n").replace('\r', "\n");
    let lines: Vec<_> = notes.trim().lines().map(str::trim_end).collect();
    if lines.is_empty() { format!("# {date}\n") } else { format!("# {date}\n\n{}\n", lines.join("\n")) }
}

/// Where the changelog entry of a release stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum ChangelogState {
    /// Nobody has asked for it yet.
    Missing,
    /// Its pull request waits.
    Open {
        /// The number of the pull request.
        number: u64,
        /// Whether somebody has approved it.
        approved: bool,
        /// Its page.
        page: String,
    },
    /// It is on `main`.
    Merged,
    /// Its pull request was closed without being merged.
    Closed,
}

impl ChangelogState {
    /// Returns words for people, which say what is left to do.
    pub fn describe(&self) -> String {
        match self {
            Self::Missing => "no pull request with its changelog entry yet".to_owned(),
            Self::Open { number, approved: false, page } => {
                format!("its changelog entry waits for a review: pull request #{number}, {page}")
            }
            Self::Open { number, approved: true, page } => {
                format!(
                    "its changelog entry is approved, and waits to be merged: pull request #{number}, {page}"
                )
            }
            Self::Merged => "its changelog entry is merged".to_owned(),
            Self::Closed => "the pull request with its changelog entry was closed and not merged".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn entry(app: &str, notes: &str) -> Proposal {
        let project = Project::openverse();
        let app = project.app(app).unwrap();
        let release = app.release_tag("2024.04.18.16.49.08".parse().unwrap()).unwrap();
        changelog_proposal(&project, app, release.git_tag(), notes).unwrap()
    }

    fn file(app: &str, notes: &str) -> (String, String) {
        match entry(app, notes).content {
            ProposedContent::File { path, text } => (path.to_string(), text),
            other => panic!("expected a file, found {other:?}"),
        }
    }

    #[test]
    fn the_entry_is_where_and_what_practice_makes_it() {
        let notes = "## Bug Fixes\r\n\r\n- Fix it (#1) by @ada  \r\n";
        let (path, text) = file("ingestion server", notes);
        assert_eq!(path, "documentation/changelogs/ingestion_server/2024.04.18.16.49.08.md");
        assert_eq!(text, "# 2024.04.18.16.49.08\n\n## Bug Fixes\n\n- Fix it (#1) by @ada\n");
        let entry = entry("ingestion server", notes);
        assert_eq!(entry.branch.as_str(), "changelog/ingestion_server-2024.04.18.16.49.08");
        assert_eq!(entry.title, "Publish changelog for ingestion_server-2024.04.18.16.49.08");
        assert_eq!(
            entry.labels,
            [
                "🧱 stack: ingestion server",
                "🌟 goal: addition",
                "📄 aspect: text",
                "🟩 priority: low",
                "skip-changelog"
            ]
        );
    }

    #[test]
    fn notes_without_words_give_the_heading_alone() {
        assert_eq!(file("api", " \r\n").1, "# 2024.04.18.16.49.08\n");
    }

    #[test]
    fn the_pull_request_of_an_entry_is_in_no_later_notes() {
        let project = Project::openverse();
        for app in project.apps.iter().filter(|app| app.git_tag_prefix.is_some()) {
            let labels = entry(&app.name, "").labels;
            assert!(project.apps.iter().all(|app| !project.release_notes.mentions(app, &labels)));
        }
    }

    #[test]
    fn states_say_what_is_left_to_do() {
        let open = |approved| ChangelogState::Open { number: 7, approved, page: "https://g/7".to_owned() };
        insta::assert_snapshot!(open(false).describe(), @"its changelog entry waits for a review: pull request #7, https://g/7");
        insta::assert_snapshot!(open(true).describe(), @"its changelog entry is approved, and waits to be merged: pull request #7, https://g/7");
        let json = serde_json::to_string(&open(true)).unwrap();
        insta::assert_snapshot!(json, @r#"{"state":"open","number":7,"approved":true,"page":"https://g/7"}"#);
    }

    proptest! {
        #[test]
        fn the_same_notes_give_the_same_bytes_however_their_lines_end(lines in prop::collection::vec("[ -~]{0,12}", 0..6)) {
            let unix = file("api", &lines.join("\n")).1;
            prop_assert_eq!(&file("api", &lines.join("\r\n")).1, &unix);
            prop_assert_eq!(&file("api", &format!("\n{}\n\n", lines.join("\n"))).1, &unix);
            // What was read back from the file gives the file again.
            let notes = unix.strip_prefix("# 2024.04.18.16.49.08").unwrap();
            prop_assert_eq!(&file("api", notes).1, &unix);
        }
    }
}
