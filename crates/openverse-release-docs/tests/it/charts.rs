//! Charts of documents against Openverse's flows.

use insta::assert_snapshot;
use openverse_release_docs::{ChartOwner, DriftId};

use crate::fitting::{compare_document, document, lines};

#[track_caller]
fn only(from: &str, to: &str, id: DriftId) -> String {
    let document = document();
    assert!(document.contains(from), "{from:?}");
    let report = compare_document(&document.replacen(from, to, 1));
    let found = lines(&report);
    assert_eq!(report.findings.len(), 1, "{from:?} -> {to:?}:\n{found}");
    assert_eq!(report.findings[0].id, id, "{from:?} -> {to:?}:\n{found}");
    found
}

#[test]
fn a_document_that_draws_the_flows_has_not_drifted() {
    let report = compare_document(&document());
    assert_snapshot!(lines(&report), @"");
    let owners: Vec<_> =
        report.charts.iter().map(|chart| (chart.line, chart.apps.len(), chart.known_by)).collect();
    assert_eq!(owners.len(), 4);
    assert!(owners.iter().all(|&(_, _, known_by)| known_by == ChartOwner::Heading));
    assert_eq!(owners[0].1, 2, "the API and the frontend share a chart");
}

#[test]
fn each_change_is_found_as_what_it_is_and_nothing_else() {
    let mut found = String::new();
    for (from, to, id) in [
        ("    Tag -->|\"asks for a production deployment\"| ProductionDispatch\n", "", DriftId::LinkMissing),
        ("    Publish --> Tag\n", "    Tag --> Publish\n", DriftId::LinkStyle),
        ("    StagingDispatch -.-> Publish\n", "    StagingDispatch --> Publish\n", DriftId::LinkStyle),
        (
            "    StagingDispatch -.-> Publish\n",
            "    StagingDispatch -.-> Publish\n    Build --> Tag\n",
            DriftId::LinkUnknown,
        ),
        ("[\"Publish the drafted GitHub Release\"]", "(\"Publish\")", DriftId::StepShape),
        ("[\"Merge a change to main\"]", "{\"Merge a change to main\"}", DriftId::StepShape),
        ("flowchart TD\n", "flowchart TD\n    Smoke(Smoke test) --> Tag\n", DriftId::StepUnknown),
        ("flowchart TD\n", "flowchart TD\n    Merge -> Build\n", DriftId::ChartUnreadable),
        ("## Catalog", "<!-- flow: none -->", DriftId::ChartMissing),
    ] {
        found.push_str(&only(from, to, id));
    }
    assert_snapshot!(found, @r#"
    flows.md:12:5: [link-missing] found no line from Tag to ProductionDispatch; expected a solid arrow, because Tag triggers ProductionDispatch
    flows.md:20:5: [link-style] found a solid arrow from Tag to Publish; expected a solid arrow the other way round, because Publish triggers Tag
    flows.md:19:5: [link-style] found a solid arrow from StagingDispatch to Publish; expected a dotted arrow, because StagingDispatch continues to Publish
    flows.md:20:5: [link-unknown] found a solid arrow from Build to Tag; expected only links of the flow of the API, which has none there
    flows.md:11:5: [step-shape] found the box Publish drawn rounded; expected a square box, because a person sets the step off
    flows.md:7:5: [step-shape] found the box Merge drawn as a diamond; expected a square box, because a person sets the step off
    flows.md:7:5: [step-unknown] found the box Smoke ("Smoke test"); expected only steps of the flow of the API, which has no such step
    flows.md:7:11: [chart-unreadable] found "-"; expected a line such as "-->", the end of the line, or ";"
    flows.md:1:1: [chart-missing] found no chart of the flow of the catalog; expected a Mermaid chart below a heading that names the app, or below the comment <!-- flow: APP -->
    "#);
}

#[test]
fn a_step_that_is_not_drawn_is_found_and_its_links_are_not_found_again() {
    let document = document();
    let kept: Vec<_> = document.lines().filter(|line| !line.contains("TriggerRollback")).collect();
    assert_snapshot!(lines(&compare_document(&kept.join("\n"))), @r#"flows.md:5:1: [step-missing] found no box for the step TriggerRollback ("Take production back: start its deployment GitHub Workflow w…"); expected a box for every step of the flow of the API"#);
}

#[test]
fn a_step_may_have_another_name_and_other_words_in_its_box() {
    let document = document().replace("StagingDispatch", "DeployStaging").replacen(
        "Publish the drafted",
        "Press the button of the",
        1,
    );
    let report = compare_document(&document);
    // Of the box it is known what it does only by its words.
    assert_snapshot!(lines(&report), @"");
}

#[test]
fn of_which_app_a_chart_is_is_said_or_seen() {
    let chart = |from: &str| {
        document()
            .split("```mermaid\n")
            .nth(3)
            .map(|rest| format!("{from}```mermaid\n{}", rest.split("```").next().unwrap_or_default()))
            .unwrap_or_default()
    };
    for (above, known_by) in [
        ("", ChartOwner::Structure),
        ("# Indexer worker\n## How\n", ChartOwner::Heading),
        ("# API\n<!-- flow: indexer-worker -->\n", ChartOwner::Comment),
        ("```mermaid\n---\ntitle: The indexer worker\n---\nflowchart TD\n  X\n```\n", ChartOwner::Structure),
    ] {
        let report = compare_document(&format!("{}```\n", chart(above)));
        let last = report.charts.last().unwrap();
        assert_eq!(
            last.apps.iter().map(openverse_release_core::AppSlug::as_str).collect::<Vec<_>>(),
            ["indexer-worker"],
            "{above}"
        );
        assert_eq!(last.known_by, known_by, "{above}");
    }
    let titled =
        chart("# API\n").replacen("```mermaid\n", "```mermaid\n---\ntitle: The indexer worker\n---\n", 1);
    let report = compare_document(&format!("{titled}```\n"));
    assert_eq!(report.charts[0].known_by, ChartOwner::Title);
    let report = compare_document(&format!("{}```\n", chart("<!-- flow: webcam -->\n")));
    assert!(report.findings.iter().any(|finding| finding.id == DriftId::ChartOfUnknownApp));
}

#[test]
fn a_rollback_may_be_drawn_from_either_end() {
    let document =
        document().replace("    DagSync o--o RevertRollback\n", "    RevertRollback o--o DagSync\n");
    assert_snapshot!(lines(&compare_document(&document)), @"");
}

#[test]
fn a_chart_that_shares_a_few_steps_is_no_flow_unless_it_is_said_to_be() {
    let chart = "```mermaid\nflowchart TD\n  Merge --> Build --> a --> b --> c --> d --> e --> f\n```\n";
    assert_eq!(compare_document(chart).charts[0].known_by, ChartOwner::Nobody);
    assert_eq!(compare_document(&format!("# API\n{chart}")).charts[0].known_by, ChartOwner::Heading);
    assert_eq!(
        compare_document(&format!("# API\n{}", chart.replace("Build", "B"))).charts[0].known_by,
        ChartOwner::Nobody
    );
}

#[test]
fn two_boxes_that_do_the_same_are_not_taken_for_the_step() {
    let document = document().replacen("    Build(", "    Make(\"Build it\")\n    Create(", 1);
    let ids: Vec<_> = compare_document(&document).findings.iter().map(|finding| finding.id).collect();
    assert_eq!(ids.iter().filter(|&&id| id == DriftId::StepUnknown).count(), 2, "{ids:?}");
}

#[test]
fn a_comment_is_about_the_chart_right_below_it() {
    let document = document().replacen("```mermaid", "<!-- flow: none -->\n\nWords.\n\n```mermaid", 1);
    assert_snapshot!(lines(&compare_document(&document)), @"");
}

#[test]
fn other_charts_are_left_alone() {
    let others = "# API\n\n```mermaid\nsequenceDiagram\n  A->>B: hi\n```\n\n```mermaid\nflowchart LR\n  cli --> core\n```\n";
    let report = compare_document(&format!("{others}\n{}", document()));
    assert_snapshot!(lines(&report), @"");
    assert_eq!(report.charts[0].known_by, ChartOwner::Nobody);
    assert_eq!(report.charts[1].known_by, ChartOwner::Nobody);
}

#[test]
fn the_projects_own_documents_draw_the_flows_as_they_are() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    for (name, charts) in [("README.md", 1), ("ARCHITECTURE.md", 0)] {
        let report = compare_document(&std::fs::read_to_string(format!("{root}/{name}")).unwrap());
        let drawn = report.charts.iter().filter(|chart| !chart.apps.is_empty()).count();
        assert_eq!(drawn, charts, "{name}: {:?}", report.charts);
        let drifted: Vec<_> = report.findings.iter().filter(|it| it.id != DriftId::ChartMissing).collect();
        assert!(drifted.is_empty(), "{name}: {drifted:#?}");
    }
}
