//! The structure of the documented flowcharts, fact by fact.

use std::collections::BTreeSet;

use openverse_release_core::{ChartLevel, DetailKind, Finding, Flow, Severity, flows, flows::DocumentedFlow};

use crate::charts::{Chart, Shape, Stroke};

use Shape::{Round, Square};
use Stroke::{Circles, Dotted, Solid};

fn assert_structure(flow: &Flow, steps: &[(&str, Shape)], links: &[(&str, Stroke, &str)]) {
    for level in [ChartLevel::Overview, ChartLevel::Detailed] {
        let chart = Chart::read(&flow.to_mermaid(level));
        assert_eq!(chart.direction, "TD");
        let found: BTreeSet<_> = chart.steps.iter().map(|step| (step.id.as_str(), step.shape)).collect();
        assert_eq!(found, steps.iter().copied().collect());
        assert_eq!(chart.steps.len(), steps.len());
        let found: BTreeSet<_> =
            chart.links.iter().map(|link| (link.from.as_str(), link.stroke, link.to.as_str())).collect();
        assert_eq!(found, links.iter().copied().collect());
        assert_eq!(chart.links.len(), links.len());
    }
}

#[test]
fn the_api_and_the_frontend_have_the_documented_chart() {
    for flow in [flows::api(), flows::frontend()] {
        assert_structure(
            &flow,
            &[
                ("Merge", Square),
                ("Build", Round),
                ("StagingDispatch", Round),
                ("RevertRollback", Square),
                ("Publish", Square),
                ("Tag", Round),
                ("ProductionDispatch", Round),
                ("TriggerRollback", Square),
            ],
            &[
                ("RevertRollback", Solid, "Build"),
                ("Merge", Solid, "Build"),
                ("Build", Solid, "StagingDispatch"),
                ("StagingDispatch", Circles, "RevertRollback"),
                ("StagingDispatch", Dotted, "Publish"),
                ("Publish", Solid, "Tag"),
                ("Tag", Solid, "ProductionDispatch"),
                ("ProductionDispatch", Circles, "TriggerRollback"),
            ],
        );
    }
}

#[test]
fn the_catalog_has_the_documented_chart() {
    assert_structure(
        &flows::catalog(),
        &[
            ("Merge", Square),
            ("DagSync", Round),
            ("RevertRollback", Square),
            ("Publish", Square),
            ("Tag", Round),
            ("ManCat", Square),
            ("ApplyRollback", Square),
        ],
        &[
            ("RevertRollback", Solid, "DagSync"),
            ("Merge", Solid, "DagSync"),
            ("DagSync", Circles, "RevertRollback"),
            ("DagSync", Dotted, "Publish"),
            ("Publish", Solid, "Tag"),
            ("Tag", Solid, "ManCat"),
            ("ManCat", Circles, "ApplyRollback"),
        ],
    );
}

#[test]
fn the_indexer_worker_has_the_documented_chart() {
    assert_structure(
        &flows::indexer_worker(),
        &[("Merge", Square), ("Build", Round), ("IdxWorker", Round), ("RevertRollback", Square)],
        &[
            ("RevertRollback", Solid, "Build"),
            ("Merge", Solid, "Build"),
            ("Build", Solid, "IdxWorker"),
            ("IdxWorker", Circles, "RevertRollback"),
        ],
    );
}

#[test]
fn the_ingestion_server_has_the_documented_chart() {
    assert_structure(
        &flows::ingestion_server(),
        &[
            ("Merge", Square),
            ("Build", Round),
            ("Publish", Square),
            ("Tag", Round),
            ("Deploy", Square),
            ("ApplyRollback", Square),
        ],
        &[
            ("Merge", Solid, "Build"),
            ("Build", Solid, "Publish"),
            ("Publish", Solid, "Tag"),
            ("Tag", Solid, "Deploy"),
            ("Deploy", Circles, "ApplyRollback"),
        ],
    );
}

