//! `check`: mistakes in flows.

use openverse_release_core::{Finding, Severity, StepId};

use super::Outcome;
use crate::{
    connect::Context,
    exit::Exit,
    output::{BAD, DIM, GOOD, WARN, clean},
};

pub(super) fn run(context: &Context, app: Option<&str>) -> Outcome {
    let project = context.project()?;
    let apps = match app {
        Some(name) => vec![context.find(&project, name)?],
        None => project.apps.iter().collect(),
    };
    let findings: Vec<Finding> = apps.iter().flat_map(|app| app.flow.check()).collect();
    let errors = findings.iter().filter(|finding| finding.severity == Severity::Error).count();
    context.output.result(&findings, |out| {
        for finding in &findings {
            let style = match finding.severity {
                Severity::Error => BAD,
                Severity::Warning => WARN,
                Severity::Exempted => DIM,
            };
            writeln!(out, "{style}{}{style:#} {}", finding.severity, clean(&finding.place()))?;
            writeln!(out, "  {}  {DIM}[{}]{DIM:#}", clean(&finding.why), finding.check)?;
            if !finding.path.is_empty() {
                let path: Vec<_> = finding.path.iter().map(StepId::as_str).collect();
                writeln!(out, "  by way of {}", path.join(" -> "))?;
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
