//! `check`: mistakes in flows.

use anstyle::Style;
use openverse_release_core::{App, CheckId, Finding, Severity, StepId};
use serde::Serialize;

use super::Outcome;
use crate::{
    connect::Context,
    exit::Exit,
    output::{BAD, DIM, GOOD, WARN, clean},
};

/// What a check demands.
#[derive(Debug, Serialize)]
struct Explained {
    check: CheckId,
    severity: Severity,
    explanation: &'static str,
}

impl Explained {
    fn of(check: CheckId) -> Self {
        Self { check, severity: check.severity(), explanation: check.explain() }
    }
}

fn style(severity: Severity) -> Style {
    match severity {
        Severity::Error => BAD,
        Severity::Warning => WARN,
        Severity::Info | Severity::Exempted => DIM,
    }
}

pub(super) fn explain(context: &Context, check: CheckId) -> Outcome {
    let explained = Explained::of(check);
    context.output.result(&explained, |out| {
        let style = style(explained.severity);
        writeln!(out, "{check}  {style}{}{style:#}", explained.severity)?;
        writeln!(out, "{}", explained.explanation)
    })?;
    Ok(Exit::Done)
}

pub(super) fn list(context: &Context) -> Outcome {
    let checks: Vec<_> = CheckId::ALL.into_iter().map(Explained::of).collect();
    context.output.result(&checks, |out| {
        for Explained { check, severity, .. } in &checks {
            let style = style(*severity);
            writeln!(out, "{style}{severity:<8}{style:#} {check:<38} {}", check.demand())?;
        }
        writeln!(out, "{DIM}`check --explain CHECK` says why.{DIM:#}")
    })?;
    Ok(Exit::Done)
}

pub(super) fn run(context: &Context, app: Option<&str>) -> Outcome {
    let project = context.project()?;
    let apps = match app {
        Some(name) => vec![context.find(&project, name)?],
        None => project.apps.iter().collect(),
    };
    report(context, &apps)
}

/// Checks the flows of some apps and prints what is found.
pub(super) fn report(context: &Context, apps: &[&App]) -> Outcome {
    let findings: Vec<Finding> = apps.iter().flat_map(|app| app.flow.check()).collect();
    let errors = findings.iter().filter(|finding| finding.severity == Severity::Error).count();
    context.output.result(&findings, |out| {
        for finding in &findings {
            let style = style(finding.severity);
            writeln!(out, "{style}{}{style:#} {}", finding.severity, clean(&finding.place()))?;
            writeln!(out, "  {}  {DIM}[{}]{DIM:#}", clean(&finding.why), finding.check)?;
            if !finding.path.is_empty() {
                let path: Vec<_> = finding.path.iter().map(StepId::as_str).collect();
                writeln!(out, "  by way of {}", path.join(" -> "))?;
            }
            if !finding.trace.is_empty() {
                let trace: Vec<_> = finding.trace.iter().map(StepId::as_str).collect();
                writeln!(out, "  it happens so: {}", trace.join(", "))?;
            }
            if let Some(reason) = &finding.exemption {
                writeln!(out, "  right here because {}", clean(reason))?;
            }
        }
        let names: Vec<_> = apps.iter().map(|app| app.slug.as_str()).collect();
        let (style, verdict) = match errors {
            0 => (GOOD, "no errors".to_owned()),
            1 => (BAD, "1 error".to_owned()),
            errors => (BAD, format!("{errors} errors")),
        };
        writeln!(out, "{style}{verdict}{style:#} in the flows of {}", names.join(", "))
    })?;
    Ok(if errors == 0 { Exit::Done } else { Exit::Findings })
}
