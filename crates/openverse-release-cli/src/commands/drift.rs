//! `drift`: where documents and GitHub Workflow files say something else than the flows.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use openverse_release_core::{App, AppSlug};
use openverse_release_docs::{DriftFinding, DriftReport, TextFile, drift};

use super::Outcome;
use crate::{
    connect::Context,
    error::CliError,
    exit::Exit,
    input,
    output::{BAD, BOLD, DIM, GOOD, clean},
};

pub(super) fn run(context: &Context, docs: &[PathBuf], workflows: &[PathBuf], only: &[String]) -> Outcome {
    let project = context.project()?;
    let only: Vec<&App> =
        only.iter().map(|name| context.find(&project, name)).collect::<Result<_, CliError>>()?;
    let documents = read(docs.iter().cloned())?;
    let mut files = Vec::new();
    for folder in workflows {
        files.extend(read(github_workflows(folder)?)?);
    }
    let mut report = drift(&project, &as_text_files(&documents), &as_text_files(&files));
    if !only.is_empty() {
        let concerns = |apps: &[AppSlug]| apps.iter().any(|slug| only.iter().any(|app| app.slug == *slug));
        // What concerns no app in particular, such as a file that cannot be read, concerns this one too.
        report.findings.retain(|finding| finding.apps.is_empty() || concerns(&finding.apps));
    }
    context.output.result(&report, |out| write(out, &report))?;
    Ok(if report.findings.is_empty() { Exit::Done } else { Exit::Findings })
}

fn write(out: &mut dyn Write, report: &DriftReport) -> io::Result<()> {
    for DriftFinding { id, file, line, column, apps, found, expected, .. } in &report.findings {
        let apps: Vec<_> = apps.iter().map(AppSlug::as_str).collect();
        let gap = if apps.is_empty() { "" } else { "  " };
        writeln!(
            out,
            "{BOLD}{}:{line}:{column}{BOLD:#}{gap}{}  {DIM}[{id}]{DIM:#}",
            clean(file),
            apps.join(", ")
        )?;
        writeln!(out, "  found {BAD}{}{BAD:#}", clean(found))?;
        writeln!(out, "  expected {}", clean(expected))?;
    }
    for chart in report.charts.iter().filter(|chart| chart.apps.is_empty()) {
        let place = format!("{}:{}", clean(&chart.file), chart.line);
        writeln!(out, "{DIM}{place}: a chart of no app's flow, not compared{DIM:#}")?;
    }
    let charts = report.charts.iter().filter(|chart| !chart.apps.is_empty()).count();
    let compared = format!(
        "in {} and {}",
        counted(charts, "chart"),
        counted(report.github_workflows.len(), "GitHub Workflow file")
    );
    match report.findings.len() {
        0 => writeln!(out, "{GOOD}no drift{GOOD:#} {compared}"),
        count => writeln!(out, "{BAD}{}{BAD:#} {compared}", counted(count, "difference")),
    }
}

fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

/// Returns the GitHub Workflow files of a folder, or of the repository that it is.
fn github_workflows(folder: &Path) -> Result<Vec<PathBuf>, CliError> {
    let inside = folder.join(".github").join("workflows");
    let folder = if inside.is_dir() { inside } else { folder.to_owned() };
    let listed = fs::read_dir(&folder).and_then(|entries| {
        entries.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<Vec<_>>>()
    });
    let mut files = listed.map_err(|error| input::unreadable(&folder, &error))?;
    files.retain(|path| path.extension().is_some_and(|end| end == "yml" || end == "yaml"));
    files.sort();
    if files.is_empty() {
        let message = format!("found no GitHub Workflow in {}", folder.display());
        return Err(CliError::new(Exit::BadInput, message).expected("files that end in .yml or .yaml"));
    }
    Ok(files)
}

fn read(paths: impl IntoIterator<Item = PathBuf>) -> Result<Vec<(String, Vec<u8>)>, CliError> {
    paths.into_iter().map(|path| Ok((path.display().to_string(), input::bytes(&path)?))).collect()
}

fn as_text_files(files: &[(String, Vec<u8>)]) -> Vec<TextFile<'_>> {
    files.iter().map(|(path, bytes)| TextFile { path, bytes }).collect()
}
