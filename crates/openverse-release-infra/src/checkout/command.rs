//! Running git, without anything of the person's own configuration.

use std::{
    ffi::{OsStr, OsString},
    path::PathBuf,
    time::Duration,
};

use openverse_release_core::CommitSha;

use super::CheckoutError;
use crate::{Conditions, Finished, Program, ProgramError, Silent};

const INSTALL: &str = "install it with: apt-get install git";

/// A way to reach an origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// HTTP over TLS.
    Https,
    /// SSH, with the keys of an agent or of the person's home folder.
    Ssh,
    /// A folder of this machine.
    File,
    /// HTTP without TLS, for an origin on loopback.
    Http,
}

impl Protocol {
    fn name(self) -> &'static str {
        match self {
            Self::Https => "https",
            Self::Ssh => "ssh",
            Self::File => "file",
            Self::Http => "http",
        }
    }
}

/// A git working tree whose origin is called `origin`.
#[derive(Debug, Clone)]
pub struct Checkout {
    program: Program,
    dir: PathBuf,
    conditions: Conditions,
}

impl Checkout {
    /// Returns the checkout in a folder; its origin may be reached in these ways and no other.
    pub fn new(dir: impl Into<PathBuf>, protocols: &[Protocol]) -> Self {
        let allowed: Vec<_> = protocols.iter().map(|protocol| protocol.name()).collect();
        let mut program = Program::new("git", INSTALL)
            .with("GIT_CONFIG_NOSYSTEM", "1")
            .with("GIT_CONFIG_GLOBAL", "/dev/null")
            .with("GIT_ATTR_NOSYSTEM", "1")
            .with("GIT_TERMINAL_PROMPT", "0")
            .with("GIT_ASKPASS", "/bin/false")
            .with("GIT_SSH_COMMAND", "ssh -o BatchMode=yes")
            .with("GIT_PAGER", "cat")
            .with("GIT_EDITOR", "/bin/false")
            .with("GIT_OPTIONAL_LOCKS", "0")
            .with("GIT_ALLOW_PROTOCOL", allowed.join(":"));
        // Over what the repository's own configuration says.
        let settings = [
            ("core.hooksPath", "/dev/null"),
            ("core.fsmonitor", "false"),
            ("core.quotePath", "false"),
            ("commit.gpgSign", "false"),
            ("gc.auto", "0"),
            ("maintenance.auto", "false"),
            ("submodule.recurse", "false"),
            ("fetch.recurseSubmodules", "false"),
            ("push.recurseSubmodules", "no"),
            ("push.gpgSign", "false"),
            ("advice.detachedHead", "false"),
        ];
        program = program.with("GIT_CONFIG_COUNT", settings.len().to_string());
        for (index, (key, value)) in settings.into_iter().enumerate() {
            program = program
                .with(format!("GIT_CONFIG_KEY_{index}"), key)
                .with(format!("GIT_CONFIG_VALUE_{index}"), value);
        }
        Self {
            program,
            dir: dir.into(),
            conditions: Conditions { limit: Duration::from_secs(300), ..Conditions::default() },
        }
    }

    /// Runs under other conditions than five minutes a command.
    #[must_use]
    pub fn under(mut self, conditions: Conditions) -> Self {
        self.conditions = conditions;
        self
    }

    /// Returns the paths that differ between two commits, sorted.
    ///
    /// A file that was moved is there twice, once for each place.
    ///
    /// # Errors
    /// When the checkout has no such commits.
    pub async fn changed_paths(
        &self,
        from: &CommitSha,
        to: &CommitSha,
    ) -> Result<Vec<String>, CheckoutError> {
        self.paths_between(from, to, "--diff-filter=ACDMRTUXB").await
    }

    /// Returns the paths that one commit has and an earlier one has not, sorted.
    pub(crate) async fn added_paths(
        &self,
        from: &CommitSha,
        to: &CommitSha,
    ) -> Result<Vec<String>, CheckoutError> {
        self.paths_between(from, to, "--diff-filter=A").await
    }

