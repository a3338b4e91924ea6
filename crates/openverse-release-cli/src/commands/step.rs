//! `step`: whether a program keeps the rules of the step protocol.

use std::{
    io::{self, Write},
    time::Duration,
};

use openverse_release_core::step_protocol::Parameters;
use openverse_release_infra::{StepCheck, StepRule, StepSubject, Verdict, check_step, find_step_program};
use openverse_release_ports::{StepProgram, StepProgramError};
use serde::Serialize;

use super::Outcome;
use crate::{
    args::StepTest,
    connect::Context,
    error::CliError,
    exit::Exit,
    output::{BAD, BOLD, DIM, GOOD, Output, clean},
};

/// What `--json` prints.
#[derive(Debug, Serialize)]
struct Report<'a> {
    program: &'a str,
    passed: bool,
    checks: &'a [StepCheck],
    hints: Vec<&'static str>,
}

pub(super) async fn test(context: &Context, test: &StepTest) -> Outcome {
    let dir = std::env::current_dir()
        .map_err(|error| CliError::new(Exit::Failed, format!("the current folder is not known: {error}")))?;
    let program = StepProgram {
        path: test.program.clone(),
        arguments: test.arguments.clone(),
        dir,
        limit: Duration::from_secs(test.timeout),
        variables: test.variable.clone(),
    };
    let subject = StepSubject {
        step: test.step.clone(),
        app: test.app.clone(),
        environment: test.environment,
        image_tags: test.image_tag.clone(),
        parameters: parameters(&test.param)?,
    };
    let path = find_step_program(&program)?.display().to_string();
    confirm(context.output, test, &path)?;
    let mut written = Ok(());
    let checks = tokio::select! {
        checks = check_step(&program, &subject, |check| {
            if written.is_ok() && !context.output.json() {
                written = write(check);
            }
        }) => checks?,
        // What runs at the moment is killed with this.
        _ = tokio::signal::ctrl_c() => {
            return Err(CliError::new(Exit::Unfinished, format!("interrupted, maybe while {path} performed")));
        }
    };
    written?;
    let report = Report {
        program: &path,
        passed: checks.iter().all(|check| check.verdict == Verdict::Passed),
        checks: &checks,
        hints: hints(&checks),
    };
    context.output.result(&report, |out| conclude(out, &report))?;
    Ok(if report.passed { Exit::Done } else { Exit::Findings })
}

fn parameters(given: &[(String, String)]) -> Result<Parameters, CliError> {
    let object = given.iter().map(|(name, value)| (name.clone(), value.as_str().into()));
    Parameters::try_from(object.collect::<serde_json::Map<_, _>>())
        .map_err(|error| CliError::from_chain(Exit::BadInput, &error))
}

/// Asks whether the program may perform.
fn confirm(output: Output, test: &StepTest, path: &str) -> Result<(), CliError> {
    if test.yes {
        return Ok(());
    }
    if !output.can_ask() {
        let message = format!(
            "step test performs {path} for real, which needs a confirmation, and this is not a terminal; \
             nothing was performed"
        );
        return Err(CliError::new(Exit::Refused, message).hint("add --yes"));
    }
    let environment = test.environment.as_ref().map(|name| format!(" in {name}")).unwrap_or_default();
    let question =
        format!("Perform {path} for real, about 20 times, for made-up runs of {}{environment}?", test.app);
    if output.confirm(&clean(&question))? {
        return Ok(());
    }
    Err(CliError::new(Exit::Refused, "not confirmed; nothing was performed"))
}

fn hints(checks: &[StepCheck]) -> Vec<&'static str> {
    let never_absent = checks.iter().any(|check| {
        check.rule == StepRule::ANewStepIsAbsent && matches!(check.verdict, Verdict::Failed { .. })
    });
    let hint = "name two versions that the step can move between: --image-tag A --image-tag B";
    never_absent.then_some(hint).into_iter().collect()
}

fn write(check: &StepCheck) -> io::Result<()> {
    let StepCheck { rule, verdict } = check;
    let mut out = anstream::stdout().lock();
    match verdict {
        Verdict::Passed => writeln!(out, "{GOOD}passed{GOOD:#}       {rule}")?,
        Verdict::Failed { found, expected } => {
            let (found, expected) = (clean(found), clean(expected));
            writeln!(out, "{BAD}failed{BAD:#}       {rule}: found {found}, expected {expected}")?;
        }
        Verdict::NotChecked { because } => {
            writeln!(out, "{DIM}not checked  {rule}: {because} failed{DIM:#}")?;
        }
        verdict => writeln!(out, "{rule}: {verdict:?}")?,
    }
    out.flush()
}

fn conclude(out: &mut dyn Write, report: &Report<'_>) -> io::Result<()> {
    let passed = report.checks.iter().filter(|check| check.verdict == Verdict::Passed).count();
    let (style, all) = (if report.passed { GOOD } else { BAD }, report.checks.len());
    writeln!(out, "{style}{passed} of {all} rules kept{style:#} by {}", clean(report.program))?;
    for hint in &report.hints {
        writeln!(out, "{BOLD}next:{BOLD:#} {hint}")?;
    }
    Ok(())
}

impl From<StepProgramError> for CliError {
    fn from(error: StepProgramError) -> Self {
        let exit = match &error {
            StepProgramError::NotStarted { .. } => Exit::Failed,
            _ => Exit::BadInput,
        };
        Self::from_chain(exit, &error)
    }
}
