//! Entity codes such as `#quot;` and `#35;`.

use super::edit::{Edited, Editor};
use crate::text::{after_word, is_space, line_end};

/// Removes the last semicolon of a line that styles something and has a `#` in a value, so that it
/// is not taken for the end of an entity code.
pub(super) fn style_ends(text: &str) -> Edited<'_> {
    let mut editor = Editor::new(text);
    let mut start = 0;
    while start < text.len() {
        let end = line_end(text, start);
        let line = &text[start..end];
        let first = style_end(line, "style");
        // The second search is made in what the first has left, which has no semicolon behind that.
        let second = style_end(&line[..first.unwrap_or(line.len())], "classDef");
        let mut found = [first, second];
        found.sort();
        for at in found.into_iter().flatten() {
            editor.replace(start + at..start + at + 1, "");
        }
        start = end + text[end..].chars().next().map_or(0, char::len_utf8);
    }
    editor.finish()
}

/// Returns the place of the last semicolon of a line that has, in this order, a word, a colon, a `#`
/// without white space between the two, and that semicolon.
fn style_end(line: &str, word: &str) -> Option<usize> {
    let last = line.rfind(';')?;
    let from = line.find(word)? + word.len();
    let mut colon = false;
    for c in line.get(from..last)?.chars() {
        match c {
            ':' => colon = true,
            '#' if colon => return Some(last),
            c if is_space(c) => colon = false,
            _ => {}
        }
    }
    None
}

/// Marks entity codes: `#quot;` becomes `ﬂ°quot¶ß`, `#35;` becomes `ﬂ°°35¶ß`.
pub(super) fn encode(text: &str) -> Edited<'_> {
    let mut editor = Editor::new(text);
    let mut at = 0;
    while let Some(found) = text[at..].find('#') {
        let start = at + found + 1;
        at = after_word(text, start);
        if at > start && text[at..].starts_with(';') {
            let name = &text[start..at];
            let mark = if name.bytes().all(|byte| byte.is_ascii_digit()) { "ﬂ°°" } else { "ﬂ°" };
            editor.replace(start - 1..start, mark);
            editor.replace(at..at + 1, "¶ß");
        }
    }
    editor.finish()
}

/// Returns the text that a reader of the drawn chart sees: entity codes decoded, and lines broken.
///
/// The codes are those that are given by number, and the names that HTML shares with XML.
pub(crate) fn decode(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['ﬂ', '<', '\\']) {
        shown.push_str(&rest[..at]);
        rest = &rest[at..];
        let (decoded, after) = code(rest).or_else(|| line_break(rest)).unwrap_or_else(|| {
            let length = rest.chars().next().map_or(0, char::len_utf8);
            (rest[..length].chars().next(), &rest[length..])
        });
        shown.extend(decoded);
        rest = after;
    }
    shown.push_str(rest);
    shown
}

fn code(text: &str) -> Option<(Option<char>, &str)> {
    let code = text.strip_prefix("ﬂ°")?;
    let numbered = code.strip_prefix('°');
    // No further than the name of a code goes, so that many beginnings without an end are read once.
    let (name, rest) = numbered.unwrap_or(code).split_at(after_word(numbered.unwrap_or(code), 0));
    let rest = rest.strip_prefix("¶ß")?;
    let c = match numbered {
        Some(_) => char::from_u32(name.parse().ok()?)?,
        None => match name {
            "quot" => '"',
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "apos" => '\'',
            "nbsp" => '\u{a0}',
            _ => return None,
        },
    };
    Some((Some(c), rest))
}

/// Reads `<br>` in its forms, and `\n`.
fn line_break(text: &str) -> Option<(Option<char>, &str)> {
    if let Some(rest) = text.strip_prefix("\\n") {
        return Some((Some('\n'), rest));
    }
    let tag = text.get(..3).filter(|tag| tag.eq_ignore_ascii_case("<br"))?;
    let rest = text[tag.len()..].trim_start();
    let rest = rest.strip_prefix('/').unwrap_or(rest).strip_prefix('>')?;
    Some((Some('\n'), rest))
}
