//! How deployments of a service go: well, badly, back, or into the shade of a newer one.

use openverse_release_core::EnvironmentName;

use super::{
    Definition, RolloutState,
    service::{Fate, Stop, listed},
};
use crate::{
    Action, Fault, Part,
    world::{Author, Event, World},
};

/// Why ECS went back, as it says it at the deployment that failed.
const BROKEN: &str = "ECS deployment circuit breaker: tasks failed to start.";

/// What came of a request to update a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Update {
    Done,
    NoSuchDefinition,
}

impl World {
    /// Updates a service as a request asks: a new deployment, unless it runs that already.
    pub(crate) fn update_service(
        &mut self,
        index: usize,
        definition: Option<&str>,
        anew: bool,
        by: &Author<'_>,
    ) -> Update {
        let current = self.ecs.services[index].rollouts.first().map(|rollout| rollout.definition.clone());
        let Some(wanted) = definition.or(current.as_deref()) else { return Update::NoSuchDefinition };
        let Some(definition) = self.ecs.definition(wanted).cloned() else { return Update::NoSuchDefinition };
        let target = format!("{} {}", self.ecs.services[index].place.service, definition.short());
        self.note(Part::Ecs, Action::UpdateService, target, by);
        if anew || current != Some(definition.short()) {
            let environment = self.ecs.services[index].environment;
            let fate = self.fate_of(index, &definition, environment);
            let slow = self.fires(|fault| *fault == Fault::RolloutSlow(environment));
            let takes = self.timing.deploy() + if slow { self.timing.late_run() } else { Default::default() };
            let deployment = self.begin_rollout(index, &definition, Some(fate));
            self.schedule(self.timing.appear(), Event::TasksStart { deployment: deployment.clone() });
            self.schedule(takes, Event::RolloutEnds { deployment });
        }
        Update::Done
    }

    fn fate_of(&mut self, index: usize, definition: &Definition, environment: EnvironmentName) -> Fate {
        let breaks = |rolls_back| Fate::Breaks {
            task_reason: "Essential container in task exited".to_owned(),
            container_reason: None,
            rolls_back,
        };
        if let Err(image) = self.image_tag_of(&self.ecs.services[index], definition) {
            let reason = format!(
                "CannotPullContainerError: pull image manifest has been retried 1 time(s): \
                 failed to resolve ref {image}: {image}: not found"
            );
            return Fate::Breaks {
                task_reason: reason.clone(),
                container_reason: Some(reason),
                rolls_back: true,
            };
        }
        if self.fires(|fault| *fault == Fault::RolloutFails(environment)) {
            breaks(false)
        } else if self.fires(|fault| *fault == Fault::RolloutRolledBack(environment)) {
            breaks(true)
        } else if self.fires(|fault| *fault == Fault::RolloutReplaced(environment)) {
            Fate::Replaced
        } else {
            Fate::Completes
        }
    }

    /// Makes a definition's deployment the primary one of a service, and returns its id.
    pub(super) fn begin_rollout(
        &mut self,
        index: usize,
        definition: &Definition,
        fate: Option<Fate>,
    ) -> String {
        let now = self.clock;
        self.outbox.changed = true;
        let rollout = self.ecs.new_rollout(definition, fate.unwrap_or(Fate::Completes), false, now);
        let id = rollout.id.clone();
        self.ecs.services[index].rollouts.insert(0, rollout);
        id
    }

    /// Returns the service whose primary deployment this is, while it is in progress.
    fn in_progress(&self, deployment: &str) -> Option<usize> {
        self.ecs.services.iter().position(|service| {
            let primary = service.rollouts.first();
            primary.is_some_and(|it| it.id == deployment && it.state == RolloutState::InProgress)
        })
    }

    pub(in crate::world) fn tasks_start(&mut self, deployment: &str) {
        let Some(index) = self.in_progress(deployment) else { return };
        let rollout = self.ecs.services[index].rollouts[0].clone();
        self.ecs.start_tasks(index, &rollout, self.clock);
        if rollout.fate == Fate::Replaced {
            self.replace_rollout(index);
        }
    }

    /// Somebody deploys once more what the service ran before.
    fn replace_rollout(&mut self, index: usize) {
        let Some(before) = self.last_completed(index) else { return };
        let now = self.clock;
        let again = self.ecs.store(&before.family, before.document, Vec::new(), now);
        let target = format!("{} {}", self.ecs.services[index].place.service, again.short());
        let fault = Fault::RolloutReplaced(self.ecs.services[index].environment);
        self.note(Part::Ecs, Action::UpdateService, target, &Author::Automation(fault.name()));
        let deployment = self.begin_rollout(index, &again, None);
        self.schedule(self.timing.appear(), Event::TasksStart { deployment: deployment.clone() });
        self.schedule(self.timing.deploy(), Event::RolloutEnds { deployment });
    }

