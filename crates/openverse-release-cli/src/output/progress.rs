//! A run, as it goes.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use openverse_release_core::{End, Flow, Phase, PlannedStep, Run, RunEvent, Stop, Trigger};
use openverse_release_engine::Watcher;

use super::{BAD, DIM, GOOD, Output, WARN, clean};

/// Tells a person what happens in a run.
///
/// At a terminal the steps of the run stand on the screen, each with where it stands and a spinner
/// at the present one. Elsewhere there is a plain line for each thing that happens.
pub(crate) struct Progress<'a> {
    output: Output,
    flow: &'a Flow,
    screen: MultiProgress,
    bars: Mutex<Vec<ProgressBar>>,
}

impl<'a> Progress<'a> {
    pub(crate) fn new(output: Output, flow: &'a Flow) -> Self {
        Self { output, flow, screen: MultiProgress::new(), bars: Mutex::default() }
    }

    /// Leaves the steps on the screen as they stand, so that something else can be printed.
    pub(crate) fn finish(&self) {
        for bar in self.bars.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            bar.abandon();
        }
    }

    /// Tells of something beside the steps.
    fn note(&self, line: &str) {
        if self.output.can_draw() {
            // A screen that cannot be written to is no reason to stop the run.
            self.screen.println(line).ok();
        } else {
            self.output.say(line).ok();
        }
    }

    /// Shows where the present step stands, with the words for it.
    fn show(&self, run: &Run, state: State, words: &str) {
        // What was just done is the present step no more.
        let index = if state == State::Done { run.done().len() - 1 } else { run.done().len() };
        let words = clean(words);
        if !self.output.can_draw() {
            let name = run.steps().get(index).map(boxed).unwrap_or_default();
            if let Some(word) = state.word() {
                self.output.say(&format!("{word}  {name} {words}")).ok();
            }
            return;
        }
        let mut bars = self.bars.lock().unwrap_or_else(PoisonError::into_inner);
        if bars.is_empty() {
            bars.extend(run.steps().iter().enumerate().map(|(index, planned)| {
                let bar = self.screen.add(ProgressBar::new_spinner()).with_prefix(boxed(planned));
                let done = run.done().get(index);
                let label = self.flow.step(&planned.step).map_or("", |step| step.label.as_str());
                let words = done.map_or_else(|| label.replace('\n', " "), |done| clean(&done.evidence));
                (if done.is_some() { State::Done } else { State::Pending }).draw(&bar, words);
                bar
            }));
        }
        if let Some(bar) = bars.get(index) {
            state.draw(bar, words);
        }
    }
}

/// Where a step of a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Pending,
    /// Going on; worth a line only where there is a screen.
    Busy,
    UnderWay,
    Done,
    Stopped,
    Failed,
}

impl State {
    /// Returns the word a plain line begins with, if it is worth a line.
    fn word(self) -> Option<String> {
        match self {
            Self::Pending | Self::Busy => None,
            Self::UnderWay => Some(format!("{DIM}  .. {DIM:#}")),
            Self::Done => Some(format!("{GOOD}done {GOOD:#}")),
            Self::Stopped => Some(format!("{WARN}stop {WARN:#}")),
            Self::Failed => Some(format!("{BAD}fail {BAD:#}")),
        }
    }

    fn draw(self, bar: &ProgressBar, words: String) {
        let template = match self {
            Self::Pending => "  {prefix:.dim} {msg:.dim}",
            Self::Busy | Self::UnderWay => "{spinner} {prefix:.bold} {msg} {elapsed:.dim}",
            Self::Done => "{spinner:.green} {prefix} {msg}",
            Self::Stopped => "{spinner:.yellow} {prefix} {msg:.yellow}",
            Self::Failed => "{spinner:.red} {prefix} {msg:.red}",
        };
        let style =
            ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner());
        // The last sign is the one that a finished spinner keeps.
        let ticks = match self {
            Self::Done => "+",
            Self::Stopped | Self::Failed => "!",
            _ => ".",
        };
        bar.set_style(style.tick_chars(&format!("-\\|/{ticks}")));
        match self {
            Self::Pending => bar.set_message(words),
            Self::Busy | Self::UnderWay => {
                bar.set_message(words);
                bar.enable_steady_tick(Duration::from_millis(120));
            }
            Self::Done | Self::Stopped | Self::Failed => bar.abandon_with_message(words),
        }
    }
}

/// Returns a step's name in the box its chart has, with the part of it that is meant.
fn boxed(step: &PlannedStep) -> String {
    let part = step.part().map(|part| format!(": {part}")).unwrap_or_default();
    match step.trigger {
        Trigger::Manual => format!("[{}{part}]", step.step),
        Trigger::Automatic => format!("({}{part})", step.step),
    }
}

impl Watcher for Progress<'_> {
    fn happened(&self, run: &Run, event: &RunEvent) {
        match event {
            RunEvent::Started { .. } | RunEvent::Performed { .. } => {}
            RunEvent::Approved { .. } => self.show(run, State::Busy, "approved"),
            RunEvent::Intended { effect, .. } => self.show(run, State::Busy, &effect.describe()),
            RunEvent::HoldPlaced => {
                let order = run.order();
                self.note(&format!(
                    "{WARN}hold {WARN:#}  {} {} takes no release and no deployment until it is lifted",
                    order.app, order.environment
                ));
            }
            RunEvent::NotPerformed { why, .. } => self.note(&format!("{BAD}not done{BAD:#}  {}", clean(why))),
            RunEvent::ReplyLost { why, .. } => {
                self.note(&format!("{WARN}in doubt{WARN:#}  {}; looking whether it happened", clean(why)));
            }
            RunEvent::UnderWay { evidence, .. } => self.show(run, State::UnderWay, evidence),
            RunEvent::StepDone { evidence, warning, .. } => {
                self.show(run, State::Done, evidence);
                if let Some(warning) = warning {
                    self.note(&format!("{WARN}note {WARN:#}  {}", clean(warning)));
                }
            }
            RunEvent::Stopped { stop: Stop::Conflict { found, .. }, .. } => {
                self.show(run, State::Stopped, &format!("found {found}"));
            }
            RunEvent::Stopped { stop: Stop::Unknown { what }, .. } => {
                self.show(run, State::Stopped, what);
            }
            RunEvent::Resumed { by } => self.note(&format!("{DIM}resumed by {}{DIM:#}", clean(by))),
            RunEvent::Ended { end: End::Failed { evidence, .. } } => {
                self.show(run, State::Failed, evidence);
            }
            RunEvent::Ended { end: End::Done | End::Refused { .. } | End::Abandoned { .. } } => {}
        }
    }

    fn waiting(&self, run: &Run) {
        let words = match run.phase() {
            Phase::UnderWay { evidence } => evidence.clone(),
            Phase::InDoubt { effect, .. } => format!("looking whether it happened: {}", effect.describe()),
            _ => "waiting".to_owned(),
        };
        self.show(run, State::Busy, &words);
    }
}
