//! What happened in a sandbox: every mutation, by whomever.

use std::{fmt, str::FromStr};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A part of the sandbox that something can be changed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// GitHub's API.
    GitHub,
    /// The image registry.
    Registry,
    /// AWS ECS.
    Ecs,
    /// The live environments.
    Deployment,
    /// The code repository.
    Git,
    /// Airflow.
    Airflow,
}

impl Part {
    /// Returns the text, as in the log.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::GitHub => "github",
            Self::Registry => "registry",
            Self::Ecs => "ecs",
            Self::Deployment => "deployment",
            Self::Git => "git",
            Self::Airflow => "airflow",
        }
    }
}

macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)+) => {
        /// A kind of change.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Action {
            $($(#[$doc])* $name,)+
        }

        impl Action {
            /// Every kind of change.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// Returns the text, such as `put_manifest`.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }
        }
    };
}

actions! {
    /// A draft was published.
    PublishGithubRelease = "publish_github_release",
    /// A GitHub Release was made.
    CreateGithubRelease = "create_github_release",
    /// A GitHub Release was changed without being published.
    UpdateGithubRelease = "update_github_release",
    /// A GitHub Release was deleted.
    DeleteGithubRelease = "delete_github_release",
    /// A GitHub Workflow was started by an event.
    RepositoryDispatch = "repository_dispatch",
    /// A GitHub Workflow was started by its file.
    WorkflowDispatch = "workflow_dispatch",
    /// A manifest was stored or a tag was moved.
    PutManifest = "put_manifest",
    /// A blob was stored.
    PutBlob = "put_blob",
    /// CI refreshed the draft of an app.
    Redraft = "redraft",
    /// CI built the images of an app.
    BuildImages = "build_images",
    /// An automation made a tag name an image, or removed one.
    TagImage = "tag_image",
    /// A revision of a task definition was registered.
    RegisterTaskDefinition = "register_task_definition",
    /// An ECS service was updated.
    UpdateService = "update_service",
    /// A live environment was updated.
    Deploy = "deploy",
    /// A change was merged to `main`.
    Merge = "merge",
    /// A git tag was made.
    CreateGitTag = "create_git_tag",
    /// Airflow read its DAGs anew, from another commit.
    SyncDags = "sync_dags",
    /// A DAG was paused.
    PauseDag = "pause_dag",
    /// A DAG was enabled.
    EnableDag = "enable_dag",
    /// A run of a DAG was started.
    StartDagRun = "start_dag_run",
    /// A run of a DAG was ended by hand.
    EndDagRun = "end_dag_run",
    /// A branch was made.
    CreateBranch = "create_branch",
    /// A file was written on a branch, in a commit of its own.
    PutFile = "put_file",
    /// A pull request was opened.
    OpenPullRequest = "open_pull_request",
    /// A pull request was changed, closed or opened again.
    UpdatePullRequest = "update_pull_request",
    /// A pull request got labels.
    LabelPullRequest = "label_pull_request",
    /// A pull request was approved, or otherwise reviewed.
    ReviewPullRequest = "review_pull_request",
    /// A pull request was merged.
    MergePullRequest = "merge_pull_request",
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A text names no kind of change.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no action of a sandbox, expected one of {}", Action::ALL.iter().map(|action| action.as_str()).collect::<Vec<_>>().join(", "))]
pub struct UnknownAction {
    /// The text.
    pub text: String,
}

impl FromStr for Action {
    type Err = UnknownAction;

    fn from_str(text: &str) -> Result<Self, UnknownAction> {
        Self::ALL
            .iter()
            .copied()
            .find(|action| action.as_str() == text)
            .ok_or_else(|| UnknownAction { text: text.to_owned() })
    }
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// When, in UTC.
    pub at: DateTime<Utc>,
    /// Where.
    pub system: Part,
    /// What kind of change.
    pub action: Action,
    /// What was changed.
    pub target: String,
    /// Who changed it: `request`, or the automation's name.
    pub by: String,
    /// The user agent of the request, if it was one and said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
}

impl Entry {
    /// What [`Entry::by`] says of a change that a request asked for.
    pub const REQUEST: &str = "request";

    /// Tells whether a request asked for the change, not one of the sandbox's own automations.
    pub fn requested(&self) -> bool {
        self.by == Self::REQUEST
    }
}
