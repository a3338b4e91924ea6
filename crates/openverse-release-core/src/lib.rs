//! The release process as a typed graph: words, tags, apps, flows, checks and runs.
//!
//! This crate is pure: no I/O, no clock, no async.

mod app;
mod bundle;
mod commit;
mod configuration;
mod date;
mod environment;
mod environment_variable;
mod flow;
mod github;
mod glossary;
mod history;
mod image;
mod parse;
mod project;
mod run;
mod tag;

pub use app::{
    App, AppSlug, DeploymentMeans, DeploymentTarget, HttpUrl, NoReleases, Performer, Repositories,
};
pub use bundle::{Bundle, DeployableVersion};
pub use commit::{Commit, CommitSha};
pub use configuration::{Configured, Foreseen, PastConfiguration};
pub use date::ReleaseDate;
pub use environment::Environment;
pub use environment_variable::{EnvironmentVariableName, EnvironmentVariables, ForeseenVariable};
pub use flow::{
    Artefact, Automatic, ChartLevel, CheckId, DeployedVersion, DeploymentStep, Detail, DetailKind, Exemption,
    Finding, Flow, FlowBuilder, FlowError, Forward, Handle, Link, LinkKind, Manual, Operation, RollbackStep,
    Severity, Step, StepId, StepMark, StepMarks, Trigger, documented as flows,
};
pub use github::{
    Correlation, DeploymentRun, DispatchEventType, GitHubRelease, GitHubReleaseId, GitHubRepository,
    GitHubRunId, GitHubRunStatus, GitHubWorkflowFile, LiveVersion, ReleaseTarget,
};
pub use glossary::{Confusion, PartOfSpeech, Term, find_term, glossary, terms_instead_of};
pub use history::{
    DeploymentKind, DeploymentRecord, NothingToRollBackTo, deployment_history, last_known_working,
};
pub use image::{Digest, ImageName, ImageReference, ImageTag, ImageTagKind};
pub use parse::ParseError;
pub use project::{ExplainedTag, Project, ProjectError, TagKind, UnknownGitTag, explain_tag};
pub use run::{
    Decision, DeploymentLook, DoneStep, Effect, End, IncompatibleProcess, Input, Limits, Look, Next, NotNow,
    Order, OrderKind, Phase, PlanError, PlannedStep, ReplayError, Reply, Run, RunEvent, RunId, Sight, Stop,
    Task, carried_out, plan,
};
pub use tag::{GitTag, GitTagPrefix, ReleaseTag};
