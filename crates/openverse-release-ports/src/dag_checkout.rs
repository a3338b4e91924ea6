//! The checkout that DAGs are read from.

use std::fmt::Debug;

use async_trait::async_trait;
use openverse_release_core::{DagCheckoutState, FastForwarded};

use crate::{PortError, WriteError};

/// The checkout that the catalog's server reads its DAGs from.
///
/// # Contract
/// - The main branch is fetched each time: what is said of it is what it is now.
/// - Nothing that is only in the checkout is ever lost.
#[async_trait]
pub trait DagSync: Debug + Send + Sync {
    /// Returns where the checkout is. Its files stay as they are.
    async fn state(&self) -> Result<DagCheckoutState, PortError>;

    /// Moves the checkout forward to the main branch. Idempotent: at the main branch it does nothing.
    ///
    /// # Errors
    /// [`WriteError::Conflict`] when files are changed, the checkout is on another branch, or it has
    /// commits that the main branch has not. Nothing was moved.
    async fn fast_forward(&self) -> Result<FastForwarded, WriteError>;
}
