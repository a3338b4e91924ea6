//! What holds for every text.

use openverse_release_core::Project;
use openverse_release_docs::{TextFile, drift, lint};
use proptest::prelude::*;

use crate::fitting;

/// Pieces of Markdown and prose that mean something to the linter, in any order.
fn markdown() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "the workflow",
        "cut a release",
        "the tag",
        "Äußerst ",
        "`code`",
        "``",
        "```\n",
        "~~~ mermaid\n",
        "```{note}\n",
        "\n\n",
        "\n",
        " ",
        "- ",
        "  - ",
        "> ",
        "# ",
        "| a | b |\n|---|---|\n",
        "**",
        "*",
        "_",
        "“",
        "”",
        "\"",
        "’s",
        "<!-- glossary-ignore -->",
        "<!-- glossary-ignore-start -->",
        "<!-- glossary-ignore-end -->",
        "<code>",
        "</code>",
        "[the tag](",
        ")",
        "](https://x/the-tag)",
        "<https://a.b>",
        "---\n",
        "+++\n",
        "&amp;",
        "\\",
        "\t",
        "\r\n",
        "\u{feff}",
        "𝒻𝓁𝑜𝓌",
        "e\u{301}",
        "[^1]",
        "[^1]: ",
        "$",
        "git tag",
    ]);
    prop::collection::vec(prop_oneof![4 => pieces.prop_map(str::to_owned), 1 => any::<String>()], 0..60)
        .prop_map(|pieces| pieces.concat())
}

/// Bytes of files that are nearly GitHub Workflows.
fn nearly_yaml() -> impl Strategy<Value = Vec<u8>> {
    let pieces = prop::sample::select(vec![
        "on:",
        "jobs:",
        "  a:",
        " push",
        "\n",
        "  ",
        "- ",
        "[",
        "]",
        "{",
        "}",
        ", ",
        ": ",
        "&a ",
        "*a",
        "'",
        "\"",
        "|\n",
        "needs: ",
        "uses: ./.github/workflows/ci_cd.yml",
        "if: startsWith(github.ref_name, 'api-')",
        "deploy_staging_api",
        "${{ ",
        " }}",
        "$X",
        "#",
        "---\n",
        "<<: ",
        "!!map ",
        "\t",
        "types: ",
        "branches: ",
        "tags: ",
        "concurrency: ",
        "api",
        "run: gh release create",
        "event_type: ",
        "fromJSON('[\"a\", \"b\"]')",
        "? ",
    ]);
    let texts = prop::collection::vec(pieces, 0..60).prop_map(|pieces| pieces.concat().into_bytes());
    prop_oneof![3 => texts, 1 => prop::collection::vec(any::<u8>(), 0..200)]
}

/// A good file in which some bytes are replaced.
fn broken(text: String) -> impl Strategy<Value = Vec<u8>> {
    let length = text.len();
    prop::collection::vec((0..length, any::<u8>(), 0..20_usize), 1..6).prop_map(move |changes| {
        let mut bytes = text.clone().into_bytes();
        for (at, byte, removed) in changes {
            let at = at.min(bytes.len());
            let end = (at + removed).min(bytes.len());
            bytes.splice(at..end, [byte]);
        }
        bytes
    })
}

proptest! {
    #[test]
    fn no_text_breaks_the_lint_and_its_places_are_those_of_the_words(text in markdown()) {
        let mut before = 0;
        for found in lint(&text) {
            prop_assert!(before <= found.start && found.start < found.end, "in order, and not over each other");
            before = found.end;
            let first = found.found.split(' ').next().unwrap();
            prop_assert!(text[found.start..found.end].starts_with(first));
            let line = text.split('\n').nth(found.line - 1).unwrap();
            let rest: String = line.chars().skip(found.column - 1).collect();
            prop_assert!(rest.starts_with(first), "{}:{} {rest:?} {first:?}", found.line, found.column);
        }
    }

    #[test]
    fn no_bytes_of_a_github_workflow_break_the_comparison(bytes in nearly_yaml()) {
        let files = ["ci_cd.yml", "release-app.yml", "deploy-staging-api.yml"].map(|path| TextFile { path, bytes: &bytes });
        let report = drift(&Project::openverse(), &[], &files);
        prop_assert!(report.findings.iter().all(|found| found.line > 0 && found.column > 0));
    }

    #[test]
    fn no_broken_file_breaks_the_comparison(
        (name, bytes) in prop::sample::select(fitting::files())
            .prop_flat_map(|(name, text)| (Just(name), broken(text)))
    ) {
        let lines = bytes.iter().filter(|&&byte| byte == b'\n').count() + 2;
        let report = drift(&Project::openverse(), &[], &[TextFile { path: &name, bytes: &bytes }]);
        prop_assert!(report.findings.iter().all(|found| found.line <= lines));
    }

    #[test]
    fn no_broken_document_breaks_the_comparison(bytes in broken(fitting::document())) {
        let lines = bytes.iter().filter(|&&byte| byte == b'\n').count() + 2;
        let report = drift(&Project::openverse(), &[TextFile { path: "flows.md", bytes: &bytes }], &[]);
        prop_assert!(report.findings.iter().all(|found| found.line <= lines));
    }
}
