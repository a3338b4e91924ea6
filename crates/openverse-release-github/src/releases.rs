//! GitHub Releases and git tags.

use std::{cmp::Reverse, collections::BTreeMap};

use async_trait::async_trait;
use http::StatusCode;
use openverse_release_core::{CommitSha, GitHubRelease, GitHubReleaseId, GitTag, GitTagPrefix};
use openverse_release_http::quote;
use openverse_release_ports::{GitHubReleases, PortError, WriteError, require_same_draft};
use serde_json::json;

use crate::{
    answer::malformed,
    calls::Write,
    pages::PAGE_SIZE,
    repository::Repository,
    wire::{GitObject, GitRef, Release, TagObject},
};

const REF_PREFIX: &str = "refs/tags/";
/// An annotated tag can be on an annotated tag; deeper than this is no tag that anybody made.
const DEEPEST_TAG: usize = 8;

#[async_trait]
impl GitHubReleases for Repository {
    async fn releases(&self, prefix: &GitTagPrefix) -> Result<Vec<GitHubRelease>, PortError> {
        let path = self.list_path("releases", &[("per_page", &PAGE_SIZE.to_string())]);
        // By number: while pages are read, a new release pushes one over from the page before.
        let mut found = BTreeMap::new();
        let take = |page: Vec<Release>| {
            let releases = page.into_iter().filter_map(Release::into_domain);
            let of_app = releases.filter(|release| release.git_tag.prefix() == prefix);
            found.extend(of_app.map(|release| (release.id, release)));
            true
        };
        self.github.read_pages(&path, "listing GitHub Releases", take).await?;
        let mut releases: Vec<_> = found.into_values().collect();
        releases.sort_by_key(|release| Reverse((release.git_tag.date(), release.id)));
        Ok(releases)
    }

    async fn release(&self, id: GitHubReleaseId) -> Result<Option<GitHubRelease>, PortError> {
        let action = format!("reading GitHub Release {}", id.0);
        let release: Option<Release> =
            self.github.read_json_if_there(&self.release_path(id), &action).await?;
        Ok(release.and_then(Release::into_domain))
    }

    async fn publish(&self, seen: &GitHubRelease, commit: &CommitSha) -> Result<(), WriteError> {
        require_same_draft(seen, self.release(seen.id).await?.as_ref())?;
        let action = format!("publishing {}", seen.git_tag);
        let body = json!({
            "draft": false,
            "tag_name": seen.git_tag,
            "name": seen.name,
            // A draft names a branch, and GitHub would put the git tag on whatever the branch's
            // head is by now.
            "target_commitish": commit,
            // The repository holds several apps, so "true", GitHub's default, would hand the one
            // label "Latest" to whichever app was published last, even with an older draft.
            // "legacy" leaves it on the newest release by date.
            "make_latest": "legacy",
        });
        let answer = self.github.write(Write::Patch(&body), &self.release_path(seen.id), &action).await?;
        let now = self.github.json_of::<Release>(&answer, &action)?.into_domain();
        // Not its target: GitHub may show another one where the git tag was there already.
        if now.as_ref().is_some_and(|now| !now.draft && now.git_tag == seen.git_tag) {
            return Ok(());
        }
        let found = now.map_or("another git tag".to_owned(), |now| {
            format!("{} {}", if now.draft { "a draft" } else { "a published release" }, now.git_tag)
        });
        let expected = format!("a published release {}", seen.git_tag);
        Err(malformed(&action, format!("found {found}, expected {expected}")).into())
    }

    async fn tag_commit(&self, tag: &GitTag) -> Result<Option<CommitSha>, PortError> {
        let action = format!("reading the git tag {tag}");
        let path = self.path(&format!("git/ref/tags/{tag}"));
        match self.github.read_json_if_there::<GitRef>(&path, &action).await? {
            Some(found) => self.peeled(found.object, &action).await.map(Some),
            None => Ok(None),
        }
    }

    async fn tags(&self, prefix: &GitTagPrefix) -> Result<Vec<(GitTag, CommitSha)>, PortError> {
        let action = format!("listing the git tags of {prefix}");
        let path = self.path(&format!("git/matching-refs/tags/{prefix}-"));
        let mut found = BTreeMap::new();
        let take = |page: Vec<GitRef>| {
            for GitRef { name, object } in page {
                let tag = name.strip_prefix(REF_PREFIX).and_then(|name| name.parse::<GitTag>().ok());
                if let Some(tag) = tag.filter(|tag| tag.prefix() == prefix) {
                    found.insert(Reverse(tag.date()), (tag, object));
                }
            }
            true
        };
        self.github.read_pages(&path, &action, take).await?;
        let mut tags = Vec::with_capacity(found.len());
        for (tag, object) in found.into_values() {
            let commit = self.peeled(object, &action).await?;
            tags.push((tag, commit));
        }
        Ok(tags)
    }
}

impl Repository {
    pub(crate) fn release_path(&self, id: GitHubReleaseId) -> String {
        self.path(&format!("releases/{}", id.0))
    }

    /// Follows annotated tags to the commit.
    async fn peeled(&self, mut object: GitObject, action: &str) -> Result<CommitSha, PortError> {
        for _ in 0..DEEPEST_TAG {
            if object.kind == "commit" {
                return Ok(object.sha);
            }
            if object.kind != "tag" {
                break;
            }
            let path = self.path(&format!("git/tags/{}", object.sha));
            let answer = self.github.read(&path, action).await?;
            if answer.status == StatusCode::NOT_FOUND {
                return Err(malformed(
                    action,
                    format!("found no annotated tag {}, named by its ref", object.sha),
                ));
            }
            object = self.github.json_of::<TagObject>(&answer, action)?.object;
        }
        let kind = quote(&object.kind);
        Err(malformed(action, format!("found a git tag on a {kind}, expected it on a commit")))
    }
}
