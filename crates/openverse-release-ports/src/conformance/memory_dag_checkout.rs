//! A checkout of DAGs in memory.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use openverse_release_core::{CommitSha, DagCheckoutState, FastForwarded};
use sha2::{Digest as _, Sha256};

use crate::{DagSync, PortError, WriteError};

/// A checkout of DAGs in memory, and the main branch that it follows. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct InMemoryDagCheckout(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    /// The file that each commit of the main branch changes.
    files: Vec<String>,
    /// How many of them the checkout has.
    at: usize,
    trouble: Option<String>,
}

impl State {
    fn commit(&self, count: usize) -> CommitSha {
        let digits = Sha256::digest(format!("{:?}", &self.files[..count]));
        let digits: String = digits.iter().take(20).map(|byte| format!("{byte:02x}")).collect();
        digits.parse().expect("forty hexadecimal digits are a commit SHA")
    }
}

impl InMemoryDagCheckout {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Merges a change to a file of the main branch, and returns the commit.
    pub fn merge(&self, file: &str) -> CommitSha {
        let mut state = self.state();
        state.files.push(file.to_owned());
        state.commit(state.files.len())
    }

    /// Makes the checkout one that cannot be moved, or one that can again.
    pub fn set_trouble(&self, trouble: Option<String>) {
        self.state().trouble = trouble;
    }
}

#[async_trait]
impl DagSync for InMemoryDagCheckout {
    async fn state(&self) -> Result<DagCheckoutState, PortError> {
        let state = self.state();
        let behind = u64::try_from(state.files.len() - state.at).unwrap_or(u64::MAX);
        let (head, main) = (state.commit(state.at), state.commit(state.files.len()));
        Ok(DagCheckoutState { head, main, behind, trouble: state.trouble.clone() })
    }

    async fn fast_forward(&self) -> Result<FastForwarded, WriteError> {
        let mut state = self.state();
        if let Some(trouble) = state.trouble.clone() {
            return Err(WriteError::Conflict { found: trouble, expected: "a clean checkout".to_owned() });
        }
        let (had, new) = state.files.split_at(state.at);
        let is_new = |file: &&String| file.ends_with(".py") && !had.contains(file);
        let new_files: BTreeSet<_> = new.iter().filter(is_new).cloned().collect();
        let (from, to) = (state.commit(state.at), state.commit(state.files.len()));
        state.at = state.files.len();
        Ok(FastForwarded { from, to, new_files: new_files.into_iter().collect() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conformance::dag_checkout::{DagCheckoutWorld, check_dag_sync};

    #[async_trait]
    impl DagCheckoutWorld for InMemoryDagCheckout {
        fn sync(&self) -> &dyn DagSync {
            self
        }

        async fn merge(&self, file: &str, _text: &str) -> CommitSha {
            self.merge(file)
        }

        fn dag(&self, name: &str) -> String {
            format!("dags/{name}")
        }

        async fn make_dirty(&self) {
            self.set_trouble(Some("a change".to_owned()));
        }
    }

    #[tokio::test]
    async fn the_checkout_in_memory_keeps_the_contract() {
        check_dag_sync(async || InMemoryDagCheckout::default()).await;
    }
}
