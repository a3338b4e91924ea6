//! What has drifted.

use std::fmt;

use openverse_release_core::AppSlug;
use serde::Serialize;

macro_rules! drift_ids {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)+) => {
        /// Names a kind of drift. The text, such as `step-missing`, is stable.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum DriftId {
            $($(#[$doc])* $name,)+
        }

        impl DriftId {
            /// Every kind.
            pub const ALL: [Self; [$($text),+].len()] = [$(Self::$name),+];

            /// Returns the text.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)+
                }
            }
        }
    };
}

drift_ids! {
    /// A file is no text.
    NotText = "not-text",
    /// A Mermaid chart cannot be read.
    ChartUnreadable = "chart-unreadable",
    /// No chart draws the flow of an app.
    ChartMissing = "chart-missing",
    /// A chart is declared to be of an app that the project does not have.
    ChartOfUnknownApp = "chart-of-unknown-app",
    /// A chart has no box for a step of the flow.
    StepMissing = "step-missing",
    /// A box of a chart is no step of the flow.
    StepUnknown = "step-unknown",
    /// A box is drawn as if somebody else set the step off.
    StepShape = "step-shape",
    /// A chart has no line for a link of the flow.
    LinkMissing = "link-missing",
    /// A line of a chart is no link of the flow.
    LinkUnknown = "link-unknown",
    /// A line is drawn as if it meant something else.
    LinkStyle = "link-style",
    /// A GitHub Workflow file cannot be read.
    GitHubWorkflowUnreadable = "github-workflow-unreadable",
    /// A GitHub Workflow that the project names is not there.
    GitHubWorkflowMissing = "github-workflow-missing",
    /// An event that has to start a GitHub Workflow does not.
    TriggerMissing = "trigger-missing",
    /// An event starts a GitHub Workflow that the flow does not let start it.
    TriggerUnknown = "trigger-unknown",
    /// A push to the main branch does not start a GitHub Workflow that has to follow it.
    BranchMissing = "branch-missing",
    /// A push that changes an app does not start a GitHub Workflow that has to follow it.
    PathMissing = "path-missing",
    /// An event type of `repository_dispatch` is not listened to, or not sent.
    EventTypeMissing = "event-type-missing",
    /// An event type of `repository_dispatch` belongs to no deployment.
    EventTypeUnknown = "event-type-unknown",
    /// A deployment is asked for where the flow does not.
    DispatchUnknown = "dispatch-unknown",
    /// A pattern fits no git tag of a release.
    GitTagPatternUnknown = "git-tag-pattern-unknown",
    /// The git tags of an app fit none of the patterns.
    GitTagPatternMissing = "git-tag-pattern-missing",
    /// The image tag of a release is never made.
    ImageTagMissing = "image-tag-missing",
    /// A list of apps lacks one.
    AppMissing = "app-missing",
    /// A list of apps has one too many.
    AppUnknown = "app-unknown",
    /// A list of images lacks all of an app.
    ImageMissing = "image-missing",
    /// An image is handled without its companion.
    CompanionMissing = "companion-missing",
    /// Nothing keeps two runs from working at the same time.
    ConcurrencyMissing = "concurrency-missing",
    /// Every run is in a concurrency group of its own.
    ConcurrencyPerRun = "concurrency-per-run",
    /// A newer run stops the one under way.
    ConcurrencyCancels = "concurrency-cancels",
    /// Different deployments wait for each other, and evict each other.
    ConcurrencyShared = "concurrency-shared",
    /// A job does not wait for the one that the flow puts before it.
    NeedsMissing = "needs-missing",
    /// A job waits for one that is not there.
    NeedsUnknown = "needs-unknown",
    /// A person who starts a deployment cannot say what to deploy.
    InputMissing = "input-missing",
    /// A GitHub Workflow waits for one that is not there.
    AwaitedUnknown = "awaited-unknown",
    /// A GitHub Release is published by itself.
    PublishedByItself = "published-by-itself",
}

impl fmt::Display for DriftId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Serialize for DriftId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// A place where a file and the flows say different things.
///
/// The texts hold parts of the file: clean them before printing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct DriftFinding {
    /// What kind of drift it is.
    pub id: DriftId,
    /// The file, as it was named.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
    /// The column in characters, counted from 1.
    pub column: usize,
    /// The apps it is about.
    pub apps: Vec<AppSlug>,
    /// What is there.
    pub found: String,
    /// What the flow or the project says.
    pub expected: String,
}

impl fmt::Display for DriftFinding {
    /// Writes place, kind, what is there and what is expected on one line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, file, line, column, found, expected, .. } = self;
        write!(f, "{file}:{line}:{column}: [{id}] found {found}; expected {expected}")
    }
}
