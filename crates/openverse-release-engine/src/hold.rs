//! Holds: what keeps automation from bringing a bad version back.

use chrono::{DateTime, Utc};
use openverse_release_core::{AppSlug, CommitSha, EnvironmentName, RunId};
use serde::Serialize;

/// An environment of an app that takes no release and no deployment until somebody lifts it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hold {
    /// The app.
    pub app: AppSlug,
    /// The environment.
    pub environment: EnvironmentName,
    /// The rollback that placed it.
    pub run: RunId,
    /// The commit that was rolled back, if it was known.
    pub rolled_back: Option<CommitSha>,
    /// Why it was rolled back.
    pub reason: String,
    /// Who rolled back.
    pub by: String,
    /// Since when, in UTC.
    pub since: DateTime<Utc>,
}
