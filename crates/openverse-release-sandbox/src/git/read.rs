//! What git holds: commits, annotated git tags, files.

use chrono::{DateTime, Utc};
use openverse_release_core::CommitSha;

use super::{GitRepository, failure};
use crate::{
    SandboxError,
    world::{AnnotatedTag, CommitRecord},
};

/// What stands at a path of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// From the repository's root.
    pub(crate) path: String,
    pub(crate) kind: EntryKind,
    /// The object that git keeps it as.
    pub(crate) object: String,
    /// In bytes; 0 for a folder.
    pub(crate) size: u64,
}

/// Whether something is a file or a folder; a link counts as the file it is kept as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EntryKind {
    File,
    Folder,
}

impl GitRepository {
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

    /// Returns what stands at a path of a commit, `None` if nothing does.
    pub(crate) fn entry(&self, commit: &CommitSha, path: &str) -> Result<Option<Entry>, SandboxError> {
        Ok(self.entries(commit, path)?.into_iter().next())
    }

    /// Returns what is in a folder of a commit; the folder `""` is the root.
    pub(crate) fn folder(&self, commit: &CommitSha, path: &str) -> Result<Vec<Entry>, SandboxError> {
        let inside = if path.is_empty() { String::new() } else { format!("{path}/") };
        self.entries(commit, &inside)
    }

    fn entries(&self, commit: &CommitSha, path: &str) -> Result<Vec<Entry>, SandboxError> {
        let mut arguments = vec!["--literal-pathspecs", "ls-tree", "-z", "--long", commit.as_str(), "--"];
        if !path.is_empty() {
            arguments.push(path);
        }
        let listed = self.run(&arguments, b"", "ls-tree")?;
        Ok(String::from_utf8_lossy(&listed).split('\0').filter_map(read_entry).collect())
    }

    /// Returns the content of a file's object.
    pub(crate) fn content(&self, object: &str) -> Result<Vec<u8>, SandboxError> {
        self.run(&["cat-file", "blob", object], b"", "cat-file")
    }

    /// Returns the tree that merging one commit into another gives, `None` if the two conflict.
    pub(crate) fn merged_tree(
        &self,
        into: &CommitSha,
        head: &CommitSha,
    ) -> Result<Option<String>, SandboxError> {
        let arguments = ["merge-tree", "--write-tree", "--no-messages", into.as_str(), head.as_str()];
        let output = self.output(&arguments, b"")?;
        match output.status.code() {
            Some(0) => Ok(Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())),
            Some(1) => Ok(None),
            _ => Err(failure("merge-tree", &output)),
        }
    }
}

fn read_entry(line: &str) -> Option<Entry> {
    let (head, path) = line.split_once('\t')?;
    let mut words = head.split_whitespace().skip(1);
    let kind = match words.next()? {
        "blob" => EntryKind::File,
        "tree" => EntryKind::Folder,
        _ => return None,
    };
    let object = words.next()?.to_owned();
    Some(Entry { path: path.to_owned(), kind, object, size: words.next()?.parse().unwrap_or_default() })
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
