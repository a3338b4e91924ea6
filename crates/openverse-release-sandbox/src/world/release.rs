//! GitHub Releases.

use chrono::{DateTime, Utc};
use openverse_release_core::{AppSlug, GitTag, ImageTag};
use serde::{Deserialize, Serialize};

use super::{Author, World};
use crate::{Action, Fault, Part};

/// A GitHub Release.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Release {
    pub(crate) id: u64,
    pub(crate) tag_name: String,
    pub(crate) name: String,
    pub(crate) body: String,
    pub(crate) target: String,
    pub(crate) draft: bool,
    pub(crate) prerelease: bool,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) published_at: Option<DateTime<Utc>>,
    pub(crate) author: String,
}

/// What a request wants a GitHub Release to be; what is not said stays as it is.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Change {
    pub(crate) tag_name: Option<String>,
    pub(crate) target_commitish: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) body: Option<String>,
    pub(crate) draft: Option<bool>,
    pub(crate) prerelease: Option<bool>,
}

/// A change to a GitHub Release was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReleaseError {
    NotFound,
    Invalid { field: &'static str, code: &'static str },
}

impl World {
    pub(crate) fn release(&self, id: u64) -> Option<&Release> {
        self.releases.iter().find(|release| release.id == id)
    }

    /// Returns what a list of GitHub Releases shows: drafts first, then the newest first.
    pub(crate) fn release_list(&mut self) -> Vec<Release> {
        let stale = self.stale_releases.is_some() && self.fires(|fault| *fault == Fault::StaleReleaseList);
        let mut releases = match &self.stale_releases {
            Some(before) if stale => before.clone(),
            _ => self.releases.clone(),
        };
        releases.sort_by_key(|release| std::cmp::Reverse((release.draft, release.created_at, release.id)));
        releases
    }

    /// Returns what was published so far, oldest first: when, of which app, and the image tag.
    pub(crate) fn published_releases(&self) -> Vec<(DateTime<Utc>, AppSlug, ImageTag)> {
        let mut published: Vec<_> = self
            .releases
            .iter()
            .filter_map(|release| {
                let tag: GitTag = release.tag_name.parse().ok()?;
                let app = self.app_of_tag(&release.tag_name)?.slug.clone();
                Some((release.published_at?, app, ImageTag::of_release(tag.date())))
            })
            .collect();
        published.sort();
        published
    }

    /// Returns the published release of a git tag.
    pub(crate) fn published(&self, git_tag: &str) -> Option<&Release> {
        self.releases.iter().find(|release| !release.draft && release.tag_name == git_tag)
    }

    /// Makes a GitHub Release.
    pub(crate) fn create_release(
        &mut self,
        change: &Change,
        actor: &str,
        by: &Author<'_>,
    ) -> Result<Release, ReleaseError> {
        let tag_name = change.tag_name.clone().filter(|tag| !tag.is_empty());
        let tag_name = tag_name.ok_or(ReleaseError::Invalid { field: "tag_name", code: "missing_field" })?;
        let release = Release {
            id: self.new_id(),
            name: change.name.clone().unwrap_or_else(|| tag_name.clone()),
            tag_name: tag_name.clone(),
            body: change.body.clone().unwrap_or_default(),
            target: change.target_commitish.clone().unwrap_or_else(|| self.repositories.main.clone()),
            draft: true,
            prerelease: change.prerelease.unwrap_or(false),
            created_at: self.clock,
            published_at: None,
            author: actor.to_owned(),
        };
        let id = release.id;
        let publish = change.draft != Some(true);
        if publish {
            self.check_publishable(&release)?;
        }
        self.releases.push(release.clone());
        self.note(Part::GitHub, Action::CreateGithubRelease, tag_name, by);
        if publish { self.publish(id, by) } else { Ok(release) }
    }

