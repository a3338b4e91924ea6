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
//! Requests are sent by [`openverse_release_http`], which repeats a read on rate limits, server errors
//! and broken connections, and a write only after GitHub said that it did nothing. This crate adds
//! what is GitHub's own: its two kinds of rate limit, its error texts, redirects of renamed
//! repositories, and the token, which no error shows.

mod answer;
mod branches;
mod calls;
mod client;
mod deployments;
mod drafts;
mod events;
mod history;
mod pages;
mod policy;
mod pull_requests;
mod releases;
mod repository;
mod runs;
mod wire;

pub use client::{BuildError, GitHub, GitHubBuilder};
pub use events::{EventError, GitHubEvent};
pub use repository::Repository;
