//! Runbooks and release notes, read back by a real reader of Markdown.

#![expect(clippy::disallowed_types, reason = "the core starts no program, but marked needs one")]

use std::{
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
};

use openverse_release_core::{ChartLevel, NotesSection, Project, ReleaseNotes, Runbook};
use openverse_release_testkit::{require, require_npm};
use serde::Deserialize;

use crate::{
    charts::HOSTILE,
    release_notes::merged,
    runbooks::{chart_of, hostile_runbook},
};

#[derive(Debug, Deserialize)]
struct Block {
    kind: String,
    text: String,
    links: Vec<String>,
    marks: Vec<String>,
}

/// Lets marked, which comes with mermaid, read texts, or says that the test is skipped.
fn read(texts: &[String]) -> Option<Vec<Vec<Block>>> {
    let (node, marked) = (require("node")?, require_npm("marked")?);
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut oracle = Command::new(node)
        .arg(workspace.join("scripts/markdown-oracle/oracle.mjs"))
        .arg(marked)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let asked = serde_json::to_vec(texts).unwrap();
    // It answers only once it has read everything, so neither pipe can fill while the other waits.
    oracle.stdin.take().unwrap().write_all(&asked).unwrap();
    let answered = oracle.wait_with_output().unwrap();
    assert!(answered.status.success(), "the oracle ended with {}", answered.status);
    Some(serde_json::from_slice(&answered.stdout).unwrap())
}

#[test]
fn a_runbook_is_the_markdown_it_looks_like() {
    let project = Project::openverse();
    let runbooks: Vec<_> = project.apps.iter().map(|app| Runbook::of(&project, app).to_string()).collect();
    let Some(answers) = read(&runbooks) else { return };
    for ((app, text), blocks) in project.apps.iter().zip(&runbooks).zip(answers) {
        let headings: Vec<_> = blocks.iter().filter(|block| block.kind.starts_with("heading")).collect();
        let (_, without_chart) = chart_of(text);
        let written = without_chart.lines().filter(|line| line.starts_with('#')).count();
        assert_eq!(headings.len(), written, "{}", app.slug);
        assert_eq!(headings[0].text, format!("How to release and deploy the {}", app.name));
        let charts: Vec<_> = blocks.iter().filter(|block| block.kind == "code mermaid").collect();
        assert_eq!(charts.len(), 1);
        assert_eq!(format!("{}\n", charts[0].text), app.flow.to_mermaid(ChartLevel::Overview));
        for step in app.flow.steps() {
            let label = step.label.replace('\n', " ");
            assert!(blocks.iter().any(|block| block.text.contains(&label)), "{}: {label}", app.slug);
            for detail in &step.details {
                let items = blocks.iter().filter(|block| matches!(block.kind.as_str(), "item" | "task"));
                assert!(items.into_iter().any(|item| item.text == detail.text), "{}", detail.text);
            }
        }
        let comments = blocks.iter().filter(|block| block.kind == "html").count();
        assert!((1..=2).contains(&comments), "{comments} comments, and no other HTML");
        let links: Vec<_> = blocks.iter().flat_map(|block| &block.links).collect();
        assert!(links.iter().all(|link| link.starts_with("https://")), "{links:?}");
    }
}

#[test]
fn a_hostile_text_is_shown_in_a_runbook_and_changes_nothing_else() {
    // Addresses become links wherever they stand, which harms nobody; a blank text is left out.
    let texts = HOSTILE.iter().filter(|text| !text.contains("www.") && !text.trim().is_empty());
    let texts: Vec<_> = ["plain"].iter().chain(texts).collect();
    let runbooks: Vec<_> = texts.iter().map(|text| hostile_runbook(text)).collect();
    let Some(answers) = read(&runbooks) else { return };
    let shape = |blocks: &[Block]| {
        let shape = blocks.iter().map(|block| (block.kind.clone(), block.links.clone(), block.marks.clone()));
        shape.collect::<Vec<_>>()
    };
    let expected = shape(&answers[0]);
    for ((text, blocks), runbook) in texts.iter().zip(&answers).zip(&runbooks) {
        assert_eq!(shape(blocks), expected, "{text:?}\n{runbook}");
    }
}

#[test]
fn every_title_comes_out_of_the_notes_as_it_went_in() {
    let project = Project::openverse();
    let api = project.app("api").unwrap();
    let more = ["a `code_span` b", "1. x", "`", "snake_case __x__ *y*"];
    let titles: Vec<_> = HOSTILE.iter().copied().chain(more).collect();
    let pull_requests: Vec<_> =
        (1..).zip(&titles).map(|(number, title)| merged(number, title, &["🧱 stack: api"])).collect();
    let notes = ReleaseNotes::of(&project, api, &pull_requests);
    let Some(answers) = read(&[notes.to_string()]) else { return };
    let (heading, items) = answers[0].split_first().unwrap();
    assert_eq!((heading.kind.as_str(), heading.text.as_str()), ("heading 2", "Improvements"));
    assert_eq!(items.len(), titles.len());
    for (item, number) in items.iter().zip(notes.numbers(NotesSection::Improvements)) {
        let title = titles[usize::try_from(number).unwrap() - 1];
        assert_eq!(item.kind, "item");
        assert_eq!(
            item.links,
            [format!("https://github.com/WordPress/openverse/pull/{number}")],
            "{title:?}"
        );
        let plain = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
        let shown = item.text.strip_suffix(&format!("(#{number}) by @ada")).unwrap();
        if !title.contains(char::is_control) && !title.contains('\u{202e}') {
            let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ").replace('`', "");
            assert_eq!(words(shown), words(title));
        }
        assert!(
            plain(shown).contains(&plain(title.lines().next().unwrap_or_default()))
                || title.contains('\u{1b}')
        );
        assert!(item.marks.is_empty(), "{title:?}: {:?}", item.marks);
    }
}
