//! Commits, branches and git tags, written.

use std::io::{self, Write};

use chrono::{DateTime, Utc};
use openverse_release_core::CommitSha;

use super::GitRepository;
use crate::SandboxError;

/// A change to be written: one commit on top of the one before.
#[derive(Debug)]
pub(crate) struct NewCommit {
    pub(crate) at: DateTime<Utc>,
    pub(crate) author: String,
    pub(crate) message: String,
    /// Path and content.
    pub(crate) files: Vec<(String, String)>,
}

impl GitRepository {
    /// Adds commits to a branch, each on top of the one before.
    pub(crate) fn append<'a>(
        &self,
        branch: &str,
        commits: impl IntoIterator<Item = &'a NewCommit>,
    ) -> Result<(), SandboxError> {
        let reference = format!("refs/heads/{branch}");
        let exists = self.references()?.contains_key(&reference);
        let mut stream = Vec::new();
        for (index, commit) in commits.into_iter().enumerate() {
            write_head(&mut stream, &reference, commit)?;
            if exists && index == 0 {
                writeln!(stream, "from {reference}^0")?;
            }
            write_files(&mut stream, commit)?;
        }
        self.import(stream)
    }

    /// Puts a commit on a branch that still is at the commit given; fails where it is not any more.
    ///
    /// With a tree, that is what the commit holds, and its own files on top.
    pub(crate) fn commit(
        &self,
        branch: &str,
        parent: &CommitSha,
        commit: &NewCommit,
        tree: Option<&str>,
    ) -> Result<(), SandboxError> {
        let mut stream = Vec::new();
        write_head(&mut stream, &format!("refs/heads/{branch}"), commit)?;
        writeln!(stream, "from {parent}")?;
        if let Some(tree) = tree {
            writeln!(stream, "M 040000 {tree} \"\"")?;
        }
        write_files(&mut stream, commit)?;
        self.import(stream)
    }

    fn import(&self, mut stream: Vec<u8>) -> Result<(), SandboxError> {
        stream.extend(b"done\n");
        self.run(&["fast-import", "--quiet", "--done"], &stream, "fast-import").map(drop)
    }

    /// Makes a branch or git tag, by its full name; fails where there is one of that name.
    pub(crate) fn create_reference(&self, name: &str, object: &str) -> Result<(), SandboxError> {
        self.run(&["update-ref", "--no-deref", name, object, &"0".repeat(40)], b"", "update-ref").map(drop)
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
}

fn write_head(stream: &mut Vec<u8>, reference: &str, commit: &NewCommit) -> io::Result<()> {
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
    )
}

fn write_files(stream: &mut Vec<u8>, commit: &NewCommit) -> io::Result<()> {
    for (path, content) in &commit.files {
        let path = quoted(path);
        write!(stream, "M 100644 inline {path}\ndata {}\n{content}\n", content.len())?;
    }
    Ok(())
}

/// Returns a path as a stream for fast-import spells it, whatever characters it holds.
fn quoted(path: &str) -> String {
    let escaped = path.bytes().map(|byte| match byte {
        b'"' | b'\\' | 0..=31 | 127.. => format!("\\{byte:03o}"),
        _ => char::from(byte).to_string(),
    });
    format!("\"{}\"", escaped.collect::<String>())
}
