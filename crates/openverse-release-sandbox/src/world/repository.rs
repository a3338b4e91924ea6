//! The repositories that GitHub hosts.

use std::fmt;

use openverse_release_core::{Commit, CommitSha, GitHubRepository};
use serde::{Deserialize, Serialize};

use super::{Author, History, PullRequest, World};
use crate::{Action, Part};

/// What a repository of a sandbox is for. One repository can be for both, as the project says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HostedRepository {
    /// The one of the code.
    Code,
    /// The one of the infrastructure.
    Infrastructure,
}

impl HostedRepository {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Code, Self::Infrastructure];

    /// Returns the text, as in a status.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Infrastructure => "infrastructure",
        }
    }

    /// Returns the name of its folder in the sandbox's.
    pub(crate) fn folder(self) -> &'static str {
        match self {
            Self::Code => "code.git",
            Self::Infrastructure => "infrastructure.git",
        }
    }
}

impl fmt::Display for HostedRepository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A repository on GitHub.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Repository {
    pub(crate) history: History,
    /// In the order of their numbers.
    pub(crate) pull_requests: Vec<PullRequest>,
    /// The number of the newest pull request.
    pub(crate) last_number: u64,
}

impl Repository {
    pub(super) fn new(last_number: u64) -> Self {
        Self { history: History::default(), pull_requests: Vec::new(), last_number }
    }
}

impl World {
    pub(crate) fn repository(&self, which: HostedRepository) -> &Repository {
        match which {
            HostedRepository::Code => &self.code,
            HostedRepository::Infrastructure => self.infrastructure.as_ref().unwrap_or(&self.code),
        }
    }

    pub(crate) fn repository_mut(&mut self, which: HostedRepository) -> &mut Repository {
        match which {
            HostedRepository::Code => &mut self.code,
            HostedRepository::Infrastructure => self.infrastructure.as_mut().unwrap_or(&mut self.code),
        }
    }

    /// Returns the repositories there are.
    pub(crate) fn hosts(&self) -> &'static [HostedRepository] {
        if self.infrastructure.is_some() { &HostedRepository::ALL } else { &[HostedRepository::Code] }
    }

    /// Returns the repository that is for something: the code's if there is no other.
    pub(crate) fn host(&self, which: HostedRepository) -> HostedRepository {
        if self.infrastructure.is_some() { which } else { HostedRepository::Code }
    }

    /// Returns owner and name of a repository.
    pub(crate) fn hosted(&self, which: HostedRepository) -> &GitHubRepository {
        match which {
            HostedRepository::Code => &self.repositories.code,
            HostedRepository::Infrastructure => &self.repositories.infrastructure,
        }
    }

    pub(crate) fn main_reference(&self) -> String {
        format!("refs/heads/{}", self.repositories.main)
    }

    /// Returns the head of the code's main branch.
    pub(crate) fn head(&self) -> Option<CommitSha> {
        self.code.history.head(&self.repositories.main)
    }

    /// Returns the head of the code's main branch as a commit.
    pub(crate) fn head_commit(&self) -> Option<Commit> {
        let commit = self.code.history.commits.get(&self.head()?)?;
        Some(Commit {
            sha: commit.sha.clone(),
            subject: commit.subject().to_owned(),
            author: commit.author.clone(),
            committed_at: commit.committed_at,
        })
    }

    /// Makes a git tag on a commit of the code, unless there is one of that name.
    pub(crate) fn create_git_tag(&mut self, tag: &str, commit: &CommitSha, by: &Author<'_>) {
        let reference = format!("refs/tags/{tag}");
        if self.code.history.references.contains_key(&reference) {
            return;
        }
        self.code.history.references.insert(reference, commit.to_string());
        self.outbox.git_tags.push((tag.to_owned(), commit.clone()));
        self.note(Part::Git, Action::CreateGitTag, format!("{tag} on {}", commit.short()), by);
    }
}
