//! Drift of documents and GitHub Workflow files, and unclear words.

use std::fs;

use insta::assert_snapshot;

use crate::{place::Place, snapshot::said};

/// Writes a document with the charts of all apps, as `flow` prints them.
fn document(place: &Place) -> String {
    let mut text = "# Flows\n".to_owned();
    for app in ["api", "frontend", "catalog", "indexer-worker", "ingestion-server"] {
        let chart = place.run(&["flow", app]).stdout;
        text.push_str(&format!("\n## {app}\n\n```mermaid\n{chart}```\n"));
    }
    fs::write(place.path("flows.md"), &text).unwrap();
    text
}

/// Writes a GitHub Workflow that deploys the API to production.
fn deployment(place: &Place, text: &str) {
    fs::create_dir_all(place.path("infrastructure/.github/workflows")).unwrap();
    for app in ["api", "frontend"] {
        for environment in ["staging", "production"] {
            let path = format!("infrastructure/.github/workflows/deploy-{environment}-{app}.yml");
            let service = if app == "api" { "api" } else { "nuxt" };
            let text = text.replace("EVENT", &format!("deploy_{environment}_{service}"));
            fs::write(place.path(&path), text).unwrap();
        }
    }
}

const GOOD: &str = "\
on:
  repository_dispatch:
    types: [EVENT]
  workflow_dispatch:
    inputs:
      tag:
concurrency: ${{ github.workflow }}
jobs: {}
";

#[test]
fn what_fits_has_not_drifted() {
    let place = Place::empty();
    document(&place);
    deployment(&place, GOOD);
    let ran = place.run(&["drift", "--docs", "flows.md", "--workflows", "infrastructure"]);
    ran.expect_code(0);
    assert_snapshot!(said(&ran), @r"
    exit code 0
    stdout:
    no drift in 5 charts and 4 GitHub Workflow files
    ");
}

#[test]
fn drift_is_said_with_its_place_and_ends_with_exit_code_one() {
    let place = Place::empty();
    let text = document(&place);
    let text = text.replacen("Publish --> Tag", "Publish -.-> Tag", 1)
        + "\n```mermaid\nflowchart LR\n  a --> b\n```\n";
    fs::write(place.path("flows.md"), text).unwrap();
    deployment(&place, &GOOD.replace("concurrency: ${{ github.workflow }}\n", ""));
    fs::write(place.path("infrastructure/.github/workflows/broken.yml"), "on: [\u{1b}[31m\n").unwrap();
    let args = ["drift", "--docs", "flows.md", "--workflows", "infrastructure", "--app", "api"];
    let ran = place.run(&args);
    ran.expect_code(1);
    assert_snapshot!(said(&ran), @r"
    exit code 1
    stdout:
    flows.md:20:5  api  [link-style]
      found a dotted arrow from Publish to Tag
      expected a solid arrow, because Publish triggers Tag
    infrastructure/.github/workflows/broken.yml:1:6  [github-workflow-unreadable]
      found unexpected character: `\u{1b}'
      expected YAML that can be read
    infrastructure/.github/workflows/deploy-production-api.yml:1:1  api  [concurrency-missing]
      found no concurrency group
      expected one deployment at a time of an app to an environment
    infrastructure/.github/workflows/deploy-staging-api.yml:1:1  api  [concurrency-missing]
      found no concurrency group
      expected one deployment at a time of an app to an environment
    flows.md:98: a chart of no app's flow, not compared
    4 differences in 5 charts and 5 GitHub Workflow files
    ");

    let ran = place.run(&["drift", "--docs", "flows.md", "--app", "api", "--json"]);
    ran.expect_code(1);
    assert_snapshot!(ran.stdout, @r#"
    {
      "findings": [
        {
          "id": "link-style",
          "file": "flows.md",
          "line": 20,
          "column": 5,
          "apps": [
            "api"
          ],
          "found": "a dotted arrow from Publish to Tag",
          "expected": "a solid arrow, because Publish triggers Tag"
        }
      ],
      "charts": [
        {
          "file": "flows.md",
          "line": 5,
          "apps": [
            "api"
          ],
          "known_by": "heading"
        },
        {
          "file": "flows.md",
          "line": 27,
          "apps": [
            "frontend"
          ],
          "known_by": "heading"
        },
        {
          "file": "flows.md",
          "line": 49,
          "apps": [
            "catalog"
          ],
          "known_by": "heading"
        },
        {
          "file": "flows.md",
          "line": 69,
          "apps": [
            "indexer-worker"
          ],
          "known_by": "heading"
        },
        {
          "file": "flows.md",
          "line": 83,
          "apps": [
            "ingestion-server"
          ],
          "known_by": "heading"
        },
        {
          "file": "flows.md",
          "line": 98,
          "apps": [],
          "known_by": "nobody"
        }
      ],
      "github_workflows": []
    }
    "#);
}

#[test]
fn a_folder_without_github_workflows_is_refused() {
    let place = Place::empty();
    fs::create_dir(place.path("empty")).unwrap();
    let ran = place.run(&["drift", "--workflows", "empty"]);
    ran.expect_code(2);
    assert_snapshot!(said(&ran), @r"
    exit code 2
    stderr:
    error: found no GitHub Workflow in empty
    expected: files that end in .yml or .yaml
    ");
    place.run(&["drift", "--docs", "nothing.md"]).expect_code(2);
    place.run(&["drift"]).expect_code(2);
}

#[test]
fn unclear_words_are_said_with_what_to_write() {
    let place = Place::empty();
    fs::write(place.path("clear.md"), "The GitHub Workflow moves the image tag.\n").unwrap();
    let ran = place.run(&["glossary", "lint", "clear.md"]);
    ran.expect_code(0);
    assert_snapshot!(said(&ran), @r"
    exit code 0
    stdout:
    nothing unclear in 1 file
    ");

    fs::write(place.path("unclear.md"), "# How\n\nWhen the workflow ends, we cut a release.\n").unwrap();
    let ran = place.run(&["glossary", "lint", "unclear.md", "clear.md"]);
    ran.expect_code(1);
    assert_snapshot!(said(&ran), @r"
    exit code 1
    stdout:
    unclear.md:3:10 workflow  [workflow-alone]
      a workflow is any set of steps, and also one particular feature of GitHub
      write process, if the steps are meant, whoever takes them
      write GitHub Workflow, if the feature of GitHub is meant
    unclear.md:3:28 cut a release  [cut-a-release]
      jargon, which says neither what is published nor what is tagged
      write publish the GitHub Release, if its button is pressed, or the same is asked for
    2 unclear uses in 2 files
    ");

    let ran = place.run_with_input(&["glossary", "lint", "-", "--json"], b"Ship it.\n");
    ran.expect_code(1);
    assert_snapshot!(ran.stdout, @r#"
    [
      {
        "file": "-",
        "id": "ship",
        "line": 1,
        "column": 1,
        "found": "Ship it",
        "why": "it can mean to publish, to release or to deploy",
        "write": [
          {
            "instead": "release",
            "term": "release",
            "when": "tags are applied"
          },
          {
            "instead": "deploy",
            "term": "deploy",
            "when": "an environment is updated"
          }
        ]
      }
    ]
    "#);
    // The words of the glossary are still there.
    place.run(&["glossary", "git tag"]).expect_code(0).expect_says(&["git tag"]);
}
