//! A model of one service of ECS, as a run that deploys by it sees it.

use chrono::{DateTime, Utc};
use openverse_release_core::{
    DeploymentId, EcsService, Effect, ExternalRun, LiveVersion, Look, RegistrationMarker, Reply,
    RolloutState, ServiceDeployment, ServiceDescription, ServiceEvent, ServiceSight, Sight, TaskCounts,
    TaskDefinitionArn,
};

use super::world::{World, sha};

/// What becomes of the next deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Completes,
    /// The platform takes it back, and lists it no more.
    IsTakenBack,
    /// Somebody else's deployment replaces it once it has completed.
    IsReplaced,
}

#[derive(Debug, Clone)]
pub(super) struct Service {
    /// The revisions, each with who registered it; the first runs already.
    revisions: Vec<Option<RegistrationMarker>>,
    /// The deployments, the newest last, each with the revision it is of.
    deployments: Vec<(usize, DateTime<Utc>)>,
    pub(super) fate: Fate,
}

impl Service {
    pub(super) fn new(now: DateTime<Utc>) -> Self {
        Self { revisions: vec![None], deployments: vec![(0, now)], fate: Fate::Completes }
    }

    pub(super) fn see(&self, look: &Look, world: &World) -> Sight {
        let Look::Service { service, marker, .. } = look else { panic!("no look at a service: {look:?}") };
        let newest = self.revisions.len() - 1;
        let registered = self.revisions[newest].as_ref().filter(|by| *by == marker);
        Sight::Service(Box::new(ServiceSight {
            description: Some(self.describe(service, world)),
            template: Some(arn("template", 0)),
            registered: registered.map(|_| arn("production-api", newest)),
            stopped: Vec::new(),
            live: Some(Ok(LiveVersion { commit: sha('b'), environment: "production".to_owned() })),
        }))
    }

    pub(super) fn describe(&self, service: &EcsService, world: &World) -> ServiceDescription {
        let World { now, appears_after, takes, .. } = *world;
        let since_start = |start: DateTime<Utc>| now - start;
        let visible: Vec<_> = (self.deployments.iter().enumerate())
            .filter(|(index, (_, start))| *index == 0 || since_start(*start) >= appears_after)
            .collect();
        let &(last, &(revision, start)) = visible.last().unwrap();
        let over = last > 0 && since_start(start) >= takes;
        let said = |text: String| ServiceEvent { at: now, id: "event".to_owned(), message: text };
        let listed = |id: DeploymentId, revision, rollout| ServiceDeployment {
            id,
            task_definition: arn("production-api", revision),
            created_at: start,
            rollout,
            reason: None,
            primary: true,
            counts: TaskCounts::default(),
        };
        let (primary, events) = match self.fate {
            Fate::IsTakenBack if over => (
                listed(id(99), 0, RolloutState::Completed),
                vec![
                    said(format!("(deployment {}) rolling back to deployment {}.", id(last), id(99))),
                    said(format!("(deployment {}) deployment failed: tasks failed to start.", id(last))),
                ],
            ),
            Fate::IsReplaced if over => (
                listed(id(99), 7, RolloutState::InProgress),
                vec![said(format!("(deployment {}) deployment completed.", id(last)))],
            ),
            _ if over || last == 0 => (listed(id(last), revision, RolloutState::Completed), Vec::new()),
            _ => (listed(id(last), revision, RolloutState::InProgress), Vec::new()),
        };
        ServiceDescription {
            cluster: service.cluster.clone(),
            service: service.service.clone(),
            deployments: vec![primary],
            events,
        }
    }

    pub(super) fn perform(
        &mut self,
        effect: &Effect,
        now: DateTime<Utc>,
        mutations: &mut Vec<String>,
    ) -> Reply {
        let run = match effect {
            Effect::RegisterTaskDefinition(wanted) => {
                self.revisions.push(Some(wanted.marker.clone()));
                mutations.push("register".to_owned());
                None
            }
            Effect::UpdateService(wanted) => {
                let newest = self.revisions.len() - 1;
                assert_eq!(wanted.task_definition, arn("production-api", newest));
                self.deployments.push((newest, now));
                mutations.push("update".to_owned());
                Some(ExternalRun::EcsDeployment(id(self.deployments.len() - 1)))
            }
            effect => panic!("no effect on a service: {effect:?}"),
        };
        Reply::Accepted { run }
    }
}

pub(super) fn id(number: usize) -> DeploymentId {
    format!("ecs-svc/{number}").parse().unwrap()
}

pub(super) fn arn(family: &str, revision: usize) -> TaskDefinitionArn {
    format!("arn:aws:ecs:us-east-1:123456789012:task-definition/{family}:{}", revision + 1).parse().unwrap()
}