    fn last_completed(&self, index: usize) -> Option<Definition> {
        let rollouts = &self.ecs.services[index].rollouts;
        let completed = rollouts.iter().find(|rollout| rollout.state == RolloutState::Completed)?;
        self.ecs.definition(&completed.definition).cloned()
    }

    pub(in crate::world) fn rollout_ends(&mut self, deployment: &str) {
        let Some(index) = self.in_progress(deployment) else { return };
        let rollout = self.ecs.services[index].rollouts[0].clone();
        if let Fate::Breaks { task_reason, container_reason, rolls_back } = rollout.fate {
            return self.break_rollout(index, &task_reason, container_reason, rolls_back);
        }
        let goes_live = self.finish_rollout(index);
        let service = &self.ecs.services[index];
        let Some(definition) = goes_live.filter(|_| !rollout.is_rollback) else { return };
        let (app, environment) = (service.app.clone(), service.environment);
        let Ok(image_tag) = self.image_tag_of(service, &definition) else { return };
        if let Some(commit) = self.deployable(&app, image_tag.as_str()) {
            self.record_live(&app, environment, image_tag, commit, "ecs");
        }
    }

    /// Ends the primary deployment of a service well; returns what it deployed.
    pub(super) fn finish_rollout(&mut self, index: usize) -> Option<Definition> {
        let now = self.clock;
        let rollout = self.ecs.services[index].rollouts[0].clone();
        if self.ecs.services[index].running(&rollout.id) == 0 {
            self.ecs.start_tasks(index, &rollout, now);
        }
        let stop = Stop {
            at: now,
            code: "ServiceSchedulerInitiated".to_owned(),
            reason: format!("Scaling activity initiated by (deployment {})", rollout.id),
            exit_code: Some(0),
            container_reason: None,
        };
        let service = &mut self.ecs.services[index];
        service.rollouts.truncate(1);
        let primary = &mut service.rollouts[0];
        primary.state = RolloutState::Completed;
        primary.reason = format!("ECS deployment {} completed.", rollout.id);
        primary.updated_at = now;
        let stopped = service.stop_tasks(&stop, |task| task.started_by != rollout.id);
        if !stopped.is_empty() {
            self.ecs.say(
                index,
                now,
                &format!("has stopped {} running tasks: {}.", stopped.len(), listed(&stopped)),
            );
        }
        self.ecs.say(index, now, &format!("(deployment {}) deployment completed.", rollout.id));
        self.ecs.say(index, now, "has reached a steady state.");
        self.ecs.definition(&rollout.definition).cloned()
    }

    fn break_rollout(
        &mut self,
        index: usize,
        task_reason: &str,
        container_reason: Option<String>,
        rolls_back: bool,
    ) {
        let now = self.clock;
        let service = &mut self.ecs.services[index];
        let exit_code = container_reason.is_none().then_some(1);
        let code = if exit_code.is_some() { "EssentialContainerExited" } else { "TaskFailedToStart" };
        let stop = Stop {
            at: now,
            code: code.to_owned(),
            reason: task_reason.to_owned(),
            exit_code,
            container_reason,
        };
        let id = service.rollouts[0].id.clone();
        let stopped = service.stop_tasks(&stop, |task| task.started_by == id);
        let failed = &mut service.rollouts[0];
        failed.state = RolloutState::Failed;
        failed.reason = BROKEN.to_owned();
        failed.failed_tasks = stopped.len();
        failed.updated_at = now;
        self.ecs.say(
            index,
            now,
            &format!("has stopped {} running tasks: {}.", stopped.len(), listed(&stopped)),
        );
        self.ecs.say(index, now, &format!("(deployment {id}) deployment failed: tasks failed to start."));
        let completed = |world: &Self| {
            let rollouts = &world.ecs.services[index].rollouts;
            rollouts.iter().find(|rollout| rollout.state == RolloutState::Completed).cloned()
        };
        let Some(before) = completed(self).filter(|_| rolls_back) else { return };
        let Some(definition) = self.ecs.definition(&before.definition).cloned() else { return };
        self.ecs.say(index, now, &format!("rolling back to deployment {}.", before.id));
        let mut back = self.ecs.new_rollout(&definition, Fate::Completes, true, now);
        back.reason = format!("ECS deployment circuit breaker: rolling back to deployment {}.", before.id);
        let deployment = back.id.clone();
        self.ecs.services[index].rollouts.insert(0, back);
        self.schedule(self.timing.appear(), Event::TasksStart { deployment: deployment.clone() });
        self.schedule(self.timing.deploy(), Event::RolloutEnds { deployment });
    }
}
