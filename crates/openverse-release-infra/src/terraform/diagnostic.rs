//! What Terraform writes as JSON, line by line, while it works.

use serde::Deserialize;

use crate::{OutputSink, OutputStream};

/// One line. Fields that other kinds of lines have are left out.
#[derive(Debug, Deserialize)]
struct Line {
    #[serde(rename = "@message", default)]
    message: String,
    #[serde(rename = "type", default)]
    kind: String,
    diagnostic: Option<Diagnostic>,
    hook: Option<Hook>,
    changes: Option<Counts>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Diagnostic {
    severity: String,
    pub(super) summary: String,
    #[serde(default)]
    pub(super) detail: String,
    address: Option<String>,
}

impl Diagnostic {
    /// Returns it in one line.
    pub(super) fn in_one_line(&self) -> String {
        let address = self.address.as_ref().map(|address| format!("{address}: ")).unwrap_or_default();
        let detail = self.detail.split_whitespace().collect::<Vec<_>>().join(" ");
        let colon = if detail.is_empty() { "" } else { ": " };
        format!("{address}{}{colon}{detail}", self.summary)
    }
}

#[derive(Debug, Deserialize)]
struct Hook {
    resource: Option<Resource>,
}

#[derive(Debug, Deserialize)]
struct Resource {
    addr: String,
}

/// How many resources something was done to.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(default)]
pub(super) struct Counts {
    pub(super) add: u64,
    pub(super) change: u64,
    pub(super) remove: u64,
    pub(super) operation: Operation,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Operation {
    Apply,
    #[default]
    #[serde(other)]
    Other,
}

/// What all lines of one run say together.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// Errors; warnings are only streamed.
    pub(super) errors: Vec<Diagnostic>,
    /// The resources whose change failed.
    pub(super) failed: Vec<String>,
    /// What was done, if it was done to the end.
    pub(super) applied: Option<Counts>,
}

impl Told {
    pub(super) fn read(text: &str) -> Self {
        let mut told = Self::default();
        for line in text.lines().filter_map(|line| serde_json::from_str::<Line>(line).ok()) {
            told.errors.extend(line.diagnostic.filter(|found| found.severity == "error"));
            if line.kind == "apply_errored" {
                told.failed.extend(line.hook.and_then(|hook| hook.resource).map(|resource| resource.addr));
            }
            if let Some(counts) = line.changes.filter(|counts| counts.operation == Operation::Apply) {
                told.applied = Some(counts);
            }
        }
        told
    }

    pub(super) fn error(&self, summary: &str) -> Option<&Diagnostic> {
        self.errors.iter().find(|error| error.summary == summary)
    }

    pub(super) fn problems(&self) -> Vec<String> {
        self.errors.iter().map(Diagnostic::in_one_line).collect()
    }
}

/// Passes on what the lines say to people.
pub(super) struct Messages<'a>(pub(super) &'a dyn OutputSink);

impl OutputSink for Messages<'_> {
    fn line(&self, stream: OutputStream, line: &str) {
        match serde_json::from_str::<Line>(line) {
            Ok(Line { diagnostic: Some(diagnostic), .. }) => {
                let line = format!("{}: {}", diagnostic.severity, diagnostic.in_one_line());
                self.0.line(stream, &line);
            }
            Ok(found) => self.0.line(stream, &found.message),
            Err(_) => self.0.line(stream, line),
        }
    }
}
