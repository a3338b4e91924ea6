//! `audit`: what happened, held against the flows.

use std::{
    collections::BTreeSet,
    io::{self, Write},
    path::Path,
};

use openverse_release_audit::{
    Audit, BrokenRule, Deviation, Ending, Explained, FileError, Found, History, Log, Question, QuestionError,
    RecordedRun, Variant, log_of_history, log_of_journal, open_log,
};
use openverse_release_core::{App, Project};
use serde::Serialize;

use super::{Outcome, say_requests};
use crate::{
    args::AuditArgs,
    connect::Context,
    error::CliError,
    exit::Exit,
    output::{BAD, BOLD, GOOD, WARN, clean},
};

/// How many of the newest merges, runs and deployments are read.
const READ: usize = 1000;
/// How many deviations are printed as text; JSON has all of them.
const SHOWN: usize = 50;

#[derive(Debug, Serialize)]
struct View<'a> {
    app: &'a str,
    #[serde(skip)]
    name: &'a str,
    #[serde(flatten)]
    audit: Audit,
}

pub(super) async fn run(context: &Context, args: &AuditArgs) -> Outcome {
    let project = context.project()?;
    let chosen = args.app.as_deref().map(|app| context.find(&project, app)).transpose()?;
    let apps = || chosen.map_or_else(|| project.apps.iter().collect(), |app| vec![app]);
    let mut views = Vec::new();
    if let Some(file) = &args.log {
        views = of_file(args, &project, chosen, file)?;
    } else if args.journal {
        let log = journal_log(context, &project)?;
        for app in apps() {
            views.push(View::of(app, ask(args, app, &log)?));
        }
        views.retain(|view| view.audit.cases > 0 || chosen.is_some());
    } else {
        let connected = context.connect()?;
        for app in apps() {
            let record = connected.engine.world_record(app, READ).await?;
            let log = log_of_history(&History {
                app,
                releases: &record.releases,
                git_tags: &record.git_tags,
                merges: Some(&record.merges),
                builds: Some(&record.builds),
                deployments: &record.deployments,
                image_tags: Some(&record.image_tags),
                complete_since: record.complete_since,
            });
            views.push(View::of(app, ask(args, app, &log)?));
        }
        say_requests(context.output, &connected)?;
    }
    let clean = views.iter().all(|view| view.audit.is_clean());
    context.output.result(&views, |out| write(&views, out))?;
    Ok(if clean { Exit::Done } else { Exit::Findings })
}

/// Returns the log of the journal, of every run in it.
pub(super) fn journal_log(context: &Context, project: &Project) -> Result<Log, CliError> {
    let journal = context.journal()?;
    let mut runs = Vec::new();
    for stored in journal.runs(usize::MAX)?.iter().rev() {
        let id = stored.run.id().clone();
        runs.push(RecordedRun { events: journal.events(&id)?, id });
    }
    Ok(log_of_journal(project, &runs))
}

fn of_file<'a>(
    args: &AuditArgs,
    project: &'a Project,
    chosen: Option<&'a App>,
    path: &Path,
) -> Result<Vec<View<'a>>, CliError> {
    let file = open_log(path).map_err(|error| unreadable(&error))?;
    let which = || {
        let known: Vec<_> = project.apps.iter().map(|app| app.slug.as_str()).collect();
        CliError::new(Exit::BadInput, format!("found nothing in {} that tells the app", path.display()))
            .expected(format!("its name: {}", known.join(", ")))
            .hint("say which: `audit APP --log FILE`")
    };
    if !file.has_objects() {
        let app = chosen.ok_or_else(which)?;
        let audit = question(args, app).ask_file(file).map_err(unanswered)?;
        return Ok(vec![View::of(app, audit)]);
    }
    let log = file.read_objects().map_err(|error| unreadable(&error))?;
    if let Some(app) = chosen {
        return Ok(vec![View::of(app, ask(args, app, &log)?)]);
    }
    let named: Option<BTreeSet<_>> =
        log.events().map(|event| event.attribute("app").and_then(|app| app.as_text())).collect();
    let named = named.filter(|named| !named.is_empty()).ok_or_else(which)?;
    let apps: Option<Vec<_>> = named.iter().map(|slug| project.app(slug)).collect();
    let apps = apps.ok_or_else(which)?;
    apps.into_iter().map(|app| Ok(View::of(app, ask(args, app, &log)?))).collect()
}

fn ask(args: &AuditArgs, app: &App, log: &Log) -> Result<Audit, CliError> {
    question(args, app).ask(log).map_err(unanswered)
}

fn question<'a>(args: &'a AuditArgs, app: &'a App) -> Question<'a> {
    Question {
        app: Some(app.slug.as_str()),
        lead: args.case.as_deref(),
        not_recorded: args.not_recorded.iter().map(ToString::to_string).collect(),
        rules: args.rule.clone(),
        ending: if args.complete { Ending::Required } else { Ending::Open },
        ..Question::new(&app.flow)
    }
}

