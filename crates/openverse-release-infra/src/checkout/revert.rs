//! Commits that take others back, made without touching the working tree.

use std::ffi::OsString;

use openverse_release_core::CommitSha;

use super::{Author, Checkout, CheckoutError, command::read_commit};

impl Checkout {
    /// Makes a commit on top of `head` that takes back what `bad` changed against its first parent. No
    /// branch has it yet. `None` when later changes touch the same lines.
    ///
    /// # Errors
    /// When the checkout has no such commits, or git fails.
    pub async fn revert(
        &self,
        bad: &CommitSha,
        head: &CommitSha,
        message: &str,
        author: &Author,
    ) -> Result<Option<CommitSha>, CheckoutError> {
        // A commit after the bad one that has the tree of the one before it: merged into the head, with
        // the bad one as the merge base, it takes back that change and nothing else.
        let undone = self.ask(["rev-parse", "--verify", &format!("{bad}^1^{{tree}}")]).await?;
        let undone = self.commit_tree(undone.trim(), bad, "undone", author).await?;
        let merged = self.git(["merge-tree", "--write-tree", head.as_str(), undone.as_str()]).await?;
        if merged.code == Some(1) {
            return Ok(None);
        }
        let merged = merged.success()?;
        let tree = merged.text()?.trim().to_owned();
        self.commit_tree(&tree, head, message, author).await.map(Some)
    }

    async fn commit_tree(
        &self,
        tree: &str,
        parent: &CommitSha,
        message: &str,
        author: &Author,
    ) -> Result<CommitSha, CheckoutError> {
        let who = [
            ("GIT_AUTHOR_NAME", OsString::from(&author.name)),
            ("GIT_AUTHOR_EMAIL", OsString::from(&author.email)),
            ("GIT_COMMITTER_NAME", OsString::from(&author.name)),
            ("GIT_COMMITTER_EMAIL", OsString::from(&author.email)),
        ];
        let arguments = ["commit-tree", "-p", parent.as_str(), "-m", message, tree];
        read_commit("commit-tree", &self.ask_with(&who, arguments).await?)
    }
}
