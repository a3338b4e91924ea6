//! `tag`: explains git tags, image tags and commit SHAs.

use std::io::{self, BufRead, Write};

use openverse_release_core::{ExplainedTag, Project, TagKind, explain_tag};

use super::Outcome;
use crate::{
    connect::Context,
    error::CliError,
    exit::Exit,
    output::{BAD, BOLD, clean, clean_json},
};

pub(super) fn run(context: &Context, tags: &[String]) -> Outcome {
    let project = context.project()?;
    let mut out = io::BufWriter::new(anstream::stdout().lock());
    let mut exit = Exit::Done;
    let mut explain = |text: &str| -> Result<(), CliError> {
        let explained = explain_tag(&project, text);
        if explained.kind == TagKind::Invalid {
            exit = Exit::BadInput;
        }
        if context.output.json() {
            let line = serde_json::to_string(&explained).map_err(io::Error::from)?;
            writeln!(out, "{}", clean_json(&line))?;
        } else {
            write(&mut out, &project, &explained)?;
        }
        Ok(())
    };
    for tag in tags {
        if tag != "-" {
            explain(tag)?;
            continue;
        }
        for line in io::stdin().lock().split(b'\n') {
            let line = line.map_err(|error| {
                CliError::new(Exit::Failed, format!("standard input could not be read: {error}"))
            })?;
            let line = String::from_utf8_lossy(&line);
            explain(line.strip_suffix('\r').unwrap_or(&line))?;
        }
    }
    out.flush()?;
    Ok(exit)
}

fn write(out: &mut dyn Write, project: &Project, tag: &ExplainedTag) -> io::Result<()> {
    let input = clean(&tag.input);
    let date = tag.date.map(|date| date.format("%Y-%m-%d %H:%M:%S UTC").to_string()).unwrap_or_default();
    let app =
        tag.app.as_ref().and_then(|slug| project.app(slug.as_str())).map_or("", |app| app.name.as_str());
    match tag.kind {
        TagKind::GitTag => {
            let image_tag = tag.image_tag.as_ref().map(ToString::to_string).unwrap_or_default();
            writeln!(
                out,
                "{BOLD}{input}{BOLD:#}: git tag of a release of the {app}, dated {date}; its images are tagged {image_tag}"
            )
        }
        TagKind::ImageTag => {
            writeln!(
                out,
                "{BOLD}{input}{BOLD:#}: image tag of a release, dated {date}; which app's, its image tells"
            )
        }
        TagKind::CommitSha => {
            writeln!(
                out,
                "{BOLD}{input}{BOLD:#}: commit SHA, and the image tag of what CI built from that commit"
            )
        }
        TagKind::Latest => {
            writeln!(
                out,
                "{BOLD}{input}{BOLD:#}: image tag of the newest build of main; it moves, so it names no version"
            )
        }
        TagKind::Invalid => {
            writeln!(out, "{BAD}{input}{BAD:#}: {}", clean(tag.error.as_deref().unwrap_or("invalid")))
        }
    }
}
