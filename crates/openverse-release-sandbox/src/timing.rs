//! How long things take in a sandbox.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How long the simulated automations take, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Timing {
    /// From a move of `main` to built images, a refreshed draft and a dispatched staging deployment.
    pub ci_ms: u32,
    /// From the dispatch of a GitHub Workflow to its run being listed.
    pub appear_ms: u32,
    /// From the start of a deployment to its end.
    pub deploy_ms: u32,
    /// The delay of a run that the fault `late-run` holds back.
    pub late_run_ms: u32,
    /// From the beginning of a run of a DAG to its end.
    pub dag_run_ms: u32,
}

impl Timing {
    /// Returns a timing under which everything is done at once, for tests.
    ///
    /// A late run stays late, and the run of a DAG takes its time, or neither would do anything.
    pub fn instant() -> Self {
        Self { ci_ms: 0, appear_ms: 0, deploy_ms: 0, late_run_ms: 2_000, dag_run_ms: 2_000 }
    }

    /// Returns the timing of the simulated past, near what the real automations take.
    pub(crate) fn past() -> Self {
        Self {
            ci_ms: 7 * 60_000,
            appear_ms: 9_000,
            deploy_ms: 9 * 60_000,
            late_run_ms: 0,
            dag_run_ms: 40 * 60_000,
        }
    }

    pub(crate) fn ci(self) -> Duration {
        Duration::from_millis(self.ci_ms.into())
    }

    pub(crate) fn appear(self) -> Duration {
        Duration::from_millis(self.appear_ms.into())
    }

    pub(crate) fn deploy(self) -> Duration {
        Duration::from_millis(self.deploy_ms.into())
    }

    pub(crate) fn late_run(self) -> Duration {
        Duration::from_millis(self.late_run_ms.into())
    }

    pub(crate) fn dag_run(self) -> Duration {
        Duration::from_millis(self.dag_run_ms.into())
    }
}

impl Default for Timing {
    /// Returns a timing under which a person can watch: seconds where the real world takes minutes.
    fn default() -> Self {
        Self { ci_ms: 2_000, appear_ms: 300, deploy_ms: 3_000, late_run_ms: 60_000, dag_run_ms: 20_000 }
    }
}

/// How a sandbox behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Options {
    /// How long things take.
    pub timing: Timing,
    /// Whether publishing starts the GitHub Workflow that tags the images and dispatches the
    /// production deployment, as at the real Openverse. Otherwise publishing starts nothing.
    pub publish_starts_workflow: bool,
    /// Whether nothing but requests touches the drafts. Otherwise CI refreshes the draft of every
    /// app that a push touches, as at the real Openverse.
    pub without_draft_job: bool,
}
