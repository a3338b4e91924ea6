//! Changes that a person merges into the main branch, by a pull request that needs nobody else.

use chrono::{DateTime, Utc};
use openverse_release_core::{AppSlug, CommitSha};

use super::{Author, HostedRepository, PullRequest, World, labels, login, pull_request::Standing};
use crate::{Action, Part, git::NewCommit};

/// Titles of changes that nobody reads about in release notes.
const UNMENTIONED: [&str; 2] = ["Bump Django to 4.2.11", "Bump Nuxt to 2.17.3"];

/// A pull request that is merged as soon as its commit is made.
#[derive(Debug)]
pub(crate) struct Merge {
    number: u64,
    title: String,
    labels: Vec<String>,
    pub(crate) commit: NewCommit,
}

impl World {
    /// Returns a merge for an app, `None` if the app has no source.
    pub(crate) fn new_merge(
        &mut self,
        slug: &AppSlug,
        title: &str,
        author: &str,
        at: DateTime<Utc>,
    ) -> Option<Merge> {
        let app = self.app(slug)?;
        let alone = |path: &&String| !self.apps.iter().any(|other| other.slug != *slug && other.owns(path));
        let path = app.source_paths.iter().find(alone).or(app.source_paths.first())?;
        let path = path.trim_matches('/').to_owned();
        // Issues and other people's pull requests have numbers too.
        self.code.last_number += 6;
        let number = self.new_number(HostedRepository::Code);
        let folder = !path.rsplit('/').next().unwrap_or_default().contains('.');
        let file = match (path.as_str(), folder) {
            ("", _) => format!("changes/{number}.md"),
            (path, true) => format!("{path}/changes/{number}.md"),
            (path, false) => path.to_owned(),
        };
        let owners = self.apps.iter().filter(|app| app.owns(&file));
        let mut labels: Vec<String> = owners.map(|app| app.label.clone()).collect();
        labels.push(labels::SECTIONS[labels::section_of_title(title)].1.to_owned());
        if UNMENTIONED.contains(&title) {
            labels.push(labels::SKIP_CHANGELOG.to_owned());
        }
        let message = format!("{title} (#{number})");
        let files = vec![(file, format!("{message}\n"))];
        let commit = NewCommit { at, author: author.to_owned(), message, files };
        Some(Merge { number, title: title.to_owned(), labels, commit })
    }

    /// Enters a merge whose commit the code holds by now.
    pub(crate) fn enter_merge(&mut self, merge: Merge, sha: &CommitSha) {
        let at = merge.commit.at;
        let parent = self.code.history.commits.get(sha).and_then(|commit| commit.parents.first());
        let base_sha = parent.unwrap_or(sha).clone();
        let author = login(&merge.commit.author);
        let merged = PullRequest {
            id: self.new_id(),
            number: merge.number,
            // Its branch was deleted when it was merged.
            head: login(&merge.title),
            head_sha: sha.clone(),
            title: merge.title,
            body: None,
            author: author.clone(),
            labels: merge.labels,
            draft: false,
            base: self.repositories.main.clone(),
            base_sha,
            standing: Standing::Merged { at, commit: sha.clone(), by: author },
            reviews: Vec::new(),
            created_at: at,
            updated_at: at,
        };
        self.code.pull_requests.push(merged);
        self.outbox.changed = true;
    }

    /// Notes that somebody merges a change.
    pub(crate) fn note_merge(&mut self, app: &AppSlug, merge: &Merge) {
        let target = format!("{app}: {}", merge.commit.message);
        self.note(Part::Git, Action::Merge, target, &Author::Automation("somebody"));
    }
}
