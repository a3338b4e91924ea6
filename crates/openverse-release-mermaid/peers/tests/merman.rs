//! What merman-core, which is written after mermaid.js, understands of the same charts.

use merman_core::{Engine, ParseOptions};
use openverse_release_mermaid::Chart;
use serde_json::{Value, json};

#[path = "../../tests/it/corpus.rs"]
mod corpus;

/// Corners of the language that merman-core reads otherwise than mermaid.js, which is the one to agree
/// with: the tests of the reader ask it about the same charts.
const OTHERWISE: &[&str] = &[
    "swimlane-beta LR\nA-->B",
    "graph TD\nA@{ shape: constructor }",
    "graph TD\nA x-- words --> B\nA <-- words --- B",
    "graph TD\nA <--- B\nA o--> B\nA <=== B\nA x-.-> B",
    "graph TD\nA -- \"x\"y --> B",
    "graph TD\na-b --> c_d\n1 --> 2a\n3.4 --> 5\na.b.c\na/b\na\\b\na'b\na`b\na!b\na$b\na+b\na?b\na%b\na*b\na#b",
    "graph TD\nA:B --> C,D\nv --> vv\nA,B\n#1\n*\n-x\n:\n&a",
    "graph TD\nA\"b --> C\"d\"e",
    "graph TD\n1\"\"2",
    "graph TD\nA[\"x\"y]\nB[  spaces  ]\nC[\"  spaces  \"]",
    "graph TD\nA[/with / slash/]\nB[\\with \\ back\\]\nC[/ \"x\" /]\nD[/x|y/]",
    "graph TD\nA(-a - b-)\nB(-x))\nC(-x/)\nD(-a|b-)",
    "graph TD\nA[\"\"x]",
    "graph TD\nsubgraph a\ndirection LR\nA --> B & C --> D\nend",
    "graph TD\nsubgraph a\nA;;B;\n;\nend",
    "graph TD\nsubgraph a\naccTitle: the title\naccDescr: the description\nA\nend",
    "graph TD\nsubgraph style class click graph\nA\nend",
    "graph TD\nsubgraph a [x]\nA\nend A --> B",
    "graph TD\nsubgraph a\nA --> B\nend\nsubgraph a\nC\nend",
    "graph TD\ndirection --> A\nthe direction TB x --> [",
    "graph TD\nA[x]:::c\nB(y):::c@{ shape: doc }\nC:::a:b",
    "graph TD\naccTitle:\nA",
    "graph TD\nA[\"x %% C4Container\"]\n",
];

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

// Of the charts that mermaid.js refuses, merman-core reads some, so they are not compared.
#[test]
fn merman_core_reads_the_corpus_alike() {
    assert!(corpus::REFUSED.iter().all(|chart| ours(chart).is_none()));
    let differ: Vec<_> = corpus::READ.iter().filter(|chart| merman(chart) != ours(chart)).copied().collect();
    assert_eq!(differ, OTHERWISE, "{} of {} differ", differ.len(), corpus::READ.len());
}
