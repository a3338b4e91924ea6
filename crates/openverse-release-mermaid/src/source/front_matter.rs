//! YAML between lines of `---` before the chart.

use super::edit::{Edited, Editor};
use crate::{error::Misread, text::after_spaces, yaml};

/// The line before and after front matter.
const FENCE: &str = "---";

/// Removes front matter, once it has been read.
pub(super) fn remove(text: &str) -> Result<Edited<'_>, Misread> {
    let mut editor = Editor::new(text);
    if let Some(found) = find(text) {
        let body = text[found.body.clone()].split('\n');
        let lines: Vec<_> = body.map(|line| line.strip_prefix(found.indent).unwrap_or(line)).collect();
        yaml::read(&lines.join("\n")).map_err(|error| {
            let lines = text[found.body.clone()].split_inclusive('\n').take(error.line);
            let at = found.body.start + lines.map(str::len).sum::<usize>();
            Misread::new(at, error.what, "front matter in YAML that can be read")
        })?;
        editor.replace(0..found.end, "");
    }
    Ok(editor.finish())
}

struct FrontMatter<'a> {
    /// What both fences are indented by.
    indent: &'a str,
    body: std::ops::Range<usize>,
    end: usize,
}

fn find(text: &str) -> Option<FrontMatter<'_>> {
    let fence = after_spaces(text, 0);
    if !text[fence..].starts_with(FENCE) || text[..fence].contains('\n') {
        return None;
    }
    let indent = &text[..fence];
    let after = fence + FENCE.len();
    let spaces = &text[after..after_spaces(text, after)];
    // The fence takes as many empty lines as it can.
    let first = after + spaces.rfind('\n')? + 1;
    if let Some((line, end)) = closing(text, indent, first) {
        return Some(FrontMatter { indent, body: first..line, end });
    }
    let second = after + spaces[..first - 1 - after].rfind('\n')? + 1;
    let (line, end) = closing(text, indent, first - 1).filter(|&(line, _)| line == first - 1)?;
    Some(FrontMatter { indent, body: second..line, end })
}

/// Returns where the line end before the closing fence is, and where the fence ends.
fn closing(text: &str, indent: &str, from: usize) -> Option<(usize, usize)> {
    text[from..].match_indices('\n').map(|(offset, _)| from + offset).find_map(|line| {
        let rest = text[line + 1..].strip_prefix(indent)?.strip_prefix(FENCE)?;
        let after = text.len() - rest.len();
        let end = text[after..after_spaces(text, after)].rfind('\n')?;
        Some((line, after + end + 1))
    })
}
