//! The release process as a typed graph: words, tags, apps, flows, checks and runs.
//!
//! This crate is pure: no I/O, no clock, no async.

mod app;
mod bundle;
mod commit;
mod date;
mod environment;
mod flow;
mod github;
mod image;
mod parse;
mod tag;

pub use app::{
    App, AppSlug, DeploymentMeans, DeploymentTarget, HttpUrl, NoReleases, Performer, Repositories,
};
pub use bundle::{Bundle, DeployableVersion};
pub use commit::{Commit, CommitSha};
pub use date::ReleaseDate;
pub use environment::Environment;
pub use flow::{
    Artefact, Automatic, DeployedVersion, DeploymentStep, Detail, DetailKind, Exemption, Flow, FlowBuilder,
    FlowError, Forward, Handle, Link, LinkKind, Manual, Operation, RollbackStep, Step, StepId, Trigger,
};
pub use github::{
    Correlation, DeploymentRun, DispatchEventType, GitHubRelease, GitHubReleaseId, GitHubRepository,
    GitHubRunId, GitHubRunStatus, GitHubWorkflowFile, LiveVersion, ReleaseTarget,
};
pub use image::{Digest, ImageName, ImageReference, ImageTag, ImageTagKind};
pub use parse::ParseError;
pub use tag::{GitTag, GitTagPrefix, ReleaseTag};
