//! Driving a run for a person: approvals, progress, and what it came to.

use std::io::{self, Write};

use openverse_release_core::{
    App, DetailKind, End, EnvironmentName, Foreseen, Order, OrderKind, PlannedStep, Run, Step, StepId, Stop,
    Task,
};
use openverse_release_engine::{Approvals, Session, StoredRun, Yield};

use super::{Outcome, ecs, run_view::RunView, say_requests};
use crate::{
    connect::{Connected, Context},
    error::CliError,
    exit::Exit,
    output::{BAD, BOLD, DIM, GOOD, Output, Progress, WARN, clean, took},
};

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
        listed(&order.environments),
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

/// Returns names of environments as people list them.
pub(super) fn listed(environments: &[EnvironmentName]) -> String {
    let names: Vec<_> = environments.iter().map(EnvironmentName::as_str).collect();
    match &names[..] {
        [some @ .., one, last] if !some.is_empty() => format!("{}, {one} and {last}", some.join(", ")),
        names => names.join(" and "),
    }
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
    let progress = Progress::new(output);
    let mut approvals = Approvals { at_once: yes, ..Approvals::default() };
    loop {
        let reason = engine.drive(&mut session, &approvals, &progress).await;
        progress.finish();
        if reason? != Yield::Approval {
            break;
        }
        let waiting = session.run().wants().approvals.into_iter().map(|step| step.id.clone());
        let waiting: Vec<_> = waiting.filter(|step| !approvals.declined.contains(step)).collect();
        if waiting.is_empty() {
            return not_approved(connected, session, &progress);
        }
        // Everything is asked before anything goes on: what is drawn would cover a question.
        let mut chosen: Vec<StepId> = Vec::new();
        for step in waiting {
            let alternatives: Vec<_> = session.run().alternatives(&step).into_iter().cloned().collect();
            if alternatives.iter().any(|other| chosen.contains(other)) {
                continue;
            }
            if yes && !alternatives.is_empty() {
                return Err(nobody_chooses(session.run(), &step, &alternatives));
            }
            if approve(output, connected, app, session.run(), &step, yes).await? {
                chosen.push(step);
            } else {
                approvals.declined.insert(step);
            }
        }
        for step in chosen {
            engine.approve(&mut session, &step, &progress)?;
        }
    }
    let run = session.run();
    let exit = exit_of(run);
    if let Some(End::Failed { step, .. }) = run.end() {
        for &environment in run.flow().step(step).iter().flat_map(|step| &step.environments) {
            if let Some(target) =
                app.deployment(environment).filter(|_| run.order().environments.contains(&environment))
            {
                ecs::say_why(output, connected, target).await?;
            }
        }
    }
    output.result(&RunView::of(run), |out| conclude(out, app, run))?;
    if exit == Exit::Done && app.deployments.iter().any(|target| target.means.is_configuration()) {
        say_superseded(output, connected, app).await?;
    }
    say_requests(output, connected)?;
    Ok(exit)
}

/// Refuses to choose one of several steps in a person's place.
fn nobody_chooses(run: &Run, step: &StepId, others: &[StepId]) -> CliError {
    let names: Vec<_> = [step].into_iter().chain(others).map(StepId::as_str).collect();
    let exit = if run.performed().is_empty() { Exit::Refused } else { Exit::Unfinished };
    CliError::new(
        exit,
        format!("--yes does not make a choice between {}, of which one is taken", names.join(" and ")),
    )
    .expected("a person who chooses, at a terminal and without --yes")
    .hint(format!("go on with `resume {}`", run.id()))
}

