//! What can be done about a refusal.

use openverse_release_core::{AppSlug, EnvironmentName, EnvironmentVariableName, RunId};
use serde::Serialize;

/// What can be done about a refusal, as data.
///
/// A tool words what concerns its own commands; the engine does not know their names. What a person does
/// elsewhere is in words already. Every kind has to be worded, so this is exhaustive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Advice {
    /// What a person does elsewhere.
    Elsewhere(String),
    /// Resume the run, or abandon it.
    ResumeOrAbandon {
        /// The run.
        run: RunId,
    },
    /// Lift the hold, once the cause of the rollback is fixed.
    LiftHold {
        /// The app.
        app: AppSlug,
        /// The environment that is held.
        environment: EnvironmentName,
    },
    /// Look which holds there are.
    ListHolds,
    /// Wait for the deployment that is under way, or roll back, which does not wait.
    WaitOrRollBack,
    /// Deploy the version again instead of rolling back to it.
    DeployAgain,
    /// Nothing: no change needs a release. The version can be deployed again.
    NothingToRelease,
    /// Name the version, one that was deployed before.
    NameVersion,
    /// Name the version to roll back to, one that was deployed before.
    NameEarlierVersion,
    /// Name a version that was deployed before, or a commit.
    NameVersionOrCommit,
    /// Name a version that was deployed before, or wait until CI has built this one.
    NameVersionOrAwaitBuild,
    /// Wait until CI has built the newest commit, or point `latest` back; then look again.
    AwaitNewestBuild,
    /// Look where the app stands.
    LookAtStatus {
        /// The app.
        app: AppSlug,
    },
    /// Look at what a release would be.
    LookAtPreview {
        /// The app.
        app: AppSlug,
    },
    /// Look at the app's flow.
    LookAtFlow {
        /// The app.
        app: AppSlug,
    },
    /// Add environment variables to the configuration, then try again.
    AddVariables {
        /// The app.
        app: AppSlug,
        /// Which.
        names: Vec<EnvironmentVariableName>,
    },
    /// Add an environment variable that is to be updated.
    AddVariable {
        /// The app.
        app: AppSlug,
        /// Which.
        name: EnvironmentVariableName,
    },
    /// Update an environment variable that is to be added.
    UpdateVariable {
        /// The app.
        app: AppSlug,
        /// Which.
        name: EnvironmentVariableName,
    },
}

impl From<&str> for Advice {
    fn from(words: &str) -> Self {
        Self::Elsewhere(words.to_owned())
    }
}

impl From<String> for Advice {
    fn from(words: String) -> Self {
        Self::Elsewhere(words)
    }
}
