//! Drift: where documents and GitHub Workflow files say something else than the flows.

mod chart;
mod finding;
mod github_workflows;
mod owner;

use openverse_release_core::{AppSlug, Project};
use serde::Serialize;

pub use finding::{DriftFinding, DriftId};
pub use github_workflows::GitHubWorkflowRole;
pub use owner::ChartOwner;

use crate::text::Place;

/// A file that was read.
#[derive(Debug, Clone, Copy)]
pub struct TextFile<'a> {
    /// Its path, as it is to be shown.
    pub path: &'a str,
    /// What is in it.
    pub bytes: &'a [u8],
}

/// What was compared, and where it differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct DriftReport {
    /// Where they differ: by file in the order given, then by place.
    pub findings: Vec<DriftFinding>,
    /// The charts of the documents.
    pub charts: Vec<FoundChart>,
    /// The GitHub Workflow files.
    pub github_workflows: Vec<FoundGitHubWorkflow>,
}

/// A chart that was found in a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct FoundChart {
    /// The document.
    pub file: String,
    /// The line where the chart begins, counted from 1.
    pub line: usize,
    /// The apps whose flow it draws; none, where it is a chart of something else.
    pub apps: Vec<AppSlug>,
    /// How that is known.
    pub known_by: ChartOwner,
}

/// A GitHub Workflow file that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct FoundGitHubWorkflow {
    /// The file.
    pub file: String,
    /// What the project says of it.
    pub role: GitHubWorkflowRole,
}

/// Compares documents and GitHub Workflow files with the flows of a project.
///
/// Of the documents the Mermaid charts are compared, box by box and line by line; what stands in a box
/// may differ. The GitHub Workflow files are those of one folder, or of several: of the code repository,
/// of the infrastructure repository, or of both. Without documents nothing is said of charts, and without
/// GitHub Workflow files nothing of those.
///
/// ```
/// use openverse_release_core::{ChartLevel, Project, flows};
/// use openverse_release_docs::{TextFile, drift};
///
/// let mut openverse = Project::openverse();
/// openverse.apps.retain(|app| app.slug.as_str() == "api");
/// let chart = flows::api().to_mermaid(ChartLevel::Overview).replace("Tag -->", "Tag -.->");
/// let document = format!("# API\n\n```mermaid\n{chart}```\n");
/// let report = drift(&openverse, &[TextFile { path: "api.md", bytes: document.as_bytes() }], &[]);
/// assert_eq!(report.findings.len(), 1);
/// assert_eq!(report.findings[0].id.as_str(), "link-style");
/// ```
pub fn drift(
    project: &Project,
    documents: &[TextFile<'_>],
    github_workflows: &[TextFile<'_>],
) -> DriftReport {
    let mut report = DriftReport { findings: Vec::new(), charts: Vec::new(), github_workflows: Vec::new() };
    if !documents.is_empty() {
        chart::compare_all(project, documents, &mut report);
    }
    if !github_workflows.is_empty() {
        github_workflows::compare_all(project, github_workflows, &mut report);
    }
    let file = |found: &DriftFinding| {
        let files = documents.iter().chain(github_workflows);
        files.map(|file| file.path).position(|path| path == found.file)
    };
    report.findings.sort_by_cached_key(|found| (file(found), found.line, found.column, found.id));
    report
}

impl<'a> TextFile<'a> {
    /// Returns the text, or the finding that it is none.
    fn text(&self) -> Result<&'a str, DriftFinding> {
        std::str::from_utf8(self.bytes).map_err(|error| {
            let before = &self.bytes[..error.valid_up_to()];
            let line = before.iter().filter(|&&byte| byte == b'\n').count() + 1;
            let start = before.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
            let column = String::from_utf8_lossy(&before[start..]).chars().count() + 1;
            let place = Place { line, column };
            self.finding(DriftId::NotText, place, Vec::new(), "bytes that are no UTF-8", "a text")
        })
    }

    fn finding(
        &self,
        id: DriftId,
        place: Place,
        apps: Vec<AppSlug>,
        found: impl Into<String>,
        expected: impl Into<String>,
    ) -> DriftFinding {
        DriftFinding {
            id,
            file: self.path.to_owned(),
            line: place.line,
            column: place.column,
            apps,
            found: found.into(),
            expected: expected.into(),
        }
    }
}
