//! A document and GitHub Workflow files that fit Openverse's flows, to be changed in one place.

use openverse_release_core::{ChartLevel, Project, flows};
use openverse_release_docs::{DriftReport, TextFile, drift};

/// The files of both repositories.
const FILES: [(&str, &str); 7] = [
    ("ci_cd.yml", include_str!("ci_cd.yml")),
    ("release-app.yml", include_str!("release-app.yml")),
    ("draft-releases.yml", include_str!("draft-releases.yml")),
    ("deploy-staging-api.yml", include_str!("deploy-staging-api.yml")),
    ("deploy-staging-frontend.yml", include_str!("deploy-staging-frontend.yml")),
    ("deploy-production-api.yml", include_str!("deploy-production-api.yml")),
    ("deploy-production-frontend.yml", include_str!("deploy-production-frontend.yml")),
];

/// Returns the files.
pub(crate) fn files() -> Vec<(String, String)> {
    FILES.iter().map(|&(name, text)| (name.to_owned(), text.to_owned())).collect()
}

/// Returns the files, in one of which the first of some words are replaced.
pub(crate) fn changed(name: &str, from: &str, to: &str) -> Vec<(String, String)> {
    let mut files = files();
    let (_, text) = files.iter_mut().find(|(known, _)| known == name).expect("a file of that name");
    assert!(text.contains(from), "{name} has no {from:?}");
    *text = text.replacen(from, to, 1);
    files
}

/// Compares files with Openverse's flows.
pub(crate) fn compare(files: &[(String, String)]) -> DriftReport {
    let files: Vec<_> = files.iter().map(|(path, text)| TextFile { path, bytes: text.as_bytes() }).collect();
    drift(&Project::openverse(), &[], &files)
}

/// Returns a document with a chart for each of Openverse's flows.
pub(crate) fn document() -> String {
    let chart = |flow: openverse_release_core::Flow| {
        format!("```mermaid\n{}```\n", flow.to_mermaid(ChartLevel::Overview))
    };
    format!(
        "# The way to production\n\n## API and frontend\n\n{}\n## Catalog\n\n{}\n## Indexer worker\n\n{}\n\
         ## Ingestion server\n\n{}",
        chart(flows::api()),
        chart(flows::catalog()),
        chart(flows::indexer_worker()),
        chart(flows::ingestion_server())
    )
}

/// Compares a document with Openverse's flows.
pub(crate) fn compare_document(text: &str) -> DriftReport {
    drift(&Project::openverse(), &[TextFile { path: "flows.md", bytes: text.as_bytes() }], &[])
}

/// Returns the findings, one a line.
pub(crate) fn lines(report: &DriftReport) -> String {
    report.findings.iter().map(|finding| format!("{finding}\n")).collect()
}
