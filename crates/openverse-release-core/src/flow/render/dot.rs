//! Graphviz graphs.

use super::{ChartLevel, label};
use crate::{Flow, LinkKind, Trigger};

pub(super) fn render(flow: &Flow, level: ChartLevel) -> String {
    let name = quote(&label::lines(flow.name()));
    let mut graph = format!("digraph {name} {{\n    rankdir=TB;\n    node [shape=box];\n");
    for step in flow.steps() {
        let style = match step.trigger {
            Trigger::Manual => "solid",
            Trigger::Automatic => "rounded",
        };
        let label = quote(&label::box_lines(step, level));
        graph.push_str(&format!("    \"{}\" [label={label}, style={style}];\n", step.id));
    }
    for link in flow.links() {
        let style = match link.kind {
            LinkKind::Triggers | LinkKind::Enables => "style=solid",
            LinkKind::Continues => "style=dotted",
            LinkKind::RollsBack => "style=solid, dir=both, arrowhead=odot, arrowtail=odot",
        };
        let label = link.words().map(|words| format!(", label={}", quote(&label::lines(&words))));
        let label = label.unwrap_or_default();
        graph.push_str(&format!("    \"{}\" -> \"{}\" [{style}{label}];\n", link.from, link.to));
    }
    graph.push_str("}\n");
    graph
}

/// Quotes lines for Graphviz, which reads backslashes and HTML entities within quotes.
fn quote(lines: &[String]) -> String {
    let escape = |line: &String| line.replace('\\', "\\\\").replace('"', "\\\"").replace('&', "&amp;");
    let lines: Vec<_> = lines.iter().map(escape).collect();
    format!("\"{}\"", lines.join("\\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_label_leaves_its_quotes() {
        assert_eq!(
            quote(&["a\\\"]; x -> y [label=\"\\N &lt;".to_owned()]),
            r#""a\\\"]; x -> y [label=\"\\N &amp;lt;""#
        );
        assert_eq!(quote(&["a".to_owned(), "b".to_owned()]), r#""a\nb""#);
    }
}