fn all() -> [(&'static str, Flow); 5] {
    [
        ("api", flows::api()),
        ("frontend", flows::frontend()),
        ("catalog", flows::catalog()),
        ("indexer-worker", flows::indexer_worker()),
        ("ingestion-server", flows::ingestion_server()),
    ]
}

#[test]
fn the_charts_are_as_reviewed() {
    for (name, flow) in all() {
        insta::assert_snapshot!(name, flow.to_mermaid(ChartLevel::Overview));
    }
}

#[test]
fn the_readme_shows_the_chart_of_the_api() {
    let readme = include_str!("../../../../README.md");
    let (_, rest) = readme.split_once("```mermaid\n").unwrap();
    let (chart, _) = rest.split_once("```").unwrap();
    assert_eq!(chart, flows::api().to_mermaid(ChartLevel::Overview));
}

#[test]
fn the_documented_flows_break_no_rule_but_those_they_are_exempted_from() {
    for (name, flow) in all() {
        flow.assert_valid();
        let (exempted, info): (Vec<_>, Vec<_>) =
            flow.check().into_iter().partition(|finding| finding.severity == Severity::Exempted);
        let names = |findings: Vec<Finding>| -> Vec<_> {
            findings.iter().map(|finding| format!("{} {}", finding.check, finding.step)).collect()
        };
        let expected = match name {
            "catalog" => vec!["artefact-consumed-before-produced Tag"],
            "indexer-worker" => {
                vec!["publish-does-not-dominate-production IdxWorker", "production-without-consent IdxWorker"]
            }
            _ => Vec::new(),
        };
        assert_eq!(names(exempted), expected, "{name}");
        // The document tags and runs whatever image is the latest; it says so itself.
        let step = if name == "indexer-worker" { "IdxWorker" } else { "Tag" };
        assert!(info.iter().all(|finding| finding.severity == Severity::Info));
        assert_eq!(names(info), [format!("stale-alias {step}")], "{name}");
    }
}

#[test]
fn api_and_frontend_are_one_flow_under_two_names() {
    let text = flows::frontend().to_mermaid(ChartLevel::Detailed);
    assert_eq!(text.replace("frontend", "API"), flows::api().to_mermaid(ChartLevel::Detailed));
    assert_eq!(flows::api(), DocumentedFlow::ApiAndFrontend.flow("API"));
}

#[test]
fn a_flow_survives_being_written_and_read() {
    for (_, flow) in all() {
        let json = serde_json::to_string(&flow).unwrap();
        assert_eq!(serde_json::from_str::<Flow>(&json).unwrap(), flow);
    }
}

/// The words that each step's details of a kind must hold: what the document says beyond the charts.
#[test]
fn what_the_document_says_beyond_the_charts_is_in_the_details() {
    use DetailKind::{FollowUp, Gate, Part};
    let said = |flow: &Flow, step: &str, kind: DetailKind, words: &str| {
        let step = flow.step(&step.parse().unwrap()).unwrap();
        let mut details = step.details.iter().filter(|detail| detail.kind == kind);
        assert!(details.any(|detail| detail.text.contains(words)), "{}: {words}", step.id);
    };
    let api = flows::api();
    said(&api, "Publish", FollowUp, "changelog");
    said(&api, "StagingDispatch", Part, "migrations");
    said(&api, "ProductionDispatch", Part, "migrations");
    said(&api, "ProductionDispatch", Gate, "environment variable");
    said(&api, "ProductionDispatch", FollowUp, "100 events");
    said(&api, "RevertRollback", Part, "Preferred on staging");
    said(&api, "Tag", Part, "commit SHA");
    let catalog = flows::catalog();
    said(&catalog, "DagSync", FollowUp, "paused");
    said(&catalog, "Publish", Gate, "only if the Docker image changed");
    said(&catalog, "ManCat", Part, "by hand, or by a DAG");
    said(&catalog, "ManCat", Gate, "No DAG is running");
    said(&catalog, "ManCat", Gate, "environment variable");
    said(&flows::indexer_worker(), "IdxWorker", Gate, "environment variable");
    let server = flows::ingestion_server();
    said(&server, "Deploy", Gate, "No data refresh");
    said(&server, "Deploy", FollowUp, "data_refresh_cleared");
    said(&server, "Deploy", Gate, "environment variable");
}
