//! Charts that are read: as charts, and as flows.

use std::fs;

use insta::assert_snapshot;

use crate::{place::Place, snapshot::said};

#[test]
fn a_chart_is_read_in_the_terms_of_mermaid_js() {
    let place = Place::empty();
    let chart =
        "flowchart LR\n  A[Merge] -->|words| B & C\n  subgraph one [Two words]\n    C(round)\n  end\n";
    let ran = place.run_with_input(&["import", "-", "--json"], chart.as_bytes());
    ran.expect_code(0);
    assert_snapshot!(ran.stdout, @"");
}

#[test]
fn a_chart_that_the_tool_drew_becomes_the_same_flow() {
    let place = Place::empty();
    for app in ["api", "frontend", "catalog", "indexer-worker", "ingestion-server"] {
        let drawn = place.run(&["flow", app]).stdout;
        fs::write(place.path("drawn.mmd"), &drawn).unwrap();
        let ran = place.run(&["import", "drawn.mmd", "--flow"]);
        ran.expect_code(0);
        assert!(ran.stderr.is_empty(), "{ran}");
        let flow: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
        let expected = place.json(&["flow", app]);
        assert_eq!(flow["links"], expected["links"], "{app}");
        for (step, expected) in
            flow["steps"].as_array().unwrap().iter().zip(expected["steps"].as_array().unwrap())
        {
            for field in ["id", "label", "trigger", "operation"] {
                assert_eq!(step[field], expected[field], "{app}");
            }
        }
    }
}

#[test]
fn what_is_no_part_of_a_flow_is_listed() {
    let place = Place::empty();
    fs::write(place.path("some.mmd"), "graph TD\nMerge[Merge to main] --> B(Build) ==> C{Sure?}\n").unwrap();
    assert_snapshot!(said(&place.run(&["import", "some.mmd"])), @"");
    let ran = place.run(&["import", "some.mmd", "--flow"]);
    ran.expect_code(1);
    assert!(ran.stderr.contains("the box C: its shape is diamond"), "{ran}");
}

#[test]
fn what_is_no_chart_is_refused() {
    let place = Place::empty();
    fs::write(place.path("bad.mmd"), "graph TD\r\n%% comment\r\nA[one (two)]\r\n").unwrap();
    assert_snapshot!(said(&place.run(&["import", "bad.mmd"])), @"");
    assert_snapshot!(said(&place.run(&["import", "none.mmd"])), @"");
    let ran = place.run_with_input(&["import", "-"], b"graph TD\n\x1b[31m");
    ran.expect_code(2);
    assert!(!ran.stderr.contains('\u{1b}'), "{ran}");
}
