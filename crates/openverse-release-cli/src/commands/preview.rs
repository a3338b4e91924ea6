//! `preview`: what a release would release, and what stands in the way.

use std::io::{self, Write};

use chrono::{DateTime, Utc};
use openverse_release_core::{
    App, AutomationSight, ChangelogState, Commit, CommitSha, EnvironmentName, GitHubRelease, GitTag,
};
use openverse_release_engine::{ImagePreview, LiveAnswer, Preview, RunningVersion};
use serde::Serialize;

use super::{Outcome, revert::write_ci, say_requests};
use crate::{
    advice::worded,
    connect::Context,
    exit::Exit,
    output::{BAD, BOLD, DIM, GOOD, WARN, age, clean, clean_lines},
};

/// A preview as JSON, its blockers with advice in words.
#[derive(Debug, Serialize)]
struct View<'a> {
    draft: &'a Option<GitHubRelease>,
    last_release: &'a Option<(GitTag, CommitSha)>,
    changelog: &'a Option<ChangelogState>,
    commit: &'a Option<Commit>,
    changes: &'a [Commit],
    images: &'a [ImagePreview],
    ci: &'a Option<AutomationSight>,
    running: &'a [RunningVersion],
    environments: &'a [EnvironmentName],
    blockers: Vec<Blocker<'a>>,
    cautions: &'a [String],
}

#[derive(Debug, Serialize)]
struct Blocker<'a> {
    found: &'a str,
    expected: &'a str,
    advice: String,
}

impl<'a> View<'a> {
    fn of(preview: &'a Preview) -> Self {
        let Preview {
            draft,
            last_release,
            changelog,
            commit,
            changes,
            images,
            ci,
            running,
            environments,
            blockers,
            cautions,
        } = preview;
        let blockers = blockers.iter().map(|blocker| Blocker {
            found: &blocker.found,
            expected: &blocker.expected,
            advice: worded(&blocker.advice),
        });
        let blockers = blockers.collect();
        Self {
            draft,
            last_release,
            changelog,
            commit,
            changes,
            images,
            ci,
            running,
            environments,
            blockers,
            cautions,
        }
    }
}

pub(super) async fn run(context: &Context, app: &str) -> Outcome {
    let connected = context.connect()?;
    let engine = &connected.engine;
    let app = context.find(&engine.project, app)?;
    let preview = engine.preview(app).await?;
    context.output.result(&View::of(&preview), |out| write(out, app, &preview, engine.world.clock.now()))?;
    say_requests(context.output, &connected)?;
    Ok(Exit::Done)
}

/// Writes a preview for a person.
pub(super) fn write(out: &mut dyn Write, app: &App, preview: &Preview, now: DateTime<Utc>) -> io::Result<()> {
    match &preview.draft {
        Some(draft) => {
            writeln!(out, "{BOLD}{}{BOLD:#}, the drafted release of the {}", draft.git_tag, app.name)?;
        }
        None => writeln!(out, "{BOLD}no draft to release{BOLD:#} of the {}", app.name)?,
    }
    if let Some(commit) = &preview.commit {
        let when = age(commit.committed_at, now);
        writeln!(
            out,
            "  commit       {} {} {DIM}({}, {when}){DIM:#}",
            commit.sha.short(),
            clean(&commit.subject),
            clean(&commit.author)
        )?;
    }
    if let Some((tag, commit)) = &preview.last_release {
        writeln!(out, "  after        {tag} {DIM}({}){DIM:#}", commit.short())?;
    }
    if let Some(changelog) = &preview.changelog {
        writeln!(out, "               {DIM}{}{DIM:#}", clean(&changelog.describe()))?;
    }
    for image in &preview.images {
        let digest = image.of_commit.as_ref().map_or("missing", |digest| digest.short());
        let verdict = if image.is_latest() { "latest" } else { "not latest" };
        writeln!(out, "  image        {} {digest} {DIM}({verdict}){DIM:#}", image.image.short())?;
    }
    if let Some(ci) = &preview.ci {
        write_ci(out, ci, 13)?;
    }
    for RunningVersion { environment, answer } in &preview.running {
        match answer {
            LiveAnswer::Commit(commit) => {
                let same = preview.commit.as_ref().is_some_and(|released| released.sha == *commit);
                let same = if same { ", this commit" } else { "" };
                writeln!(out, "  {environment:<11}  runs {}{same}", commit.short())?;
            }
            LiveAnswer::Trouble(why) => {
                writeln!(out, "  {environment:<11}  {WARN}does not say{WARN:#}: {}", clean(why))?;
            }
        }
    }
    match preview.changes.len() {
        0 => writeln!(out, "  changes      none since the last release")?,
        count => {
            writeln!(out, "  changes      {count}")?;
            for commit in &preview.changes {
                writeln!(
                    out,
                    "    {} {} {DIM}({}){DIM:#}",
                    commit.sha.short(),
                    clean(&commit.subject),
                    clean(&commit.author)
                )?;
            }
        }
    }
    if let Some(notes) =
        preview.draft.as_ref().map(|draft| draft.notes.trim()).filter(|notes| !notes.is_empty())
    {
        writeln!(out, "  notes")?;
        for line in clean_lines(notes).lines() {
            writeln!(out, "{}", format!("    {line}").trim_end())?;
        }
    }
    for caution in &preview.cautions {
        writeln!(out, "{WARN}caution:{WARN:#} {}", clean(caution))?;
    }
    for blocker in &preview.blockers {
        writeln!(out, "{BAD}in the way:{BAD:#} found {}", clean(&blocker.found))?;
        writeln!(out, "  expected {}", clean(&blocker.expected))?;
        writeln!(out, "  to do: {}", clean(&worded(&blocker.advice)))?;
    }
    if preview.blockers.is_empty() {
        writeln!(out, "{GOOD}nothing stands in the way{GOOD:#} of `release {}`", app.slug)?;
    }
    Ok(())
}
