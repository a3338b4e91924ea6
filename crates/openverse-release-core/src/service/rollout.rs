//! What a look at a service says about one deployment of it.

use serde::{Deserialize, Serialize};

use super::{DeploymentId, ServiceDeployment, ServiceDescription, TaskCounts, TaskDefinitionArn};

/// How a deployment goes, or went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "rollout", rename_all = "snake_case")]
pub enum Rollout {
    /// Neither the deployments nor the events name it. Lists can be behind, so this may pass; one
    /// that was seen before and is gone has been replaced.
    Absent {
        /// The primary deployment that is there.
        primary: Option<DeploymentId>,
    },
    /// It is under way.
    UnderWay {
        /// How far.
        counts: TaskCounts,
    },
    /// The service reached a steady state with it, and moves towards no other.
    Done,
    /// ECS gave it up and went back to an earlier revision by itself.
    RolledBack {
        /// Why, in the words of ECS.
        reason: String,
        /// What it went back to.
        to: Option<TaskDefinitionArn>,
    },
    /// Somebody started a newer deployment.
    Replaced {
        /// The newer one.
        by: DeploymentId,
        /// What that deploys.
        task_definition: TaskDefinitionArn,
        /// Whether this one had completed before.
        had_completed: bool,
    },
    /// ECS gave it up, and did not go back.
    Failed {
        /// Why, in the words of ECS.
        reason: String,
    },
}

/// Tells how a deployment goes, by its identity alone: that the service is steady says nothing,
/// since after a rollback by ECS, or with somebody's newer deployment, it is steady as well.
///
/// ```
/// use openverse_release_core::{Rollout, ServiceDescription, judge_rollout};
///
/// let service: ServiceDescription = serde_json::from_value(serde_json::json!({
///     "cluster": "production-default", "service": "production-api", "events": [],
///     "deployments": [{
///         "id": "ecs-svc/2", "primary": true, "rollout": "completed",
///         "task_definition": "arn:aws:ecs:us-east-1:123456789012:task-definition/production-api:42",
///         "created_at": "2024-05-14T15:09:26Z",
///         "counts": { "desired": 2, "pending": 0, "running": 2, "failed": 0 },
///     }],
/// }))?;
/// assert_eq!(judge_rollout(&"ecs-svc/2".parse()?, &service), Rollout::Done);
/// assert!(matches!(judge_rollout(&"ecs-svc/1".parse()?, &service), Rollout::Absent { .. }));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn judge_rollout(ours: &DeploymentId, service: &ServiceDescription) -> Rollout {
    use super::RolloutState::{Completed, Failed, InProgress};

    let primary = service.primary();
    let Some(deployment) = service.deployment(ours) else { return judge_unlisted(ours, service) };
    let Some(newer) = primary.filter(|primary| primary.id != *ours) else {
        return match deployment.rollout {
            InProgress => Rollout::UnderWay { counts: deployment.counts },
            // A list without a primary deployment is not that of a service at rest.
            Completed if primary.is_none() => Rollout::UnderWay { counts: deployment.counts },
            Completed => Rollout::Done,
            Failed => Rollout::Failed { reason: reason_of(deployment, service) },
        };
    };
    let goes_back = newer.task_definition != deployment.task_definition && went_back(newer, ours, service);
    match deployment.rollout {
        Failed | InProgress if goes_back => Rollout::RolledBack {
            reason: reason_of(deployment, service),
            to: Some(newer.task_definition.clone()),
        },
        Failed => Rollout::Failed { reason: reason_of(deployment, service) },
        state @ (InProgress | Completed) => replaced(newer, state == Completed),
    }
}

/// ECS forgets a deployment that has no tasks any more, and remembers the last hundred events.
fn judge_unlisted(ours: &DeploymentId, service: &ServiceDescription) -> Rollout {
    let Some(primary) = service.primary() else { return Rollout::Absent { primary: None } };
    if let Some(reason) = failure_event(ours, service) {
        return if went_back(primary, ours, service) {
            Rollout::RolledBack { reason, to: Some(primary.task_definition.clone()) }
        } else {
            Rollout::Failed { reason }
        };
    }
    if said_of(ours, service).any(|rest| rest.starts_with("deployment completed")) {
        return replaced(primary, true);
    }
    Rollout::Absent { primary: Some(primary.id.clone()) }
}

fn replaced(newer: &ServiceDeployment, had_completed: bool) -> Rollout {
    let (by, task_definition) = (newer.id.clone(), newer.task_definition.clone());
    Rollout::Replaced { by, task_definition, had_completed }
}

/// Tells whether `newer` is how ECS took back `ours`.
///
/// While that is under way its reason says so. Once it is over only an event does, of which the
/// newest rollback that is later than the start of ours counts.
fn went_back(newer: &ServiceDeployment, ours: &DeploymentId, service: &ServiceDescription) -> bool {
    const GOES_BACK: &str = "rolling back to deployment";
    if newer.reason.as_deref().is_some_and(|reason| reason.contains(GOES_BACK)) {
        return true;
    }
    // Newest first: what follows the failure of ours stands before it.
    let failed = service.events.iter().position(|event| {
        about(&event.message, ours).is_some_and(|rest| rest.starts_with("deployment failed"))
    });
    let since = failed.unwrap_or(0);
    service.events[..since].iter().any(|event| event.message.contains(GOES_BACK))
}

