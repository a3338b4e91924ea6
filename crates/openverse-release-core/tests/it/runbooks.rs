//! Runbooks: their text, their chart, and how a written one has drifted.

use openverse_release_core::{App, ChartLevel, Detail, DetailKind, Project, Runbook, Trigger};

use crate::charts::{Chart, HOSTILE, saying};

fn all() -> Vec<(App, String)> {
    let project = Project::openverse();
    let text = |app: &App| Runbook::of(&project, app).to_string();
    project.apps.iter().map(|app| (app.clone(), text(app))).collect()
}

/// The chart in a runbook, and the text without it.
pub(crate) fn chart_of(runbook: &str) -> (String, String) {
    let (before, rest) = runbook.split_once("```mermaid\n").unwrap();
    let (chart, after) = rest.split_once("```").unwrap();
    (chart.to_owned(), format!("{before}{after}"))
}

#[test]
fn the_runbooks_are_as_reviewed() {
    for (app, text) in all() {
        insta::assert_snapshot!(app.slug.as_str(), text);
    }
}

#[test]
fn the_chart_is_that_of_the_flow() {
    for (app, text) in all() {
        let (chart, rest) = chart_of(&text);
        assert_eq!(chart, app.flow.to_mermaid(ChartLevel::Overview));
        assert_eq!(Chart::read(&chart).steps.len(), app.flow.steps().count());
        assert!(!rest.contains("mermaid"), "one chart is enough");
    }
}

#[test]
fn every_step_and_every_detail_of_the_flow_is_in_the_runbook() {
    for (app, text) in all() {
        // What Markdown needs is not in these texts but for signs that it takes away.
        let plain = text.replace('\\', "");
        for step in app.flow.steps() {
            let label = step.label.replace('\n', " ");
            assert!(plain.contains(&label), "{}: {label}", app.slug);
            for Detail { text, .. } in &step.details {
                assert!(plain.contains(text.as_str()), "{}: {text}", app.slug);
            }
        }
    }
}

#[test]
fn manual_steps_are_numbered_sections_and_gates_are_ticked_off() {
    for (app, text) in all() {
        for step in app.flow.steps() {
            let label = step.label.replace('\n', " ");
            let heads = |line: &&str| line.starts_with('#') && line.ends_with(&label);
            assert_eq!(
                text.lines().any(|line| heads(&line)),
                step.trigger == Trigger::Manual,
                "{}: {label}",
                app.slug
            );
        }
        let numbers: Vec<_> = text
            .lines()
            .filter_map(|line| line.strip_prefix("## ")?.split_once(". ")?.0.parse::<usize>().ok())
            .collect();
        assert_eq!(numbers, (1..=numbers.len()).collect::<Vec<_>>());
    }
}

#[test]
fn every_page_the_document_links_to_is_linked() {
    for (app, pages) in [
        (
            "api",
            &[
                "https://github.com/WordPress/openverse/releases?q=api-",
                "https://github.com/WordPress/openverse-infrastructure/actions/workflows/deploy-staging-api.yml",
                "https://github.com/WordPress/openverse-infrastructure/actions/workflows/deploy-production-api.yml",
                "https://api-staging.openverse.org/version",
                "https://api.openverse.org/version",
            ][..],
        ),
        ("frontend", &["https://openverse.org/version", "/deploy-production-frontend.yml"]),
        ("catalog", &["https://github.com/WordPress/openverse/releases?q=catalog-"]),
        ("ingestion-server", &["https://github.com/WordPress/openverse/releases?q=ingestion_server-"]),
    ] {
        let (_, text) = all().into_iter().find(|(found, _)| found.slug.as_str() == app).unwrap();
        for page in pages {
            assert!(text.contains(page), "{app}: {page}");
        }
    }
}

