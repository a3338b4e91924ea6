//! Drafts of GitHub Releases.

use async_trait::async_trait;
use openverse_release_core::{DraftContent, GitHubRelease, GitHubReleaseId};
use openverse_release_http::{Answer, quote};
use openverse_release_ports::{
    DraftNow, GitHubReleases as _, PortError, ReleaseDrafts, WriteError, conflict_with_draft,
    require_draft_to_update, require_same_draft,
};
use serde_json::json;

use crate::{answer::malformed, calls::Write, repository::Repository, wire::Release};

#[async_trait]
impl ReleaseDrafts for Repository {
    async fn create_draft(&self, draft: &DraftContent) -> Result<GitHubReleaseId, WriteError> {
        let there = self.releases(draft.git_tag.prefix()).await?;
        if let Some(found) = there.iter().find(|release| release.git_tag == draft.git_tag) {
            return Err(conflict_with_draft(&draft.git_tag, found));
        }
        let action = format!("drafting {}", draft.git_tag);
        let DraftContent { git_tag, name, target, notes } = draft;
        let body = json!({
            "tag_name": git_tag,
            "name": name,
            "target_commitish": target.as_commitish(),
            "body": notes,
            "draft": true,
        });
        let answer = self.github.write(Write::Post(&body), &self.path("releases"), &action).await?;
        Ok(self.drafted(draft, &answer, &action)?.id)
    }

    async fn update_draft(&self, seen: &GitHubRelease, to: &DraftContent) -> Result<(), WriteError> {
        let now = self.release(seen.id).await?;
        if require_draft_to_update(seen, to, now.as_ref())? == DraftNow::AsWanted {
            return Ok(());
        }
        let action = format!("updating the draft {}", seen.git_tag);
        let DraftContent { git_tag, name, target, notes } = to;
        let body = json!({
            "tag_name": git_tag,
            "name": name,
            "target_commitish": target.as_commitish(),
            "body": notes,
            // No word about "draft": one that is published at this very moment would be taken back.
        });
        let answer = self.github.write(Write::Patch(&body), &self.release_path(seen.id), &action).await?;
        self.drafted(to, &answer, &action)?;
        Ok(())
    }

    async fn delete_draft(&self, seen: &GitHubRelease) -> Result<(), WriteError> {
        require_same_draft(seen, self.release(seen.id).await?.as_ref())?;
        let action = format!("deleting the draft {}", seen.git_tag);
        self.github.write(Write::Delete, &self.release_path(seen.id), &action).await?;
        Ok(())
    }
}

impl Repository {
    /// Reads the answer to a write of a draft. The notes are not compared: GitHub may show line
    /// ends and spaces in another form.
    fn drafted(
        &self,
        wanted: &DraftContent,
        answer: &Answer,
        action: &str,
    ) -> Result<GitHubRelease, PortError> {
        let now = self.github.json_of::<Release>(answer, action)?.into_domain();
        let as_wanted = |now: &GitHubRelease| {
            now.draft
                && (&now.git_tag, &now.name, &now.target) == (&wanted.git_tag, &wanted.name, &wanted.target)
        };
        let found = match now {
            Some(now) if as_wanted(&now) => return Ok(now),
            Some(now) if now.draft => format!("a draft {} of {}", now.git_tag, now.target.as_commitish()),
            Some(now) => format!("{}, published meanwhile", now.git_tag),
            None => "another git tag".to_owned(),
        };
        let expected = format!("a draft {} of {}", wanted.git_tag, wanted.target.as_commitish());
        Err(malformed(action, format!("found {}, expected {expected}", quote(&found))))
    }
}
