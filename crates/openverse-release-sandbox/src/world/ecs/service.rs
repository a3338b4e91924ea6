//! Services, what they run, and what they say.

use chrono::{DateTime, Utc};
use openverse_release_core::{AppSlug, EcsService, EnvironmentName, ServiceEvent};
use serde::{Deserialize, Serialize};

use super::{Definition, Ecs};

/// How many events of a service ECS keeps.
const EVENTS: usize = 100;

/// How many stopped tasks of a service a sandbox keeps; ECS keeps those of the last hour.
const STOPPED: usize = 12;

/// How many tasks each service wants.
pub(super) const DESIRED: usize = 2;

/// A service.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Service {
    pub(crate) app: AppSlug,
    pub(crate) environment: EnvironmentName,
    pub(crate) place: EcsService,
    pub(crate) created_at: DateTime<Utc>,
    /// The primary one first.
    pub(crate) rollouts: Vec<Rollout>,
    /// Newest first.
    pub(crate) events: Vec<ServiceEvent>,
    /// Newest first.
    pub(crate) tasks: Vec<Task>,
}

/// Where a deployment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum RolloutState {
    InProgress,
    Completed,
    Failed,
}

/// How a deployment of a service will end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Fate {
    Completes,
    /// Its tasks stop for a reason; the circuit breaker may then roll back.
    Breaks {
        task_reason: String,
        container_reason: Option<String>,
        rolls_back: bool,
    },
    /// Somebody starts another one in between.
    Replaced,
}

/// A deployment of a service.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Rollout {
    pub(crate) id: String,
    /// `FAMILY:REVISION`.
    pub(crate) definition: String,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) updated_at: DateTime<Utc>,
    pub(crate) state: RolloutState,
    pub(crate) reason: String,
    pub(crate) failed_tasks: usize,
    pub(super) fate: Fate,
    /// Whether it is how the circuit breaker goes back.
    pub(super) is_rollback: bool,
}

/// A task.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Task {
    pub(crate) id: String,
    /// The id of the deployment that started it.
    pub(crate) started_by: String,
    /// `FAMILY:REVISION`.
    pub(crate) definition: String,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) stop: Option<Stop>,
}

/// How a task stopped.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Stop {
    pub(crate) at: DateTime<Utc>,
    pub(crate) code: String,
    pub(crate) reason: String,
    /// What its containers ended with, where they ran at all.
    pub(crate) exit_code: Option<i32>,
    pub(crate) container_reason: Option<String>,
}

impl Service {
    pub(super) fn new(
        app: &AppSlug,
        environment: EnvironmentName,
        place: &EcsService,
        at: DateTime<Utc>,
    ) -> Self {
        Self {
            app: app.clone(),
            environment,
            place: place.clone(),
            created_at: at,
            rollouts: Vec::new(),
            events: Vec::new(),
            tasks: Vec::new(),
        }
    }

    /// Returns the number of tasks that the service wants.
    pub(crate) fn desired_count(&self) -> usize {
        if self.rollouts.is_empty() { 0 } else { DESIRED }
    }

    /// Returns the number of tasks of a deployment that run.
    pub(crate) fn running(&self, deployment: &str) -> usize {
        self.tasks.iter().filter(|task| task.started_by == deployment && task.stop.is_none()).count()
    }

    /// Returns the number of tasks that a deployment wants.
    pub(crate) fn desired(rollout: &Rollout) -> usize {
        if rollout.state == RolloutState::Failed { 0 } else { DESIRED }
    }

    /// Stops every task that still runs and that the test picks; returns their ids.
    pub(super) fn stop_tasks(&mut self, stop: &Stop, test: impl Fn(&Task) -> bool) -> Vec<String> {
        let mut stopped = Vec::new();
        for task in self.tasks.iter_mut().filter(|task| task.stop.is_none() && test(task)) {
            task.stop = Some(stop.clone());
            stopped.push(task.id.clone());
        }
        let mut kept = 0;
        self.tasks.retain(|task| {
            kept += usize::from(task.stop.is_some());
            task.stop.is_none() || kept <= STOPPED
        });
        stopped
    }
}

impl Ecs {
    /// Says something about a service.
    pub(super) fn say(&mut self, index: usize, at: DateTime<Utc>, what: &str) {
        let id = self.new_event_id();
        let service = &mut self.services[index];
        let message = format!("(service {}) {what}", service.place.service);
        service.events.insert(0, ServiceEvent { at, id, message });
        service.events.truncate(EVENTS);
    }

    /// Starts the tasks of a deployment.
    pub(super) fn start_tasks(&mut self, index: usize, rollout: &Rollout, at: DateTime<Utc>) {
        let mut ids = Vec::new();
        for _ in 0..DESIRED {
            let id = self.new_hex();
            let (started_by, definition) = (rollout.id.clone(), rollout.definition.clone());
            ids.push(id.clone());
            let task = Task { id, started_by, definition, created_at: at, stop: None };
            self.services[index].tasks.insert(0, task);
        }
        self.say(index, at, &format!("has started {DESIRED} tasks: {}.", listed(&ids)));
    }

    pub(super) fn new_rollout(
        &mut self,
        definition: &Definition,
        fate: Fate,
        is_rollback: bool,
        at: DateTime<Utc>,
    ) -> Rollout {
        let id = self.new_deployment_id();
        Rollout {
            reason: format!("ECS deployment {id} in progress."),
            id,
            definition: definition.short(),
            created_at: at,
            updated_at: at,
            state: RolloutState::InProgress,
            failed_tasks: 0,
            fate,
            is_rollback,
        }
    }
}

/// `(task 0a1b) (task 2c3d)`
pub(super) fn listed(tasks: &[String]) -> String {
    tasks.iter().map(|id| format!("(task {id})")).collect::<Vec<_>>().join(" ")
}
