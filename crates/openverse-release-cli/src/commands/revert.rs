//! `revert`: prepare the revert of a broken change on `main`, and follow it.

use std::io::{self, Write};

use openverse_release_core::{App, AutomationSight, CommitSha, PullRequestState};
use openverse_release_engine::{LiveAnswer, Revert, RunningVersion};

use super::{Outcome, say_requests};
use crate::{
    connect::Context,
    exit::Exit,
    output::{BOLD, DIM, GOOD, WARN, clean},
};

pub(super) async fn run(context: &Context, name: &str, commit: Option<&CommitSha>) -> Outcome {
    context.find(&context.project()?, name)?;
    let connected = context.connect()?;
    let engine = &connected.engine;
    let app = context.find(&engine.project, name)?;
    let revert = engine.revert(app, commit).await?;
    context.output.result(&revert, |out| write(out, app, &revert))?;
    say_requests(context.output, &connected)?;
    Ok(Exit::Done)
}

/// Writes where CI stands, its jobs below; `width` is that of the column of names.
pub(super) fn write_ci(out: &mut dyn Write, ci: &AutomationSight, width: usize) -> io::Result<()> {
    let AutomationSight { run, jobs } = ci;
    writeln!(out, "  {:<width$}{} {}", "CI", run.status.as_str(), clean(&run.page))?;
    for job in jobs {
        writeln!(out, "  {:<width$}{DIM}{}  {}{DIM:#}", "", job.status.as_str(), clean(&job.name))?;
    }
    Ok(())
}

fn write(out: &mut dyn Write, app: &App, revert: &Revert) -> io::Result<()> {
    write!(out, "{BOLD}takes back{BOLD:#}  {} {}", revert.bad.short(), clean(&revert.subject))?;
    match &revert.brought_by {
        Some(request) => writeln!(out, " {DIM}({}){DIM:#}", clean(&request.page))?,
        None => writeln!(out)?,
    }
    let request = &revert.revert;
    writeln!(out, "  pull request  {} {} {}", request.number, request.state.as_str(), clean(&request.page))?;
    let PullRequestState::Merged { commit, .. } = &request.state else {
        return writeln!(
            out,
            "{BOLD}to do:{BOLD:#} have it reviewed and merged, then ask again: `revert {} {}`",
            app.slug, revert.bad
        );
    };
    match &revert.ci {
        Some(ci) => write_ci(out, ci, 14)?,
        None => writeln!(out, "  CI            has not begun")?,
    }
    let Some(RunningVersion { environment, answer }) = &revert.running else { return Ok(()) };
    write!(out, "  {environment:<12}  ")?;
    match answer {
        LiveAnswer::Commit(running) if running == commit => {
            writeln!(out, "{GOOD}runs {}{GOOD:#}, the reverted code", running.short())
        }
        LiveAnswer::Commit(running) => writeln!(out, "runs {}, not {} yet", running.short(), commit.short()),
        LiveAnswer::Trouble(why) => writeln!(out, "{WARN}does not say{WARN:#}: {}", clean(why)),
    }
}