/// Leaves a run that a person did not let go ahead.
fn not_approved(connected: &Connected, session: Session, progress: &Progress) -> Outcome {
    let id = session.run().id().clone();
    // Nothing is begun that nobody let go ahead.
    if session.run().performed().is_empty() {
        drop(session);
        connected.engine.abandon(&id, "not approved", progress)?;
        return Err(CliError::new(Exit::Refused, "not approved; nothing was changed".to_owned()));
    }
    Err(CliError::new(Exit::Unfinished, "not approved".to_owned()).hint(format!("go on with `resume {id}`")))
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

/// Asks whether a step is to go ahead; shows before all that it would change and what has to be so first.
async fn approve(
    output: Output,
    connected: &Connected,
    app: &App,
    run: &Run,
    id: &StepId,
    yes: bool,
) -> Result<bool, CliError> {
    let Some(planned) = run.planned(id) else { return Ok(false) };
    let step = app.flow.step(id);
    let mut label = step.map_or_else(|| id.to_string(), one_line);
    let configured = planned.parts.iter().any(|part| matches!(part.task, Task::Configure { .. }));
    if configured {
        say_details(output, step)?;
        say_foreseen(output, connected, run, planned).await?;
    }
    if let Some(step) = step.filter(|step| step.environments.len() > 1) {
        label = format!("{label} ({})", listed(&step.environments));
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
    let publishes = planned.parts.iter().any(|part| matches!(part.task, Task::Publish));
    let question = match &run.order().kind {
        OrderKind::Release { draft } if publishes => {
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

/// Says what a step would change in each environment that is configured by it.
async fn say_foreseen(
    output: Output,
    connected: &Connected,
    run: &Run,
    planned: &PlannedStep,
) -> Result<(), CliError> {
    for part in &planned.parts {
        let Task::Configure { target } = &part.task else { continue };
        let tag = &run.version_of(part).image_tag;
        let foreseen = connected.engine.world.provisioning.foresee(target, tag).await;
        let changes = match foreseen {
            Ok(Foreseen::Nothing) => vec!["nothing: it runs that already".to_owned()],
            Ok(Foreseen::ImageTag { changes, .. } | Foreseen::More { changes, .. }) => changes,
            // The run looks again, and says so if it still cannot.
            Err(error) => vec![format!("unknown: {error}")],
        };
        output.say(&format!("{BOLD}It would change in {}:{BOLD:#}", target.local_name()))?;
        for change in changes {
            output.say(&format!("  {}", clean(&change)))?;
        }
    }
    Ok(())
}

/// Tells whether what runs in an environment can be known after a deployment: the live app says its version, or
/// the environment is what its configuration says.
fn tells_what_runs(app: &App, environment: EnvironmentName) -> bool {
    let target = app.deployment(environment);
    target.is_some_and(|it| it.version_endpoint.is_some() || it.means.is_configuration())
}

fn one_line(step: &Step) -> String {
    step.label.lines().collect::<Vec<_>>().join(" ")
}

/// Returns why the first step stopped that did, unless something still goes on.
pub(super) fn stop_of(run: &Run) -> Option<&Stop> {
    let wants = run.wants();
    wants.stopped.first().map(|(_, stop)| *stop).filter(|_| wants.looks.is_empty())
}

fn exit_of(run: &Run) -> Exit {
    match (run.end(), stop_of(run)) {
        (Some(End::Done), _) => Exit::Done,
        (Some(End::Failed { .. } | End::RolledBack { .. }), _) => Exit::Failed,
        (Some(End::Refused { .. } | End::Abandoned { .. }), _) | (None, Some(Stop::Conflict { .. })) => {
            Exit::Refused
        }
        (None, _) => Exit::Unfinished,
    }
}

fn conclude(out: &mut dyn Write, app: &App, run: &Run) -> io::Result<()> {
    match run.end() {
        Some(end) => conclude_end(out, app, run, end),
        None => conclude_unfinished(out, run),
    }
}

fn conclude_end(out: &mut dyn Write, app: &App, run: &Run, end: &End) -> io::Result<()> {
    let order = run.order();
    let version = &order.version;
    match end {
        End::Done => {
            let deployed: Vec<_> = run.deployed().collect();
            for environment in order.environments.iter().filter(|at| !deployed.contains(at)) {
                writeln!(
                    out,
                    "{WARN}note:{WARN:#} {environment} was left as it is: the flow did not lead there"
                )?;
            }
            if deployed.is_empty() {
                return writeln!(out, "run {} is done; nothing was deployed", run.id());
            }
            let (tag, commit) = (&version.image_tag, version.bundle.commit.short());
            let took = took(run.updated_at() - run.started_at());
            let (places, app_name) = (listed(&deployed), &app.name);
            let untold: Vec<_> = deployed.iter().copied().filter(|&at| !tells_what_runs(app, at)).collect();
            if untold.is_empty() {
                let runs = if deployed.len() == 1 { "runs" } else { "run" };
                writeln!(
                    out,
                    "{GOOD}{places} of the {app_name} {runs} {tag}{GOOD:#}, commit {commit}, verified; took {took}"
                )?;
            } else {
                writeln!(
                    out,
                    "{GOOD}{tag} was deployed to {places} of the {app_name}{GOOD:#}, commit {commit}; took {took}"
                )?;
                let untold = listed(&untold);
                writeln!(out, "{WARN}not verified:{WARN:#} nothing tells what runs in {untold} now")?;
            }
            say_how_to_lift(out, app, run)
        }
        End::RolledBack { environments, because, .. } => {
            writeln!(
                out,
                "{BAD}rolled back:{BAD:#} the release took {} of the {} back by itself, because {}",
                listed(environments),
                app.name,
                clean(because)
            )?;
            say_how_to_lift(out, app, run)
        }
        End::Failed { step, evidence } => {
            writeln!(out, "{BAD}failed:{BAD:#} {}", clean(evidence))?;
            let failed = run.flow().step(step);
            let (slug, tag) = (&app.slug, &version.image_tag);
            // It judged the version, so what follows it was left out on purpose.
            if failed.is_some_and(|step| step.operation.nature().names_outcomes) {
                let go_past = format!("`deploy {slug}` would go past {step}, which found it bad");
                let back =
                    run.deployed().last().map(|at| format!(", or go back with `rollback {slug} {at}`"));
                return writeln!(
                    out,
                    "{BOLD}to do:{BOLD:#} mend it and release again{}; {go_past}",
                    back.unwrap_or_default()
                );
            }
            let environment = failed.and_then(|step| step.environments.last());
            let environment = environment.copied().unwrap_or_else(|| order.environment());
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
        End::Refused { found, expected } => {
            writeln!(out, "{BAD}refused:{BAD:#} found {}; nothing was changed", clean(found))?;
            writeln!(out, "{BOLD}expected:{BOLD:#} {}", clean(expected))
        }
        End::Abandoned { by, reason } => writeln!(
            out,
            "run {} was given up by {}: {}; what it did stands",
            run.id(),
            clean(by),
            clean(reason)
        ),
    }
}

fn say_how_to_lift(out: &mut dyn Write, app: &App, run: &Run) -> io::Result<()> {
    run.holds().try_for_each(|environment| {
        writeln!(
            out,
            "{BOLD}to do:{BOLD:#} mend the cause, then `hold lift {} {environment} --reason …`",
            app.slug
        )
    })
}

fn conclude_unfinished(out: &mut dyn Write, run: &Run) -> io::Result<()> {
    match stop_of(run) {
        Some(Stop::Conflict { found, expected }) => {
            writeln!(out, "{BAD}refused:{BAD:#} found {}", clean(found))?;
            writeln!(out, "{BOLD}expected:{BOLD:#} {}", clean(expected))?;
        }
        Some(Stop::Unknown { what }) => writeln!(out, "{WARN}unknown:{WARN:#} {}", clean(what))?,
        None => {
            writeln!(out, "run {} is unfinished", run.id())?;
            return writeln!(out, "{BOLD}to do:{BOLD:#} `resume {}`, or `abandon {0} --reason …`", run.id());
        }
    }
    writeln!(
        out,
        "{BOLD}to do:{BOLD:#} `resume {}` once it is as expected, or `abandon {0} --reason …`",
        run.id()
    )
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
