//! Reverting a change on `main`, and following it to the first environment.

use openverse_release_core::{App, AutomationSight, BranchName, CommitSha, PullRequest, PullRequestState};
use openverse_release_ports::{NewPullRequest, open_once};
use serde::Serialize;

use crate::{Engine, EngineError, LiveAnswer, Refusal, RunningVersion, preview::newest_touching};

/// How many commits of `main` are searched for the one to revert.
const SEARCHED: usize = 100;

/// A revert, and how far it has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Revert {
    /// The commit that is taken back.
    pub bad: CommitSha,
    /// Its subject. It comes from outside.
    pub subject: String,
    /// The pull request that brought it, if one did.
    pub brought_by: Option<PullRequest>,
    /// The pull request that takes it back.
    pub revert: PullRequest,
    /// The run of CI on the merged revert, with its jobs.
    pub ci: Option<AutomationSight>,
    /// What the first environment that code reaches runs, once the revert is merged.
    pub running: Option<RunningVersion>,
}

impl Revert {
    /// Tells whether that environment runs the reverted code.
    pub fn is_live(&self) -> bool {
        match (&self.revert.state, &self.running) {
            (
                PullRequestState::Merged { commit, .. },
                Some(RunningVersion { answer: LiveAnswer::Commit(running), .. }),
            ) => running == commit,
            _ => false,
        }
    }
}

impl Engine {
    /// Prepares the revert of a commit of an app, by default the newest that touches it: a branch and a
    /// pull request, made once however often it is asked for. Then tells how far it has come.
    ///
    /// # Errors
    /// When the commit is not on the main branch or does not touch the app, later changes touch the same
    /// lines, or git or GitHub do not do their part.
    pub async fn revert(&self, app: &App, bad: Option<&CommitSha>) -> Result<Revert, EngineError> {
        let main = &self.world.main;
        let touching = newest_touching(&self.world, main.as_str(), app, SEARCHED).await?;
        let wanted = |commit: &&openverse_release_core::Commit| bad.is_none_or(|bad| commit.sha == *bad);
        let bad = touching.iter().find(wanted).ok_or_else(|| {
            let found = match bad {
                Some(bad) => format!("{} not among the last {SEARCHED} commits", bad.short()),
                None => "no commit".to_owned(),
            };
            Refusal::new(
                found,
                format!("one on {main} that touches the {}", app.name),
                "name it by its commit SHA of 40 digits",
            )
        })?;
        let brought_by = self.world.pull_requests.of_commit(&bad.sha).await?.into_iter().next();
        let branch: BranchName = format!("revert/{}", bad.sha.short()).parse()?;
        let title = format!("Revert \"{}\"", bad.subject);
        if self.world.pull_requests.with_head(&branch).await?.is_empty()
            && self.world.branches.head(&branch).await?.is_none()
        {
            let message = format!("{title}\n\nThis reverts commit {}.\n", bad.sha);
            self.world.reverts.revert(&bad.sha, &branch, &message).await?;
        }
        let number = brought_by.as_ref().map(|request| format!(" of {}", request.number));
        let wanted = NewPullRequest {
            head: branch,
            base: main.clone(),
            title,
            body: format!("Takes back commit {}{}.", bad.sha, number.unwrap_or_default()),
        };
        let labels = brought_by.as_ref().map(|request| request.labels.clone()).unwrap_or_default();
        let revert = open_once(&*self.world.pull_requests, &wanted, &labels).await?;
        let (mut ci, mut running) = (None, None);
        if let PullRequestState::Merged { commit, .. } = &revert.state {
            ci = self.ci_of(commit).await?;
            // Where a change of `main` gets by itself.
            if let Some(environment) = app.flow.updated_environments().next() {
                let answer = self.world.runs_now(app, environment).await?;
                running = answer.map(|answer| RunningVersion { environment, answer });
            }
        }
        let (bad, subject) = (bad.sha.clone(), bad.subject.clone());
        Ok(Revert { bad, subject, brought_by, revert, ci, running })
    }
}
