//! Commits, made without touching the working tree.

use std::{ffi::OsString, io, path::Path, sync::Arc};

use openverse_release_core::CommitSha;
use tempfile::TempDir;

use super::{Checkout, CheckoutError, command::read_commit};

/// Who a commit is by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author {
    /// The name.
    pub name: String,
    /// The email address.
    pub email: String,
}

/// Files to commit.
#[derive(Debug, Clone)]
pub struct CommitRequest<'a> {
    /// Path in the repository, and the whole new content.
    pub files: &'a [(&'a str, &'a [u8])],
    /// The commit that comes before.
    pub base: &'a CommitSha,
    /// The message.
    pub message: &'a str,
    /// Who it is by.
    pub author: &'a Author,
}

/// What came of a push.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pushed {
    /// The origin took it.
    New,
    /// The origin had it.
    AlreadyThere,
}

impl Checkout {
    /// Makes a commit of files on top of another. No branch has it yet; the working tree, its index
    /// and its branch stay as they are.
    ///
    /// # Errors
    /// When a name is none, or git fails.
    pub async fn commit(&self, request: &CommitRequest<'_>) -> Result<CommitSha, CheckoutError> {
        check_author(request.author)?;
        request.files.iter().try_for_each(|(path, _)| check_path(path))?;
        let folder = tempfile::Builder::new().prefix("openverse-release-").tempdir().map_err(not_written)?;
        let entries = self.blobs(&folder, request.files).await?;
        let index = [("GIT_INDEX_FILE", OsString::from(folder.path().join("index")))];
        self.ask_with(&index, ["read-tree", request.base.as_str()]).await?;
        for (path, blob) in &entries {
            let mode = self.mode(request.base, path).await?;
            let entry = format!("{mode},{blob},{path}");
            self.ask_with(&index, ["update-index", "--add", "--cacheinfo", &entry]).await?;
        }
        let tree = self.ask_with(&index, ["write-tree"]).await?;
        let message_file = folder.path().join("message");
        fs_err::write(&message_file, request.message).map_err(not_written)?;
        let who = [
            ("GIT_AUTHOR_NAME", OsString::from(&request.author.name)),
            ("GIT_AUTHOR_EMAIL", OsString::from(&request.author.email)),
            ("GIT_COMMITTER_NAME", OsString::from(&request.author.name)),
            ("GIT_COMMITTER_EMAIL", OsString::from(&request.author.email)),
        ];
        let arguments: [OsString; 6] = [
            "commit-tree".into(),
            "-p".into(),
            request.base.as_str().into(),
            "-F".into(),
            message_file.into(),
            tree.trim().into(),
        ];
        read_commit("commit-tree", &self.ask_with(&who, arguments).await?)
    }

    async fn blobs<'f>(
        &self,
        folder: &TempDir,
        files: &[(&'f str, &[u8])],
    ) -> Result<Vec<(&'f str, String)>, CheckoutError> {
        let mut entries = Vec::new();
        for (index, (path, content)) in files.iter().enumerate() {
            let file = folder.path().join(index.to_string());
            fs_err::write(&file, content).map_err(not_written)?;
            entries.push((*path, self.blob(&file).await?));
        }
        Ok(entries)
    }

    /// Makes a commit the head of a branch of the origin, without force.
    ///
    /// # Errors
    /// [`CheckoutError::NotPushed`] when the origin has other commits by that name.
    pub async fn push(&self, commit: &CommitSha, branch: &str) -> Result<Pushed, CheckoutError> {
        self.check_branch(branch).await?;
        if self.at_origin(&format!("refs/heads/{branch}")).await?.as_ref() == Some(commit) {
            return Ok(Pushed::AlreadyThere);
        }
        let update = format!("{commit}:refs/heads/{branch}");
        let finished = self.git(["push", "--porcelain", "--no-verify", "origin", &update]).await?;
        if finished.code == Some(0) {
            return Ok(Pushed::New);
        }
        let text = String::from_utf8_lossy(&finished.out).into_owned();
        match text.lines().find(|line| line.starts_with('!')) {
            Some(line) => {
                Err(CheckoutError::NotPushed { branch: branch.to_owned(), detail: line.to_owned() })
            }
            None => Err(finished.failed().into()),
        }
    }

    async fn blob(&self, file: &Path) -> Result<String, CheckoutError> {
        let arguments =
            ["hash-object".into(), "-w".into(), "--no-filters".into(), file.as_os_str().to_owned()];
        Ok(self.ask(arguments).await?.trim().to_owned())
    }

    /// Returns the mode of a file, that of an ordinary one if it is not there.
    async fn mode(&self, commit: &CommitSha, path: &str) -> Result<String, CheckoutError> {
        let found = self.entry(commit, path).await?;
        Ok(found.map_or_else(|| "100644".to_owned(), |(mode, _)| mode))
    }

    /// Returns mode and object of a path in a commit.
    pub(super) async fn entry(
        &self,
        commit: &CommitSha,
        path: &str,
    ) -> Result<Option<(String, String)>, CheckoutError> {
        let literal = [("GIT_LITERAL_PATHSPECS", OsString::from("1"))];
        let found =
            self.ask_with(&literal, ["ls-tree", "-z", "--full-tree", commit.as_str(), "--", path]).await?;
        let Some(line) = found.split_terminator('\0').next() else { return Ok(None) };
        let mut fields = line.split(['\t', ' ']);
        match (fields.next(), fields.next(), fields.next()) {
            (Some(mode @ ("100644" | "100755")), Some("blob"), Some(object)) => {
                Ok(Some((mode.to_owned(), object.to_owned())))
            }
            // A link or a folder would be replaced by something of another kind.
            _ => Err(CheckoutError::Invalid {
                found: path.to_owned(),
                expected: "the path of an ordinary file",
            }),
        }
    }
}

fn not_written(source: io::Error) -> CheckoutError {
    CheckoutError::NotWritten { source: Arc::new(source) }
}

pub(crate) fn check_path(path: &str) -> Result<(), CheckoutError> {
    let good = |part: &str| !matches!(part, "" | "." | "..") && !part.eq_ignore_ascii_case(".git");
    if path.split('/').all(good) && !path.contains(char::is_control) {
        return Ok(());
    }
    Err(CheckoutError::Invalid { found: path.to_owned(), expected: "a path inside the repository" })
}

fn check_author(author: &Author) -> Result<(), CheckoutError> {
    for text in [&author.name, &author.email] {
        if text.trim().is_empty() || text.contains(|c: char| c.is_control() || matches!(c, '<' | '>')) {
            return Err(CheckoutError::Invalid {
                found: text.clone(),
                expected: "a name or an email address",
            });
        }
    }
    Ok(())
}
