//! Holds: what keeps automation from bringing a bad version back.

use chrono::{DateTime, Utc};
use openverse_release_core::{AppSlug, CommitSha, EnvironmentName, OrderKind, Run, RunId, Step};
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
        let (rolled_back, reason) = match &order.kind {
            OrderKind::RollBack => (order.replaces.clone(), order.reason.clone()),
            // A release that takes itself back.
            _ => (Some(order.version.bundle.commit.clone()), why_back(run, environment)),
        };
        let (app, by) = (order.app.clone(), order.actor.clone());
        Self { app, environment, run: run.id().clone(), rolled_back, reason, by, since }
    }
}

/// Returns how the step ended that set off the rollback of an environment.
fn why_back(run: &Run, environment: EnvironmentName) -> String {
    let takes_back = |step: &&Step| step.operation.nature().rolls_back && step.updates(environment);
    let mut set_off = run.flow().steps().filter(takes_back).filter_map(|step| run.sets_off(&step.id));
    set_off.next().map_or_else(|| run.order().reason.clone(), ToString::to_string)
}
