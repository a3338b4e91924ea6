//! A whole release world on loopback: a real git repository, GitHub's API, an image registry, ECS and
//! the live apps, with the automations between them and with faults on demand.
//!
//! The adapters for the real world talk to it over HTTP; only their base URLs differ. It is kept
//! in a directory, which any number of processes may use at once, and [`Sandbox`] is the way in.
//!
//! # What it speaks
//! One listener on a free port of 127.0.0.1:
//!
//! - `/github/repos/{owner}/{repo}/…`: the part of GitHub's API that releases need. Tokens are
//!   accepted and not looked at.
//! - `/v2/…`: the OCI distribution API. Repositories are named as in the images' names, without
//!   the registry's host, and any other can be pushed to.
//! - `/ecs`: the part of ECS's API, in AWS JSON 1.1, that deployments need. Signatures are accepted
//!   and not looked at.
//! - `/live/{host}/{path}`: what the live app at that host and path answers.
//! - `/airflow/api/v2/…` and `/airflow/api/v1/…`: the part of Airflow's REST API that deployments need.
//!   Anybody is let in.
//!
//! The code is the bare git repository `code.git`: clone it, push to its main branch, and CI
//! builds. Airflow reads its DAGs from `airflow/dags-checkout`, a checkout of it: move that, and new
//! DAGs are there, paused.
//!
//! The infrastructure is the bare git repository `infrastructure.git`, or `code.git` too if the project
//! names the same repository for both. Each has branches, files and pull requests in GitHub's API, and
//! what is written there are real commits. Its code is for real
//! Terraform and Ansible, which are run by whoever deploys, in the checkout `infrastructure`; what they
//! set up are files in `servers`.
//!
//! # What happens by itself
//! A move of the main branch starts CI, a run of the project's GitHub Workflow with its jobs. At its end the images of
//! each app that the push touches are built, that app's draft is refreshed (unless
//! [`Options::without_draft_job`] leaves that to others) and its deployment to staging dispatched.
//! A dispatched deployment appears as a run, takes its time, one at a time for each GitHub Workflow,
//! and changes what the live app answers.
//! Publishing a draft makes the git tag; [`Options::publish_starts_workflow`] makes it start the
//! tagging and the production deployment too.
//!
//! An update of an ECS service starts a deployment of it, which takes its time too, and makes the
//! live app answer with what it deployed once it has completed.
//!
//! Nothing runs in the background: what is due by now happens, at its own time, as soon as anybody
//! looks.
//!
//! # What it does not do
//! It shows which files a commit touches but not how.

mod dag_checkout;
mod error;
mod fault;
mod git;
mod http;
mod infrastructure;
mod log;
mod observe;
mod people;
mod random;
mod sandbox;
mod squash;
mod stand_ins;
mod status;
mod store;
mod timing;
mod wire;
mod world;

pub use error::SandboxError;
pub use fault::{ActiveFault, Fault, Mutations, UnknownFault};
pub use http::{BaseUrls, Server};
pub use log::{Action, Entry, Part, UnknownAction};
pub use sandbox::Sandbox;
pub use stand_ins::StandIns;
pub use status::{
    AppStatus, LiveStatus, PullRequestState, PullRequestStatus, RequestCounts, RunStatus, Status,
};
pub use timing::{Options, Timing};
pub use world::{HostedRepository, Paused};
