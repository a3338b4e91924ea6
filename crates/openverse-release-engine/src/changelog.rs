//! The changelog entry of a release, beside any run.

use openverse_release_core::{
    App, ChangelogState, GitHubRelease, GitTag, ProposalSight, PullRequest, PullRequestState,
    changelog_branch, changelog_proposal,
};

use crate::{Advice, Engine, EngineError, Refusal};

impl Engine {
    /// Sees to it that the changelog entry of a release waits for review; asked for twice, it is made
    /// once. Without a git tag it is the newest release's.
    ///
    /// # Errors
    /// When there is no such published GitHub Release, or GitHub does not do its part.
    pub async fn propose_changelog(
        &self,
        app: &App,
        tag: Option<&GitTag>,
    ) -> Result<(GitTag, ChangelogState), EngineError> {
        let release = self.published(app, tag).await?;
        let proposal = changelog_proposal(&self.project, app, &release.git_tag, &release.notes)?;
        let mut state = self.world.look_at_proposal(&proposal).await?;
        if state == ProposalSight::Absent {
            self.world.commit_proposal(&proposal).await?;
            state = self.world.look_at_proposal(&proposal).await?;
        }
        if state == ProposalSight::Committed {
            self.world.open_pull_request(&proposal).await?;
        }
        if let ProposalSight::Taken { found } = state {
            return Err(Refusal::new(
                format!("the branch {} with {found}", proposal.branch),
                "it to hold the changelog entry and nothing else",
                "rename or delete that branch",
            )
            .into());
        }
        Ok((release.git_tag.clone(), self.world.changelog_state(&release.git_tag).await?))
    }

    async fn published(&self, app: &App, tag: Option<&GitTag>) -> Result<GitHubRelease, EngineError> {
        let releases = self.world.releases.releases(app.require_prefix()?).await?;
        let wanted =
            |release: &GitHubRelease| !release.draft && tag.is_none_or(|tag| release.git_tag == *tag);
        releases.into_iter().find(wanted).ok_or_else(|| {
            let found = match tag {
                Some(tag) => format!("no published GitHub Release {tag}"),
                None => format!("no published GitHub Release of the {}", app.name),
            };
            Refusal::new(
                found,
                "one to write the changelog entry of",
                Advice::LookAtStatus { app: app.slug.clone() },
            )
            .into()
        })
    }
}

impl crate::World {
    pub(crate) async fn changelog_state(&self, tag: &GitTag) -> Result<ChangelogState, EngineError> {
        let newest = self.pull_requests.with_head(&changelog_branch(tag)).await?.into_iter().next();
        Ok(match newest {
            None => ChangelogState::Missing,
            Some(PullRequest { number, page, state, .. }) => match state {
                PullRequestState::Open { approved } => {
                    ChangelogState::Open { number: number.0, approved, page }
                }
                PullRequestState::Merged { .. } => ChangelogState::Merged,
                PullRequestState::Closed => ChangelogState::Closed,
            },
        })
    }
}
