//! A run, as it goes.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use openverse_release_core::{Phase, PlannedPart, PlannedStep, Run, RunEvent, StepId, Stop, Trigger};
use openverse_release_engine::Watcher;

use super::{BAD, DIM, GOOD, Output, WARN, clean};

/// Tells a person what happens in a run.
///
/// At a terminal the steps of the run stand on the screen, each with where it stands and a spinner
/// at the present one. Elsewhere there is a plain line for each thing that happens.
pub(crate) struct Progress {
    output: Output,
    screen: MultiProgress,
    bars: Mutex<Vec<ProgressBar>>,
}

impl Progress {
    pub(crate) fn new(output: Output) -> Self {
        Self { output, screen: MultiProgress::new(), bars: Mutex::default() }
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

    /// Shows where a part of a step stands, with the words for it.
    fn show(&self, run: &Run, step: &StepId, part: usize, state: State, words: &str) {
        let parts: Vec<_> = parts(run).collect();
        let Some(index) = parts.iter().position(|it| it.planned.step == *step && it.number == part) else {
            return;
        };
        let words = clean(words);
        if !self.output.can_draw() {
            if let Some(word) = state.word() {
                self.output.say(&format!("{word}  {} {words}", parts[index].boxed(run))).ok();
            }
            return;
        }
        let mut bars = self.bars.lock().unwrap_or_else(PoisonError::into_inner);
        if bars.is_empty() {
            bars.extend(parts.iter().map(|part| {
                let bar = self.screen.add(ProgressBar::new_spinner()).with_prefix(part.boxed(run));
                let done = run.done_part(&part.planned.step, part.number);
                let label = run.flow().step(&part.planned.step).map_or("", |step| step.label.as_str());
                let words = done.map_or_else(|| label.replace('\n', " "), |done| clean(&done.evidence));
                (if done.is_some() { State::Done } else { State::Pending }).draw(&bar, words);
                bar
            }));
        }
        if let Some(bar) = bars.get(index) {
            state.draw(bar, words);
        }
    }

    /// Shows where the present part of a step stands.
    fn show_present(&self, run: &Run, step: &StepId, state: State, words: &str) {
        let part = run.active(step).map_or(0, |active| active.part);
        self.show(run, step, part, state, words);
    }
}

/// A part of a step, with its number.
struct NumberedPart<'a> {
    planned: &'a PlannedStep,
    number: usize,
    part: &'a PlannedPart,
}

/// Returns every part of every step of a run, in the order of the flow.
fn parts(run: &Run) -> impl Iterator<Item = NumberedPart<'_>> {
    run.steps().iter().flat_map(|planned| {
        planned.parts.iter().enumerate().map(move |(number, part)| NumberedPart { planned, number, part })
    })
}

impl NumberedPart<'_> {
    /// Returns the step's name in the box its chart has, with the part of it that is meant. Only the first
    /// part can wait for a person.
    fn boxed(&self, run: &Run) -> String {
        let id = &self.planned.step;
        let part = self.part.name().map(|part| format!(": {part}")).unwrap_or_default();
        let trigger = run.flow().step(id).map(|step| step.trigger);
        match trigger {
            Some(Trigger::Manual) if self.number == 0 => format!("[{id}{part}]"),
            _ => format!("({id}{part})"),
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

impl Watcher for Progress {
    fn happened(&self, run: &Run, event: &RunEvent) {
        match event {
            RunEvent::Started { .. } | RunEvent::Performed { .. } | RunEvent::Ended { .. } => {}
            RunEvent::Approved { step, .. } => self.show_present(run, step, State::Busy, "approved"),
            RunEvent::Intended { step, effect } => {
                self.show_present(run, step, State::Busy, &effect.describe());
            }
            RunEvent::HoldPlaced { environments } => {
                for environment in environments {
                    let app = &run.order().app;
                    self.note(&format!(
                        "{WARN}hold {WARN:#}  {app} {environment} takes no release and no deployment until it is lifted"
                    ));
                }
            }
            RunEvent::NotPerformed { why, .. } => self.note(&format!("{BAD}not done{BAD:#}  {}", clean(why))),
            RunEvent::ReplyLost { why, .. } => {
                self.note(&format!("{WARN}in doubt{WARN:#}  {}; looking whether it happened", clean(why)));
            }
            RunEvent::UnderWay { step, evidence, .. } => {
                self.show_present(run, step, State::UnderWay, evidence);
            }
            RunEvent::StepDone { step, outcome, evidence, warning } => {
                let part = run.done().last().map_or(0, |done| done.part);
                let good = run.flow().step(step).is_none_or(|step| step.good_outcome() == *outcome);
                match good {
                    true => self.show(run, step, part, State::Done, evidence),
                    false => self.show(run, step, part, State::Failed, &format!("{outcome}: {evidence}")),
                }
                if let Some(warning) = warning {
                    self.note(&format!("{WARN}note {WARN:#}  {}", clean(warning)));
                }
            }
            RunEvent::StepFailed { step, evidence } => self.show_present(run, step, State::Failed, evidence),
            RunEvent::Stopped { step, stop: Stop::Conflict { found, .. } } => {
                self.show_present(run, step, State::Stopped, &format!("found {found}"));
            }
            RunEvent::Stopped { step, stop: Stop::Unknown { what } } => {
                self.show_present(run, step, State::Stopped, what);
            }
            RunEvent::Resumed { by } => self.note(&format!("{DIM}resumed by {}{DIM:#}", clean(by))),
        }
    }

    fn waiting(&self, run: &Run) {
        for (step, active) in run.active_steps() {
            let words = match &active.phase {
                Phase::UnderWay { evidence, .. } => evidence.clone(),
                Phase::InDoubt { effect, .. } => {
                    format!("looking whether it happened: {}", effect.describe())
                }
                Phase::Looking => "waiting".to_owned(),
                Phase::Stopped { .. } | Phase::Failed { .. } => continue,
            };
            self.show(run, step, active.part, State::Busy, &words);
        }
    }
}
