//! GitHub Releases, git tags and drafts in memory.

use async_trait::async_trait;
use openverse_release_core::{
    CommitSha, DraftContent, GitHubRelease, GitHubReleaseId, GitTag, GitTagPrefix, ReleaseTarget,
};
use openverse_release_ports::{
    DraftNow, GitHubReleases, PortError, ReleaseDrafts, System, WriteError, conflict_with_draft,
    require_draft_to_update, require_same_draft,
};

use super::InMemoryGitHub;

#[async_trait]
impl GitHubReleases for InMemoryGitHub {
    async fn releases(&self, prefix: &GitTagPrefix) -> Result<Vec<GitHubRelease>, PortError> {
        let state = self.state();
        let mut releases: Vec<_> =
            state.releases.values().filter(|release| release.git_tag.prefix() == prefix).cloned().collect();
        releases.sort_by_key(|release| std::cmp::Reverse((release.git_tag.date(), release.id)));
        Ok(releases)
    }

    async fn release(&self, id: GitHubReleaseId) -> Result<Option<GitHubRelease>, PortError> {
        Ok(self.state().releases.get(&id).cloned())
    }

    async fn publish(&self, seen: &GitHubRelease, commit: &CommitSha) -> Result<(), WriteError> {
        let mut state = self.state();
        require_same_draft(seen, state.releases.get(&seen.id))?;
        if state.code.position(commit).is_none() {
            let (system, action) = (System::GitHub, format!("publishing {}", seen.git_tag));
            let detail = "target_commitish is no commit of the repository".to_owned();
            return Err(PortError::Refused { system, action, status: 422, detail }.into());
        }
        if let Some(release) = state.releases.get_mut(&seen.id) {
            release.target = ReleaseTarget::Commit(commit.clone());
        }
        state.publish(seen.id);
        Ok(())
    }

    async fn tag_commit(&self, tag: &GitTag) -> Result<Option<CommitSha>, PortError> {
        Ok(self.state().tags.get(tag).cloned())
    }

    async fn tags(&self, prefix: &GitTagPrefix) -> Result<Vec<(GitTag, CommitSha)>, PortError> {
        let state = self.state();
        let of_app = state.tags.iter().filter(|(tag, _)| tag.prefix() == prefix);
        let mut tags: Vec<_> = of_app.map(|(tag, commit)| (tag.clone(), commit.clone())).collect();
        tags.sort_by_key(|(tag, _)| std::cmp::Reverse(tag.date()));
        Ok(tags)
    }
}

#[async_trait]
impl ReleaseDrafts for InMemoryGitHub {
    async fn create_draft(&self, draft: &DraftContent) -> Result<GitHubReleaseId, WriteError> {
        let mut state = self.state();
        match state.releases.values().find(|release| release.git_tag == draft.git_tag) {
            Some(found) => Err(conflict_with_draft(&draft.git_tag, found)),
            None => Ok(state.draft(draft)),
        }
    }

    async fn update_draft(&self, seen: &GitHubRelease, to: &DraftContent) -> Result<(), WriteError> {
        let mut state = self.state();
        let now = state.releases.get_mut(&seen.id);
        if let (DraftNow::AsSeen, Some(release)) = (require_draft_to_update(seen, to, now.as_deref())?, now) {
            let DraftContent { git_tag, name, target, notes } = to.clone();
            *release = GitHubRelease { git_tag, name, target, notes, ..release.clone() };
        }
        Ok(())
    }

    async fn delete_draft(&self, seen: &GitHubRelease) -> Result<(), WriteError> {
        let mut state = self.state();
        require_same_draft(seen, state.releases.get(&seen.id))?;
        state.releases.remove(&seen.id);
        Ok(())
    }
}
