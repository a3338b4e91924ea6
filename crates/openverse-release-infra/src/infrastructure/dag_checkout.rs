//! The checkout that DAGs are read from, moved to the main branch.

use std::path::PathBuf;

use async_trait::async_trait;
use openverse_release_core::{CommitSha, DagCheckoutState, FastForwarded};
use openverse_release_ports::{DagSync, PortError, System, WriteError};

use super::error::{conflict, fetch, git, said};
use crate::{Checkout, CheckoutError, CheckoutState, Conditions, Protocol, Relation};

/// The checkout that the catalog's server reads its DAGs from.
#[derive(Debug, Clone)]
pub struct DagCheckout {
    checkout: Checkout,
    main: String,
    folders: Vec<String>,
}

impl DagCheckout {
    /// Returns a checkout that follows a main branch, whose origin may be reached in these ways and no
    /// other. Nothing is looked at yet.
    pub fn new(dir: impl Into<PathBuf>, main: impl Into<String>, protocols: &[Protocol]) -> Self {
        Self { checkout: Checkout::new(dir, protocols), main: main.into(), folders: Vec::new() }
    }

    /// Takes only what is in these folders for DAGs.
    #[must_use]
    pub fn with_dags_in(mut self, folders: impl IntoIterator<Item = String>) -> Self {
        self.folders = folders.into_iter().collect();
        self
    }

    /// Runs git under other conditions than five minutes a command.
    #[must_use]
    pub fn under(mut self, conditions: Conditions) -> Self {
        self.checkout = self.checkout.under(conditions);
        self
    }

    async fn look(&self) -> Result<(CheckoutState, CommitSha), PortError> {
        let main =
            self.checkout.fetch(&self.main).await.map_err(fetch)?.ok_or_else(|| PortError::NotDone {
                system: System::Git,
                action: "fetch the main branch".to_owned(),
                detail: format!("found no branch {} at the origin, expected one", self.main),
            })?;
        let state = self.checkout.state().await.map_err(git("look at the checkout of the DAGs"))?;
        Ok((state, main))
    }

    async fn new_files(&self, from: &CommitSha, to: &CommitSha) -> Result<Vec<String>, CheckoutError> {
        let inside = |path: &String| {
            let of = |folder: &String| {
                path.strip_prefix(folder.as_str()).is_some_and(|rest| rest.starts_with('/'))
            };
            self.folders.is_empty() || self.folders.iter().any(of)
        };
        let added = self.checkout.added_paths(from, to).await?;
        Ok(added.into_iter().filter(|path| path.ends_with(".py") && inside(path)).collect())
    }
}

#[async_trait]
impl DagSync for DagCheckout {
    async fn state(&self) -> Result<DagCheckoutState, PortError> {
        let (state, main) = self.look().await?;
        let behind = match state.relation {
            Relation::Behind(count) | Relation::Diverged { behind: count, .. } => count,
            Relation::Same | Relation::Ahead(_) | Relation::Unknown => 0,
        };
        let trouble = state.not_forward(&self.main).map(|error| said(&error));
        Ok(DagCheckoutState { head: state.head, main, behind, trouble })
    }

    async fn fast_forward(&self) -> Result<FastForwarded, WriteError> {
        const EXPECTED: &str =
            "a clean checkout that lags behind its main branch at the most; nothing was moved";
        self.look().await?;
        let moved = match self.checkout.fast_forward(&self.main).await {
            Ok(moved) => moved,
            Err(
                error @ (CheckoutError::Dirty { .. }
                | CheckoutError::Detached { .. }
                | CheckoutError::OtherBranch { .. }
                | CheckoutError::Diverged { .. }),
            ) => return Err(conflict(said(&error), EXPECTED)),
            Err(error) => {
                return Err(WriteError::Port(PortError::ReplyLost {
                    system: System::Git,
                    action: "moving the checkout of the DAGs forward".to_owned(),
                    detail: said(&error),
                }));
            }
        };
        let new_files = self.new_files(&moved.from, &moved.to).await.map_err(git("list the new DAGs"))?;
        Ok(FastForwarded { from: moved.from, to: moved.to, new_files })
    }
}
