//! The release process as a typed graph: words, tags, apps, flows, checks and runs.
//!
//! This crate is pure: no I/O, no clock, no async.

mod app;
mod branch;
mod bundle;
mod changelog;
mod commit;
mod configuration;
mod configured_variables;
mod dag;
mod dag_checkout;
mod date;
mod environment;
mod environment_variables;
pub mod flow;
mod gate;
mod github;
mod github_run;
mod glossary;
mod history;
mod image;
pub mod kind;
mod markdown;
mod nearest;
mod notes;
mod pages;
mod parse;
mod path_pattern;
mod project;
mod pull_request;
mod release_need;
mod repository_file;
pub mod run;
mod runbook;
mod service;
pub mod step_protocol;
#[cfg(feature = "proptest")]
pub mod strategies;
mod tag;

pub use app::{
    App, AppSlug, DeploymentMeans, DeploymentTarget, HttpUrl, NoReleases, Performer, Repositories,
};
pub use branch::BranchName;
pub use bundle::{Bundle, DeployableVersion};
pub use changelog::{ChangelogRules, ChangelogState, changelog_branch, changelog_proposal};
pub use commit::{Commit, CommitSha};
pub use configuration::{ConfigurationObstacle, Configured, Foreseen, PastConfiguration};
pub use configured_variables::{EnvironmentVariables, ForeseenVariable, VariableFingerprint};
pub use dag::{Dag, DagId, DagPattern, DagRun, DagRunId, DagRunState};
pub use dag_checkout::{DagCheckoutState, FastForwarded};
pub use date::ReleaseDate;
pub use environment::{Environment, EnvironmentName, Environments, EnvironmentsError};
pub use environment_variables::{
    DeclarationError, EnvironmentVariableName, MissingVariables, VariableDeclaration, VariableDeclarations,
};
pub use flow::{
    Automatic, Branches, ChartLevel, CheckId, DeploymentStep, Detail, DetailKind, EnvironmentSet, Exemption,
    Finding, Flow, FlowBuilder, FlowError, Forward, Handle, Link, LinkKind, Manual, Outcome, RollbackStep,
    Severity, Step, StepId, StepMark, StepMarks, Trigger, documented as flows,
};
pub use gate::{Gate, GateClosed};
pub use github::{
    Correlation, DeploymentRun, DispatchEventType, GitHubRelease, GitHubReleaseId, GitHubRepository,
    GitHubRunId, GitHubRunStatus, GitHubWorkflowFile, LiveVersion, ReleaseTarget,
};
pub use github_run::{GitHubRun, Job, JobStatus, JobStep};
pub use glossary::{
    AmbiguousUse, Confusion, PartOfSpeech, Term, Wording, ambiguous_uses, find_term, glossary,
    terms_instead_of,
};
pub use history::{
    DeploymentKind, DeploymentRecord, NothingToRollBackTo, configuration_history, deployment_history,
    last_known_working,
};
pub use image::{Digest, ImageName, ImageReference, ImageTag, ImageTagKind};
pub use kind::{Artefact, Kind, Operation, Program};
pub use nearest::nearest_word;
pub use notes::{
    DraftChange, DraftContent, DraftPlan, DraftRefusal, DraftWrite, MergedPullRequest, NotesSection,
    ReleaseNotes, ReleaseNotesRules, numbers_mentioned, plan_draft,
};
pub use parse::ParseError;
pub use path_pattern::{PathPattern, lies_within};
pub use project::{
    ExplainedTag, Project, ProjectError, ProjectFileError, TagKind, UnknownGitTag, explain_tag,
};
pub use pull_request::{PullRequest, PullRequestNumber, PullRequestState};
pub use release_need::{DeclaredVariables, NoReleaseNeeded, ReleaseNeed, ReleaseReason};
pub use repository_file::{BlobSha, FileContent, RepositoryPath};
pub use run::{
    ActiveStep, AutomationLook, AutomationSight, Decision, DeploymentLook, DoneStep, Effect, End,
    ExternalRun, IncompatibleProcess, Input, InputRejected, KindEffect, Limits, Look, Order, OrderKind, Part,
    Patience, Phase, Plan, PlanError, PlannedPart, PlannedStep, Proposal, ProposalSight, ProposedContent,
    ReplayError, Reply, Run, RunEvent, RunId, Scope, ServiceSight, Sight, Stop, Task, Verdict, Wait,
    WaitReason, Wants, deployable_target, plan,
};
pub use runbook::{Drift, DriftHunk, Runbook};
pub use service::{
    AwsRegion, ClusterName, ContainerName, DeploymentId, EcsService, EcsServiceName, LogPointer,
    RegisterTaskDefinition, RegistrationMarker, RenderError, RenderedTaskDefinition, Rollout, RolloutState,
    ServiceDeployment, ServiceDescription, ServiceEvent, StoppedContainer, StoppedTask, TaskArn, TaskCounts,
    TaskDefinition, TaskDefinitionArn, TaskDefinitionError, TaskFamily, UpdateService, judge_rollout,
};
pub use tag::{GitTag, GitTagPrefix, ReleaseTag};
