//! What merman-core, which is written after mermaid.js, understands of the same charts.

use merman_core::{Engine, ParseOptions};
use openverse_release_mermaid::Chart;
use serde_json::{Value, json};

#[path = "../../tests/it/corpus.rs"]
mod corpus;

/// Charts that merman-core reads otherwise than mermaid.js, which is the one to agree with.
const OTHERWISE: &[&str] = &[];

fn merman(chart: &str) -> Option<Value> {
    let parsed = Engine::new().parse_diagram_sync(chart, ParseOptions::strict()).ok()??;
    let flowchart = ["flowchart", "flowchart-v2", "flowchart-elk", "swimlane"];
    if !flowchart.contains(&parsed.meta.diagram_type.as_str()) {
        return None;
    }
    let model = serde_json::to_value(&parsed.model).unwrap();
    let list = |name: &str| model[name].as_array().cloned().unwrap_or_default();
    Some(json!({
        "nodes": list("nodes").iter().map(|node| node["id"].clone()).collect::<Vec<_>>(),
        "edges": list("edges").iter().map(|edge| {
            json!([edge["from"], edge["to"], edge["type"], edge["stroke"], edge["length"]])
        }).collect::<Vec<_>>(),
        "subgraphs": list("subgraphs").iter().map(|subgraph| json!([subgraph["id"], subgraph["nodes"]])).collect::<Vec<_>>(),
    }))
}

fn ours(chart: &str) -> Option<Value> {
    let chart = Chart::read(chart).ok()?;
    Some(json!({
        "nodes": chart.vertices.iter().map(|vertex| &*vertex.id).collect::<Vec<_>>(),
        "edges": chart.edges.iter().map(|edge| {
            json!([&*edge.start, &*edge.end, edge.ends, edge.stroke, edge.length])
        }).collect::<Vec<_>>(),
        "subgraphs": chart.subgraphs.iter().map(|subgraph| {
            json!([&*subgraph.id, subgraph.nodes.iter().map(|node| &**node).collect::<Vec<_>>()])
        }).collect::<Vec<_>>(),
    }))
}

#[test]
fn merman_core_reads_the_corpus_alike() {
    let charts = corpus::READ.iter().chain(corpus::REFUSED).filter(|chart| !OTHERWISE.contains(chart));
    let differ = charts.filter(|chart| merman(chart) != ours(chart));
    let differ: Vec<_> = differ
        .map(|chart| format!("{chart:?}\n  here: {:?}\n  merman: {:?}\n", ours(chart), merman(chart)))
        .collect();
    assert!(differ.is_empty(), "{} differ\n{}", differ.len(), differ.join("\n"));
}
