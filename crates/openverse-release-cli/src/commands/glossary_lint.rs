//! `glossary lint`: words of prose that can be taken for several things.

use std::path::PathBuf;

use openverse_release_docs::{UnclearUse, lint};
use serde::Serialize;

use super::Outcome;
use crate::{
    connect::Context,
    exit::Exit,
    input,
    output::{BAD, BOLD, DIM, GOOD, clean},
};

#[derive(Debug, Serialize)]
struct FoundView {
    file: String,
    #[serde(flatten)]
    found: UnclearUse,
}

pub(super) fn run(context: &Context, files: &[PathBuf]) -> Outcome {
    let mut findings = Vec::new();
    for path in files {
        let text = input::text(path, "a text file with Markdown, or - for standard input")?;
        let file = path.display().to_string();
        findings.extend(lint(&text).into_iter().map(|found| FoundView { file: file.clone(), found }));
    }
    context.output.result(&findings, |out| {
        for FoundView { file, found } in &findings {
            let UnclearUse { id, line, column, why, write, .. } = found;
            let (file, words) = (clean(file), clean(&found.found));
            writeln!(out, "{file}:{line}:{column} {BAD}{words}{BAD:#}  {DIM}[{id}]{DIM:#}")?;
            writeln!(out, "  {why}")?;
            for wording in *write {
                writeln!(out, "  write {BOLD}{}{BOLD:#}, if {}", wording.instead, wording.when)?;
            }
        }
        let read = if files.len() == 1 { "1 file".to_owned() } else { format!("{} files", files.len()) };
        match findings.len() {
            0 => writeln!(out, "{GOOD}nothing unclear{GOOD:#} in {read}"),
            1 => writeln!(out, "{BAD}1 unclear use{BAD:#} in {read}"),
            count => writeln!(out, "{BAD}{count} unclear uses{BAD:#} in {read}"),
        }
    })?;
    Ok(if findings.is_empty() { Exit::Done } else { Exit::Findings })
}
