//! What files were in the past of a repository, and moving a checkout on beside edited files.

use std::{path::PathBuf, str::FromStr as _};

use chrono::{DateTime, Utc};
use openverse_release_core::CommitSha;

use super::{Checkout, CheckoutError, command::read_commit};

/// A commit that changed a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FileChange {
    pub(crate) commit: CommitSha,
    pub(crate) at: DateTime<Utc>,
    pub(crate) author: String,
}

impl Checkout {
    /// Returns the text of a file in a commit, `None` if it has no such file.
    pub(crate) async fn text_at(
        &self,
        commit: &CommitSha,
        path: &str,
    ) -> Result<Option<String>, CheckoutError> {
        let Some((_, blob)) = self.entry(commit, path).await? else { return Ok(None) };
        let finished = self.git(["cat-file", "blob", &blob]).await?.success()?;
        Ok(Some(finished.text()?.to_owned()))
    }

    /// Returns the commits that changed a file, newest first, along the first parents of a commit:
    /// a merge is one change. None of those that `known` has.
    pub(crate) async fn changes_of(
        &self,
        path: &str,
        commit: &CommitSha,
        known: Option<&CommitSha>,
        limit: usize,
    ) -> Result<Vec<FileChange>, CheckoutError> {
        let mut arguments = vec![
            "--literal-pathspecs".to_owned(),
            "log".to_owned(),
            "--first-parent".to_owned(),
            format!("--max-count={limit}"),
            "--format=%H%x09%ct%x09%an".to_owned(),
            "-z".to_owned(),
            commit.to_string(),
        ];
        arguments.extend(known.map(|known| format!("^{known}")));
        arguments.extend(["--".to_owned(), path.to_owned()]);
        let text = self.ask(arguments).await?;
        text.split_terminator('\0').map(read_change).collect()
    }

    /// Returns the newest commit that two commits have in common, `None` if there is none.
    pub(crate) async fn common_commit(
        &self,
        one: &CommitSha,
        other: &CommitSha,
    ) -> Result<Option<CommitSha>, CheckoutError> {
        let finished = self.git(["merge-base", one.as_str(), other.as_str()]).await?.any_of(&[0, 1])?;
        let line = finished.text()?.lines().next().map(str::to_owned);
        line.map(|commit| read_commit("merge-base", &commit)).transpose()
    }

    /// Returns the folder in which git keeps what it knows of this checkout.
    pub(crate) async fn git_dir(&self) -> Result<PathBuf, CheckoutError> {
        let path = self.ask(["rev-parse", "--absolute-git-dir"]).await?;
        Ok(PathBuf::from(path.trim_end_matches('\n')))
    }

    /// Moves the checkout forward to a commit although files differ from its own commit. They stay
    /// as they are, and differ from the new one if at all.
    pub(crate) async fn forward_beside(
        &self,
        to: &CommitSha,
        edited: &[String],
    ) -> Result<(), CheckoutError> {
        for path in edited {
            let Some((mode, blob)) = self.entry(to, path).await? else { continue };
            // What the index has of the new commit already, git leaves alone in the folder.
            let entry = format!("{mode},{blob},{path}");
            self.ask(["update-index", "--cacheinfo", &entry]).await?;
        }
        self.ask(["merge", "--ff-only", "--quiet", "--no-stat", to.as_str()]).await?;
        Ok(())
    }
}

fn read_change(line: &str) -> Result<FileChange, CheckoutError> {
    let unexpected = || CheckoutError::Unexpected {
        action: "log",
        found: format!("{line:?}"),
        expected: "a commit SHA, a time and an author",
    };
    let mut fields = line.trim_start_matches('\n').splitn(3, '\t');
    let mut field = || fields.next().ok_or_else(unexpected);
    let commit = read_commit("log", field()?)?;
    let seconds = i64::from_str(field()?).map_err(|_| unexpected())?;
    let at = DateTime::from_timestamp(seconds, 0).ok_or_else(unexpected)?;
    Ok(FileChange { commit, at, author: field()?.to_owned() })
}
