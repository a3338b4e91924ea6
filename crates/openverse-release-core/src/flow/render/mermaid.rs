//! Mermaid flowcharts, in the small part of the language that every version reads alike.

use std::{borrow::Cow, fmt::Write};

use petgraph::visit::EdgeRef;

use super::{ChartLevel, StepMark, StepMarks, label};
use crate::{
    Flow, LinkKind, Trigger,
    flow::{LinkLabel, link::words},
};

pub(super) fn render(flow: &Flow, level: ChartLevel, marks: &StepMarks) -> String {
    let mut chart = String::from("flowchart TD\n");
    for step in flow.steps() {
        let (open, close) = match step.trigger {
            Trigger::Manual => ('[', "]\n"),
            Trigger::Automatic => ('(', ")\n"),
        };
        chart.push_str("    ");
        chart.push_str(step.id.as_str());
        chart.push(open);
        let details = label::detail_lines(step, level).into_iter().map(Cow::Owned);
        quote(label::each_line(&step.label).chain(details), &mut chart);
        chart.push_str(close);
    }
    for link in flow.graph.edge_references() {
        let line = match link.weight().kind {
            LinkKind::Triggers | LinkKind::Enables => " -->",
            LinkKind::Continues => " -.->",
            LinkKind::RollsBack => " o--o",
        };
        chart.push_str("    ");
        chart.push_str(flow.graph[link.source()].id.as_str());
        chart.push_str(line);
        let LinkLabel { outcome, label, .. } = link.weight();
        if let Some(words) = words(outcome.as_ref(), label.as_deref()) {
            chart.push('|');
            quote(label::each_line(&words), &mut chart);
            chart.push('|');
        }
        chart.push(' ');
        chart.push_str(flow.graph[link.target()].id.as_str());
        chart.push('\n');
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

/// Writes lines as one label.
fn quote<'a>(lines: impl Iterator<Item = Cow<'a, str>>, out: &mut String) {
    out.push('"');
    let start = out.len();
    for (number, line) in lines.enumerate() {
        if number > 0 {
            out.push_str("<br/>");
        }
        escape(&line, out);
    }
    if out.len() == start {
        // Mermaid does not read a label without any character.
        escape(" ", out);
    }
    out.push('"');
}

/// The bytes that mean nothing to any reader of a label, wherever in it they stand.
const PLAIN: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        table[byte as usize] =
            (byte.is_ascii_alphanumeric() && byte != b'd') || matches!(byte, b',' | b'\'' | b'/' | b'(');
        byte += 1;
    }
    table
};

/// Writes text so that it comes out of Mermaid as it went in.
///
/// Mermaid looks at the whole chart several times before it reads it as one: for comments and
/// directives (`%%`), for tags, for its own entity codes (`#…;`) and the marks it replaces them by
/// (`ﬂ°…¶ß`), for `style` and a colon, for `direction` and two letters, which it finds even in
/// quotes. Afterwards it reads each label as Markdown and then as HTML. So all punctuation that
/// can mean something is written as an entity code, which all these readers leave alone.
fn escape(line: &str, out: &mut String) {
    let list_number = line.trim_start_matches(|c: char| c == ' ' || c.is_ascii_digit());
    let list_start = line.len() - list_number.len();
    let (mut written, mut at) = (0, 0);
    while let Some(&byte) = line.as_bytes().get(at) {
        if PLAIN[usize::from(byte)] {
            at += 1;
            continue;
        }
        let mut rest = line[at..].chars();
        let Some(c) = rest.next() else { break };
        let next = rest.next();
        let plain = match c {
            ' ' => at > 0 && next.is_some_and(|next| next != ' '),
            '-' | ')' => at > list_start,
            // A point inside a word can make an address, which Markdown turns into a link.
            '.' => at > list_start && next.is_none_or(|next| next == ' '),
            ':' => next == Some(' '),
            'd' => !names_a_direction(&line[at..]),
            'ﬂ' | '¶' => false,
            // Mermaid, as JavaScript, trims these too.
            _ if c.is_whitespace() || c == '\u{feff}' => false,
            _ => !c.is_ascii_punctuation(),
        };
        if !plain {
            out.push_str(&line[written..at]);
            // Writing to a String does not fail.
            let _ = write!(out, "#{};", u32::from(c));
            written = at + c.len_utf8();
        }
        at += c.len_utf8();
    }
    out.push_str(&line[written..]);
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
        let quoted = |lines: &'static [&str]| {
            let mut out = String::new();
            quote(lines.iter().copied().map(Cow::Borrowed), &mut out);
            out
        };
        let label = quoted(&["\"]; A --> B\"", "click A"]);
        assert_eq!(label.matches('"').count(), 2);
        assert_eq!(quoted(&[""]), "\"#32;\"");
        assert_eq!(label, "\"#34;#93;#59; A --#62; B#34;<br/>click A\"");
    }
}
