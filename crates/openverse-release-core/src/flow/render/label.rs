//! Text on its way into a rendering.

use crate::{ChartLevel, DetailKind, Step};

/// Splits text into its lines, with what a terminal would obey made visible.
pub(super) fn lines(text: &str) -> Vec<String> {
    let text = text.replace("\r\n", "\n");
    text.split(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']).map(visible).collect()
}

/// Shows control characters, and those that turn the direction of writing, as escapes.
fn visible(line: &str) -> String {
    let mut shown = String::with_capacity(line.len());
    for c in line.chars() {
        let turns = matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if c.is_control() || turns {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
    }
    shown
}

/// Returns the lines of a step's box.
pub(super) fn box_lines(step: &Step, level: ChartLevel) -> Vec<String> {
    let mut shown = lines(&step.label);
    if level == ChartLevel::Detailed {
        for detail in &step.details {
            let text = lines(&detail.text).join(" ");
            shown.push(format!("{} {text}", lead(detail.kind)));
        }
    }
    shown
}

/// Returns the word that begins a detail.
pub(super) fn lead(kind: DetailKind) -> &'static str {
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
