//! Misbehaving on demand.

use openverse_release_core::{AppSlug, ImageTag};
use serde::{Deserialize, Serialize};

use super::{Author, Event, Release, World};
use crate::{Action, ActiveFault, Fault, Part};

/// A request that waits because of a fault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paused {
    /// Its number among the things of the sandbox.
    pub id: u64,
    /// The mutation it asks for.
    pub action: Action,
    /// Method and path.
    pub request: String,
    /// Whether the mutation has taken effect already.
    pub took_effect: bool,
}

/// What a fault makes of a request before it is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Interference {
    RateLimited,
    SecondaryRateLimit,
    ServerError(u16),
}

/// When a request is paused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Before {
    Effect,
    Answer,
}

impl World {
    /// Tells whether a fault that the test picks fires now, and counts it if so.
    pub(crate) fn fires(&mut self, test: impl Fn(&Fault) -> bool) -> bool {
        self.firing(test).is_some()
    }

    fn firing(&mut self, test: impl Fn(&Fault) -> bool) -> Option<Fault> {
        let mut fired = None;
        for active in self.faults.iter_mut().filter(|active| test(&active.fault)) {
            self.outbox.changed = true;
            if active.skip > 0 {
                active.skip -= 1;
                continue;
            }
            active.times = active.times.map(|times| times.saturating_sub(1));
            fired = Some(active.fault.clone());
            break;
        }
        self.faults.retain(|active| active.times != Some(0));
        fired
    }

    /// Switches a fault on, or does it where it happens at once.
    pub(crate) fn set_fault(&mut self, fault: Fault, skip: u32, times: Option<u32>) {
        self.outbox.changed = true;
        let apps = |world: &Self, only: &Option<AppSlug>| -> Vec<AppSlug> {
            let all = world.apps.iter().map(|app| app.slug.clone());
            all.filter(|app| only.as_ref().is_none_or(|only| only == app)).collect()
        };
        let by = fault.name();
        match &fault {
            Fault::DuplicateDraft(app) => {
                for app in apps(self, app) {
                    self.duplicate_draft(&app, by);
                }
            }
            Fault::LatestMoved(app) => {
                for app in apps(self, app) {
                    self.move_latest(&app, by);
                }
            }
            Fault::CompanionMissing(app) => {
                for app in apps(self, app) {
                    self.untag_companions(&app, by);
                }
            }
            Fault::DagRunning(dag) => drop(self.start_dag_run(dag, true, &Author::Automation(by))),
            _ => {
                if fault == Fault::StaleReleaseList {
                    self.stale_releases = Some(self.releases.clone());
                }
                let times = times.or(fault.usual_times());
                self.faults.push(ActiveFault { fault, skip, times });
            }
        }
    }

    /// Switches every fault off. What waited because of one goes on.
    pub(crate) fn clear_faults(&mut self) {
        self.outbox.changed = true;
        self.faults.clear();
        self.paused.clear();
        self.stale_releases = None;
        self.end_hanging_dag_runs();
        let hanging: Vec<u64> = self.runs.iter().filter(|run| run.hangs).map(|run| run.id).collect();
        for run in hanging {
            self.schedule(self.timing.deploy(), Event::RunEnds { run });
        }
        for run in &mut self.runs {
            run.hangs = false;
        }
        // A late run is one whose appearance is further off than any other's would be, a slow
        // deployment one whose end is.
        for pending in &mut self.pending {
            let at_the_latest = match pending.event {
                Event::RunAppears { .. } => self.timing.appear(),
                Event::RolloutEnds { .. } => self.timing.deploy(),
                _ => continue,
            };
            pending.due = pending.due.min(self.clock + at_the_latest);
        }
    }

    fn duplicate_draft(&mut self, app: &AppSlug, by: &str) {
        let Some(draft) = self.release_ids(app, true).first().and_then(|id| self.release(*id)).cloned()
        else {
            return;
        };
        let id = self.new_id();
        self.note(Part::GitHub, Action::Redraft, draft.tag_name.clone(), &Author::Automation(by));
        self.releases.push(Release { id, created_at: self.clock, ..draft });
    }

    fn untag_companions(&mut self, app: &AppSlug, by: &str) {
        let Some(build) = self.builds.iter().rev().find(|build| build.app == *app).cloned() else { return };
        let companions = self.app(app).map(|app| app.images.clone()).unwrap_or_default();
        for name in companions.iter().skip(1) {
            for tag in [ImageTag::latest(), ImageTag::of_commit(&build.commit)] {
                self.registry.repository_mut(name.repository()).tags.remove(tag.as_str());
                let target = format!("{}:{tag} removed", name.repository());
                self.note(Part::Registry, Action::TagImage, target, &Author::Automation(by));
            }
        }
    }

    /// Returns what a fault makes of a request to a part before it is looked at.
    pub(crate) fn interference(&mut self, part: Part) -> Option<Interference> {
        let github = part == Part::GitHub;
        if github && self.fires(|fault| *fault == Fault::RateLimited) {
            return Some(Interference::RateLimited);
        }
        if github && self.fires(|fault| *fault == Fault::SecondaryRateLimit) {
            return Some(Interference::SecondaryRateLimit);
        }
        let hits = |fault: &Fault| match fault {
            Fault::ServerErrors(only) => only.is_none_or(|only| only == part),
            _ => false,
        };
        // Even and odd, so that both statuses are met.
        let left = self.faults.iter().find(|active| hits(&active.fault)).and_then(|active| active.times);
        let status = if left.unwrap_or_default() % 2 == 0 { 502 } else { 503 };
        self.fires(hits).then_some(Interference::ServerError(status))
    }

    /// Tells whether the answer to a mutation is to be lost.
    pub(crate) fn loses_reply(&mut self, action: Action) -> bool {
        self.fires(|fault| matches!(fault, Fault::LostReply(mutations) if mutations.include(action)))
    }

    /// Pauses a mutation if a fault says so; returns the number of the pause.
    pub(crate) fn pauses(&mut self, before: Before, action: Action, request: &str) -> Option<u64> {
        let fires = self.fires(|fault| match (before, fault) {
            (Before::Effect, Fault::PauseBefore(mutations))
            | (Before::Answer, Fault::PauseAfter(mutations)) => mutations.include(action),
            _ => false,
        });
        if !fires {
            return None;
        }
        let id = self.new_id();
        let took_effect = before == Before::Answer;
        self.paused.push(Paused { id, action, request: request.to_owned(), took_effect });
        Some(id)
    }
}