#[test]
fn a_written_runbook_names_its_app_and_is_checked_against_the_flow() {
    let project = Project::openverse();
    let api = project.app("api").unwrap();
    let runbook = Runbook::of(&project, api);
    let written = runbook.to_string();
    assert_eq!(Runbook::app_of(&written).as_ref(), Some(runbook.app()));
    assert_eq!(Runbook::app_of("# Something else\n<!-- runbook: Not An App -->\n"), None);
    assert_eq!(runbook.drift_of(&written), None);
    assert_eq!(runbook.drift_of(&written.replace('\n', "\r\n")), None);

    let mut changed = project.clone();
    let mut flow = serde_json::to_value(&api.flow).unwrap();
    flow["steps"][4]["details"][0]["text"] = "Two people have read the draft.".into();
    changed.apps[0].flow = serde_json::from_value(flow).unwrap();
    let drift = Runbook::of(&changed, &changed.apps[0]).drift_of(&written).unwrap();
    insta::assert_snapshot!(drift, @r###"
    line 32, below "## When to release":
    - - Somebody has read the draft: its notes show whether a release is worth it and what to watch while it is deployed.
    + - Two people have read the draft.
    line 85, below "## 3. Publish the drafted GitHub Release":
    - - [ ] Somebody has read the draft: its notes show whether a release is worth it and what to watch while it is deployed.
    + - [ ] Two people have read the draft.
    "###);
}

#[test]
fn an_app_of_ones_own_has_a_runbook_too() {
    let project = Project::from_toml(
        r#"
        name = "Museum"
        [repositories]
        code = "museum/site"
        infrastructure = "museum/infra"
        main = "trunk"
        [apps.shop]
        images = ["registry.example/museum/shop"]
        flow = "api-and-frontend"
        [apps.shop.steps]
        StagingDispatch = { called = "test", workflow = "test.yml" }
        ProductionDispatch = { workflow = "live.yml" }
        "#,
    )
    .unwrap();
    let text = Runbook::of(&project, &project.apps[0]).to_string();
    for words in [
        "https://github.com/museum/site/releases?q=shop-",
        "https://github.com/museum/infra/actions/workflows/live.yml",
        "staging (called test)",
        "this tool does it",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    let openverse = ["openverse.org", "WordPress", "API"];
    assert!(openverse.iter().all(|word| !text.contains(word)), "{text}");
}

/// A runbook in which every text that a project can hold is the given one.
pub(crate) fn hostile_runbook(text: &str) -> String {
    let mut project = Project::openverse();
    let one_line: String = text.chars().filter(|c| !c.is_control()).collect();
    project.apps[0].flow = saying(text);
    project.apps[0].name = format!("x{one_line}");
    project.apps[0].deployments[0].called = Some(one_line);
    Runbook::of(&project, &project.apps[0]).to_string()
}

#[test]
fn no_text_adds_a_heading_or_a_line() {
    let shape = |runbook: &str| {
        let lines = runbook.lines().map(|line| line.trim_start().chars().take(2).collect::<String>());
        lines.filter(|start| start.starts_with(['#', '-', '`', '|', '<'])).collect::<Vec<_>>()
    };
    let expected = shape(&hostile_runbook("plain"));
    // A text that shows nothing is left out.
    for text in HOSTILE.iter().filter(|text| !text.trim().is_empty()) {
        assert_eq!(shape(&hostile_runbook(text)), expected, "{text:?}");
    }
}

#[test]
fn a_text_that_shows_nothing_leaves_no_empty_line_of_a_list() {
    let text = hostile_runbook(" ");
    let blank = |line: &&str| matches!(line.trim(), "-" | "- [ ]" | "##" | "###");
    assert_eq!(text.lines().find(blank), None);
    assert!(text.contains("## 2. Merge\n"), "{text}");
}

#[test]
fn a_gate_is_a_box_to_tick() {
    let kinds = |app: &App, kind| {
        app.flow.steps().flat_map(|step| &step.details).filter(|detail| detail.kind == kind).count()
    };
    for (app, text) in all() {
        assert!(kinds(&app, DetailKind::Gate) == 0 || text.contains("- [ ] "), "{}", app.slug);
    }
}
