//! Line ends, tags, directives and comments.

use super::edit::{Edited, Editor};
use crate::{
    error::{Misread, quoted},
    text::{after_spaces, after_word, is_word, line_end},
};

/// Makes every line end a line feed.
pub(super) fn line_ends(text: &str) -> Edited<'_> {
    let mut editor = Editor::new(text);
    for (at, _) in text.match_indices('\r') {
        let end = if text[at..].starts_with("\r\n") { at + 2 } else { at + 1 };
        editor.replace(at..end, "\n");
    }
    editor.finish()
}

/// Puts the values of a tag's attributes into single quotes, since a double one would end the label.
pub(super) fn attributes(text: &str) -> Edited<'_> {
    let mut editor = Editor::new(text);
    let mut at = 0;
    while let Some(found) = text[at..].find('<') {
        let name = at + found + 1;
        let attributes = after_word(text, name);
        at = name;
        if attributes == name {
            continue;
        }
        // Without an end, no later tag has one either.
        let Some(length) = text[attributes..].find('>') else { break };
        let end = attributes + length;
        while let Some(equals) = text[at..end].find('=') {
            let open = at + equals + 1;
            if !text[open..end].starts_with('"') {
                at = open;
                continue;
            }
            let Some(length) = text[open + 1..end].find('"') else { break };
            let close = open + 1 + length;
            editor.replace(open..open + 1, "'");
            editor.replace(close..close + 1, "'");
            at = close + 1;
        }
        at = end + 1;
    }
    editor.finish()
}

/// Removes `%%{ … }%%`. One that does not end takes the rest of the text with it.
pub(super) fn directives(text: &str) -> Edited<'_> {
    let mut editor = Editor::new(text);
    let mut at = 0;
    while let Some(found) = text[at..].find("%%{") {
        let start = at + found;
        at = start + 1;
        let name = after_spaces(text, start + 3);
        let named = after_word(text, name);
        if named == name {
            continue;
        }
        let colon = after_spaces(text, named);
        let value = if text[colon..].starts_with(':') { colon + 1 } else { named };
        let value = after_spaces(text, value);
        let word = after_word(text, value);
        let end = after_spaces(text, if word > value { word } else { after_value(text, value) });
        at = if text[end..].starts_with("}%%") { end + 3 } else { end };
        editor.replace(start..at, "");
    }
    editor.finish()
}

/// Returns where the value of a directive that begins at `at` ends.
fn after_value(text: &str, at: usize) -> usize {
    let ends = |&(offset, c): &(usize, char)| match c {
        '}' => text[at + offset..].starts_with("}%%"),
        _ => matches!(c, '\u{2028}' | '\u{2029}'),
    };
    text[at..].char_indices().find(ends).map_or(text.len(), |(offset, _)| at + offset)
}

/// Removes the lines that begin with `%%`, and the empty lines before them.
///
/// A line of `%%` alone is no comment, nor is one that begins with `%%{`.
pub(super) fn comments(text: &str) -> Edited<'_> {
    let mut editor = Editor::new(text);
    let mut line = Some(0);
    while let Some(start) = line {
        let mark = after_spaces(text, start);
        let rest = text[mark..].strip_prefix("%%").unwrap_or_default();
        let end = if rest.is_empty() || rest.starts_with(['{', '\n']) {
            line_end(text, mark)
        } else {
            let end = text[mark..].find('\n').map_or(text.len(), |length| mark + length + 1);
            editor.replace(start..end, "");
            line = Some(end).filter(|&end| end < text.len());
            continue;
        };
        line = text[end..].chars().next().map(|c| end + c.len_utf8());
    }
    editor.finish()
}

/// Removes white space at the beginning.
pub(super) fn trim_start(text: &str) -> Edited<'_> {
    let mut editor = Editor::new(text);
    let start = after_spaces(text, 0);
    if start > 0 {
        editor.replace(0..start, "");
    }
    editor.finish()
}

/// Removes white space between a closing brace and the end of its line, and empty lines after it.
pub(super) fn after_braces(text: &str) -> Edited<'_> {
    let mut editor = Editor::new(text);
    let mut at = 0;
    while let Some(found) = text[at..].find('}') {
        let brace = at + found + 1;
        at = after_spaces(text, brace);
        if at == text.len() {
            let kept = at - usize::from(text.ends_with('\n'));
            if kept > brace {
                editor.replace(brace..kept, "");
            }
        } else if let Some(end) = text[brace..at].rfind('\n').filter(|&end| end > 0) {
            editor.replace(brace..brace + end, "");
        }
    }
    editor.finish()
}

/// Ends the last line. Mermaid.js does so even where it has an end, which changes nothing.
pub(super) fn last_line(text: &str) -> Edited<'_> {
    let mut editor = Editor::new(text);
    if !text.ends_with('\n') {
        editor.replace(text.len()..text.len(), "\n");
    }
    editor.finish()
}

/// The words that begin a flowchart.
const KINDS: [&str; 2] = ["graph", "flowchart"];

/// Refuses what mermaid.js takes for another kind of diagram.
pub(super) fn check_kind(text: &str) -> Result<(), Misread> {
    let expected = "\"flowchart\" or \"graph\"";
    let elsewhere = ["C4Container", "C4Component", "C4Dynamic", "C4Deployment"];
    // What follows a "%%" in a line that ends is not looked at, even in quotes.
    let seen = |&at: &usize| {
        let start = text[..at].rfind(['\n', '\u{2028}', '\u{2029}']).unwrap_or(0);
        !text[line_end(text, at)..].starts_with('\n') || !text[start..at].contains("%%")
    };
    let found = text.contains("C4").then_some(elsewhere);
    let c4 =
        found.iter().flatten().flat_map(|word| text.match_indices(word).map(|(at, _)| at).find(seen)).min();
    if let Some(at) = c4.filter(|_| !text.starts_with("flowchart-elk")) {
        let found = format!("{}, which makes it a C4 diagram", quoted(&text[at..after_word(text, at)]));
        return Err(Misread::new(at, found, "a flowchart without that word"));
    }
    let swimlane = text.strip_prefix("swimlane-beta");
    let swimlane = swimlane.is_some_and(|rest| !rest.bytes().next().is_some_and(is_word));
    if swimlane || KINDS.iter().any(|kind| text.starts_with(kind)) {
        return Ok(());
    }
    let line = &text[..line_end(text, 0)];
    let found = if line.is_empty() { "nothing".to_owned() } else { quoted(line) };
    Err(Misread::new(0, found, expected))
}
