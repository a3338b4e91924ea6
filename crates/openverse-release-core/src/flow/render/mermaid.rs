//! Mermaid flowcharts, in the small part of the language that every version reads alike.

use std::fmt::Write;

use super::{ChartLevel, StepMark, StepMarks, label};
use crate::{Flow, LinkKind, Trigger};

pub(super) fn render(flow: &Flow, level: ChartLevel, marks: &StepMarks) -> String {
    let mut chart = String::from("flowchart TD\n");
    for step in flow.steps() {
        let label = quote(&label::box_lines(step, level));
        let (open, close) = match step.trigger {
            Trigger::Manual => ('[', ']'),
            Trigger::Automatic => ('(', ')'),
        };
        chart.push_str(&format!("    {}{open}{label}{close}\n", step.id));
    }
    for link in flow.links() {
        let line = match link.kind {
            LinkKind::Triggers | LinkKind::Enables => "-->",
            LinkKind::Continues => "-.->",
            LinkKind::RollsBack => "o--o",
        };
        let label = link.label.map(|label| format!("|{}|", quote(&label::lines(&label)))).unwrap_or_default();
        chart.push_str(&format!("    {} {line}{label} {}\n", link.from, link.to));
    }
    for mark in StepMark::ALL {
        let marked = flow.steps().filter(|step| marks.get(&step.id) == Some(&mark));
        let marked: Vec<_> = marked.map(|step| step.id.as_str()).collect();
        if !marked.is_empty() {
            chart.push_str(&format!("    classDef {mark} {}\n", style(mark), mark = mark.as_str()));
            chart.push_str(&format!("    class {} {}\n", marked.join(","), mark.as_str()));
        }
    }
    chart
}

/// Readable on a light and on a dark page, and told apart without colour by their outlines.
fn style(mark: StepMark) -> &'static str {
    match mark {
        StepMark::Done => "fill:#d1f0d8,stroke:#1a7f37,color:#0b2e13",
        StepMark::Current => "fill:#fff3c4,stroke:#9a6700,stroke-width:4px,color:#3b2300",
        StepMark::Pending => "fill:#f2f2f2,stroke:#8c8c8c,stroke-dasharray:4 3,color:#3a3a3a",
        StepMark::Failed => "fill:#ffd7d5,stroke:#cf222e,stroke-width:4px,color:#4c0408",
    }
}

fn quote(lines: &[String]) -> String {
    let mut quoted = String::from('"');
    for (number, line) in lines.iter().enumerate() {
        if number > 0 {
            quoted.push_str("<br/>");
        }
        escape(line, &mut quoted);
    }
    if quoted.len() == 1 {
        // Mermaid does not read a label without any character.
        escape(" ", &mut quoted);
    }
    quoted.push('"');
    quoted
}

/// Writes text so that it comes out of Mermaid as it went in.
///
/// Mermaid looks at the whole chart several times before it reads it as one: for comments and
/// directives (`%%`), for tags, for its own entity codes (`#…;`) and the marks it replaces them by
/// (`ﬂ°…¶ß`), for `style` and a colon, for `direction` and two letters, which it finds even in
/// quotes. Afterwards it reads each label as Markdown and then as HTML. So all punctuation that
/// can mean something is written as an entity code, which all these readers leave alone.
fn escape(line: &str, out: &mut String) {
    let mut rest = line.char_indices().peekable();
    while let Some((at, c)) = rest.next() {
        let next = rest.peek().map(|&(_, next)| next);
        let before = &line[..at];
        let starts_list = before.chars().all(|c| c.is_ascii_digit() || c == ' ');
        let plain = match c {
            ' ' => !before.is_empty() && next.is_some_and(|next| next != ' '),
            ',' | '\'' | '/' | '(' => true,
            '-' | ')' => !starts_list,
            // A point inside a word can make an address, which Markdown turns into a link.
            '.' => !starts_list && next.is_none_or(|next| next == ' '),
            ':' => next == Some(' '),
            'd' => !names_a_direction(&line[at..]),
            'ﬂ' | '¶' => false,
            // Mermaid, as JavaScript, trims these too.
            _ if c.is_whitespace() || c == '\u{feff}' => false,
            _ => !c.is_ascii_punctuation(),
        };
        if plain {
            out.push(c);
        } else {
            // Writing to a String does not fail.
            let _ = write!(out, "#{};", u32::from(c));
        }
    }
}

/// Tells whether text starts with what Mermaid takes for a statement wherever it stands in a line.
fn names_a_direction(text: &str) -> bool {
    text.strip_prefix("direction").is_some_and(|rest| rest.starts_with(char::is_whitespace))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn escaped(line: &str) -> String {
        let mut out = String::new();
        escape(line, &mut out);
        out
    }

    #[test]
    fn whatever_could_mean_something_becomes_an_entity_code() {
        assert_eq!(escaped("Merge a change, on main (soon)."), "Merge a change, on main (soon).");
        assert_eq!(escaped(r#"say "hi""#), "say #34;hi#34;");
        assert_eq!(escaped("#quot;"), "#35;quot#59;");
        assert_eq!(escaped("<b>`x`</b>"), "#60;b#62;#96;x#96;#60;/b#62;");
        assert_eq!(escaped("%%{init: {}}%%"), "#37;#37;#123;init: #123;#125;#125;#37;#37;");
        assert_eq!(escaped("the direction TB"), "the #100;irection TB");
        assert_eq!(escaped("directions"), "directions");
        assert_eq!(escaped("1. one"), "1#46; one");
        assert_eq!(escaped("- one"), "#45; one");
        assert_eq!(escaped("style:a: b:"), "style#58;a: b#58;");
        assert_eq!(escaped("rel-2023.07"), "rel-2023#46;07");
        assert_eq!(escaped("ﬂ°34¶ß"), "#64258;°34#182;ß");
        assert_eq!(escaped("  two "), "#32; two#32;");
        assert_eq!(escaped("\u{a0}two\u{feff}"), "#160;two#65279;");
        assert_eq!(escaped("größer 🚀 発行"), "größer 🚀 発行");
    }

    #[test]
    fn no_label_leaves_its_quotes() {
        let label = quote(&["\"]; A --> B\"".to_owned(), "click A".to_owned()]);
        assert_eq!(label.matches('"').count(), 2);
        assert_eq!(quote(&[String::new()]), "\"#32;\"");
        assert_eq!(label, "\"#34;#93;#59; A --#62; B#34;<br/>click A\"");
    }
}
