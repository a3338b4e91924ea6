//! What the real mermaid.js understands of the same charts.

use std::{
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

use openverse_release_mermaid::Chart;
use openverse_release_testkit::{require, require_npm};
use serde_json::Value;

use crate::{
    corpus::{READ, REFUSED},
    mutate::{Chance, generate, mutate},
};

/// Lets mermaid.js read charts, or says that the test is skipped and returns `None`.
fn ask(charts: &[String]) -> Option<Vec<Value>> {
    let (node, mermaid) = (require("node")?, require_npm("mermaid")?);
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut oracle = Command::new(node)
        .arg(workspace.join("scripts/mermaid-oracle/as-kept.mjs"))
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
    let answers: Vec<Value> = serde_json::from_slice(&answered.stdout).unwrap();
    assert_eq!(answers.len(), charts.len());
    Some(answers)
}

/// Asks mermaid.js, and compares with what is read here.
#[track_caller]
fn assert_agreement(charts: &[String]) {
    let Some(answers) = ask(charts) else { return };
    let (mut wrong, mut read) = (Vec::new(), 0);
    for (chart, answer) in charts.iter().zip(&answers) {
        let ours = Chart::read(chart).map(|chart| serde_json::to_value(chart).unwrap());
        match (&ours, answer.get("error")) {
            (Err(_), Some(_)) => {}
            (Ok(ours), None) if ours == answer => read += 1,
            _ => {
                wrong.push(format!("{chart}\n  text: {chart:?}\n  here: {ours:?}\n  mermaid.js: {answer}\n"));
            }
        }
    }
    println!("{} charts, of which mermaid.js reads {read}", charts.len());
    assert!(
        wrong.is_empty(),
        "{} of {} differ:\n\n{}",
        wrong.len(),
        charts.len(),
        wrong[..wrong.len().min(12)].join("\n")
    );
}

fn owned(charts: &[&str]) -> Vec<String> {
    charts.iter().map(|&chart| chart.to_owned()).collect()
}

#[test]
fn every_chart_of_the_corpus_is_read_as_mermaid_js_reads_it() {
    let refused = READ.iter().filter_map(|chart| Some(format!("{chart}\n{}", Chart::read(chart).err()?)));
    assert_eq!(refused.collect::<Vec<_>>(), [""; 0]);
    assert_agreement(&owned(READ));
}

#[test]
fn what_mermaid_js_refuses_is_refused() {
    let read = REFUSED.iter().filter(|chart| Chart::read(chart).is_ok());
    assert_eq!(read.collect::<Vec<_>>(), [&""; 0]);
    assert_agreement(&owned(REFUSED));
}

#[test]
fn a_chart_with_a_few_changes_is_read_or_refused_as_by_mermaid_js() {
    let rounds = std::env::var("OPENVERSE_RELEASE_MUTATIONS").map_or(3, |rounds| rounds.parse().unwrap());
    let seed = std::env::var("OPENVERSE_RELEASE_SEED").map_or(1, |seed| seed.parse().unwrap());
    let mut chance = Chance::new(seed);
    let charts = (0..rounds).flat_map(|_| READ.iter().chain(REFUSED)).map(|chart| mutate(chart, &mut chance));
    assert_agreement(&charts.collect::<Vec<_>>());
}

#[test]
fn a_chart_made_by_chance_is_read_or_refused_as_by_mermaid_js() {
    let rounds = std::env::var("OPENVERSE_RELEASE_MUTATIONS").map_or(3, |rounds| rounds.parse().unwrap());
    let mut chance = Chance::new(7);
    assert_agreement(&(0..rounds * 100).map(|_| generate(&mut chance)).collect::<Vec<_>>());
}
