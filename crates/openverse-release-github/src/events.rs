//! What GitHub tells by itself: the events of its webhooks, and those that start a GitHub Workflow.

use openverse_release_core::{
    BranchName, CommitSha, DispatchEventType, GitHubRelease, GitHubRepository, GitHubRun, GitHubWorkflowFile,
    ImageTag, PullRequest,
};
use openverse_release_http::quote;
use openverse_release_ports::DeploymentRequest;
use serde::{Deserialize, de::DeserializeOwned};

use crate::wire::{self, Release, Run};

/// Something that happened in a repository, as far as a release has to do with it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum GitHubEvent {
    /// A GitHub Release of an app was published, and not as a pre-release.
    ReleasePublished {
        /// Where.
        repository: GitHubRepository,
        /// The GitHub Release.
        release: GitHubRelease,
    },
    /// A branch was made or moved.
    BranchPushed {
        /// Where.
        repository: GitHubRepository,
        /// The branch.
        branch: BranchName,
        /// Where it was, if it was there.
        before: Option<CommitSha>,
        /// Where it is.
        head: CommitSha,
    },
    /// A run of a GitHub Workflow was asked for, began or ended.
    RunMoved {
        /// Where.
        repository: GitHubRepository,
        /// The GitHub Workflow.
        workflow: GitHubWorkflowFile,
        /// The run, as it is now.
        run: GitHubRun,
    },
    /// A `repository_dispatch` was sent.
    Dispatched {
        /// Where to.
        repository: GitHubRepository,
        /// Its event type.
        event_type: DispatchEventType,
        /// The deployment it asks for, if it does.
        request: Option<DeploymentRequest>,
    },
    /// A pull request was merged.
    PullRequestMerged {
        /// Where.
        repository: GitHubRepository,
        /// The pull request.
        pull_request: PullRequest,
    },
}

/// An event is not what GitHub promises.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("GitHub's event {event} is not as it is documented: {detail}")]
#[non_exhaustive]
pub struct EventError {
    /// The name of the event.
    pub event: String,
    /// What was found, and what was expected.
    pub detail: String,
}

#[derive(Deserialize)]
struct Envelope<T> {
    repository: RepositoryItem,
    #[serde(flatten)]
    told: T,
}

#[derive(Deserialize)]
struct RepositoryItem {
    full_name: GitHubRepository,
}

#[derive(Deserialize)]
struct ReleaseTold {
    action: String,
    release: ReleaseItem,
}

#[derive(Deserialize)]
struct ReleaseItem {
    prerelease: bool,
    #[serde(flatten)]
    release: Release,
}

#[derive(Deserialize)]
struct PushTold {
    #[serde(rename = "ref")]
    name: String,
    before: CommitSha,
    after: CommitSha,
    created: bool,
    deleted: bool,
}

#[derive(Deserialize)]
struct RunTold {
    workflow_run: RunItem,
}

#[derive(Deserialize)]
struct RunItem {
    path: String,
    #[serde(flatten)]
    run: Run,
}

#[derive(Deserialize)]
struct DispatchTold {
    action: DispatchEventType,
    client_payload: Option<Payload>,
}

/// What the caller of a `repository_dispatch` sends along, if it asks for a deployment.
#[derive(Default, Deserialize)]
struct Payload {
    tag: Option<ImageTag>,
    actor: Option<String>,
    run_name: Option<String>,
}

#[derive(Deserialize)]
struct PullRequestTold {
    action: String,
    pull_request: wire::PullRequest,
}

impl GitHubEvent {
    /// Reads an event. `name` is that in the header `X-GitHub-Event` or in the variable
    /// `GITHUB_EVENT_NAME`, `body` the payload. `None` for one that has nothing to do with a release.
    ///
    /// Who sent it is not checked here: a webhook's signature has to be checked before.
    ///
    /// # Errors
    /// When the payload is not what GitHub documents for that name.
    ///
    /// ```
    /// use openverse_release_github::GitHubEvent;
    ///
    /// assert_eq!(GitHubEvent::read("ping", b"{}")?, None);
    /// assert!(GitHubEvent::read("push", b"{}").is_err());
    /// # Ok::<(), openverse_release_github::EventError>(())
    /// ```
    pub fn read(name: &str, body: &[u8]) -> Result<Option<Self>, EventError> {
        match name {
            "release" => Ok(release(told(name, body)?)),
            "push" => push(told(name, body)?).map_err(|detail| error(name, &detail)),
            "workflow_run" => run(told(name, body)?).map(Some).map_err(|detail| error(name, &detail)),
            "repository_dispatch" => Ok(Some(dispatch(told(name, body)?))),
            "pull_request" => pull_request(told(name, body)?).map_err(|detail| error(name, &detail)),
            _ => Ok(None),
        }
    }
}

fn told<T: DeserializeOwned>(name: &str, body: &[u8]) -> Result<Envelope<T>, EventError> {
    serde_json::from_slice(body).map_err(|cause| error(name, &cause.to_string()))
}

fn error(event: &str, detail: &str) -> EventError {
    EventError { event: event.to_owned(), detail: quote(detail) }
}

fn release(Envelope { repository, told }: Envelope<ReleaseTold>) -> Option<GitHubEvent> {
    let ReleaseTold { action, release: ReleaseItem { prerelease, release } } = told;
    if action != "published" || prerelease {
        return None;
    }
    let release = release.into_domain()?;
    Some(GitHubEvent::ReleasePublished { repository: repository.full_name, release })
}

fn push(Envelope { repository, told }: Envelope<PushTold>) -> Result<Option<GitHubEvent>, String> {
    let PushTold { name, before, after, created, deleted } = told;
    let Some(branch) = name.strip_prefix("refs/heads/").filter(|_| !deleted) else { return Ok(None) };
    Ok(Some(GitHubEvent::BranchPushed {
        repository: repository.full_name,
        branch: branch.parse().map_err(|error| format!("{error}"))?,
        before: (!created).then_some(before),
        head: after,
    }))
}

fn run(Envelope { repository, told }: Envelope<RunTold>) -> Result<GitHubEvent, String> {
    let RunItem { path, run } = told.workflow_run;
    // `.github/workflows/ci.yml`, or the same with `@` and a branch.
    let file = path.split('@').next().and_then(|path| path.rsplit('/').next()).unwrap_or_default();
    Ok(GitHubEvent::RunMoved {
        repository: repository.full_name,
        workflow: file.parse().map_err(|error| format!("{error}"))?,
        run: run.into_domain()?,
    })
}

fn dispatch(Envelope { repository, told }: Envelope<DispatchTold>) -> GitHubEvent {
    let DispatchTold { action, client_payload } = told;
    let Payload { tag, actor, run_name } = client_payload.unwrap_or_default();
    let request = tag.zip(actor).map(|(image_tag, actor)| DeploymentRequest {
        image_tag,
        actor,
        run_name: run_name.unwrap_or_default(),
    });
    GitHubEvent::Dispatched { repository: repository.full_name, event_type: action, request }
}

fn pull_request(
    Envelope { repository, told }: Envelope<PullRequestTold>,
) -> Result<Option<GitHubEvent>, String> {
    if told.action != "closed" || told.pull_request.merged_at.is_none() {
        return Ok(None);
    }
    let pull_request = told.pull_request.into_domain(false)?;
    Ok(Some(GitHubEvent::PullRequestMerged { repository: repository.full_name, pull_request }))
}
