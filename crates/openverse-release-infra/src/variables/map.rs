//! Maps in files: what they hold, and a new entry with the layout of the others.

use std::ops::Range;

use super::{VariableError, VariableFile, VariableName};

/// Where an entry of a map is written, in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MapEntry {
    /// Its name.
    pub name: String,
    /// The name as it is written.
    pub key: Range<usize>,
    /// The value alone, quotation marks included.
    pub value: Range<usize>,
}

/// Where a map is written, and its entries in the order of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MapSite {
    /// In bytes; the map alone, brackets included.
    pub span: Range<usize>,
    /// The entries.
    pub entries: Vec<MapEntry>,
}

/// Returns the text with a new entry at the end of a map, written the way its last one is.
pub(super) fn add(
    file: &(impl VariableFile + ?Sized),
    text: &str,
    map: &VariableName,
    name: &str,
    value: &str,
) -> Result<String, VariableError> {
    let full = map.with(name)?;
    let site = file.locate_map(text, map)?;
    if let Some(entry) = site.entries.iter().find(|entry| entry.name == name) {
        let line = super::file::line_of(text, entry.key.start);
        return Err(VariableError::AlreadyThere { name: full, line });
    }
    let spelled = file
        .spell("\"\"", value)
        .map_err(|found| VariableError::NotPlainText { name: full.clone(), found })?;
    let mut names: Vec<_> = site.entries.iter().map(|entry| entry.name.clone()).collect();
    names.push(name.to_owned());
    let is_right = |new: &str| {
        let found = file.locate_map(new, map).ok()?;
        let found = found.entries.into_iter().map(|entry| entry.name);
        (found.eq(names.iter().cloned()) && file.read(new, &full).ok()? == value).then_some(())
    };
    // Where a comment or a bracket ends is the parser's business: each place is tried and read back.
    candidates(file, text, &site, name, &spelled)
        .into_iter()
        .find(|new| is_right(new).is_some())
        .ok_or(VariableError::NotReadBack { name: full })
}

fn candidates(
    file: &(impl VariableFile + ?Sized),
    text: &str,
    site: &MapSite,
    name: &str,
    spelled: &str,
) -> Vec<String> {
    let with = |at: usize, new: &str| [&text[..at], new, &text[at..]].concat();
    let line_end = |at: usize| text[at..].find('\n').map(|length| at + length + 1);
    let line_start = |at: usize| text[..at].rfind('\n').map_or(0, |before| before + 1);
    let indentation = |start: usize| {
        let rest = &text[start..];
        &rest[..rest.len() - rest.trim_start_matches([' ', '\t']).len()]
    };
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let mut found = Vec::new();
    if let Some(last) = site.entries.last() {
        let (start, between) = (line_start(last.key.start), &text[last.key.end..last.value.start]);
        let mark = between.trim();
        let width = last.key.len() + between.len() - between.trim_start().len();
        let entry = file.entry(name, mark, width, spelled);
        let line = format!("{}{entry}", indentation(start));
        match line_end(last.value.end) {
            Some(end) => found.push(with(end, &format!("{line}{newline}"))),
            None => found.push(with(text.len(), &format!("{newline}{line}{newline}"))),
        }
        found.push(with(last.value.end, &format!(", {}", file.entry(name, mark, 0, spelled))));
        return found;
    }
    let mark = file.mark();
    let entry = file.entry(name, mark, 0, spelled);
    if let Some(first) = line_end(site.span.start).filter(|end| *end < site.span.end) {
        let outer = indentation(line_start(site.span.start));
        let last = line_start(site.span.end);
        let at = if last > first { last } else { first };
        found.push(with(at, &format!("{outer}  {entry}{newline}")));
    }
    found.push(with(site.span.start + 1, &format!(" {entry} ")));
    found
}
