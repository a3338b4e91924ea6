//! What can go wrong with a sandbox itself.

use std::{io, path::PathBuf};

use openverse_release_core::{AppSlug, DagId};

use crate::HostedRepository;

/// The sandbox could not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SandboxError {
    /// There is no sandbox where one was expected.
    #[error("{} holds no sandbox", dir.display())]
    Absent {
        /// The directory.
        dir: PathBuf,
    },
    /// There is something already where a new sandbox was to be made.
    #[error("{} is not empty", dir.display())]
    Occupied {
        /// The directory.
        dir: PathBuf,
    },
    /// A file of the sandbox is not what this version writes.
    #[error("{} cannot be read as a sandbox's file", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// Another version of the sandbox made this one.
    #[error(
        "{} holds a sandbox of format {found}, expected format {expected}: reset it, which makes it anew",
        dir.display()
    )]
    OtherFormat {
        /// The directory.
        dir: PathBuf,
        /// The format of its state.
        found: u32,
        /// The format that this version writes.
        expected: u32,
    },
    /// A file or a socket could not be used.
    #[error("the sandbox could not use its files or its port")]
    Io(#[from] io::Error),
    /// The `git` program could not be started.
    #[error("the program git could not be started; the sandbox keeps its code in a real git repository")]
    NoGit {
        /// What the system said.
        source: io::Error,
    },
    /// The `git` program failed.
    #[error("git {command} failed: {message}")]
    Git {
        /// The git command.
        command: String,
        /// What it wrote to its standard error.
        message: String,
    },
    /// The project has no such app.
    #[error("the sandbox has no app {app}")]
    UnknownApp {
        /// The app.
        app: AppSlug,
    },
    /// The code has no such DAG, as Airflow last read it.
    #[error("the sandbox's Airflow has no DAG {dag}")]
    UnknownDag {
        /// The DAG.
        dag: DagId,
    },
    /// No app of the project has DAGs.
    #[error("no app of the project is deployed by DAG sync, so it has no DAGs")]
    NoDags,
    /// Nothing of the app is built from the code.
    #[error("{app} has no source paths, so nothing can be merged for it")]
    NoSource {
        /// The app.
        app: AppSlug,
    },
    /// There is no such pull request.
    #[error("the {repository} repository has no pull request {number}")]
    UnknownPullRequest {
        /// The repository.
        repository: HostedRepository,
        /// The number.
        number: u64,
    },
    /// A pull request is not as it has to be for what was asked.
    #[error("pull request {number} of the {repository} repository is not changed: {reason}")]
    PullRequest {
        /// The repository.
        repository: HostedRepository,
        /// The number.
        number: u64,
        /// What is in the way.
        reason: String,
    },
    /// The machine gave no random bytes.
    #[error("the machine gave no random bytes: {reason}")]
    NoRandomness {
        /// What it said.
        reason: String,
    },
}