fn unanswered(error: QuestionError) -> CliError {
    match error {
        QuestionError::File(error) => unreadable(&error),
        QuestionError::NoSuchType(error) => CliError::new(Exit::BadInput, error.to_string())
            .hint("say of which objects a case is made: `--case TYPE`"),
        other => CliError::new(Exit::BadInput, other.to_string()),
    }
}

fn unreadable(error: &FileError) -> CliError {
    CliError::from_chain(Exit::BadInput, error)
}

impl<'a> View<'a> {
    fn of(app: &'a App, audit: Audit) -> Self {
        Self { app: app.slug.as_str(), name: &app.name, audit }
    }
}

fn write(views: &[View<'_>], out: &mut dyn Write) -> io::Result<()> {
    if views.is_empty() {
        return writeln!(out, "nothing is recorded yet");
    }
    for (view, number) in views.iter().zip(0..) {
        if number > 0 {
            writeln!(out)?;
        }
        write_overall(view, out)?;
        let audit = &view.audit;
        for deviation in audit.deviations.iter().take(SHOWN) {
            write_deviation(deviation, &audit.variants[deviation.variant], out)?;
        }
        if let Some(more) = audit.deviations.len().checked_sub(SHOWN).filter(|more| *more > 0) {
            writeln!(out, "  and {more} more; --json has all of them")?;
        }
        for broken in audit.broken.iter().take(SHOWN) {
            write_broken(broken, out)?;
        }
        if let Some(more) = audit.broken.len().checked_sub(SHOWN).filter(|more| *more > 0) {
            writeln!(out, "  and {more} more broken rules; --json has all of them")?;
        }
        for unknown in &audit.unknown {
            let (activity, events) = (clean(&unknown.activity), unknown.events);
            writeln!(
                out,
                "  {WARN}unknown activity:{WARN:#} {activity}, times done: {events}; no step is called so"
            )?;
        }
    }
    Ok(())
}

fn write_overall(view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    let Audit { cases, events, fitting, under_way, deviating, fitness, .. } = &view.audit;
    let (style, verdict) = match (view.audit.is_clean(), *cases) {
        (_, 0) => (GOOD, "nothing happened"),
        (true, _) => (GOOD, "as documented"),
        (false, _) => (BAD, "not as documented"),
    };
    writeln!(
        out,
        "{BOLD}{}{BOLD:#}: {style}{verdict}{style:#}; {fitting} of {cases} cases fit, {under_way} are under way, \
         {deviating} deviate; fitness {fitness:.3} over {events} events",
        view.name
    )
}

fn write_deviation(deviation: &Deviation, variant: &Variant, out: &mut dyn Write) -> io::Result<()> {
    let (at, who) = (moment(deviation.at), who(deviation.who.as_deref()));
    let found = match &deviation.found {
        Found::OutOfTurn(activity) => clean(activity),
        Found::Unknown(activity) => format!("{}, which is no step", clean(activity)),
        Found::End => "the end".to_owned(),
    };
    writeln!(out, "  {BAD}{}{BAD:#}  {at}, by {who}", clean(&deviation.case))?;
    let expected = match deviation.expected.is_empty() {
        true => "nothing more".to_owned(),
        false => deviation.expected.join(" or "),
    };
    writeln!(out, "    found {found}, expected {expected}")?;
    let parts: Vec<_> = variant.explanation.iter().map(explained).collect();
    match variant.cost {
        None => writeln!(out, "    too long to be explained"),
        Some(cost) => writeln!(out, "    cheapest explanation ({cost}): {}", parts.join(", ")),
    }
}

fn explained(part: &Explained) -> String {
    match part {
        Explained::Fits(activity) => clean(activity),
        Explained::Extra(activity) => format!("{} should not have happened", clean(activity)),
        Explained::Missing(step) => format!("{step} is missing"),
    }
}

fn write_broken(broken: &BrokenRule, out: &mut dyn Write) -> io::Result<()> {
    let (case, activity) = (clean(&broken.case), clean(&broken.activity));
    let (at, who) = (moment(broken.at), who(broken.who.as_deref()));
    writeln!(out, "  {BAD}rule broken:{BAD:#} {}", clean(&broken.rule))?;
    writeln!(out, "    {case}: {activity}, {at}, by {who}")
}

fn moment(at: Option<chrono::DateTime<chrono::Utc>>) -> String {
    at.map_or_else(|| "at an unknown time".to_owned(), |at| at.format("%Y-%m-%d %H:%M UTC").to_string())
}

fn who(who: Option<&str>) -> String {
    who.map_or_else(|| "somebody unknown".to_owned(), clean)
}
