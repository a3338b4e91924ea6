//! Holds: what keeps automation from bringing a bad version back.

use chrono::{DateTime, Utc};
use openverse_release_core::{AppSlug, CommitSha, End, EnvironmentName, OrderKind, Run, RunId};
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

impl Hold {
    /// Returns the hold that a run placed on an environment.
    pub fn placed_by(run: &Run, environment: EnvironmentName, since: DateTime<Utc>) -> Self {
        let order = run.order();
        let (rolled_back, reason) = match (&order.kind, run.end()) {
            (OrderKind::RollBack, _) => (order.replaces.clone(), order.reason.clone()),
            // A release that took itself back.
            (_, Some(End::RolledBack { because, .. })) => {
                (Some(order.version.bundle.commit.clone()), because.clone())
            }
            _ => (Some(order.version.bundle.commit.clone()), order.reason.clone()),
        };
        let (app, by) = (order.app.clone(), order.actor.clone());
        Self { app, environment, run: run.id().clone(), rolled_back, reason, by, since }
    }
}
