//! The commands, one file each.

mod abandon;
mod apps;
mod audit;
mod changelog;
mod check;
mod dags;
mod deploy;
mod draft;
mod drift;
mod drive;
mod ecs;
mod env_var;
mod export;
mod flow;
mod glossary;
mod glossary_lint;
mod history;
mod hold;
mod import;
mod needs_release;
mod preview;
mod project;
mod races;
mod release;
mod resume;
mod revert;
mod rollback;
mod run_view;
mod runbook;
mod runs;
#[cfg(feature = "sandbox")]
mod sandbox;
mod status;
mod step;
mod tag;

use std::{
    io::{self, IsTerminal, Write},
    process::ExitCode,
};

use clap::Parser;
use tracing_subscriber::EnvFilter;

use crate::{
    args::{Cli, Command, GlossaryAction, ProjectAction, SchemaOf, StepAction},
    connect::Context,
    error::CliError,
    exit::Exit,
    output::{Output, clean, clean_lines},
};

/// What a command comes to.
pub(crate) type Outcome = Result<Exit, CliError>;

/// Runs the command that was typed.
pub(crate) fn main() -> ExitCode {
    let Cli { global, command } = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return misread(&error),
    };
    let json = global.json;
    log(global.verbose);
    let outcome = Context::new(global).and_then(|context| match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime.block_on(until_interrupted(&command, &context)),
        Err(error) => Err(CliError::new(Exit::Failed, format!("failed to start: {error}"))),
    });
    match outcome {
        Ok(exit) => exit.into(),
        Err(error) => {
            error.print(json);
            error.exit().into()
        }
    }
}

/// Answers words that are no command, or a question for help.
fn misread(error: &clap::Error) -> ExitCode {
    let json = std::env::args_os().any(|word| word == "--json");
    if json && error.use_stderr() {
        let text = error.render().to_string();
        let message = text.split("\n\n").next().unwrap_or_default().trim_start_matches("error: ");
        CliError::new(Exit::BadInput, message).hint("`help` lists the commands").print(json);
        return Exit::BadInput.into();
    }
    // It repeats the words as they were typed, or pasted. Whoever closed the output has no use for
    // the text.
    let steers = |word: std::ffi::OsString| {
        let word = word.to_string_lossy();
        clean(&word) != word
    };
    if std::env::args_os().any(steers) {
        write!(anstream::stderr(), "{}", clean_lines(&error.render().to_string())).ok();
    } else {
        error.print().ok();
    }
    if error.use_stderr() { Exit::BadInput.into() } else { Exit::Done.into() }
}

/// Runs a command; where it drives a run, Ctrl-C leaves a run that can be resumed, and says so.
async fn until_interrupted(command: &Command, context: &Context) -> Outcome {
    if !command.drives_a_run() {
        return dispatch(command, context).await;
    }
    tokio::select! {
        outcome = dispatch(command, context) => outcome,
        _ = tokio::signal::ctrl_c() => Err(interrupted(context)),
    }
}

fn interrupted(context: &Context) -> CliError {
    match context.driven() {
        Some(run) => CliError::new(Exit::Unfinished, format!("interrupted; run {run} is kept"))
            .hint(format!("go on with `resume {run}`")),
        None => CliError::new(Exit::Refused, "interrupted before anything was begun".to_owned()),
    }
}

async fn dispatch(command: &Command, context: &Context) -> Outcome {
    if let Some(environment) = command.environment() {
        context.check_environment(environment)?;
    }
    match command {
        Command::Apps => apps::run(context),
        Command::Glossary { action: Some(GlossaryAction::Lint { files }), .. } => {
            glossary_lint::run(context, files)
        }
        Command::Glossary { term, action: None } => glossary::run(context, term.as_deref()),
        Command::Tag { tags } => tag::run(context, tags),
        Command::Flow { app, format, detailed } => flow::run(context, app, *format, *detailed),
        Command::Runbook { app, output, check } => match (check, app) {
            (Some(file), app) => runbook::check(context, file, app.as_deref()),
            (None, Some(app)) => runbook::write(context, app, output.as_deref()),
            (None, None) => Err(CliError::new(Exit::BadInput, "found no app, expected its name")),
        },
        Command::Import { file, flow: _, project: true } => import::draft(file),
        Command::Import { file, flow, project: false } => import::run(context, file, *flow),
        Command::Project { action: ProjectAction::Check { file } } => project::check(context, file),
        Command::Project { action: ProjectAction::Show } => project::show(context),
        Command::Schema { of: SchemaOf::Project } => project::schema(context),
        Command::Drift { docs, workflows, app } => drift::run(context, docs, workflows, app),
        Command::Audit(args) => audit::run(context, args).await,
        Command::Export { ocel: _, output } => export::ocel(context, output.as_deref()),
        Command::Races { process, app, merges } => races::run(context, *process, app, *merges),
        Command::Check { explain: Some(check), .. } => check::explain(context, *check),
        Command::Check { list: true, .. } => check::list(context),
        Command::Check { app, .. } => check::run(context, app.as_deref()),
        Command::Preview { app } => preview::run(context, app).await,
        Command::Draft { app, all: _ } => draft::run(context, app.as_deref()).await,
        Command::Changelog { app, release } => changelog::run(context, app, release.as_ref()).await,
        Command::Release { app, yes, despite_running } => {
            release::run(context, app, *yes, *despite_running).await
        }
        Command::Deploy { app, environment, tag, current: _, why, despite_running } => {
            deploy::run(context, app, *environment, tag.as_ref(), &why.reason, *despite_running).await
        }
        Command::Rollback { app, environment, to, why, despite_running } => {
            rollback::run(context, app, *environment, to.as_ref(), &why.reason, *despite_running).await
        }
        Command::Hold { action } => hold::run(context, action.as_ref()),
        Command::Status { app } => status::run(context, app.as_deref()).await,
        Command::History { app, environment, limit } => {
            history::run(context, app, *environment, usize::from(*limit)).await
        }
        Command::Runs { run } => runs::run(context, run.as_ref()),
        Command::Resume { run, yes } => resume::run(context, run.as_ref(), *yes).await,
        Command::Abandon { run, why } => abandon::run(context, run, &why.reason),
        Command::Revert { app, commit } => revert::run(context, app, commit.as_ref()).await,
        Command::NeedsRelease { app } => needs_release::run(context, app).await,
        Command::Dags { action } => dags::run(context, action.as_ref()).await,
        Command::EnvVar { action } => env_var::run(context, action).await,
        Command::Ecs { action } => ecs::run(context, action).await,
        Command::Step { action: StepAction::Test(test) } => step::test(context, test).await,
        #[cfg(feature = "sandbox")]
        Command::Sandbox { action } => sandbox::run(context, action).await,
    }
}

/// Sends what the adapters trace to standard error, if asked for.
fn log(verbose: u8) {
    let level = match verbose {
        0 | 1 => "off",
        2 => "openverse_release=debug",
        _ => "openverse_release=trace",
    };
    let filter = EnvFilter::builder().parse_lossy(level);
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
    // Left alone, it looks only at NO_COLOR.
    if io::stderr().is_terminal() { subscriber.init() } else { subscriber.with_ansi(false).init() }
}

/// Returns what to print of the requests made, if it was asked for.
fn say_requests(output: Output, connected: &crate::connect::Connected) -> Result<(), CliError> {
    if output.verbose() {
        let counts = connected.requests.counts();
        let words: Vec<_> = counts.iter().map(|(system, count)| format!("{system} {count}")).collect();
        output.say(&format!("requests: {}", words.join(", ")))?;
    }
    Ok(())
}
