//! Text on its way into a rendering.

use std::borrow::Cow;

use crate::{Branches, ChartLevel, Detail, DetailKind, Step};

/// Splits text into its lines, with what a terminal would obey made visible.
pub(crate) fn lines(text: &str) -> Vec<String> {
    each_line(text).map(Cow::into_owned).collect()
}

/// Returns the lines of a text one by one, with what a terminal would obey made visible.
pub(super) fn each_line(text: &str) -> impl Iterator<Item = Cow<'_, str>> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        // Most lines hold nothing else, and nothing in that is to be made visible.
        let plain = text.bytes().position(|byte| !matches!(byte, b' '..=b'~')).unwrap_or(text.len());
        let end = text[plain..].find(ENDS).map_or(text.len(), |length| plain + length);
        let (line, end) = text.split_at(end);
        rest = end.strip_prefix("\r\n").or_else(|| end.strip_prefix(ENDS));
        Some(if plain == line.len() { Cow::Borrowed(line) } else { visible(line) })
    })
}

/// What ends a line, beside the two characters `\r\n`.
const ENDS: [char; 5] = ['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}'];

/// Shows control characters, and those that turn the direction of writing, as escapes.
fn visible(line: &str) -> Cow<'_, str> {
    let is_obeyed = |c: char| {
        let turns = matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        c.is_control() || turns
    };
    if !line.contains(is_obeyed) {
        return Cow::Borrowed(line);
    }
    let mut shown = String::with_capacity(line.len());
    for c in line.chars() {
        if is_obeyed(c) {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
    }
    Cow::Owned(shown)
}

/// Returns the lines of a step's box.
pub(super) fn box_lines(step: &Step, level: ChartLevel) -> Vec<String> {
    let mut shown = lines(&step.label);
    shown.extend(detail_lines(step, level));
    shown
}

/// Returns a line for each detail of a step, in the order of time, and for its branches.
pub(super) fn detail_lines(step: &Step, level: ChartLevel) -> Vec<String> {
    if level == ChartLevel::Overview {
        return Vec::new();
    }
    let line = |detail: &Detail| format!("{} {}", lead(detail.kind), lines(&detail.text).join(" "));
    let of_kind = |kind| step.details.iter().filter(move |detail| detail.kind == kind).map(line);
    let join = match step.join {
        Some(Branches::All) => Some("Before: everything that leads here is done."),
        Some(Branches::One) | None => None,
    };
    let split = match step.split {
        Some(Branches::All) => Some("After: all that follows happens."),
        Some(Branches::One) => Some("After: one of what follows happens."),
        None => None,
    };
    let mut shown: Vec<String> = join.map(str::to_owned).into_iter().collect();
    shown.extend([DetailKind::Gate, DetailKind::Part, DetailKind::FollowUp].into_iter().flat_map(of_kind));
    shown.extend(split.map(str::to_owned));
    shown
}

/// Returns the word that begins a detail.
fn lead(kind: DetailKind) -> &'static str {
    match kind {
        DetailKind::Gate => "Before:",
        DetailKind::Part => "Note:",
        DetailKind::FollowUp => "After:",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_a_terminal_would_obey_is_shown_instead() {
        assert_eq!(lines("a\u{1b}[31mb"), ["a\\u{1b}[31mb"]);
        assert_eq!(lines("tab\tbell\u{7}"), ["tab\\tbell\\u{7}"]);
        assert_eq!(lines("left\u{202e}right"), ["left\\u{202e}right"]);
        assert_eq!(lines("one\r\ntwo\nthree\rfour\u{2028}five"), ["one", "two", "three", "four", "five"]);
    }
}
