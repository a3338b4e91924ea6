//! The journal of the runs, as a log.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use openverse_release_core::{
    App, CommitSha, DeployableVersion, End, EnvironmentName, Order, OrderKind, PlannedPart, PlannedStep,
    Project, RunEvent, RunId, Scope, StepId, Stop,
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

impl RecordedRun {
    fn acts_for(&self, step: &StepId) -> bool {
        self.events.iter().any(|(_, event)| match event {
            RunEvent::Intended { step: of, .. } | RunEvent::StepDone { step: of, .. } => of == step,
            _ => false,
        })
    }
}

/// Returns the log of runs, oldest first.
///
/// Each step that a run carried out is an event of the step's name, with the lifecycle transition
/// `complete` where it was seen to be done, and with others (`start`, `progress`, `suspend`, `ate_abort`) for
/// what led there. A step that a run carries out in parts, such as one deployment after the other, is done
/// with its last part; how it ended is its attribute `ended_as`, unless it is just done. What a run does not
/// do, such as merging, is said not to be recorded, and so is what came before a version that no run here
/// released.
pub fn log_of_journal(project: &Project, runs: &[RecordedRun]) -> Log {
    let mut log = Log::default();
    let mut journal = Journal { log: &mut log, releases: releases(runs), events: 0 };
    for run in runs {
        if let Some((at, RunEvent::Started { order, flow, steps, .. })) = run.events.first()
            && let Some(app) = project.app(order.app.as_str())
        {
            let process = format!("{} {}", flow.name(), flow.version());
            let objects = journal.begin(app, run, order, *at, &process);
            let acted = |step: &&PlannedStep| run.acts_for(&step.step);
            let going_back = journal.going_back(app, order, steps.iter().filter(acted), &objects);
            let objects = |step: &StepId| going_back.get(step).unwrap_or(&objects).as_slice();
            journal.follow(run, order, steps, objects);
        }
    }
    log
}

