//! Runbooks: what a person does to release an app, deploy it and take it back, from its flow.

mod drift;
mod page;
mod watch;

use std::fmt;

use crate::{App, AppSlug, Project};

pub use drift::{Drift, DriftHunk};

const MARK: &str = "<!-- runbook: ";
const MARK_END: &str = " -->";

/// The steps that a person takes for an app, in Markdown, with the chart.
///
/// It is derived from the app's flow, the details of its steps and its deployments, and the same for
/// the same project, so a file it was written to can be checked later.
///
/// ```
/// use openverse_release_core::{Project, Runbook};
///
/// let openverse = Project::openverse();
/// let runbook = Runbook::of(&openverse, openverse.app("api").unwrap());
/// let text = runbook.to_string();
/// assert_eq!(Runbook::app_of(&text), Some("api".parse()?));
/// assert!(runbook.drift_of(&text).is_none());
/// assert!(runbook.drift_of(&text.replace("preview", "review")).is_some());
/// # Ok::<(), openverse_release_core::ParseError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Runbook {
    app: AppSlug,
    text: String,
}

impl Runbook {
    /// Returns the runbook of an app.
    pub fn of(project: &Project, app: &App) -> Self {
        Self { app: app.slug.clone(), text: page::render(project, app) }
    }

    /// Returns the app whose runbook it is.
    pub fn app(&self) -> &AppSlug {
        &self.app
    }

    /// Returns the app whose runbook a file says it is, in a comment on a line of its own.
    pub fn app_of(written: &str) -> Option<AppSlug> {
        let named = |line: &str| line.trim().strip_prefix(MARK)?.strip_suffix(MARK_END)?.parse().ok();
        written.lines().find_map(named)
    }

    /// Returns how a file that was written before differs from this runbook, if it does. How its
    /// lines end does not matter.
    pub fn drift_of(&self, written: &str) -> Option<Drift> {
        Drift::between(written, &self.text)
    }
}

impl fmt::Display for Runbook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
