//! Driving a run for a person: approvals, progress, and what it came to.

use std::io::{self, Write};

use chrono::{DateTime, Utc};
use openverse_release_core::{
    App, CommitSha, DeploymentTarget, DetailKind, End, Environment, Foreseen, ImageTag, Order, OrderKind,
    Phase, Run, Step, StepId, Stop, Task,
};
use openverse_release_engine::{Pause, Session, StoredRun};
use serde::Serialize;

use super::{Outcome, ecs, say_requests};
use crate::{
    connect::{Connected, Context},
    error::CliError,
    exit::Exit,
    output::{BAD, BOLD, DIM, GOOD, Output, Progress, WARN, clean, took},
};

/// A run, as `--json` shows it.
#[derive(Debug, Serialize)]
pub(super) struct RunView<'a> {
    run: &'a str,
    app: &'a str,
    environment: Environment,
    kind: &'static str,
    image_tag: &'a ImageTag,
    commit: &'a CommitSha,
    /// The commit that ran before, if it was known.
    replaces: Option<&'a CommitSha>,
    reason: &'a str,
    actor: &'a str,
    started_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    /// `done`, `failed`, `refused`, `abandoned`, `conflict`, `unknown`, or `unfinished`.
    state: &'static str,
    /// Why it is in that state, where that needs saying.
    found: Option<&'a str>,
    expected: Option<&'a str>,
    steps: Vec<StepView<'a>>,
}

#[derive(Debug, Serialize)]
struct StepView<'a> {
    step: &'a StepId,
    /// Which part of it, where it is carried out in parts.
    part: Option<&'a str>,
    done: bool,
    evidence: Option<&'a str>,
    warning: Option<&'a str>,
}

impl<'a> RunView<'a> {
    pub(super) fn of(run: &'a Run) -> Self {
        let order = run.order();
        let (state, found, expected) = state(run);
        let steps = run.steps().iter().enumerate().map(|(index, planned)| {
            let done = run.done().get(index);
            StepView {
                step: &planned.step,
                part: planned.part(),
                done: done.is_some(),
                evidence: done.map(|done| done.evidence.as_str()),
                warning: done.and_then(|done| done.warning.as_deref()),
            }
        });
        Self {
            run: run.id().as_str(),
            app: order.app.as_str(),
            environment: order.environment,
            kind: order.kind.as_str(),
            image_tag: &order.version.image_tag,
            commit: &order.version.bundle.commit,
            replaces: order.replaces.as_ref(),
            reason: &order.reason,
            actor: &order.actor,
            started_at: run.started_at(),
            updated_at: run.updated_at(),
            state,
            found,
            expected,
            steps: steps.collect(),
        }
    }

    pub(super) fn state(&self) -> &'static str {
        self.state
    }
}

fn state(run: &Run) -> (&'static str, Option<&str>, Option<&str>) {
    match run.phase() {
        Phase::Ended(End::Done) => ("done", None, None),
        Phase::Ended(End::Failed { evidence, .. }) => ("failed", Some(evidence), None),
        Phase::Ended(End::Refused { found, expected }) => ("refused", Some(found), Some(expected)),
        Phase::Ended(End::Abandoned { reason, .. }) => ("abandoned", Some(reason), None),
        Phase::Stopped { stop: Stop::Conflict { found, expected }, .. } => {
            ("conflict", Some(found), Some(expected))
        }
        Phase::Stopped { stop: Stop::Unknown { what }, .. } => ("unknown", Some(what), None),
        Phase::AwaitingApproval | Phase::Looking | Phase::InDoubt { .. } | Phase::UnderWay { .. } => {
            ("unfinished", None, None)
        }
    }
}

/// Says what is about to happen, and by which steps.
pub(super) fn announce(output: Output, app: &App, order: &Order) -> io::Result<()> {
    let version = &order.version;
    output.say(&format!(
        "{BOLD}{} {} to {}{BOLD:#}: {} (commit {})",
        match order.kind {
            OrderKind::Release { .. } => "Release of the",
            OrderKind::RollBack => "Rollback of the",
            OrderKind::Deploy | OrderKind::RollOut => "Deployment of the",
        },
        app.name,
        order.environment,
        version.image_tag,
        version.bundle.commit.short()
    ))?;
    if let Some(replaces) = &order.replaces {
        output.say(&format!("  {DIM}in place of commit {}{DIM:#}", replaces.short()))?;
    }
    for (image, digest) in &version.bundle.images {
        output.say(&format!("  {DIM}{} {}{DIM:#}", image.short(), digest.short()))?;
    }
    Ok(())
}