/// Returns the steps that only runs carry out: those of a release, of a deployment to a guarded environment,
/// and of a rollback. People, CI and the servers do the rest; CI deploys to environments that are not guarded,
/// and a run does so only now and then.
fn recorded_steps(app: &App) -> BTreeSet<&StepId> {
    let mut steps = Scope::of_release(app).map(|release| release.steps).unwrap_or_default();
    for environment in app.flow.updated_environments() {
        let scope = |kind| Scope::of(app, &kind, environment).map(|scope| scope.steps).unwrap_or_default();
        if app.flow.environments().is_guarded(environment) {
            steps.extend(scope(OrderKind::Deploy));
        }
        steps
            .extend(scope(OrderKind::RollBack).into_iter().filter(|step| step.operation.nature().rolls_back));
    }
    steps.into_iter().map(|step| &step.id).collect()
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

/// The objects that an event refers to, each with how.
type Objects = Vec<(String, &'static str)>;

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
    ) -> Objects {
        let recorded = recorded_steps(app);
        let app_object = add_app(self.log, app, |step| recorded.contains(&step.id));
        let version = self.version(app, &order.version);
        let id = format!("run {}", run.id);
        self.log.add_object(&id, "run");
        for (name, value) in [
            ("kind", order.kind.as_str()),
            ("environment", &*names(&order.environments)),
            ("reason", &order.reason),
            ("who", &order.actor),
            ("process", process),
        ] {
            self.log.object_attribute(&id, name, value, Some(at));
        }
        self.log.object_relation(&id, &version, "brings about");
        let mut objects = vec![(version.clone(), "brings about"), (id, "is part of"), (app_object, "is of")];
        objects.extend(self.consists_of(&version, &order.version));
        if order.kind == OrderKind::RollBack
            && let Some(replaced) = &order.replaces
        {
            let replaced = self.of_commit(app, replaced);
            objects.insert(1, (replaced, "takes back"));
        }
        objects
    }

    /// Returns the objects of the steps that go back by themselves: what they deploy is another version than
    /// the order's, which they take back.
    fn going_back<'p>(
        &mut self,
        app: &App,
        order: &Order,
        steps: impl Iterator<Item = &'p PlannedStep>,
        objects: &Objects,
    ) -> BTreeMap<StepId, Objects> {
        let mut of_steps = BTreeMap::new();
        for step in steps {
            let mut brings_about = Objects::new();
            for version in step.parts.iter().filter_map(|part| part.version.as_deref()) {
                let object = (self.version(app, version), "brings about");
                if *version != order.version && !brings_about.contains(&object) {
                    let consists_of = self.consists_of(&object.0, version);
                    brings_about.extend([object].into_iter().chain(consists_of));
                }
            }
            if !brings_about.is_empty()
                && let [replaced, run, app, ..] = &objects[..]
            {
                brings_about.extend([(replaced.0.clone(), "takes back"), run.clone(), app.clone()]);
                of_steps.insert(step.step.clone(), brings_about);
            }
        }
        of_steps
    }

    /// Adds the commit and the images of a version.
    fn consists_of(&mut self, object: &str, version: &DeployableVersion) -> Objects {
        let mut objects = Objects::new();
        let commit = add_commit(self.log, &version.bundle.commit);
        if commit != object {
            objects.push((commit, "is at"));
        }
        for (name, digest) in &version.bundle.images {
            if self.log.add_object(digest.as_str(), IMAGE) {
                self.log.object_attribute(digest.as_str(), "name", name.to_string(), None);
            }
            self.log.object_relation(object, digest.as_str(), "consists of");
            objects.push((digest.to_string(), "is about"));
        }
        objects
    }

    /// Returns the release that a version is, or else its commit.
    fn version(&mut self, app: &App, version: &DeployableVersion) -> String {
        use openverse_release_core::ImageTagKind::Release;
        let commit = &version.bundle.commit;
        match version.image_tag.kind() {
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

    fn follow<'o>(
        &mut self,
        run: &RecordedRun,
        order: &Order,
        steps: &[PlannedStep],
        objects: impl Fn(&StepId) -> &'o [(String, &'static str)],
    ) {
        let mut approved: BTreeMap<&StepId, &str> = BTreeMap::new();
        let mut parts_done: BTreeMap<&StepId, usize> = BTreeMap::new();
        let mut failed: BTreeSet<&StepId> = BTreeSet::new();
        let run_object = format!("run {}", run.id);
        for (at, event) in &run.events {
            if let RunEvent::Approved { step, by } = event {
                approved.insert(step, by);
            }
            let done = |step: &StepId| parts_done.get(step).copied().unwrap_or_default();
            let parts = |step: &StepId| {
                let planned = steps.iter().find(|planned| planned.step == *step);
                planned.map(|planned| &planned.parts[..]).unwrap_or_default()
            };
            let mut tell = |step: &StepId, transition: &str, said: &[(&str, &str)]| {
                self.events += 1;
                self.log.add_event(&format!("{} {}", run.id, self.events), step.as_str(), *at);
                objects(step).iter().for_each(|(object, how)| self.log.event_object(object, how));
                let who = approved.get(step).copied().unwrap_or(&order.actor);
                let part = parts(step).get(done(step)).and_then(PlannedPart::name);
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
                RunEvent::StepDone { step, outcome, evidence, warning } => {
                    let more = done(step) + 1 < parts(step).len();
                    let transition = if more { "progress" } else { "complete" };
                    let ended_as = if more || outcome.is_done() { "" } else { outcome.as_str() };
                    let warning = warning.as_deref().unwrap_or_default();
                    let said = [("ended_as", ended_as), ("evidence", evidence), ("warning", warning)];
                    tell(step, transition, &said);
                    // A step that happens once more begins with its first part.
                    parts_done.insert(step, if more { done(step) + 1 } else { 0 });
                }
                RunEvent::StepFailed { step, evidence } => {
                    tell(step, "ate_abort", &[("evidence", evidence)]);
                    failed.insert(step);
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
                RunEvent::HoldPlaced { environments } => {
                    for environment in environments {
                        let name = format!("holds_{environment}");
                        self.log.object_attribute(&run_object, &name, Value::Boolean(true), Some(*at));
                    }
                }
                RunEvent::Ended { end } => {
                    if let End::Failed { step, evidence } = end
                        && !failed.contains(step)
                    {
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
        End::RolledBack { step, environments, because } => {
            format!("{} rolled back by {step}: {because}", names(environments))
        }
        End::Failed { step, .. } => format!("failed at {step}"),
        End::Refused { found, .. } => format!("refused: found {found}"),
        End::Abandoned { by, reason } => format!("given up by {by}: {reason}"),
    }
}

fn names(environments: &[EnvironmentName]) -> String {
    environments.iter().map(EnvironmentName::as_str).collect::<Vec<_>>().join(",")
}
