//! How work with a checkout can fail.

use std::{io, sync::Arc};

use crate::ProgramError;

/// Git did not do what it was asked.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum CheckoutError {
    /// The program could not be run, took too long, or failed.
    #[error(transparent)]
    Program(#[from] ProgramError),
    /// Files of the checkout differ from its commit, or are unknown to it. Nothing was changed.
    #[error("the checkout is dirty: found changes in {}; expected none", some_of(files))]
    Dirty {
        /// Their paths.
        files: Vec<String>,
    },
    /// The checkout is on no branch. Nothing was changed.
    #[error("the checkout is detached: found no branch at commit {at}, expected the branch {expected}")]
    Detached {
        /// The commit.
        at: String,
        /// The branch it should be on.
        expected: String,
    },
    /// The checkout is on another branch. Nothing was changed.
    #[error("found the checkout on the branch {found}, expected {expected}")]
    OtherBranch {
        /// The branch it is on.
        found: String,
        /// The branch it should be on.
        expected: String,
    },
    /// The branch has commits that the origin does not have. Nothing was changed.
    #[error(
        "the branch {branch} has diverged: found {ahead} commits that the origin does not have, expected none ({behind} of the origin's are missing)"
    )]
    Diverged {
        /// The branch.
        branch: String,
        /// How many the origin does not have.
        ahead: u64,
        /// How many of the origin's are missing.
        behind: u64,
    },
    /// The origin has no such branch. Nothing was changed.
    #[error("found no branch {branch} at the origin, expected one")]
    NoSuchBranch {
        /// The branch.
        branch: String,
    },
    /// Text that cannot name a branch or a file, or be an author. Nothing was changed.
    #[error("found {found:?}, expected {expected}")]
    Invalid {
        /// The text.
        found: String,
        /// What it should be.
        expected: &'static str,
    },
    /// The origin did not take the branch: it has other commits by that name. Nothing was changed.
    #[error("the origin did not take the branch {branch}: {detail}")]
    NotPushed {
        /// The branch.
        branch: String,
        /// What git said.
        detail: String,
    },
    /// Temporary files could not be written. Nothing was changed.
    #[error("the files for git could not be written")]
    NotWritten {
        /// What the machine said.
        source: Arc<io::Error>,
    },
    /// Git wrote something else than it is known to write.
    #[error("git answered {action} with {found}, expected {expected}")]
    Unexpected {
        /// What it was asked.
        action: &'static str,
        /// What it wrote.
        found: String,
        /// What it should have written.
        expected: &'static str,
    },
}

fn some_of(files: &[String]) -> String {
    const SHOWN: usize = 10;
    let shown = files.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
    match files.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
