//! Mermaid charts, read back by a reader that knows nothing of the writer.

use openverse_release_core::{
    ChartLevel, Detail, DetailKind, EnvironmentName, Flow, FlowBuilder, Link, LinkKind, StepMark, StepMarks,
    flows, kind::Pause,
};
use proptest::prelude::*;

use crate::small_flows::Parts;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Shape {
    Square,
    Round,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stroke {
    Solid,
    Dotted,
    Circles,
}

#[derive(Debug)]
pub(crate) struct ChartStep {
    pub(crate) id: String,
    pub(crate) shape: Shape,
    pub(crate) label: String,
}

#[derive(Debug)]
pub(crate) struct ChartLink {
    pub(crate) from: String,
    pub(crate) stroke: Stroke,
    pub(crate) to: String,
    pub(crate) label: Option<String>,
}

/// A flowchart in the part of Mermaid that is written here; anything else does not read.
#[derive(Debug)]
pub(crate) struct Chart {
    pub(crate) direction: String,
    pub(crate) steps: Vec<ChartStep>,
    pub(crate) links: Vec<ChartLink>,
    /// Steps by class.
    pub(crate) classes: Vec<(String, Vec<String>)>,
}

impl Chart {
    #[track_caller]
    pub(crate) fn read(text: &str) -> Self {
        let mut lines = text.strip_suffix('\n').unwrap().split('\n');
        let direction = lines.next().unwrap().strip_prefix("flowchart ").unwrap().to_owned();
        let mut chart = Self { direction, steps: Vec::new(), links: Vec::new(), classes: Vec::new() };
        for line in lines {
            let line = line.strip_prefix("    ").unwrap_or_else(|| panic!("not indented: {line:?}"));
            if line.starts_with("classDef ") {
                continue;
            }
            if let Some(rest) = line.strip_prefix("class ") {
                let (ids, class) = rest.split_once(' ').unwrap();
                chart.classes.push((class.to_owned(), ids.split(',').map(str::to_owned).collect()));
                continue;
            }
            let end = line.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap();
            let (id, rest) = line.split_at(end);
            if let Some(rest) = rest.strip_prefix(' ') {
                chart.links.push(link(id, rest));
            } else {
                chart.steps.push(step(id, rest));
            }
        }
        chart
    }
}

fn step(id: &str, rest: &str) -> ChartStep {
    let square = rest.strip_prefix("[\"").and_then(|rest| rest.strip_suffix("\"]"));
    let round = rest.strip_prefix("(\"").and_then(|rest| rest.strip_suffix("\")"));
    let (shape, label) = match (square, round) {
        (Some(label), _) => (Shape::Square, label),
        (_, Some(label)) => (Shape::Round, label),
        _ => panic!("no box: {rest:?}"),
    };
    ChartStep { id: id.to_owned(), shape, label: decode(label) }
}

fn link(from: &str, rest: &str) -> ChartLink {
    let lines = [("-->", Stroke::Solid), ("-.->", Stroke::Dotted), ("o--o", Stroke::Circles)];
    let (rest, stroke) =
        lines.iter().find_map(|(line, stroke)| Some((rest.strip_prefix(line)?, *stroke))).unwrap();
    let (label, to) = match rest.strip_prefix("|\"") {
        Some(rest) => {
            let (label, to) = rest.split_once("\"| ").unwrap();
            (Some(decode(label)), to)
        }
        None => (None, rest.strip_prefix(' ').unwrap()),
    };
    assert!(to.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'), "{to:?}");
    ChartLink { from: from.to_owned(), stroke, to: to.to_owned(), label }
}

/// Reads entity codes and line breaks, and refuses every character that must not stand for itself.
fn decode(label: &str) -> String {
    let mut text = String::new();
    let mut rest = label;
    while let Some(c) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix("<br/>") {
            text.push('\n');
            rest = after;
        } else if let Some(after) = rest.strip_prefix('#') {
            let (code, after) = after.split_once(';').unwrap();
            text.push(char::from_u32(code.parse().unwrap()).unwrap());
            rest = after;
        } else {
            assert!(!"\"`<>&;[]{}|\\%$@*_~=!?^ﬂ¶\n\r".contains(c), "{c:?} in {label:?}");
            text.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    text
}

/// A flow whose every text is the given one.
pub(crate) fn saying(text: &str) -> Flow {
    let mut parts = Parts::to_production();
    for step in &mut parts.steps {
        step.label = text.to_owned();
        step.details.push(Detail { kind: DetailKind::Gate, text: text.to_owned() });
    }
    for link in &mut parts.links {
        link.label = Some(text.to_owned());
    }
    parts.flow()
}

pub(crate) const HOSTILE: &[&str] = &[
    "\"]; Evil --> Merge; X[\"",
    "\")\n    Evil --> Merge",
    "`markdown` **bold** _it_ ~~no~~",
    "<script>alert(1)</script> <b class=\"x\">",
    "#quot; &quot; #35; &#35; &amp;",
    "%% comment\n%%{init: {'theme': 'dark'}}%%",
    "direction TB",
    "style A:#f00;",
    "ﬂ°quot¶ß ﬂ°°34¶ß",
    "1. one\n2) two\n- three\n+ four\n# five",
    "end\nsubgraph x\ngraph TD\nclick A call f()",
    "$$x^2$$ fa:fa-user :::done @{ shape: cyl }",
    "www.example.com http://example.com/?a=1&b=2 me@example.com",
    "größer 発行 🚀 עברית",
    "    code\n\ttab  two  spaces ",
    "\u{1b}[31mred\u{7}\u{0} \u{202e}gnorw",
    "a\r\nb\rc\u{2028}d",
    "",
    " ",
    "\\n \\\" |pipe| A --> B o--o C -.-> D",
];

#[test]
fn a_hostile_label_stays_a_label() {
    let expected = Chart::read(&Parts::to_production().flow().to_mermaid(ChartLevel::Overview));
    for text in HOSTILE {
        for level in [ChartLevel::Overview, ChartLevel::Detailed] {
            let chart = Chart::read(&saying(text).to_mermaid(level));
            let ids = |chart: &Chart| chart.steps.iter().map(|step| step.id.clone()).collect::<Vec<_>>();
            assert_eq!(ids(&chart), ids(&expected), "{text:?}");
            assert_eq!(chart.links.len(), expected.links.len(), "{text:?}");
        }
    }
}

#[test]
fn words_on_a_link_are_shown() {
    let chart = Chart::read(&flows::api().to_mermaid(ChartLevel::Overview));
    let words: Vec<_> = chart.links.iter().filter_map(|link| link.label.as_deref()).collect();
    assert_eq!(words, ["asks for a staging deployment", "asks for a production deployment", "roll back"]);
}

#[test]
fn the_outcome_on_which_a_link_is_taken_is_shown() {
    let mut flow = FlowBuilder::new("outcomes", semver::Version::new(1, 0, 0));
    let production = EnvironmentName::PRODUCTION;
    let deploy = flow.deploy_by_github_workflow("Deploy", "Deploy", production);
    let watch = flow.does("Watch", "Watch", Pause { minutes: 1 });
    let back = flow.redeploy_last_working_by_itself("Back", "Go back", production);
    flow.triggers(deploy, watch).triggers(watch, back).on("failed".parse().unwrap());
    flow.triggers(watch, back).on("late".parse().unwrap()).labelled("too slow");
    let flow = flow.build().unwrap();
    let chart = Chart::read(&flow.to_mermaid(ChartLevel::Overview));
    let words: Vec<_> = chart.links.iter().map(|link| link.label.as_deref()).collect();
    assert_eq!(words, [None, Some("failed"), Some("late: too slow")]);
    for text in [flow.to_dot(ChartLevel::Overview), flow.to_text(ChartLevel::Overview)] {
        assert!(text.contains("failed") && text.contains("late: too slow"), "{text}");
    }
}

#[test]
fn the_detailed_chart_adds_lines_to_the_boxes() {
    let overview = Chart::read(&flows::catalog().to_mermaid(ChartLevel::Overview));
    let detailed = Chart::read(&flows::catalog().to_mermaid(ChartLevel::Detailed));
    for (short, long) in overview.steps.iter().zip(&detailed.steps) {
        assert!(long.label.starts_with(&short.label), "{}", short.id);
    }
    let sync = detailed.steps.iter().find(|step| step.id == "DagSync").unwrap();
    assert!(sync.label.contains("\nAfter: A new DAG arrives paused: turn it on."), "{}", sync.label);
}

#[test]
fn marks_become_classes_and_change_nothing_else() {
    let flow = flows::api();
    let marks: StepMarks = [
        ("Merge", StepMark::Done),
        ("Build", StepMark::Done),
        ("Tag", StepMark::Current),
        ("ProductionDispatch", StepMark::Failed),
    ]
    .map(|(id, mark)| (id.parse().unwrap(), mark))
    .into();
    let marked = flow.to_mermaid_marked(ChartLevel::Overview, &marks);
    assert!(marked.starts_with(&flow.to_mermaid(ChartLevel::Overview)));
    let class = |name: &str, steps: &[&str]| {
        (name.to_owned(), steps.iter().map(|&step| step.to_owned()).collect::<Vec<_>>())
    };
    assert_eq!(
        Chart::read(&marked).classes,
        [
            class("done", &["Merge", "Build"]),
            class("current", &["Tag"]),
            class("failed", &["ProductionDispatch"])
        ]
    );
}

#[test]
fn the_dot_graph_has_the_same_boxes_and_lines() {
    let graph = flows::api().to_dot(ChartLevel::Overview);
    assert!(graph.starts_with("digraph \"API\" {\n    rankdir=TB;\n"));
    assert!(graph.contains("\"Publish\" [label=\"Publish the drafted GitHub Release\", style=solid];"));
    assert!(graph.contains(
        "\"Tag\" [label=\"Give the API's images of that commit\\nthe release's image tag\", style=rounded];"
    ));
    assert!(graph.contains("\"StagingDispatch\" -> \"Publish\" [style=dotted];"));
    assert!(graph.contains(
        "\"StagingDispatch\" -> \"RevertRollback\" [style=solid, dir=both, arrowhead=odot, arrowtail=odot];"
    ));
    assert!(graph.contains(
        "\"Build\" -> \"StagingDispatch\" [style=solid, label=\"asks for a staging deployment\"];"
    ));
}

proptest! {
    #[test]
    fn any_text_comes_back_out_of_the_chart(text in "[\\PC\n]{1,60}") {
        let text = text.replace(['\u{2028}', '\u{2029}'], "\n");
        let turns = |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        prop_assume!(!text.contains(turns));
        let mut parts = Parts::staging_only();
        parts.steps[0].label.clone_from(&text);
        let (from, to) = ("Merge".parse().unwrap(), "Build".parse().unwrap());
        parts.links.push(Link { label: Some(text.clone()), ..Link::new(from, LinkKind::Triggers, to) });
        let chart = Chart::read(&parts.flow().to_mermaid(ChartLevel::Overview));
        prop_assert_eq!(&chart.steps[0].label, &text);
        prop_assert_eq!(chart.links.last().unwrap().label.as_ref(), Some(&text));
    }
}