/// Drives a run until it needs nobody any more, and says what it came to.
pub(super) async fn drive(
    context: &Context,
    connected: &Connected,
    app: &App,
    mut session: Session,
    yes: bool,
) -> Outcome {
    let output = context.output;
    let engine = &connected.engine;
    context.drives(session.run().id());
    let progress = Progress::new(output, &app.flow);
    loop {
        let pause = engine.drive(&mut session, &progress).await;
        progress.finish();
        match pause? {
            Pause::Approval if approve(output, connected, app, session.run(), yes).await? => {
                engine.approve(&mut session, &progress)?;
            }
            Pause::Approval => {
                let id = session.run().id().clone();
                // Nothing is begun that nobody let go ahead.
                if session.run().performed().is_empty() {
                    drop(session);
                    engine.abandon(&id, "not approved", &progress)?;
                    return Err(CliError::new(Exit::Refused, "not approved; nothing was changed".to_owned()));
                }
                return Err(CliError::new(Exit::Unfinished, "not approved".to_owned())
                    .hint(format!("go on with `resume {id}`")));
            }
            Pause::Stopped | Pause::Ended => break,
        }
    }
    let run = session.run();
    let exit = exit_of(run);
    if let Phase::Ended(End::Failed { .. }) = run.phase()
        && let Some(target) = app.deployment(run.order().environment)
    {
        ecs::say_why(output, connected, target).await?;
    }
    output.result(&RunView::of(run), |out| conclude(out, app, run))?;
    if exit == Exit::Done && app.deployments.iter().any(|target| target.means.is_configuration()) {
        say_superseded(output, connected, app).await?;
    }
    say_requests(output, connected)?;
    Ok(exit)
}

/// Says which pull requests of earlier deployments would take this one back when they are merged.
async fn say_superseded(output: Output, connected: &Connected, app: &App) -> io::Result<()> {
    match connected.engine.superseded_proposals(app).await {
        Ok(superseded) => superseded.iter().try_for_each(|superseded| {
            output.say(&format!("{BOLD}to do:{BOLD:#} {}", clean(&superseded.describe())))
        }),
        // The run is done all the same.
        Err(error) => output.say(&format!(
            "{WARN}note {WARN:#}  it is not known whether a pull request of an earlier deployment is open: {}",
            clean(&error.to_string())
        )),
    }
}

/// Asks whether the present step is to go ahead; shows before what it would change and what has to
/// be so first.
async fn approve(
    output: Output,
    connected: &Connected,
    app: &App,
    run: &Run,
    yes: bool,
) -> Result<bool, CliError> {
    let planned = run.step();
    let step = app.flow.step(&planned.step);
    let label = step.map_or_else(|| planned.step.to_string(), one_line);
    if let Task::Configure { target } = &planned.task {
        say_details(output, step)?;
        say_foreseen(output, connected, target, &run.order().version.image_tag).await?;
    }
    if yes {
        return Ok(true);
    }
    if !output.can_ask() {
        if !run.performed().is_empty() {
            return Err(CliError::new(Exit::Unfinished, format!("found nobody to ask before: {label}"))
                .expected("an answer at a terminal, or --yes")
                .hint(format!("go on with `resume {} --yes`", run.id())));
        }
        return Err(CliError::new(Exit::Refused, format!("found nobody to ask before: {label}"))
            .expected("an answer at a terminal, or --yes")
            .hint(format!("look at `preview {}`, then add --yes", app.slug)));
    }
    let question = match (&planned.task, &run.order().kind) {
        (Task::Publish, OrderKind::Release { draft }) => {
            format!("Publish {} on commit {}?", draft.git_tag, run.order().version.bundle.commit.short())
        }
        _ => format!("{label}?"),
    };
    output.confirm(&question)
}

/// Says what the process says of a step beyond its chart.
fn say_details(output: Output, step: Option<&Step>) -> io::Result<()> {
    for detail in step.iter().flat_map(|step| &step.details) {
        let word = match detail.kind {
            DetailKind::Gate => "first",
            DetailKind::Part => "with it",
            DetailKind::FollowUp => "after it",
        };
        output.say(&format!("  {DIM}{word:<8}  {}{DIM:#}", detail.text))?;
    }
    Ok(())
}

