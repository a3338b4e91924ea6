//! The draft job: what keeps one draft of each app up to date.

use openverse_release_core::{AppSlug, CommitSha, GitTag, ReleaseDate};

use super::{Author, CommitRecord, Release, SandboxApp, World, labels};
use crate::{Action, Part};

impl World {
    /// Returns the git tag that a draft of the app gets now: newer than any release of the app.
    pub(crate) fn draft_name(&self, app: &AppSlug) -> Option<String> {
        let prefix = self.app(app)?.git_tag_prefix.clone()?;
        let newest = self
            .releases
            .iter()
            .filter(|release| !release.draft)
            .filter_map(|release| release.tag_name.parse::<GitTag>().ok())
            .filter(|tag| *tag.prefix() == prefix)
            .map(|tag| tag.date().moment() + std::time::Duration::from_secs(1))
            .max();
        let date = ReleaseDate::from_moment(newest.map_or(self.clock, |newest| newest.max(self.clock)))?;
        Some(GitTag::new(prefix, date).to_string())
    }

    /// Refreshes the single draft of the app as the draft job does, or makes it.
    pub(crate) fn redraft(&mut self, app: &AppSlug) {
        let Some(name) = self.draft_name(app) else { return };
        let body = self.draft_notes(app);
        let existing = self
            .release_ids(app, true)
            .into_iter()
            .min_by_key(|id| self.release(*id).map(|release| release.created_at));
        let release = match existing.and_then(|id| self.release(id)).cloned() {
            Some(draft) => {
                let target = self.repositories.main.clone();
                let draft = Release { tag_name: name.clone(), name: name.clone(), body, target, ..draft };
                self.replace_release(draft.clone());
                draft
            }
            None => {
                let release = Release {
                    id: self.new_id(),
                    tag_name: name.clone(),
                    name: name.clone(),
                    body,
                    target: self.repositories.main.clone(),
                    draft: true,
                    prerelease: false,
                    created_at: self.clock,
                    published_at: None,
                    author: super::BOT.to_owned(),
                };
                self.releases.push(release.clone());
                release
            }
        };
        self.note(Part::GitHub, Action::Redraft, release.tag_name, &Author::Automation("draft-releases"));
    }

    /// Returns the notes of all that was merged for the app since its last release, in sections.
    fn draft_notes(&self, app: &AppSlug) -> String {
        let (Some(app_data), Some(head)) = (self.app(app), self.head()) else { return String::new() };
        let history = &self.code.history;
        let last = self
            .release_ids(app, false)
            .into_iter()
            .filter_map(|id| self.release(id))
            .max_by_key(|release| release.published_at)
            .and_then(|release| history.resolve(&format!("tags/{}", release.tag_name)));
        let since: Vec<CommitSha> = match last {
            Some(last) => history.compare(&last, &head).map(|compared| compared.ahead).unwrap_or_default(),
            None => history.ancestry(&head).into_iter().rev().collect(),
        };
        let mut lines = [const { Vec::new() }; labels::SECTIONS.len()];
        for commit in since.iter().filter_map(|sha| history.commits.get(sha)) {
            if let Some(section) = self.section(app_data, commit) {
                lines[section].push(format!("- {} by @{}\n", commit.subject(), super::login(&commit.author)));
            }
        }
        let section = |((title, _), lines): ((&str, &str), Vec<String>)| {
            (!lines.is_empty()).then(|| format!("## {title}\n\n{}", lines.concat()))
        };
        let sections: Vec<_> = labels::SECTIONS.into_iter().zip(lines).filter_map(section).collect();
        sections.join("\n")
    }

    /// Returns in which section the notes of an app name a commit, if they do: by the labels of the
    /// pull request that brought it, and where none did, by its files and its message.
    fn section(&self, app: &SandboxApp, commit: &CommitRecord) -> Option<usize> {
        let brought = |it: &&super::PullRequest| it.merge_commit() == Some(&commit.sha);
        match self.code.pull_requests.iter().find(brought) {
            Some(merged) => {
                let has = |label: &str| merged.labels.iter().any(|it| it == label);
                (has(&app.label) && !has(labels::SKIP_CHANGELOG))
                    .then(|| labels::section_of_labels(&merged.labels))
            }
            None => {
                let touched = commit.files.iter().any(|file| app.owns(file));
                touched.then(|| labels::section_of_title(commit.subject()))
            }
        }
    }
}
