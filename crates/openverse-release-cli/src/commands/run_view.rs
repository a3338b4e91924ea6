//! A run, as `--json` shows it.

use chrono::{DateTime, Utc};
use openverse_release_core::{CommitSha, End, EnvironmentName, ImageTag, Outcome, Phase, Run, StepId, Stop};
use serde::Serialize;

use super::drive::stop_of;

/// A run.
#[derive(Debug, Serialize)]
pub(super) struct RunView<'a> {
    run: &'a str,
    app: &'a str,
    environments: &'a [EnvironmentName],
    kind: &'static str,
    image_tag: &'a ImageTag,
    commit: &'a CommitSha,
    /// The commit that ran before in the last of the environments, if it was known.
    replaces: Option<&'a CommitSha>,
    reason: &'a str,
    actor: &'a str,
    started_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    /// `done`, `failed`, `rolled_back`, `refused`, `abandoned`, `conflict`, `unknown`, or `unfinished`.
    state: &'static str,
    /// Why it is in that state, where that needs saying.
    found: Option<&'a str>,
    expected: Option<&'a str>,
    steps: Vec<PartView<'a>>,
}

/// A part of a step.
#[derive(Debug, Serialize)]
struct PartView<'a> {
    step: &'a StepId,
    /// Which part of it, where it is carried out in parts.
    part: Option<&'a str>,
    done: bool,
    /// `pending`, `awaiting_approval`, `going_on`, `under_way`, `stopped`, `failed` or `done`.
    state: &'static str,
    /// How it ended, if it is done.
    outcome: Option<&'a Outcome>,
    evidence: Option<&'a str>,
    warning: Option<&'a str>,
}

impl<'a> RunView<'a> {
    pub(super) fn of(run: &'a Run) -> Self {
        let order = run.order();
        let (state, found, expected) = state(run);
        let parts = run
            .steps()
            .iter()
            .flat_map(|step| step.parts.iter().enumerate().map(move |(number, part)| (step, number, part)));
        let steps = parts.map(|(planned, number, part)| {
            let done = run.done_part(&planned.step, number);
            let (state, evidence) = match done {
                Some(done) => ("done", Some(done.evidence.as_str())),
                None => present(run, &planned.step, number),
            };
            PartView {
                step: &planned.step,
                part: part.name(),
                done: done.is_some(),
                state,
                outcome: done.map(|done| &done.outcome),
                evidence,
                warning: done.and_then(|done| done.warning.as_deref()),
            }
        });
        Self {
            run: run.id().as_str(),
            app: order.app.as_str(),
            environments: &order.environments,
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

/// Returns where a part stands that is not done, and what shows it.
fn present<'a>(run: &'a Run, step: &StepId, part: usize) -> (&'static str, Option<&'a str>) {
    match run.active(step).filter(|active| active.part == part).map(|active| &active.phase) {
        Some(Phase::Looking | Phase::InDoubt { .. }) => ("going_on", None),
        Some(Phase::UnderWay { evidence, .. }) => ("under_way", Some(evidence)),
        Some(Phase::Stopped { .. }) => ("stopped", None),
        Some(Phase::Failed { evidence }) => ("failed", Some(evidence)),
        None if part == 0 && run.awaits_approval(step) => ("awaiting_approval", None),
        None => ("pending", None),
    }
}

fn state(run: &Run) -> (&'static str, Option<&str>, Option<&str>) {
    match (run.end(), stop_of(run)) {
        (Some(End::Done), _) => ("done", None, None),
        (Some(End::RolledBack { because, .. }), _) => ("rolled_back", Some(because), None),
        (Some(End::Failed { evidence, .. }), _) => ("failed", Some(evidence), None),
        (Some(End::Refused { found, expected }), _) => ("refused", Some(found), Some(expected)),
        (Some(End::Abandoned { reason, .. }), _) => ("abandoned", Some(reason), None),
        (None, Some(Stop::Conflict { found, expected })) => ("conflict", Some(found), Some(expected)),
        (None, Some(Stop::Unknown { what })) => ("unknown", Some(what), None),
        (None, None) => ("unfinished", None, None),
    }
}
