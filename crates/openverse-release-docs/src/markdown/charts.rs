//! The Mermaid charts of a text.

use pulldown_cmark::{Event, HeadingLevel, Parser, Tag, TagEnd};

use super::{comment, dialect, language};
use crate::text::{Lines, Place};

/// A chart as it stands in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ChartBlock {
    /// The chart, without what its lines are indented by.
    pub(crate) text: String,
    /// Where the fence above it is.
    pub(crate) place: Place,
    /// Where each of its lines begins.
    starts: Vec<Place>,
    /// The headings above it, the nearest first, then those that hold them.
    pub(crate) headings: Vec<String>,
    /// What the comment `<!-- flow: … -->` right above it says.
    pub(crate) declared: Option<String>,
}

impl ChartBlock {
    /// Returns a file that is a chart and nothing else.
    pub(crate) fn whole(text: &str) -> Self {
        let starts = (1..=text.split('\n').count()).map(|line| Place { line, column: 1 }).collect();
        Self { text: text.to_owned(), place: Place::START, starts, headings: Vec::new(), declared: None }
    }

    /// Returns the place in the file of a place in the chart.
    pub(crate) fn place(&self, line: usize, column: usize) -> Place {
        match self.starts.get(line.saturating_sub(1)) {
            Some(start) => Place { line: start.line, column: start.column + column.saturating_sub(1) },
            None => self.starts.last().copied().unwrap_or(self.place),
        }
    }
}

/// Returns the charts between fences of Markdown, or of MyST, in order.
pub(crate) fn charts(text: &str) -> Vec<ChartBlock> {
    let lines = Lines::of(text);
    let mut charts: Vec<ChartBlock> = Vec::new();
    let mut headings: Vec<(HeadingLevel, String)> = Vec::new();
    let (mut in_chart, mut in_heading, mut at_line_start) = (false, false, true);
    let mut declared = None;
    for (event, range) in Parser::new_ext(text, dialect()).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(kind)) => {
                in_chart = matches!(language(&kind), "mermaid" | "{mermaid}");
                if in_chart {
                    charts.push(ChartBlock {
                        text: String::new(),
                        place: lines.place(range.start),
                        starts: Vec::new(),
                        headings: headings.iter().rev().map(|(_, words)| words.clone()).collect(),
                        declared: declared.take(),
                    });
                    at_line_start = true;
                }
            }
            Event::End(TagEnd::CodeBlock) => in_chart = false,
            Event::Text(words) if in_chart => {
                let Some(chart) = charts.last_mut() else { continue };
                let mut at = range.start;
                for line in words.split_inclusive('\n') {
                    if at_line_start {
                        chart.starts.push(lines.place(at));
                    }
                    at += line.len();
                    at_line_start = line.ends_with('\n');
                }
                chart.text.push_str(&words);
            }
            Event::Html(html) => {
                if let Some(said) = comment(&html) {
                    declared = said.strip_prefix("flow:").map(|names| names.trim().to_owned());
                }
            }
            Event::Start(Tag::Heading { level, .. }) => {
                headings.retain(|&(above, _)| above < level);
                headings.push((level, String::new()));
                in_heading = true;
                declared = None;
            }
            Event::End(TagEnd::Heading(_)) => in_heading = false,
            Event::Text(words) | Event::Code(words) if in_heading => {
                if let Some((_, heading)) = headings.last_mut() {
                    heading.push_str(&words);
                }
            }
            Event::Start(Tag::HtmlBlock) | Event::End(TagEnd::HtmlBlock) => {}
            Event::Start(_) => declared = None,
            _ => {}
        }
    }
    charts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chart_knows_its_place_its_headings_and_what_was_declared_of_it() {
        let text = "# All\n## Old\n## API and `x`\n\ntext\n\n<!-- flow: api -->\n```{mermaid}\nflowchart TD\n A\n```\n\
                    - item\n  ~~~mermaid\n  graph\n   B\n  ~~~\n```rust\n```\n";
        let charts = charts(text);
        assert_eq!(charts.len(), 2);
        assert_eq!(charts[0].text, "flowchart TD\n A\n");
        assert_eq!(charts[0].place, Place { line: 8, column: 1 });
        assert_eq!(charts[0].place(2, 2), Place { line: 10, column: 2 });
        assert_eq!(charts[0].headings, ["API and x", "All"]);
        assert_eq!(charts[0].declared.as_deref(), Some("api"));
        assert_eq!(charts[1].text, "graph\n B\n");
        assert_eq!(charts[1].place(2, 2), Place { line: 15, column: 4 });
        assert_eq!(charts[1].declared, None);
    }
}
