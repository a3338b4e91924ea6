//! `status`: what runs where, what waits, and what does not fit together.

use std::io::{self, Write};

use chrono::{DateTime, Utc};
use openverse_release_core::{App, ChartLevel};
use openverse_release_engine::{AppStatus, EnvironmentStatus};

use super::{Outcome, say_requests};
use crate::{
    connect::Context,
    exit::Exit,
    output::{BOLD, DIM, WARN, age, clean},
};

pub(super) async fn run(context: &Context, name: Option<&str>) -> Outcome {
    if let Some(name) = name {
        context.find(&context.project()?, name)?;
    }
    let connected = context.connect()?;
    let engine = &connected.engine;
    let apps: Vec<&App> = match name {
        Some(name) => vec![context.find(&engine.project, name)?],
        None => engine.project.apps.iter().collect(),
    };
    let mut statuses = Vec::new();
    for app in &apps {
        statuses.push(engine.status(app).await?);
    }
    let now = engine.world.clock.now();
    context.output.result(&statuses, |out| {
        for (index, (app, status)) in apps.iter().zip(&statuses).enumerate() {
            if index > 0 {
                writeln!(out)?;
            }
            write(out, app, status, now)?;
            if name.is_some() {
                writeln!(out)?;
                writeln!(
                    out,
                    "{}",
                    app.flow.to_text_marked(ChartLevel::Overview, &status.position).trim_end()
                )?;
            }
        }
        Ok(())
    })?;
    say_requests(context.output, &connected)?;
    Ok(Exit::Done)
}

fn write(out: &mut dyn Write, app: &App, status: &AppStatus, now: DateTime<Utc>) -> io::Result<()> {
    writeln!(out, "{BOLD}{}{BOLD:#}", app.name)?;
    for environment in &status.environments {
        write_environment(out, environment, now)?;
    }
    for target in &app.deployments {
        if !status.environments.iter().any(|seen| seen.environment == target.environment) {
            let means = target.means.describe();
            writeln!(
                out,
                "  {:<11}  {DIM}by {means}, which is not looked at{DIM:#}",
                target.environment.as_str()
            )?;
        }
    }
    if let Some(tag) = &status.last_release {
        writeln!(out, "  released     {tag}")?;
    }
    for draft in &status.drafts {
        writeln!(out, "  draft        {draft}")?;
    }
    match (status.ahead, &status.newest) {
        (Some(0), _) => writeln!(out, "  main         nothing new since production's version")?,
        (Some(ahead), Some(newest)) => {
            writeln!(out, "  main         {ahead} ahead of production, newest {}", newest.short())?;
        }
        (None, Some(newest)) => writeln!(out, "  main         newest {}", newest.short())?,
        (_, None) => writeln!(out, "  main         no commit touches it")?,
    }
    for disagreement in &status.disagreements {
        writeln!(out, "  {WARN}disagreement{WARN:#} {}", clean(disagreement))?;
    }
    Ok(())
}

fn write_environment(out: &mut dyn Write, status: &EnvironmentStatus, now: DateTime<Utc>) -> io::Result<()> {
    write!(out, "  {:<11}  ", status.environment.as_str())?;
    match &status.commit {
        Some(commit) => {
            write!(out, "{}", commit.short())?;
            for alias in status.aliases.iter().filter(|alias| alias.as_str() != commit.as_str()) {
                write!(out, " = {alias}")?;
            }
            if let Some(since) = status.since() {
                write!(out, "  {DIM}{}{DIM:#}", age(since, now))?;
            }
            writeln!(out)?;
        }
        None => writeln!(out, "{WARN}unknown{WARN:#}")?,
    }
    if let Some(deployment) = &status.under_way {
        let tag =
            deployment.image_tag.as_ref().map_or_else(|| clean(&deployment.reason), ToString::to_string);
        writeln!(
            out,
            "               deployment of {tag} {} {DIM}{}{DIM:#}",
            deployment.outcome.as_str(),
            clean(&deployment.page)
        )?;
    }
    if let Some(run) = &status.run {
        writeln!(out, "               run {run} is unfinished: `resume {run}`")?;
    }
    if let Some(hold) = &status.hold {
        let since = age(hold.since, now);
        writeln!(
            out,
            "               {WARN}held{WARN:#} by {} {since}: {}",
            clean(&hold.by),
            clean(&hold.reason)
        )?;
    }
    Ok(())
}
