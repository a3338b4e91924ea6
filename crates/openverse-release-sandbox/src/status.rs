//! What a sandbox looks like from outside.

use std::{collections::BTreeMap, path::PathBuf};

use chrono::{DateTime, Utc};
use openverse_release_core::{AppSlug, CommitSha, EnvironmentName, ImageTag};
use serde::{Deserialize, Serialize};

use crate::{
    ActiveFault, HostedRepository, Part, Paused, Timing,
    world::{SandboxApp, Standing, World},
};

/// How many requests each part has answered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RequestCounts(BTreeMap<Part, u64>);

impl RequestCounts {
    pub(crate) fn count(&mut self, part: Part) {
        *self.0.entry(part).or_default() += 1;
    }

    /// Returns the count of one part.
    pub fn of(&self, part: Part) -> u64 {
        self.0.get(&part).copied().unwrap_or_default()
    }

    /// Returns the count of all parts.
    pub fn total(&self) -> u64 {
        self.0.values().sum()
    }
}

/// A summary of a sandbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// Where it is kept.
    pub directory: PathBuf,
    /// The git repository: clone it, push to its main branch, and CI builds.
    pub code: PathBuf,
    /// The git repository of the infrastructure, which can be the code's.
    pub infrastructure: PathBuf,
    /// The sandbox's time, in UTC.
    pub now: DateTime<Utc>,
    /// The head of the main branch.
    pub head: Option<CommitSha>,
    /// How long things take.
    pub timing: Timing,
    /// Whether publishing starts the GitHub Workflow that tags and deploys.
    pub publish_starts_workflow: bool,
    /// Each app.
    pub apps: Vec<AppStatus>,
    /// The runs of GitHub Workflows that have not ended.
    pub running: Vec<RunStatus>,
    /// The pull requests that are open, the code's first.
    pub open_pull_requests: Vec<PullRequestStatus>,
    /// The faults that are switched on.
    pub faults: Vec<ActiveFault>,
    /// The requests that wait because of a fault.
    pub paused: Vec<Paused>,
    /// How many requests each part has answered.
    pub requests: RequestCounts,
}

/// A summary of one app in a sandbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppStatus {
    /// The app.
    pub app: AppSlug,
    /// The git tag of its newest published release.
    pub released: Option<String>,
    /// The git tags that its drafts would get.
    pub drafts: Vec<String>,
    /// The commit its images tagged `latest` were built from, the companion's where there is one.
    pub latest: Option<CommitSha>,
    /// What runs where.
    pub live: Vec<LiveStatus>,
}

/// What one environment runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveStatus {
    /// The environment.
    pub environment: EnvironmentName,
    /// The image tag it was deployed by.
    pub image_tag: ImageTag,
    /// The commit its images were built from.
    pub commit: CommitSha,
    /// Since when, in UTC.
    pub since: DateTime<Utc>,
}

/// A run of a GitHub Workflow that has not ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunStatus {
    /// The number.
    pub id: u64,
    /// The file of the GitHub Workflow.
    pub workflow: String,
    /// The title.
    pub title: String,
    /// Whether lists show it already.
    pub listed: bool,
    /// Whether it stays as it is until the faults are cleared.
    pub hangs: bool,
}

/// A summary of a pull request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PullRequestStatus {
    /// Where it is.
    pub repository: HostedRepository,
    /// The number.
    pub number: u64,
    /// The title.
    pub title: String,
    /// The labels.
    pub labels: Vec<String>,
    /// The branch it comes from.
    pub head: String,
    /// The branch it goes to.
    pub base: String,
    /// Whether somebody approved it, and nobody wants it changed.
    pub approved: bool,
    /// What became of it.
    pub state: PullRequestState,
}

/// What became of a pull request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PullRequestState {
    /// Nothing yet.
    Open,
    /// It was closed without being merged.
    Closed,
    /// It was merged by this commit.
    Merged(CommitSha),
}

impl PullRequestStatus {
    pub(crate) fn all_of(world: &World, repository: HostedRepository) -> Vec<Self> {
        let newest_first = world.repository(repository).pull_requests.iter().rev();
        newest_first
            .map(|it| Self {
                repository,
                number: it.number,
                title: it.title.clone(),
                labels: it.labels.clone(),
                head: it.head.clone(),
                base: it.base.clone(),
                approved: it.approved(),
                state: match &it.standing {
                    Standing::Open => PullRequestState::Open,
                    Standing::Closed { .. } => PullRequestState::Closed,
                    Standing::Merged { commit, .. } => PullRequestState::Merged(commit.clone()),
                },
            })
            .collect()
    }
}

impl Status {
    pub(crate) fn of(
        world: &World,
        directory: PathBuf,
        code: PathBuf,
        infrastructure: PathBuf,
        requests: RequestCounts,
    ) -> Self {
        let running = world.runs.iter().filter(|run| !run.ended()).map(|run| RunStatus {
            id: run.id,
            workflow: run.workflow.clone(),
            title: run.title.clone(),
            listed: run.listed,
            hangs: run.hangs,
        });
        let open = world.hosts().iter().flat_map(|which| PullRequestStatus::all_of(world, *which));
        Self {
            directory,
            code,
            infrastructure,
            now: world.clock,
            head: world.head(),
            timing: world.timing,
            publish_starts_workflow: world.publish_starts_workflow,
            apps: world.apps.iter().map(|app| AppStatus::of(world, app)).collect(),
            running: running.collect(),
            open_pull_requests: open.filter(|it| it.state == PullRequestState::Open).collect(),
            faults: world.faults.clone(),
            paused: world.paused.clone(),
            requests,
        }
    }
}

impl AppStatus {
    fn of(world: &World, app: &SandboxApp) -> Self {
        let (targets, app) = (&app.deployments, &app.slug);
        let names = |draft: bool| {
            let ids = world.release_ids(app, draft).into_iter();
            ids.filter_map(|id| world.release(id)).map(|release| release.tag_name.clone())
        };
        let live = targets.iter().filter_map(|target| world.live(app, target.environment));
        Self {
            app: app.clone(),
            released: names(false).max(),
            drafts: names(true).collect(),
            latest: world.deployable(app, ImageTag::latest().as_str()),
            live: live
                .map(|live| LiveStatus {
                    environment: live.environment,
                    image_tag: live.image_tag.clone(),
                    commit: live.commit.clone(),
                    since: live.since,
                })
                .collect(),
        }
    }
}
