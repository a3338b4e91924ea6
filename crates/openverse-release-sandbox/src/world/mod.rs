//! The simulated world: pure logic, given the time and what git holds.

mod airflow;
mod ci;
mod dag_files;
mod deployment;
mod draft;
mod ecs;
mod faults;
mod history;
mod image;
mod jobs;
mod labels;
mod merge;
mod pull_request;
mod registry;
mod release;
mod repository;
mod seed;
mod state;

pub(crate) use airflow::{DagRunRecord, RunState as DagRunState};
pub(crate) use ci::Event;
pub(crate) use dag_files::new_dag;
pub(crate) use deployment::{DispatchedBy, Run, RunState, Work};
pub(crate) use ecs::{
    ACCOUNT, Definition, Ecs, REGION, Registration, RolloutState, Service, Task, Update, arn,
};
pub use faults::Paused;
pub(crate) use faults::{Before, Interference};
pub(crate) use history::{AnnotatedTag, CommitRecord, History};
pub(crate) use jobs::{Job, Stage};
pub(crate) use merge::Merge;
pub(crate) use pull_request::{
    NewPullRequest, PullRequest, PullRequestChange, PullRequestError, Review, Standing, Verdict,
};
pub(crate) use registry::{PushError, Registry, sha256};
pub(crate) use release::{Change, Release, ReleaseError};
pub use repository::HostedRepository;
pub(crate) use repository::Repository;
pub(crate) use seed::Script;
pub(crate) use state::{Author, Live, Outbox, SandboxApp, World};

/// The login of the bot that runs the automations.
pub(crate) const BOT: &str = "openverse-bot";

/// The login of whoever sends requests: tokens are accepted and not looked at.
pub(crate) const MAINTAINER: &str = "maintainer";

/// Returns a name as a login is spelt.
pub(crate) fn login(name: &str) -> String {
    let spelt: String = name
        .trim()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' })
        .take(39)
        .collect();
    let spelt = spelt.trim_matches('-');
    if spelt.is_empty() { "somebody".to_owned() } else { spelt.to_owned() }
}
