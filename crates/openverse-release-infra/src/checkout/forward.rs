//! Following the origin.

use openverse_release_core::CommitSha;

use super::{Checkout, CheckoutError, Relation};

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
        match state.branch {
            Some(found) if found == branch => {}
            Some(found) => return Err(CheckoutError::OtherBranch { found, expected: branch.to_owned() }),
            None => {
                let (at, expected) = (state.head.to_string(), branch.to_owned());
                return Err(CheckoutError::Detached { at, expected });
            }
        }
        if !state.dirty.is_empty() {
            return Err(CheckoutError::Dirty { files: state.dirty });
        }
        match state.relation {
            Relation::Same | Relation::Behind(_) => {}
            Relation::Ahead(ahead) => return Err(diverged(branch, ahead, 0)),
            Relation::Diverged { ahead, behind } => return Err(diverged(branch, ahead, behind)),
            Relation::Unknown => return Err(CheckoutError::NoSuchBranch { branch: branch.to_owned() }),
        }
        // The very commit that was looked at, not what the branch may name by now.
        self.ask(["merge", "--ff-only", "--quiet", "--no-stat", to.as_str()]).await?;
        Ok(FastForward { from: state.head, to })
    }
}

fn diverged(branch: &str, ahead: u64, behind: u64) -> CheckoutError {
    CheckoutError::Diverged { branch: branch.to_owned(), ahead, behind }
}