    /// Changes a GitHub Release, and publishes it if that is asked for.
    pub(crate) fn update_release(
        &mut self,
        id: u64,
        change: &Change,
        by: &Author<'_>,
    ) -> Result<Release, ReleaseError> {
        let mut release = self.release(id).ok_or(ReleaseError::NotFound)?.clone();
        let was_draft = release.draft;
        for (field, value) in [
            (&mut release.tag_name, &change.tag_name),
            (&mut release.target, &change.target_commitish),
            (&mut release.name, &change.name),
            (&mut release.body, &change.body),
        ] {
            if let Some(value) = value {
                field.clone_from(value);
            }
        }
        release.prerelease = change.prerelease.unwrap_or(release.prerelease);
        let publish = was_draft && change.draft == Some(false);
        if publish {
            self.check_publishable(&release)?;
        } else if change.draft == Some(true) {
            release.draft = true;
            release.published_at = None;
        }
        self.replace_release(release.clone());
        if publish {
            return self.publish(id, by);
        }
        self.note(Part::GitHub, Action::UpdateGithubRelease, release.tag_name.clone(), by);
        Ok(release)
    }

    /// Deletes a GitHub Release; its git tag stays.
    pub(crate) fn delete_release(&mut self, id: u64, by: &Author<'_>) -> Result<(), ReleaseError> {
        let index = self.releases.iter().position(|release| release.id == id);
        let release = self.releases.remove(index.ok_or(ReleaseError::NotFound)?);
        self.note(Part::GitHub, Action::DeleteGithubRelease, release.tag_name, by);
        Ok(())
    }

    pub(super) fn replace_release(&mut self, release: Release) {
        self.outbox.changed = true;
        if let Some(place) = self.releases.iter_mut().find(|place| place.id == release.id) {
            *place = release;
        }
    }

    fn check_publishable(&self, release: &Release) -> Result<(), ReleaseError> {
        if self.published(&release.tag_name).is_some_and(|other| other.id != release.id) {
            return Err(ReleaseError::Invalid { field: "tag_name", code: "already_exists" });
        }
        // The target counts only where the git tag does not exist yet.
        let target = self
            .code
            .history
            .resolve(&format!("tags/{}", release.tag_name))
            .or_else(|| self.code.history.resolve(&release.target));
        target.map(drop).ok_or(ReleaseError::Invalid { field: "target_commitish", code: "invalid" })
    }

    /// Publishes a draft that can be published, with all that GitHub and the faults make of it.
    fn publish(&mut self, id: u64, by: &Author<'_>) -> Result<Release, ReleaseError> {
        let mut release = self.release(id).ok_or(ReleaseError::NotFound)?.clone();
        release.draft = false;
        release.published_at = Some(self.clock);
        self.replace_release(release.clone());
        self.note(Part::GitHub, Action::PublishGithubRelease, release.tag_name.clone(), by);
        if let Some(target) = self.code.history.resolve(&release.target) {
            self.create_git_tag(&release.tag_name, &target, &Author::Automation("github"));
        }
        let app = self.app_of_tag(&release.tag_name).map(|app| app.slug.clone());
        if let Some(app) = app {
            if self.fires(|fault| *fault == Fault::LatestMovesAtPublish) {
                self.move_latest(&app, "latest-moves-at-publish");
            }
            if self.publish_starts_workflow && !release.prerelease {
                self.start_tagging(&app, &release);
            }
            if self.fires(|fault| *fault == Fault::RedraftedAfterPublish) {
                let name = self.draft_name(&app).unwrap_or_else(|| release.tag_name.clone());
                let main = self.repositories.main.clone();
                self.replace_release(Release {
                    tag_name: name.clone(),
                    name: name.clone(),
                    target: main,
                    draft: true,
                    published_at: None,
                    ..release.clone()
                });
                self.note(
                    Part::GitHub,
                    Action::Redraft,
                    name,
                    &Author::Automation("redrafted-after-publish"),
                );
            }
        }
        Ok(release)
    }

    /// Returns the numbers of the app's drafts, or of its published releases.
    pub(crate) fn release_ids(&self, app: &AppSlug, draft: bool) -> Vec<u64> {
        let of_app = |release: &&Release| {
            release.draft == draft
                && self.app_of_tag(&release.tag_name).is_some_and(|owner| owner.slug == *app)
        };
        self.releases.iter().filter(of_app).map(|release| release.id).collect()
    }
}
