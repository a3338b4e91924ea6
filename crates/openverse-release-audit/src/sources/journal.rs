//! The journal of the runs, as a log.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use openverse_release_core::{
    App, CommitSha, End, Operation, Order, OrderKind, PlannedStep, Project, RunEvent, RunId, Step, StepId,
    Stop,
};

use super::{IMAGE, add_app, add_commit, add_release, older_than_the_record};
use crate::{Log, Value};

/// The events of a run with their times, as the journal has them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedRun {
    /// The run.
    pub id: RunId,
    /// What happened in it, oldest first.
    pub events: Vec<(DateTime<Utc>, RunEvent)>,
}

/// Returns the log of runs, oldest first.
///
/// Each step that a run carried out is an event of the step's name, with the lifecycle transition
/// `complete` where it was seen to be done, and with others (`start`, `progress`, `suspend`, `ate_abort`) for
/// what led there. A step that a run carries out in parts, such as one deployment after the other, is done
/// with its last part. What a run does not do, such as merging, is said not to be recorded, and so is what
/// came before a version that no run here released.
pub fn log_of_journal(project: &Project, runs: &[RecordedRun]) -> Log {
    let mut log = Log::default();
    let mut journal = Journal { log: &mut log, releases: releases(runs), events: 0 };
    for run in runs {
        if let Some((at, RunEvent::Started { order, steps, flow, flow_version })) = run.events.first()
            && let Some(app) = project.app(order.app.as_str())
        {
            let process = format!("{flow} {flow_version}");
            let version = journal.begin(app, run, order, *at, &process);
            journal.follow(run, order, steps, &version);
        }
    }
    log
}

/// What runs carry out. The rest is done by people, by CI or by the servers.
fn is_recorded(step: &Step) -> bool {
    match step.operation {
        Operation::PublishGitHubRelease
        | Operation::TagImage
        | Operation::DeployByAnsible
        | Operation::DeployByTerraform
        | Operation::RedeployLastWorking { .. } => true,
        // Staging is deployed by CI; by hand only now and then.
        Operation::DeployByGitHubWorkflow { version, .. } => {
            version == openverse_release_core::DeployedVersion::Release
        }
        Operation::MergeToMain
        | Operation::RevertOnMain
        | Operation::BuildImages
        | Operation::SyncDags
        | Operation::RunLatest => false,
    }
}

/// Returns the releases that runs here published, by app and commit.
fn releases(runs: &[RecordedRun]) -> BTreeMap<(String, CommitSha), String> {
    let started = runs.iter().filter_map(|run| match &run.events.first()?.1 {
        RunEvent::Started { order, .. } => Some(order),
        _ => None,
    });
    let released = started.filter_map(|order| match &order.kind {
        OrderKind::Release { draft } => {
            Some(((order.app.to_string(), order.version.bundle.commit.clone()), draft.git_tag.to_string()))
        }
        _ => None,
    });
    released.collect()
}

struct Journal<'a> {
    log: &'a mut Log,
    releases: BTreeMap<(String, CommitSha), String>,
    events: usize,
}