async fn say_foreseen(
    output: Output,
    connected: &Connected,
    target: &DeploymentTarget,
    tag: &ImageTag,
) -> Result<(), CliError> {
    let foreseen = connected.engine.world.provisioning.foresee(target, tag).await;
    let changes = match foreseen {
        Ok(Foreseen::Nothing) => vec!["nothing: it runs that already".to_owned()],
        Ok(Foreseen::ImageTag { changes, .. } | Foreseen::More { changes, .. }) => changes,
        // The run looks again, and says so if it still cannot.
        Err(error) => vec![format!("unknown: {error}")],
    };
    output.say(&format!("{BOLD}It would change in {}:{BOLD:#}", target.called()))?;
    for change in changes {
        output.say(&format!("  {}", clean(&change)))?;
    }
    Ok(())
}

fn one_line(step: &Step) -> String {
    step.label.lines().collect::<Vec<_>>().join(" ")
}

fn exit_of(run: &Run) -> Exit {
    match run.phase() {
        Phase::Ended(End::Done) => Exit::Done,
        Phase::Ended(End::Failed { .. }) => Exit::Failed,
        Phase::Ended(End::Refused { .. } | End::Abandoned { .. })
        | Phase::Stopped { stop: Stop::Conflict { .. }, .. } => Exit::Refused,
        _ => Exit::Unfinished,
    }
}

fn conclude(out: &mut dyn Write, app: &App, run: &Run) -> io::Result<()> {
    let order = run.order();
    let version = &order.version;
    let commit = version.bundle.commit.short();
    let time = took(run.updated_at() - run.started_at());
    let go_on = |out: &mut dyn Write| {
        writeln!(
            out,
            "{BOLD}to do:{BOLD:#} `resume {}` once it is as expected, or `abandon {0} --reason …`",
            run.id()
        )
    };
    match run.phase() {
        Phase::Ended(End::Done) => {
            writeln!(
                out,
                "{GOOD}{} of the {} runs {}{GOOD:#}, commit {commit}, verified; took {time}",
                order.environment, app.name, version.image_tag
            )?;
            if run.holds() {
                writeln!(
                    out,
                    "{BOLD}to do:{BOLD:#} mend the cause, then `hold lift {} {} --reason …`",
                    app.slug, order.environment
                )?;
            }
            Ok(())
        }
        Phase::Ended(End::Failed { evidence, .. }) => {
            writeln!(out, "{BAD}failed:{BAD:#} {}", clean(evidence))?;
            let (slug, environment, tag) = (&app.slug, order.environment, &version.image_tag);
            // A rollback holds the environment, so `deploy` would be refused.
            if order.kind == OrderKind::RollBack {
                return writeln!(
                    out,
                    "{BOLD}to do:{BOLD:#} try again with `rollback {slug} {environment} --to {tag} --reason …`"
                );
            }
            let last = order.replaces.as_ref().map(|commit| {
                format!(", or `rollback {slug} {environment}` if {} does not run", commit.short())
            });
            writeln!(
                out,
                "{BOLD}to do:{BOLD:#} try again with `deploy {slug} {environment} {tag} --reason …`{}",
                last.unwrap_or_default()
            )
        }
        Phase::Ended(End::Refused { found, expected }) => {
            writeln!(out, "{BAD}refused:{BAD:#} found {}; nothing was changed", clean(found))?;
            writeln!(out, "{BOLD}expected:{BOLD:#} {}", clean(expected))
        }
        Phase::Ended(End::Abandoned { by, reason }) => {
            writeln!(
                out,
                "run {} was given up by {}: {}; what it did stands",
                run.id(),
                clean(by),
                clean(reason)
            )
        }
        Phase::Stopped { stop: Stop::Conflict { found, expected }, .. } => {
            writeln!(out, "{BAD}refused:{BAD:#} found {}", clean(found))?;
            writeln!(out, "{BOLD}expected:{BOLD:#} {}", clean(expected))?;
            go_on(out)
        }
        Phase::Stopped { stop: Stop::Unknown { what }, .. } => {
            writeln!(out, "{WARN}unknown:{WARN:#} {}", clean(what))?;
            go_on(out)
        }
        Phase::AwaitingApproval | Phase::Looking | Phase::InDoubt { .. } | Phase::UnderWay { .. } => {
            writeln!(out, "run {} is unfinished", run.id())?;
            writeln!(out, "{BOLD}to do:{BOLD:#} `resume {}`, or `abandon {0} --reason …`", run.id())
        }
    }
}

/// Finds the app of a run; the project may have changed since.
pub(super) fn app_of<'a>(connected: &'a Connected, stored: &StoredRun) -> Result<&'a App, CliError> {
    let slug = &stored.run.order().app;
    connected.engine.project.app(slug.as_str()).ok_or_else(|| {
        CliError::new(
            Exit::BadInput,
            format!("run {} is of {slug}, which is no app of this project", stored.run.id()),
        )
    })
}