    async fn paths_between(
        &self,
        from: &CommitSha,
        to: &CommitSha,
        filter: &str,
    ) -> Result<Vec<String>, CheckoutError> {
        let options = [
            "diff-tree",
            "-r",
            "-z",
            "--name-only",
            "--no-renames",
            "--no-ext-diff",
            "--no-textconv",
            filter,
        ];
        let commits = [from.to_string(), to.to_string()];
        let arguments = options.into_iter().chain(commits.iter().map(String::as_str)).chain(["--"]);
        let text = self.ask(arguments).await?;
        Ok(text.split_terminator('\0').map(str::to_owned).collect())
    }

    /// Runs git and returns how it ended.
    pub(super) async fn git<A: AsRef<OsStr>>(
        &self,
        arguments: impl IntoIterator<Item = A>,
    ) -> Result<Finished, ProgramError> {
        self.git_with(&[], arguments).await
    }

    /// Runs git with variables of the environment in addition.
    pub(super) async fn git_with<A: AsRef<OsStr>>(
        &self,
        given: &[(&str, OsString)],
        arguments: impl IntoIterator<Item = A>,
    ) -> Result<Finished, ProgramError> {
        let mut program = self.program.clone();
        for (name, value) in given {
            program = program.with(*name, value.clone());
        }
        program.run(arguments, &self.dir, self.conditions, &Silent).await
    }

    /// Runs git, which has to succeed, and returns what it wrote.
    pub(super) async fn ask<A: AsRef<OsStr>>(
        &self,
        arguments: impl IntoIterator<Item = A>,
    ) -> Result<String, CheckoutError> {
        self.ask_with(&[], arguments).await
    }

    /// The same with variables of the environment in addition.
    pub(super) async fn ask_with<A: AsRef<OsStr>>(
        &self,
        given: &[(&str, OsString)],
        arguments: impl IntoIterator<Item = A>,
    ) -> Result<String, CheckoutError> {
        let finished = self.git_with(given, arguments).await?.success()?;
        if finished.out_cut {
            return Err(finished.unexpected("more than is kept", "less").into());
        }
        // Paths can be any bytes. What is not text is shown, never used.
        Ok(String::from_utf8_lossy(&finished.out).into_owned())
    }

    /// Returns the commit of a reference, `None` if there is no such reference.
    pub(crate) async fn commit_of(&self, reference: &str) -> Result<Option<CommitSha>, CheckoutError> {
        let peeled = format!("{reference}^{{commit}}");
        let finished = self.git(["rev-parse", "--verify", "--quiet", "--end-of-options", &peeled]).await?;
        if finished.code == Some(1) {
            return Ok(None);
        }
        let finished = finished.success()?;
        read_commit("rev-parse", finished.text()?).map(Some)
    }

    /// Fetches a branch of the origin and returns its commit, `None` if the origin has no such
    /// branch.
    ///
    /// # Errors
    /// When the origin cannot be reached.
    pub async fn fetch(&self, branch: &str) -> Result<Option<CommitSha>, CheckoutError> {
        self.check_branch(branch).await?;
        let reference = format!("refs/heads/{branch}");
        if self.at_origin(&reference).await?.is_none() {
            return Ok(None);
        }
        let tracking = format!("refs/remotes/origin/{branch}");
        let update = format!("+{reference}:{tracking}");
        self.ask(["fetch", "--quiet", "--no-tags", "--no-auto-gc", "origin", &update]).await?;
        self.commit_of(&tracking).await
    }

    pub(super) async fn at_origin(&self, reference: &str) -> Result<Option<CommitSha>, CheckoutError> {
        let found = self.ask(["ls-remote", "origin", reference]).await?;
        let line = found.lines().find_map(|line| {
            let (commit, name) = line.split_once('\t')?;
            (name == reference).then_some(commit)
        });
        line.map(|commit| read_commit("ls-remote", commit)).transpose()
    }

    pub(super) async fn check_branch(&self, branch: &str) -> Result<(), CheckoutError> {
        let full = format!("refs/heads/{branch}");
        let finished = self.git(["check-ref-format", &full]).await?;
        if finished.code == Some(0) && !branch.starts_with('-') {
            return Ok(());
        }
        Err(CheckoutError::Invalid { found: branch.to_owned(), expected: "the name of a branch" })
    }
}

pub(super) fn read_commit(action: &'static str, text: &str) -> Result<CommitSha, CheckoutError> {
    text.trim().parse().map_err(|_| CheckoutError::Unexpected {
        action,
        found: format!("{:?}", text.trim()),
        expected: "a commit SHA",
    })
}
