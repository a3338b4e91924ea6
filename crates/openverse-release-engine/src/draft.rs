//! The drafted GitHub Release of an app, refreshed after merges.

use chrono::{DateTime, Utc};
use openverse_release_core::{
    App, CommitSha, DraftContent, DraftPlan, DraftWrite, GitHubRelease, GitTag, MergedPullRequest,
    PullRequest, PullRequestState, ReleaseDate, ReleaseNotes, ReleaseTarget, plan_draft,
};
use openverse_release_ports::PortError;
use serde::Serialize;

use crate::{Engine, EngineError, Refusal, preview::newest_touching};

/// What became of the draft of an app.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "draft", rename_all = "snake_case")]
pub enum DraftOutcome {
    /// Nothing that touches the app was merged since its last release.
    NothingToRelease {
        /// The last release.
        released: GitTag,
    },
    /// It says what it should.
    Unchanged {
        /// Its git tag.
        git_tag: GitTag,
    },
    /// There was none, and it was made.
    Created {
        /// Its git tag.
        git_tag: GitTag,
    },
    /// It was changed.
    Updated {
        /// Its git tag now.
        git_tag: GitTag,
        /// What changed, in words.
        changes: Vec<&'static str>,
    },
}

/// The draft of an app after it was refreshed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RefreshedDraft {
    /// The app.
    pub app: String,
    /// What became of the draft.
    #[serde(flatten)]
    pub outcome: DraftOutcome,
    /// The git tags of the duplicates that were deleted.
    pub deleted: Vec<GitTag>,
}

impl Engine {
    /// Makes the draft of an app say what a release would release now; makes it if there is none, and
    /// deletes duplicates. A published GitHub Release is never touched.
    ///
    /// # Errors
    /// When the app has no releases, a person has to decide, or an outside system does not do its part.
    pub async fn refresh_draft(&self, app: &App) -> Result<RefreshedDraft, EngineError> {
        let prefix = app.require_prefix()?;
        let releases = self.world.releases.releases(prefix).await?;
        let last = self.world.releases.tags(prefix).await?.into_iter().next();
        let touching = newest_touching(&self.world, self.world.main.as_str(), app, 1).await?;
        let Some(newest) = touching.into_iter().next() else {
            return Err(Refusal::new(
                format!("no commit on {} that touches the {}", self.world.main, app.name),
                "one to release",
                "merge a change of the app first",
            )
            .into());
        };
        if let Some((released, commit)) = &last
            && *commit == newest.sha
        {
            return Ok(refreshed(app, DraftOutcome::NothingToRelease { released: released.clone() }));
        }
        let merged = self.merged_since(last.as_ref().map(|(_, commit)| commit), &newest.sha).await?;
        let notes = ReleaseNotes::of(&self.project, app, &merged);
        let now = self.world.clock.now();
        let date = ReleaseDate::from_moment(now).ok_or_else(|| {
            Refusal::new(format!("the moment {now}"), "one that a git tag can hold", "set the clock right")
        })?;
        let wanted =
            DraftContent::of(&app.release_tag(date)?, ReleaseTarget::Commit(newest.sha.clone()), &notes);
        self.write_draft(app, plan_draft(&releases, wanted)?).await
    }

    async fn write_draft(&self, app: &App, plan: DraftPlan) -> Result<RefreshedDraft, EngineError> {
        let drafts = &self.world.drafts;
        let outcome = match plan.write {
            DraftWrite::Nothing { draft: GitHubRelease { git_tag, .. } } => {
                DraftOutcome::Unchanged { git_tag }
            }
            DraftWrite::Create(content) => {
                let git_tag = content.git_tag.clone();
                drafts.create_draft(&content).await?;
                DraftOutcome::Created { git_tag }
            }
            DraftWrite::Update { seen, to, changes } => {
                let git_tag = to.git_tag.clone();
                drafts.update_draft(&seen, &to).await?;
                DraftOutcome::Updated {
                    git_tag,
                    changes: changes.iter().map(|change| change.as_str()).collect(),
                }
            }
        };
        let mut refreshed = refreshed(app, outcome);
        for duplicate in plan.delete {
            drafts.delete_draft(&duplicate).await?;
            refreshed.deleted.push(duplicate.git_tag);
        }
        Ok(refreshed)
    }

    /// Returns the pull requests that were merged after one commit and up to another.
    async fn merged_since(
        &self,
        last: Option<&CommitSha>,
        newest: &CommitSha,
    ) -> Result<Vec<MergedPullRequest>, PortError> {
        let commits = match last {
            Some(last) => self.world.code.compare(last, newest).await?.map(|comparison| comparison.commits),
            None => None,
        };
        let oldest = commits.iter().flatten().map(|commit| commit.committed_at).min();
        let since = oldest.unwrap_or(DateTime::<Utc>::UNIX_EPOCH);
        let requests = self.world.pull_requests.merged(&self.world.main, since).await?;
        let released_now = |commit: &CommitSha| {
            commits.as_ref().is_none_or(|commits| commits.iter().any(|newer| newer.sha == *commit))
        };
        let merged = requests.into_iter().filter_map(|request| {
            let PullRequest { number, title, author, labels, state, .. } = request;
            let PullRequestState::Merged { commit, at } = state else { return None };
            released_now(&commit).then_some(MergedPullRequest {
                number: number.0,
                title,
                author,
                labels,
                merge_commit: commit,
                merged_at: at,
            })
        });
        Ok(merged.collect())
    }
}

fn refreshed(app: &App, outcome: DraftOutcome) -> RefreshedDraft {
    RefreshedDraft { app: app.slug.to_string(), outcome, deleted: Vec::new() }
}
