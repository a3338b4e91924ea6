//! The checkout of the code that the sandbox's Airflow reads its DAGs from: a real one, made with the
//! sandbox and from then on moved by whoever syncs it.

use std::{
    io,
    path::{Path, PathBuf},
};

use openverse_release_core::CommitSha;

use crate::{SandboxError, git::GitRepository};

/// A line of a DAG's file that may name it, in the words of extended regular expressions.
const NAMING: &str = "dag_id *= *[\"']";

/// A checkout of the code.
#[derive(Debug, Clone)]
pub(crate) struct DagCheckout {
    dir: PathBuf,
}

impl DagCheckout {
    pub(crate) fn at(dir: &Path) -> Self {
        Self { dir: dir.to_owned() }
    }

    /// Clones the code, by a path that stays right where the whole sandbox is copied.
    pub(crate) fn make(&self, code: &GitRepository, origin: &str) -> Result<(), SandboxError> {
        code.clone_to(&self.dir)?;
        self.repository().configure("remote.origin.url", origin)
    }

    /// Returns the commit that is checked out, `None` if there is no checkout.
    ///
    /// Reads the files, because this happens on every request and a process takes milliseconds.
    pub(crate) fn head(&self) -> Result<Option<CommitSha>, SandboxError> {
        let read = |name: &str| match fs_err::read_to_string(self.dir.join(".git").join(name)) {
            Ok(text) => Ok(Some(text.trim().to_owned())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(SandboxError::from(error)),
        };
        let Some(head) = read("HEAD")? else { return Ok(None) };
        let Some(branch) = head.strip_prefix("ref: ") else { return Ok(head.parse().ok()) };
        let object = match read(branch)? {
            Some(object) => Some(object),
            None => self.repository().references()?.remove(branch),
        };
        Ok(object.and_then(|object| object.parse().ok()))
    }

    /// Returns its repository.
    pub(crate) fn repository(&self) -> GitRepository {
        GitRepository::at(&self.dir.join(".git"))
    }
}

impl GitRepository {
    /// Returns each line of a Python file below the folders, as it is in a commit, that may name a DAG,
    /// with the file's path.
    pub(crate) fn lines_naming_dags(
        &self,
        commit: &CommitSha,
        folders: &[String],
    ) -> Result<Vec<(String, String)>, SandboxError> {
        let files: Vec<String> = folders.iter().map(|folder| format!(":(glob){folder}/**/*.py")).collect();
        let mut arguments = vec!["grep", "-I", "-z", "-i", "-E", "--no-color", NAMING, commit.as_str(), "--"];
        arguments.extend(files.iter().map(String::as_str));
        let output = match self.run(&arguments, b"", "grep") {
            // No line is such a one.
            Err(SandboxError::Git { message, .. }) if message.is_empty() => return Ok(Vec::new()),
            found => found?,
        };
        let (text, prefix) = (String::from_utf8_lossy(&output), format!("{commit}:"));
        let lines = text.lines().filter_map(|line| line.split_once('\0'));
        Ok(lines
            .map(|(path, line)| (path.strip_prefix(&prefix).unwrap_or(path).to_owned(), line.to_owned()))
            .collect())
    }
}
