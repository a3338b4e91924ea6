//! The version that a live app runs.

use std::fmt::Debug;

use async_trait::async_trait;
use openverse_release_core::{HttpUrl, LiveVersion};

use crate::PortError;

/// Asks a live app for its version.
///
/// # Contract
/// Reads only. While a deployment is under way answers may come from old and new instances by
/// turns, so one answer proves little then.
#[async_trait]
pub trait VersionProbe: Debug + Send + Sync {
    /// Returns what the endpoint answers.
    async fn live(&self, endpoint: &HttpUrl) -> Result<LiveVersion, PortError>;
}
