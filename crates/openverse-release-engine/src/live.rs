//! What a live app answers when it is asked for its version.

use openverse_release_core::{App, CommitSha, Environment};
use serde::Serialize;

use crate::World;

/// What a live app answers when it is asked for its version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LiveAnswer {
    /// The commit it runs.
    Commit(CommitSha),
    /// Why it did not say.
    Trouble(String),
}

impl LiveAnswer {
    /// Asks an app in an environment; none if it has no version endpoint there.
    pub(crate) async fn ask(world: &World, app: &App, environment: Environment) -> Option<Self> {
        let endpoint = app.deployment(environment)?.version_endpoint.as_ref()?;
        Some(match world.probe.live(endpoint).await {
            Ok(live) => Self::Commit(live.commit),
            Err(error) => Self::Trouble(error.to_string()),
        })
    }

    /// Returns the commit, if it said one.
    pub fn commit(self) -> Option<CommitSha> {
        match self {
            Self::Commit(commit) => Some(commit),
            Self::Trouble(_) => None,
        }
    }
}
