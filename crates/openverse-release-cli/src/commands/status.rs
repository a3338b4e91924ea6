//! `status`: what runs where, what waits, and what does not fit together.

use std::io::{self, Write};

use chrono::{DateTime, Utc};
use openverse_release_core::{App, ChartLevel, Environments, GitTag};
use openverse_release_engine::{AppStatus, ConfigurationStatus, EnvironmentStatus};

use super::{Outcome, say_requests};
use crate::{
    connect::Context,
    exit::Exit,
    output::{BOLD, DIM, Table, WARN, age, clean},
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
    context.output.result(&statuses, |out| match (&apps[..], &statuses[..]) {
        ([app], [status]) if name.is_some() => {
            write(out, app, status, now)?;
            let chart = app.flow.to_text_marked(ChartLevel::Overview, &status.position);
            writeln!(out, "\n{}", chart.trim_end())
        }
        _ => write_all(out, &engine.project.environments, &apps, &statuses, now),
    })?;
    say_requests(context.output, &connected)?;
    Ok(Exit::Done)
}

/// Writes a line for each app, and below the table what a person should know.
fn write_all(
    out: &mut dyn Write,
    environments: &Environments,
    apps: &[&App],
    statuses: &[AppStatus],
    now: DateTime<Utc>,
) -> io::Result<()> {
    let columns = environments.names().map(|name| name.as_str().to_uppercase());
    let rest = ["RELEASED", "DRAFT", "MAIN"].map(str::to_owned);
    let mut table = Table::new(["APP".to_owned()].into_iter().chain(columns).chain(rest));
    for (app, status) in apps.iter().zip(statuses) {
        let runs = |environment| {
            let found = status.environments.iter().find(|seen| seen.environment == environment);
            let commit = found.map(|seen| seen.commit.as_ref().map_or("unknown", |commit| commit.short()));
            commit.unwrap_or("-").to_owned()
        };
        let date = |tag: &GitTag| tag.date().to_string();
        let mut row = vec![app.slug.to_string()];
        row.extend(environments.names().map(runs));
        row.extend([
            status.last_release.as_ref().map_or_else(|| "-".to_owned(), date),
            match &status.drafts[..] {
                [] => "-".to_owned(),
                [draft] => date(draft),
                several => format!("{} drafts", several.len()),
            },
            main_words(app, status),
        ]);
        table.row(row);
    }
    table.write(out)?;
    for (app, status) in apps.iter().zip(statuses) {
        for environment in &status.environments {
            let place = format!("{} {}", app.slug, environment.environment);
            for line in going_on(environment, now) {
                writeln!(out, "{place}: {line}")?;
            }
        }
        for disagreement in &status.disagreements {
            writeln!(out, "{WARN}disagreement{WARN:#} {}: {}", app.slug, clean(disagreement))?;
        }
    }
    Ok(())
}

fn main_words(app: &App, status: &AppStatus) -> String {
    let Some(newest) = &status.newest else { return "no commit touches it".to_owned() };
    match status.ahead.zip(app.flow.updated_environments().last()) {
        Some((0, last)) => format!("nothing new since {last}'s version"),
        Some((ahead, last)) => format!("{ahead} ahead of {last}, newest {}", newest.short()),
        None => format!("newest {}", newest.short()),
    }
}

fn write(out: &mut dyn Write, app: &App, status: &AppStatus, now: DateTime<Utc>) -> io::Result<()> {
    writeln!(out, "{BOLD}{}{BOLD:#}", app.name)?;
    for environment in &status.environments {
        write_environment(out, environment, now)?;
    }
    if let Some(tag) = &status.last_release {
        writeln!(out, "  released     {tag}")?;
    }
    if let Some(changelog) = &status.changelog {
        writeln!(out, "               {}", clean(&changelog.describe()))?;
    }
    for draft in &status.drafts {
        writeln!(out, "  draft        {draft}")?;
    }
    writeln!(out, "  main         {}", main_words(app, status))?;
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
    if let Some(configuration) = &status.configuration
        && configuration.checkout != configuration.main
    {
        let ConfigurationStatus { checkout, main, .. } = configuration;
        writeln!(out, "               configured {checkout}, and {main} on the main branch")?;
    }
    for line in going_on(status, now) {
        writeln!(out, "               {line}")?;
    }
    Ok(())
}

/// Returns what goes on in an environment and what keeps it from changing, a line each.
fn going_on(status: &EnvironmentStatus, now: DateTime<Utc>) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(deployment) = &status.under_way {
        let tag =
            deployment.image_tag.as_ref().map_or_else(|| clean(&deployment.reason), ToString::to_string);
        let (outcome, page) = (deployment.outcome.as_str(), clean(&deployment.page));
        lines.push(format!("deployment of {tag} {outcome} {DIM}{page}{DIM:#}"));
    }
    if let Some(ConfigurationStatus { main_would_change: Err(why), .. }) = &status.configuration {
        lines.push(format!("{WARN}not known{WARN:#} whether it is as configured: {}", clean(why)));
    }
    if let Some(run) = &status.run {
        lines.push(format!("run {run} is unfinished: `resume {run}`"));
    }
    if let Some(hold) = &status.hold {
        let since = age(hold.since, now);
        lines.push(format!("{WARN}held{WARN:#} by {} {since}: {}", clean(&hold.by), clean(&hold.reason)));
    }
    lines
}
