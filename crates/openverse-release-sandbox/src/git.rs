//! The real git repository of a sandbox, worked with through the `git` program.

use std::{
    collections::BTreeMap,
    io::{self, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use chrono::{DateTime, Utc};
use openverse_release_core::CommitSha;

use crate::{
    SandboxError,
    world::{AnnotatedTag, CommitRecord},
};

/// A bare git repository.
#[derive(Debug, Clone)]
pub(crate) struct CodeRepository {
    dir: PathBuf,
}

/// A change to be written: one commit on top of the one before.
#[derive(Debug)]
pub(crate) struct NewCommit {
    pub(crate) at: DateTime<Utc>,
    pub(crate) author: String,
    pub(crate) message: String,
    /// Path and content.
    pub(crate) files: Vec<(String, String)>,
}

impl CodeRepository {
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

    /// Adds commits to a branch, each on top of the one before.
    pub(crate) fn append(&self, branch: &str, commits: &[NewCommit]) -> Result<(), SandboxError> {
        let reference = format!("refs/heads/{branch}");
        let exists = self.references()?.contains_key(&reference);
        let mut stream = Vec::new();
        for (index, commit) in commits.iter().enumerate() {
            // A name or address may hold no angle bracket or line end; nothing else needs care.
            let author: String =
                commit.author.chars().filter(|c| !matches!(c, '<' | '>') && !c.is_control()).collect();
            let who = format!(
                "{author} <{}@users.noreply.invalid> {} +0000",
                author.replace(' ', "."),
                commit.at.timestamp()
            );
            write!(
                stream,
                "commit {reference}\nauthor {who}\ncommitter {who}\ndata {}\n{}\n",
                commit.message.len(),
                commit.message
            )?;
            if exists && index == 0 {
                writeln!(stream, "from {reference}^0")?;
            }
            for (path, content) in &commit.files {
                let path = quoted(path);
                write!(stream, "M 100644 inline {path}\ndata {}\n{content}\n", content.len())?;
            }
        }
        self.run(&["fast-import", "--quiet", "--done"], &[&stream[..], b"done\n"].concat(), "fast-import")
            .map(drop)
    }

    /// Makes git tags, each on a commit; one that exists is left as it is.
    pub(crate) fn create_tags(&self, tags: &[(String, CommitSha)]) -> Result<(), SandboxError> {
        let existing = self.references()?;
        let mut commands = String::new();
        for (tag, commit) in tags {
            let reference = format!("refs/tags/{tag}");
            if !existing.contains_key(&reference) {
                commands.push_str(&format!("create {reference} {commit}\n"));
            }
        }
        if commands.is_empty() {
            return Ok(());
        }
        self.run(&["update-ref", "--stdin"], commands.as_bytes(), "update-ref").map(drop)
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

    /// Returns the commits that `tips` reach and `known` do not.
    pub(crate) fn commits(&self, tips: &[&str], known: &[&str]) -> Result<Vec<CommitRecord>, SandboxError> {
        // A mark that nobody who writes a commit message can guess parts one commit from the next.
        let mark = crate::random::hex::<16>()?;
        let format = format!("--format={mark}%n%H%n%T%n%P%n%an%n%ae%n%aI%n%cI%n%B%n{mark}-files");
        let mut arguments = vec![
            "-c",
            "core.quotePath=false",
            "log",
            "--no-color",
            "--encoding=UTF-8",
            "--name-only",
            "--diff-merges=first-parent",
            "--no-renames",
            &format,
        ];
        arguments.extend(tips);
        if !known.is_empty() {
            arguments.push("--not");
            arguments.extend(known);
        }
        arguments.push("--");
        let output = self.run(&arguments, b"", "log")?;
        let text = String::from_utf8_lossy(&output);
        let (start, middle) = (format!("{mark}\n"), format!("{mark}-files\n"));
        Ok(text.split(&start).filter_map(|part| read_commit(part, &middle)).collect())
    }

    /// Returns what an annotated git tag says, `None` if the object is no such tag.
    pub(crate) fn annotated_tag(&self, object: &str) -> Result<Option<AnnotatedTag>, SandboxError> {
        let peeled = format!("{object}^{{commit}}");
        let commit = match self.run(&["rev-parse", "--verify", "--quiet", &peeled], b"", "rev-parse") {
            Err(SandboxError::Git { .. }) => return Ok(None),
            found => found?,
        };
        let body = self.run(&["cat-file", "tag", object], b"", "cat-file")?;
        let body = String::from_utf8_lossy(&body);
        let (headers, message) = body.split_once("\n\n").unwrap_or((&body, ""));
        let header =
            |name: &str| headers.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
        let (tagger, rest) = header("tagger ").split_once(" <").unwrap_or_default();
        let (email, when) = rest.split_once("> ").unwrap_or_default();
        let seconds = when.split(' ').next().and_then(|text| text.parse().ok()).unwrap_or_default();
        let commit = String::from_utf8_lossy(&commit).trim().parse().ok();
        Ok(commit.map(|commit| AnnotatedTag {
            tag: header("tag ").to_owned(),
            message: message.to_owned(),
            tagger: tagger.to_owned(),
            email: email.to_owned(),
            tagged_at: DateTime::from_timestamp(seconds, 0).unwrap_or_default(),
            commit,
        }))
    }

    pub(crate) fn run(&self, arguments: &[&str], input: &[u8], name: &str) -> Result<Vec<u8>, SandboxError> {
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
        let output = child.wait_with_output()?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        let message = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        Err(SandboxError::Git { command: name.to_owned(), message })
    }
}

/// Returns a path as a stream for fast-import spells it, whatever characters it holds.
fn quoted(path: &str) -> String {
    let escaped = path.bytes().map(|byte| match byte {
        b'"' | b'\\' | 0..=31 | 127.. => format!("\\{byte:03o}"),
        _ => char::from(byte).to_string(),
    });
    format!("\"{}\"", escaped.collect::<String>())
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

fn read_commit(part: &str, middle: &str) -> Option<CommitRecord> {
    let (head, files) = part.split_once(middle)?;
    let mut lines = head.splitn(8, '\n');
    let mut line = || lines.next();
    Some(CommitRecord {
        sha: line()?.parse().ok()?,
        tree: line()?.to_owned(),
        parents: line()?.split_whitespace().filter_map(|sha| sha.parse().ok()).collect(),
        author: line()?.to_owned(),
        email: line()?.to_owned(),
        authored_at: moment(line()?)?,
        committed_at: moment(line()?)?,
        message: line()?.trim_end_matches('\n').to_owned(),
        files: files.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect(),
    })
}

fn moment(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(text).ok().map(|moment| moment.to_utc())
}
