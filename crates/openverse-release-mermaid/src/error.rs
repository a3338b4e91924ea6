//! Why a text is no flowchart.

/// A text is no flowchart that mermaid.js would read.
///
/// The place is that of the text as it was given, counted from 1; columns are characters.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: found {found}, expected {expected}")]
pub struct ChartError {
    line: usize,
    column: usize,
    found: String,
    expected: String,
}

impl ChartError {
    /// Returns the line where reading stopped, counted from 1.
    pub fn line(&self) -> usize {
        self.line
    }

    /// Returns the column where reading stopped, in characters, counted from 1.
    pub fn column(&self) -> usize {
        self.column
    }

    /// Returns what stands there.
    pub fn found(&self) -> &str {
        &self.found
    }

    /// Returns what could have stood there.
    pub fn expected(&self) -> &str {
        &self.expected
    }
}

/// An error whose place is still an offset, in bytes of the text that the reader works on.
///
/// It is in a box because it is part of every result, and hardly ever there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Misread(Box<Report>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Report {
    at: usize,
    found: String,
    expected: String,
}

impl Misread {
    pub(crate) fn new(at: usize, found: impl Into<String>, expected: impl Into<String>) -> Self {
        Self(Box::new(Report { at, found: found.into(), expected: expected.into() }))
    }

    /// Moves the place to where `origin` says that it was.
    pub(crate) fn moved(mut self, origin: impl Fn(usize) -> usize) -> Self {
        self.0.at = origin(self.0.at);
        self
    }

    /// Turns the offset, by now one of the `original` text, into a line and a column.
    pub(crate) fn in_text(self, original: &str) -> ChartError {
        let Report { at, found, expected } = *self.0;
        let before = original.get(..at).unwrap_or(original);
        let line_start = before.rfind(['\n', '\r']).map_or(0, |at| at + 1);
        let breaks = before.replace("\r\n", "\n").matches(['\n', '\r']).count();
        let column = before[line_start..].chars().count() + 1;
        ChartError { line: breaks + 1, column, found, expected }
    }
}

/// Returns the beginning of a text in quotes, with control characters made visible.
pub(crate) fn quoted(text: &str) -> String {
    const SHOWN: usize = 40;
    let mut chars = text.chars();
    let shown: String = chars.by_ref().take(SHOWN).flat_map(char::escape_debug).collect();
    let more = if chars.next().is_some() { "…" } else { "" };
    format!("\"{shown}{more}\"")
}
