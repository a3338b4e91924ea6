//! The real git repositories of a sandbox, worked with through the `git` program.

mod read;
mod write;

use std::{
    collections::BTreeMap,
    io::{self, Write},
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

pub(crate) use read::{Entry, EntryKind};
pub(crate) use write::NewCommit;

use crate::SandboxError;

/// A bare git repository.
#[derive(Debug, Clone)]
pub(crate) struct GitRepository {
    dir: PathBuf,
}

impl GitRepository {
    pub(crate) fn at(dir: &Path) -> Self {
        Self { dir: dir.to_owned() }
    }

    /// Makes the repository with a first branch.
    pub(crate) fn init(&self, branch: &str) -> Result<(), SandboxError> {
        fs_err::create_dir_all(&self.dir)?;
        let head = format!("init.defaultBranch={branch}");
        self.run(&["-c", &head, "init", "--quiet", "--bare", "."], b"", "init").map(drop)
    }

    /// Clones the repository, with its first branch checked out.
    pub(crate) fn clone_to(&self, dir: &Path) -> Result<(), SandboxError> {
        let dir = std::path::absolute(dir)?;
        let dir = dir.to_string_lossy();
        self.run(&["clone", "--quiet", "--", ".", &dir], b"", "clone").map(drop)
    }

    /// Sets one thing of the repository's own configuration.
    pub(crate) fn configure(&self, name: &str, value: &str) -> Result<(), SandboxError> {
        self.run(&["config", name, value], b"", "config").map(drop)
    }

    /// Returns every branch and git tag with the object it names.
    ///
    /// Reads the files, because this happens on every request and a process takes milliseconds.
    pub(crate) fn references(&self) -> Result<BTreeMap<String, String>, SandboxError> {
        let mut found = BTreeMap::new();
        match fs_err::read_to_string(self.dir.join("packed-refs")) {
            Ok(text) => found.extend(
                text.lines()
                    .filter(|line| !line.starts_with(['#', '^']))
                    .filter_map(|line| line.split_once(' '))
                    .map(|(object, name)| (name.to_owned(), object.to_owned())),
            ),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error.into()),
        }
        for kind in ["heads", "tags"] {
            read_loose(&self.dir.join("refs").join(kind), &format!("refs/{kind}"), &mut found)?;
        }
        found.retain(|name, _| name.starts_with("refs/heads/") || name.starts_with("refs/tags/"));
        Ok(found)
    }

    pub(crate) fn run(&self, arguments: &[&str], input: &[u8], name: &str) -> Result<Vec<u8>, SandboxError> {
        let output = self.output(arguments, input)?;
        if output.status.success() { Ok(output.stdout) } else { Err(failure(name, &output)) }
    }

    fn output(&self, arguments: &[&str], input: &[u8]) -> Result<Output, SandboxError> {
        let mut command = Command::new("git");
        // Nothing of the person's own git configuration, identity or hooks may reach in here.
        for (variable, _) in std::env::vars_os() {
            if variable.to_string_lossy().starts_with("GIT_") {
                command.env_remove(variable);
            }
        }
        let mut child = command
            .args(arguments)
            .current_dir(&self.dir)
            // Never a repository around this one, whatever became of this one.
            .env("GIT_DIR", ".")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", if cfg!(windows) { "NUL" } else { "/dev/null" })
            .env("GIT_DEFAULT_REF_FORMAT", "files")
            .env("GIT_DEFAULT_HASH", "sha1")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("LC_ALL", "C")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|source| SandboxError::NoGit { source })?;
        // The inputs are written before anything is read: each is far smaller than what git answers
        // at that point, which is nothing.
        if let Some(mut stdin) = child.stdin.take() {
            match stdin.write_all(input) {
                Err(error) if error.kind() != io::ErrorKind::BrokenPipe => return Err(error.into()),
                _ => {}
            }
        }
        Ok(child.wait_with_output()?)
    }
}

fn failure(name: &str, output: &Output) -> SandboxError {
    let message = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    SandboxError::Git { command: name.to_owned(), message }
}

fn read_loose(dir: &Path, prefix: &str, found: &mut BTreeMap<String, String>) -> Result<(), SandboxError> {
    let entries = match fs_err::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        let Some(name) = name.to_str().filter(|name| !name.ends_with(".lock")) else { continue };
        let full = format!("{prefix}/{name}");
        if entry.file_type()?.is_dir() {
            read_loose(&entry.path(), &full, found)?;
            continue;
        }
        match fs_err::read_to_string(entry.path()) {
            Ok(object) => drop(found.insert(full, object.trim().to_owned())),
            // Deleted or packed since it was listed.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}
