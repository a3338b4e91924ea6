//! A checkout of the code, in which reverts are made.

use std::path::PathBuf;

use async_trait::async_trait;
use openverse_release_core::{BranchName, CommitSha};
use openverse_release_ports::{CodeReverts, PortError, System, WriteError};

use crate::{Author, Checkout, CheckoutError, Protocol};

/// A checkout of the code repository. Its working tree, index and branch stay as they are.
#[derive(Debug, Clone)]
pub struct CodeCheckout {
    checkout: Checkout,
    main: String,
    author: Author,
}

impl CodeCheckout {
    /// Returns a checkout whose origin may be reached in these ways and no other. Nothing is looked at
    /// yet.
    pub fn new(
        dir: impl Into<PathBuf>,
        main: impl Into<String>,
        protocols: &[Protocol],
        author: Author,
    ) -> Self {
        Self { checkout: Checkout::new(dir, protocols), main: main.into(), author }
    }
}

#[async_trait]
impl CodeReverts for CodeCheckout {
    async fn revert(
        &self,
        bad: &CommitSha,
        branch: &BranchName,
        message: &str,
    ) -> Result<CommitSha, WriteError> {
        let head =
            self.checkout.fetch(&self.main).await.map_err(|error| not_done(&error))?.ok_or_else(|| {
                WriteError::Conflict {
                    found: format!("no branch {} at the origin", self.main),
                    expected: "one to revert on".to_owned(),
                }
            })?;
        let reverted = self
            .checkout
            .revert(bad, &head, message, &self.author)
            .await
            .map_err(|error| not_done(&error))?;
        let commit = reverted.ok_or_else(|| WriteError::Conflict {
            found: format!("later changes of the lines that {} changed", bad.short()),
            expected: "a commit that can be reverted by itself; revert it by hand".to_owned(),
        })?;
        match self.checkout.push(&commit, branch.as_str()).await {
            Ok(_) => Ok(commit),
            Err(CheckoutError::NotPushed { branch, detail }) => Err(WriteError::Conflict {
                found: format!("a branch {branch} at the origin ({detail})"),
                expected: "none by that name".to_owned(),
            }),
            Err(error) => Err(WriteError::Port(PortError::ReplyLost {
                system: System::Git,
                action: "pushing the revert".to_owned(),
                detail: error.to_string(),
            })),
        }
    }
}

fn not_done(error: &CheckoutError) -> WriteError {
    WriteError::Port(PortError::NotDone {
        system: System::Git,
        action: "make the revert".to_owned(),
        detail: error.to_string(),
    })
}