fn reason_of(deployment: &ServiceDeployment, service: &ServiceDescription) -> String {
    let said = deployment.reason.clone().filter(|reason| !reason.trim().is_empty());
    said.or_else(|| failure_event(&deployment.id, service))
        .unwrap_or_else(|| "ECS gives no reason".to_owned())
}

/// Returns why a deployment failed, if an event says that it did.
fn failure_event(id: &DeploymentId, service: &ServiceDescription) -> Option<String> {
    said_of(id, service)
        .find(|rest| rest.starts_with("deployment failed"))
        .map(|rest| rest.strip_prefix("deployment failed:").unwrap_or(rest).trim().to_owned())
}

/// Returns what the events say about a deployment, newest first.
fn said_of<'a>(id: &'a DeploymentId, service: &'a ServiceDescription) -> impl Iterator<Item = &'a str> {
    service.events.iter().filter_map(|event| about(&event.message, id))
}

/// `(service production-api) (deployment ecs-svc/1) deployment completed.`
fn about<'a>(message: &'a str, id: &DeploymentId) -> Option<&'a str> {
    let named = format!("(deployment {id}) ");
    message.split_once(&named).map(|(_, rest)| rest)
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta};
    use proptest::prelude::*;

    use super::*;
    use crate::{RolloutState, ServiceEvent};

    const OURS: &str = "ecs-svc/20";
    const COUNTS: TaskCounts = TaskCounts { desired: 2, pending: 1, running: 1, failed: 0 };
    const ROLLING_BACK: &str = "(service production-api) rolling back to deployment ecs-svc/10.";
    const BROKEN: &str =
        "(service production-api) (deployment ecs-svc/20) deployment failed: tasks failed to start.";

    fn id(text: &str) -> DeploymentId {
        text.parse().unwrap()
    }

    fn arn(revision: u32) -> TaskDefinitionArn {
        format!("arn:aws:ecs:us-east-1:123456789012:task-definition/production-api:{revision}")
            .parse()
            .unwrap()
    }

    fn deployment(number: u32, rollout: RolloutState) -> ServiceDeployment {
        ServiceDeployment {
            id: id(&format!("ecs-svc/{number}")),
            task_definition: arn(number),
            created_at: DateTime::UNIX_EPOCH + TimeDelta::minutes(number.into()),
            rollout,
            reason: None,
            primary: false,
            counts: COUNTS,
        }
    }

    fn primary(number: u32, rollout: RolloutState) -> ServiceDeployment {
        ServiceDeployment { primary: true, ..deployment(number, rollout) }
    }

    fn because(reason: &str, deployment: ServiceDeployment) -> ServiceDeployment {
        ServiceDeployment { reason: Some(reason.to_owned()), ..deployment }
    }

    /// A service with deployments, and with events as they stand in the list: newest first.
    fn service(deployments: Vec<ServiceDeployment>, events: &[&str]) -> ServiceDescription {
        let event = |(at, message): (usize, &&str)| ServiceEvent {
            at: DateTime::UNIX_EPOCH - TimeDelta::seconds(i64::try_from(at).unwrap()),
            id: at.to_string(),
            message: (*message).to_owned(),
        };
        let events = events.iter().enumerate().map(event).collect();
        let (cluster, service) = ("production-default".parse().unwrap(), "production-api".parse().unwrap());
        ServiceDescription { cluster, service, deployments, events }
    }

    fn replaced_by(number: u32, had_completed: bool) -> Rollout {
        Rollout::Replaced {
            by: id(&format!("ecs-svc/{number}")),
            task_definition: arn(number),
            had_completed,
        }
    }

    fn rolled_back(reason: &str, to: u32) -> Rollout {
        Rollout::RolledBack { reason: reason.to_owned(), to: Some(arn(to)) }
    }

    #[test]
    fn a_deployment_is_judged_by_its_own_identity() {
        use RolloutState::{Completed, Failed, InProgress};
        let breaker = "ECS deployment circuit breaker: tasks failed to start.";
        let going_back = "ECS deployment circuit breaker: rolling back to deployment ecs-svc/10.";
        let completed = "(service production-api) (deployment ecs-svc/20) deployment completed.";
        let other_failed = "(service production-api) (deployment ecs-svc/200) deployment failed: no.";
        let failed = |reason: &str| Rollout::Failed { reason: reason.to_owned() };
        let absent = |primary: Option<&str>| Rollout::Absent { primary: primary.map(id) };
        #[rustfmt::skip]
        let table = [
            ("no deployment at all", service(vec![], &[]), absent(None)),
            ("not in the list yet", service(vec![primary(10, Completed)], &[]), absent(Some("ecs-svc/10"))),
            ("just started", service(vec![primary(20, InProgress), deployment(10, Completed)], &[]), Rollout::UnderWay { counts: COUNTS }),
            ("steady", service(vec![primary(20, Completed)], &[completed]), Rollout::Done),
            ("steady, the old one draining", service(vec![deployment(10, Completed), primary(20, Completed)], &[]), Rollout::Done),
            ("given up, no rollback", service(vec![because(breaker, primary(20, Failed)), deployment(10, Completed)], &[BROKEN]), failed(breaker)),
            ("given up, no reason", service(vec![primary(20, Failed)], &[]), failed("ECS gives no reason")),
            ("given up, the reason an event", service(vec![primary(20, Failed)], &[BROKEN]), failed("tasks failed to start.")),
            ("given up, fixed by somebody", service(vec![because(breaker, deployment(20, Failed)), primary(30, InProgress)], &[BROKEN]), failed(breaker)),
            ("going back", service(vec![because(going_back, primary(25, InProgress)), because(breaker, deployment(20, Failed))], &[ROLLING_BACK, BROKEN]), rolled_back(breaker, 25)),
            ("going back before it is marked as failed", service(vec![because(going_back, primary(25, InProgress)), deployment(20, InProgress)], &[]), rolled_back("ECS gives no reason", 25)),
            ("went back, and forgotten", service(vec![primary(25, Completed)], &["steady", ROLLING_BACK, BROKEN]), rolled_back("tasks failed to start.", 25)),
            ("another was rolled back before", service(vec![primary(20, Completed)], &[ROLLING_BACK, other_failed]), Rollout::Done),
            ("another was rolled back before ours failed", service(vec![primary(30, Completed)], &[BROKEN, ROLLING_BACK, other_failed]), failed("tasks failed to start.")),
            ("overtaken", service(vec![primary(30, InProgress), deployment(20, InProgress)], &[]), replaced_by(30, false)),
            ("done, then replaced", service(vec![primary(30, InProgress), deployment(20, Completed)], &[completed]), replaced_by(30, true)),
            ("done, replaced and forgotten", service(vec![primary(30, Completed)], &[completed]), replaced_by(30, true)),
            ("only a longer id is named", service(vec![primary(30, Completed)], &[other_failed]), absent(Some("ecs-svc/30"))),
        ];
        for (name, service, expected) in table {
            assert_eq!(judge_rollout(&id(OURS), &service), expected, "{name}");
        }
    }

    #[test]
    fn a_lost_reply_is_cleared_up_by_the_revision_that_only_this_run_registered() {
        let mut again = primary(30, RolloutState::InProgress);
        again.task_definition = arn(20);
        let service = service(vec![again, deployment(20, RolloutState::InProgress)], &[]);
        assert_eq!(service.deployment_of(&arn(20)).unwrap().id, id(OURS));
        assert_eq!(service.deployment_of(&arn(10)), None);
    }

    fn any_state() -> impl Strategy<Value = RolloutState> {
        prop_oneof![Just(RolloutState::InProgress), Just(RolloutState::Completed), Just(RolloutState::Failed)]
    }

    prop_compose! {
        fn any_service()(
            numbers in proptest::sample::subsequence(vec![10u32, 20, 30, 40], 0..=4).prop_shuffle(),
            states in proptest::collection::vec(any_state(), 4),
            first in 0usize..5,
            said in proptest::collection::vec(0usize..5, 0..6),
        ) -> ServiceDescription {
            let deployments = numbers.iter().zip(states).enumerate().map(|(at, (number, state))| {
                if at == first { primary(*number, state) } else { deployment(*number, state) }
            });
            let messages = [
                ROLLING_BACK,
                BROKEN,
                "(service production-api) (deployment ecs-svc/20) deployment completed.",
                "(service production-api) has reached a steady state.",
                "(service production-api) (deployment ecs-svc/30) deployment failed: no.",
            ];
            let events: Vec<&str> = said.iter().map(|at| messages[*at]).collect();
            service(deployments.collect(), &events)
        }
    }

    proptest! {
        #[test]
        fn done_is_only_said_of_the_primary_deployment_that_completed(service in any_service()) {
            let rollout = judge_rollout(&id(OURS), &service);
            let ours = service.primary().filter(|primary| primary.id == id(OURS));
            let completed = ours.is_some_and(|ours| ours.rollout == RolloutState::Completed);
            prop_assert_eq!(rollout == Rollout::Done, completed);
        }

        #[test]
        fn the_order_of_the_deployments_says_nothing(service in any_service(), by in 0usize..4) {
            let mut turned = service.clone();
            let count = turned.deployments.len().max(1);
            turned.deployments.rotate_left(by % count);
            prop_assert_eq!(judge_rollout(&id(OURS), &service), judge_rollout(&id(OURS), &turned));
        }

        #[test]
        fn a_verdict_survives_being_saved(service in any_service()) {
            let rollout = judge_rollout(&id(OURS), &service);
            let saved = serde_json::to_string(&rollout).unwrap();
            prop_assert_eq!(serde_json::from_str::<Rollout>(&saved).unwrap(), rollout);
        }
    }
}