impl Journal<'_> {
    /// Adds the objects of a run; returns those that its events refer to, with how.
    fn begin(
        &mut self,
        app: &App,
        run: &RecordedRun,
        order: &Order,
        at: DateTime<Utc>,
        process: &str,
    ) -> Vec<(String, &'static str)> {
        let bundle = &order.version.bundle;
        let app_object = add_app(self.log, app, is_recorded);
        let version = self.version(app, order);
        let id = format!("run {}", run.id);
        self.log.add_object(&id, "run");
        for (name, value) in [
            ("kind", order.kind.as_str()),
            ("environment", order.environment.as_str()),
            ("reason", &order.reason),
            ("who", &order.actor),
            ("process", process),
        ] {
            self.log.object_attribute(&id, name, value, Some(at));
        }
        self.log.object_relation(&id, &version, "brings about");
        let mut objects = vec![(version.clone(), "brings about"), (id, "is part of"), (app_object, "is of")];
        let commit = add_commit(self.log, &bundle.commit);
        if commit != version {
            objects.push((commit, "is at"));
        }
        for (name, digest) in &bundle.images {
            if self.log.add_object(digest.as_str(), IMAGE) {
                self.log.object_attribute(digest.as_str(), "name", name.to_string(), None);
            }
            self.log.object_relation(&version, digest.as_str(), "consists of");
            objects.push((digest.to_string(), "is about"));
        }
        if order.kind == OrderKind::RollBack
            && let Some(replaced) = &order.replaces
        {
            let replaced = self.of_commit(app, replaced);
            objects.insert(1, (replaced, "takes back"));
        }
        objects
    }

    /// Returns the release of an order, or else its commit.
    fn version(&mut self, app: &App, order: &Order) -> String {
        use openverse_release_core::ImageTagKind::Release;
        let commit = &order.version.bundle.commit;
        match order.version.image_tag.kind() {
            Release(date) => match app.release_tag(date) {
                Ok(tag) => {
                    let id = add_release(self.log, tag.git_tag(), Some(commit));
                    if !self.releases.values().any(|known| *known == id) {
                        older_than_the_record(self.log, &id, app);
                    }
                    id
                }
                Err(_) => add_commit(self.log, commit),
            },
            _ => self.of_commit(app, commit),
        }
    }

    /// Returns the release of a commit, of which the commit SHA is another name, or else the commit.
    fn of_commit(&mut self, app: &App, commit: &CommitSha) -> String {
        let known = self.releases.get(&(app.slug.to_string(), commit.clone())).cloned();
        known.unwrap_or_else(|| add_commit(self.log, commit))
    }

    fn follow(
        &mut self,
        run: &RecordedRun,
        order: &Order,
        steps: &[PlannedStep],
        objects: &[(String, &str)],
    ) {
        let mut approved: BTreeMap<&StepId, &str> = BTreeMap::new();
        let mut done = 0;
        let run_object = format!("run {}", run.id);
        for (at, event) in &run.events {
            if let RunEvent::Approved { step, by } = event {
                approved.insert(step, by);
            }
            let mut tell = |step: &StepId, transition: &str, said: &[(&str, &str)]| {
                self.events += 1;
                self.log.add_event(&format!("{} {}", run.id, self.events), step.as_str(), *at);
                objects.iter().for_each(|(object, how)| self.log.event_object(object, how));
                let who = approved.get(step).copied().unwrap_or(&order.actor);
                let part =
                    steps.get(done).filter(|planned| planned.step == *step).and_then(PlannedStep::part);
                let own = [("app", order.app.as_str()), ("who", who), ("lifecycle", transition)];
                let part = part.map(|part| ("part", part));
                for (name, value) in
                    own.iter().chain(&part).chain(said).filter(|(_, value)| !value.is_empty())
                {
                    self.log.event_attribute(name, *value);
                }
            };
            match event {
                RunEvent::Started { .. } => {}
                RunEvent::Approved { step, .. } => tell(step, "assign", &[]),
                RunEvent::Intended { step, effect } => tell(step, "start", &[("effect", &effect.describe())]),
                RunEvent::Performed { step, .. } => tell(step, "progress", &[("said", "accepted")]),
                RunEvent::NotPerformed { step, why } => {
                    tell(step, "progress", &[("said", "not done"), ("why", why)]);
                }
                RunEvent::ReplyLost { step, why } => {
                    tell(step, "progress", &[("said", "unknown"), ("why", why)]);
                }
                RunEvent::UnderWay { step, evidence, .. } => {
                    tell(step, "progress", &[("evidence", evidence)]);
                }
                RunEvent::StepDone { step, evidence, warning } => {
                    let more = steps.get(done + 1).is_some_and(|next| next.step == *step);
                    let transition = if more { "progress" } else { "complete" };
                    let warning = warning.as_deref().unwrap_or_default();
                    tell(step, transition, &[("evidence", evidence), ("warning", warning)]);
                    done += 1;
                }
                RunEvent::Stopped { step, stop } => match stop {
                    Stop::Conflict { found, expected } => {
                        tell(step, "suspend", &[("found", found), ("expected", expected)]);
                    }
                    Stop::Unknown { what } => tell(step, "suspend", &[("unknown", what)]),
                },
                RunEvent::Resumed { by } => {
                    self.log.object_attribute(&run_object, "resumed_by", by.as_str(), Some(*at));
                }
                RunEvent::HoldPlaced => {
                    self.log.object_attribute(&run_object, "holds", Value::Boolean(true), Some(*at));
                }
                RunEvent::Ended { end } => {
                    if let End::Failed { step, evidence } = end {
                        tell(step, "ate_abort", &[("evidence", evidence)]);
                    }
                    self.log.object_attribute(&run_object, "outcome", outcome(end), Some(*at));
                }
            }
        }
    }
}

fn outcome(end: &End) -> String {
    match end {
        End::Done => "done".to_owned(),
        End::Failed { step, .. } => format!("failed at {step}"),
        End::Refused { found, .. } => format!("refused: found {found}"),
        End::Abandoned { by, reason } => format!("given up by {by}: {reason}"),
    }
}
