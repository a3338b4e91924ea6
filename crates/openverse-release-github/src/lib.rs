//! GitHub behind the ports: releases and their drafts, git history, branches and pull requests, runs of
//! GitHub Workflows and deployments by them. And what GitHub tells by itself, as [`GitHubEvent`]s.
//!
//! ```no_run
//! use openverse_release_github::GitHub;
//! use openverse_release_ports::GitHubReleases;
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let github = GitHub::builder().token("github_pat_…").build()?;
//! let code = github.repository("WordPress/openverse".parse()?, "main");
//! for release in code.releases(&"api".parse()?).await? {
//!     println!("{} {}", release.git_tag, if release.draft { "draft" } else { "" });
//! }
//! # Ok(())
//! # }
//! ```
//!
//! octocrab shapes and authenticates the requests; the transport below it is this crate's own,
//! because octocrab's repeats writes and follows redirects. A read is repeated on rate limits,
//! server errors and broken connections. A write is repeated only after GitHub said that it did
//! nothing, which is what a rate limit says.

mod answer;
mod branches;
mod calls;
mod client;
mod deployments;
mod drafts;
mod events;
mod history;
mod pages;
mod pull_requests;
mod quote;
mod rate_limit;
mod releases;
mod repository;
mod runs;
mod transport;
mod wire;

pub use client::{BuildError, GitHub, GitHubBuilder};
pub use events::{EventError, GitHubEvent};
pub use repository::Repository;
