//! A run, as it goes.

use std::{sync::Mutex, time::Duration};

use indicatif::{ProgressBar, ProgressStyle};
use openverse_release_core::{End, Flow, Phase, Run, RunEvent, StepId, Stop};
use openverse_release_engine::Watcher;

use super::{BAD, DIM, GOOD, Output, WARN, clean};

/// Tells a person what happens in a run: a line for what happened, and at a terminal a spinner
/// for what is being waited for.
#[derive(Debug)]
pub(crate) struct Progress<'a> {
    output: Output,
    flow: &'a Flow,
    spinner: ProgressBar,
    last: Mutex<String>,
}

impl<'a> Progress<'a> {
    pub(crate) fn new(output: Output, flow: &'a Flow) -> Self {
        let spinner = if output.can_draw() { ProgressBar::new_spinner() } else { ProgressBar::hidden() };
        spinner.set_style(ProgressStyle::with_template("{spinner} {msg} ({elapsed})").unwrap_or_else(|_| {
            // The template above is a constant that a test draws.
            ProgressStyle::default_spinner()
        }));
        Self { output, flow, spinner, last: Mutex::new(String::new()) }
    }

    /// Takes the spinner away.
    pub(crate) fn finish(&self) {
        self.spinner.finish_and_clear();
    }

    fn line(&self, line: &str) {
        // Whoever closed the output does not want to read on; the run goes on all the same.
        self.spinner.suspend(|| self.output.say(line).ok());
    }

    fn label(&self, step: &StepId) -> String {
        let label = self.flow.step(step).map_or_else(|| step.to_string(), |step| step.label.clone());
        label.lines().next().unwrap_or_default().to_owned()
    }

    fn spin(&self, run: &Run, what: &str) {
        self.spinner.enable_steady_tick(Duration::from_millis(120));
        self.spinner.set_message(format!("{}: {}", self.label(&run.step().step), clean(what)));
    }
}

impl Watcher for Progress<'_> {
    fn happened(&self, run: &Run, event: &RunEvent) {
        match event {
            RunEvent::Started { .. } => {}
            RunEvent::Approved { by, .. } => self.line(&format!("{DIM}approved by {}{DIM:#}", clean(by))),
            RunEvent::Intended { effect, .. } => self.spin(run, &effect.describe()),
            RunEvent::Performed { .. } => {}
            RunEvent::HoldPlaced => {
                let order = run.order();
                self.line(&format!(
                    "{WARN}hold{WARN:#}  {} {} takes no release and no deployment until the hold is lifted",
                    order.app, order.environment
                ));
            }
            RunEvent::NotPerformed { why, .. } => self.line(&format!("{BAD}not done{BAD:#}  {}", clean(why))),
            RunEvent::ReplyLost { why, .. } => {
                self.line(&format!("{WARN}in doubt{WARN:#}  {}; looking whether it happened", clean(why)));
            }
            RunEvent::UnderWay { evidence, .. } => {
                let mut last = self.last.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                if *last != *evidence {
                    self.line(&format!("{DIM}      {}{DIM:#}", clean(evidence)));
                    last.clone_from(evidence);
                }
                self.spin(run, evidence);
            }
            RunEvent::StepDone { step, evidence, warning } => {
                self.line(&format!("{GOOD}done{GOOD:#}  {}: {}", self.label(step), clean(evidence)));
                if let Some(warning) = warning {
                    self.line(&format!("{WARN}note{WARN:#}  {}", clean(warning)));
                }
            }
            RunEvent::Stopped { step, stop } => {
                let why = match stop {
                    Stop::Conflict { found, .. } => format!("found {found}"),
                    Stop::Unknown { what } => what.clone(),
                };
                self.line(&format!("{BAD}stopped{BAD:#}  {}: {}", self.label(step), clean(&why)));
            }
            RunEvent::Resumed { by } => self.line(&format!("{DIM}resumed by {}{DIM:#}", clean(by))),
            RunEvent::Ended { end } => match end {
                End::Failed { step, evidence } => {
                    self.line(&format!("{BAD}failed{BAD:#}  {}: {}", self.label(step), clean(evidence)));
                }
                End::Done | End::Refused { .. } | End::Abandoned { .. } => {}
            },
        }
    }

    fn waiting(&self, run: &Run) {
        let what = match run.phase() {
            Phase::UnderWay { evidence } => evidence.clone(),
            Phase::InDoubt { effect, .. } => format!("looking whether it happened: {}", effect.describe()),
            _ => "waiting".to_owned(),
        };
        self.spin(run, &what);
    }
}
