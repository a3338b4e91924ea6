//! Mermaid charts, read back by the real mermaid.js.

#![expect(clippy::disallowed_types, reason = "the core starts no program, but mermaid.js is one")]

use std::{
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
};

use openverse_release_core::{ChartLevel, Flow, LinkKind, StepMark, StepMarks, Trigger, flows};
use openverse_release_testkit::{require, require_npm};
use serde::Deserialize;

use crate::charts::{Chart, HOSTILE, saying};

/// What mermaid.js understood.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Answer {
    Chart(Understood),
    Refused { error: String },
}

#[derive(Debug, Deserialize)]
struct Understood {
    direction: String,
    vertices: Vec<Vertex>,
    edges: Vec<Edge>,
}

#[derive(Debug, Deserialize)]
struct Vertex {
    id: String,
    shape: Option<String>,
    text: String,
    classes: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Edge {
    start: String,
    end: String,
    #[serde(rename = "type")]
    ends: String,
    stroke: String,
    length: u32,
    text: String,
}

impl Answer {
    #[track_caller]
    fn understood(self) -> Understood {
        match self {
            Self::Chart(chart) => chart,
            Self::Refused { error } => panic!("mermaid.js: {error}"),
        }
    }
}

/// Lets mermaid.js read charts, or says that the test is skipped and returns `None`.
fn read(charts: &[String]) -> Option<Vec<Answer>> {
    let (node, mermaid) = (require("node")?, require_npm("mermaid")?);
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut oracle = Command::new(node)
        .arg(workspace.join("scripts/mermaid-oracle/oracle.mjs"))
        .arg(mermaid)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let asked = serde_json::to_vec(charts).unwrap();
    // It answers only once it has read everything, so neither pipe can fill while the other waits.
    oracle.stdin.take().unwrap().write_all(&asked).unwrap();
    let answered = oracle.wait_with_output().unwrap();
    assert!(answered.status.success(), "the oracle ended with {}", answered.status);
    let answers: Vec<Answer> = serde_json::from_slice(&answered.stdout).unwrap();
    assert_eq!(answers.len(), charts.len());
    Some(answers)
}

/// Steps and links are those of the flow, in order, each drawn as its kind is.
#[track_caller]
fn assert_drawn(chart: &Understood, flow: &Flow) {
    assert_eq!(chart.direction, "TB");
    let drawn: Vec<_> =
        chart.vertices.iter().map(|vertex| (vertex.id.as_str(), vertex.shape.as_deref())).collect();
    let shape = |trigger| match trigger {
        Trigger::Manual => "square",
        Trigger::Automatic => "round",
    };
    let expected: Vec<_> = flow.steps().map(|step| (step.id.as_str(), Some(shape(step.trigger)))).collect();
    assert_eq!(drawn, expected);

    let drawn: Vec<_> = chart
        .edges
        .iter()
        .map(|edge| (edge.start.clone(), edge.end.clone(), edge.ends.as_str(), edge.stroke.as_str()))
        .collect();
    let line = |kind| match kind {
        LinkKind::Triggers | LinkKind::Enables => ("arrow_point", "normal"),
        LinkKind::Continues => ("arrow_point", "dotted"),
        LinkKind::RollsBack => ("double_arrow_circle", "normal"),
    };
    let expected: Vec<_> = flow
        .links()
        .map(|link| {
            let (ends, stroke) = line(link.kind);
            (link.from.to_string(), link.to.to_string(), ends, stroke)
        })
        .collect();
    assert_eq!(drawn, expected);
    assert!(chart.edges.iter().all(|edge| edge.length == 1), "no line is longer than the others");
}

fn words(chart: &Understood) -> (Vec<&str>, Vec<&str>) {
    let on_steps = chart.vertices.iter().map(|vertex| vertex.text.as_str());
    (on_steps.collect(), chart.edges.iter().map(|edge| edge.text.as_str()).collect())
}

fn documented() -> [Flow; 5] {
    [flows::api(), flows::frontend(), flows::catalog(), flows::indexer_worker(), flows::ingestion_server()]
}

#[test]
fn mermaid_js_reads_each_chart_as_the_flow_it_shows() {
    let flows = documented();
    let overviews = flows.iter().map(|flow| flow.to_mermaid(ChartLevel::Overview));
    let detailed = flows.iter().map(|flow| flow.to_mermaid(ChartLevel::Detailed));
    let charts: Vec<_> = overviews.chain(detailed).collect();
    let Some(answers) = read(&charts) else { return };
    let answers: Vec<_> = answers.into_iter().map(Answer::understood).collect();
    let (overviews, detailed) = answers.split_at(flows.len());
    for ((flow, overview), detailed) in flows.iter().zip(overviews).zip(detailed) {
        assert_drawn(overview, flow);
        let on_steps: Vec<_> = flow.steps().map(|step| step.label.clone()).collect();
        let on_links: Vec<_> = flow.links().map(|link| link.label.unwrap_or_default()).collect();
        let (shown_on_steps, shown_on_links) = words(overview);
        assert_eq!(shown_on_steps, on_steps);
        assert_eq!(shown_on_links, on_links);

        assert_drawn(detailed, flow);
        assert_eq!(words(detailed).1, on_links);
        for (step, vertex) in flow.steps().zip(&detailed.vertices) {
            let details = vertex.text.strip_prefix(&step.label).unwrap();
            assert_eq!(details.matches('\n').count(), step.details.len(), "{}", step.id);
            for detail in &step.details {
                let said = details.lines().any(|line| line.ends_with(&format!(": {}", detail.text)));
                assert!(said, "{}: {}", step.id, detail.text);
            }
        }
    }
}

#[test]
fn mermaid_js_reads_a_hostile_label_as_a_label() {
    let drawn = HOSTILE.iter().flat_map(|text| {
        let flow = saying(text);
        [ChartLevel::Overview, ChartLevel::Detailed].map(|level| (flow.to_mermaid(level), flow.clone()))
    });
    let (charts, flows): (Vec<_>, Vec<_>) = drawn.unzip();
    let Some(answers) = read(&charts) else { return };
    for ((chart, flow), answer) in charts.iter().zip(&flows).zip(answers) {
        let understood = answer.understood();
        assert_drawn(&understood, flow);
        // The reader of these tests gives the text back as it was; mermaid.js must agree with it.
        let expected = Chart::read(chart);
        let on_steps: Vec<_> = expected.steps.iter().map(|step| step.label.as_str()).collect();
        let on_links: Vec<_> =
            expected.links.iter().map(|link| link.label.as_deref().unwrap_or_default()).collect();
        assert_eq!(words(&understood), (on_steps, on_links));
    }
}

#[test]
fn mermaid_js_reads_a_mark_as_the_class_of_its_step() {
    let flow = flows::api();
    let marks: StepMarks =
        flow.steps().map(|step| step.id.clone()).zip(StepMark::ALL.into_iter().cycle()).collect();
    let Some(answers) = read(&[flow.to_mermaid_marked(ChartLevel::Overview, &marks)]) else { return };
    for answer in answers {
        let chart = answer.understood();
        assert_drawn(&chart, &flow);
        for (step, vertex) in flow.steps().zip(&chart.vertices) {
            assert_eq!(vertex.classes, [marks[&step.id].as_str()], "{}", step.id);
        }
    }
}

#[test]
fn mermaid_js_refuses_what_is_no_chart() {
    let broken = flows::api().to_mermaid(ChartLevel::Overview).replace("\"]", "]");
    let Some(answers) = read(&[broken, "flowchart TD\n    A[\"`**bold**`\"]\n".to_owned()]) else { return };
    let refused = |answer: &Answer| match answer {
        Answer::Refused { error } => error.contains("Parse error") || error == "A has a Markdown label",
        Answer::Chart(_) => false,
    };
    assert!(answers.iter().all(refused), "{answers:?}");
}
