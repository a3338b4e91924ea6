//! Following the origin.

use openverse_release_core::CommitSha;

use super::{Checkout, CheckoutError, CheckoutState, Relation};

/// Where a checkout was, and where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FastForward {
    /// The commit before.
    pub from: CommitSha,
    /// The commit after; the same when there was nothing new.
    pub to: CommitSha,
}

impl Checkout {
    /// Fetches a branch and moves the checkout, which has to be on it, forward to the origin's
    /// commit.
    ///
    /// # Errors
    /// When the checkout is dirty, detached, on another branch, or has commits of its own: each
    /// says so, and no file was touched.
    pub async fn fast_forward(&self, branch: &str) -> Result<FastForward, CheckoutError> {
        let Some(to) = self.fetch(branch).await? else {
            return Err(CheckoutError::NoSuchBranch { branch: branch.to_owned() });
        };
        let state = self.state().await?;
        if let Some(error) = state.not_forward(branch) {
            return Err(error);
        }
        // The very commit that was looked at, not what the branch may name by now.
        self.ask(["merge", "--ff-only", "--quiet", "--no-stat", to.as_str()]).await?;
        Ok(FastForward { from: state.head, to })
    }
}

impl CheckoutState {
    /// Returns why a checkout with this state cannot follow a branch by moving forward, `None` if it can.
    pub(crate) fn not_forward(&self, branch: &str) -> Option<CheckoutError> {
        let expected = branch.to_owned();
        match &self.branch {
            Some(found) if found == branch => {}
            Some(found) => return Some(CheckoutError::OtherBranch { found: found.clone(), expected }),
            None => return Some(CheckoutError::Detached { at: self.head.to_string(), expected }),
        }
        if !self.dirty.is_empty() {
            return Some(CheckoutError::Dirty { files: self.dirty.clone() });
        }
        let diverged = |ahead, behind| CheckoutError::Diverged { branch: branch.to_owned(), ahead, behind };
        match self.relation {
            Relation::Same | Relation::Behind(_) => None,
            Relation::Ahead(ahead) => Some(diverged(ahead, 0)),
            Relation::Diverged { ahead, behind } => Some(diverged(ahead, behind)),
            Relation::Unknown => Some(CheckoutError::NoSuchBranch { branch: branch.to_owned() }),
        }
    }
}
