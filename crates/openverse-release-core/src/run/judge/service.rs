//! What is seen of a deployment that a run makes by ECS itself.

use super::Verdict;
use crate::{
    DeploymentId, DeploymentTarget, EcsService, Effect, ExternalRun, LiveVersion, Part,
    RegisterTaskDefinition, Rollout, ServiceDescription, ServiceSight, StoppedTask, UpdateService,
    judge_rollout,
};

impl Part<'_> {
    pub(super) fn judge_service(
        &self,
        target: &DeploymentTarget,
        service: &EcsService,
        seen: &ServiceSight,
    ) -> Verdict {
        let conflict = |found: String, expected: String| Verdict::Conflict { found, expected };
        let name = &service.service;
        let Some(description) = &seen.description else {
            return conflict(
                format!("no active service {name} in the cluster {}", service.cluster),
                "one to deploy to".to_owned(),
            );
        };
        if let Some(id) = self.followed_rollout() {
            return self.judge_followed(target, id, description, seen);
        }
        let Some(registered) = &seen.registered else {
            let Some(template) = &seen.template else {
                let found = format!("no task definition {}", service.template_family);
                return conflict(found, "the template that is rendered".to_owned());
            };
            return Verdict::Absent(Effect::RegisterTaskDefinition(Box::new(RegisterTaskDefinition {
                service: service.clone(),
                template: template.clone(),
                images: service.images(&self.version().image_tag),
                marker: self.run.id().marker(),
            })));
        };
        match description.deployment_of(registered) {
            Some(deployment) => self.judge_followed(target, &deployment.id, description, seen),
            None => Verdict::Absent(Effect::UpdateService(Box::new(UpdateService {
                service: service.clone(),
                task_definition: registered.clone(),
                seen: description.primary().map(|primary| primary.id.clone()),
            }))),
        }
    }

    fn judge_followed(
        &self,
        target: &DeploymentTarget,
        id: &DeploymentId,
        description: &ServiceDescription,
        seen: &ServiceSight,
    ) -> Verdict {
        let revision = match description.deployment(id) {
            Some(deployment) => deployment.task_definition.short(),
            None => id.as_str(),
        };
        match judge_rollout(id, description) {
            Rollout::Absent { .. } => {
                Verdict::Waiting { evidence: format!("deployment {id} of {revision} is not listed") }
            }
            Rollout::UnderWay { counts } => under_way(
                id.clone(),
                format!(
                    "{revision}: {} of {} tasks run, {} start, {} failed",
                    counts.running, counts.desired, counts.pending, counts.failed
                ),
            ),
            Rollout::Done => self.judge_live(target, id.clone(), revision, seen.live.as_ref()),
            Rollout::RolledBack { reason, to } => {
                let to = to.map_or_else(|| "an earlier revision".to_owned(), |to| to.short().to_owned());
                Verdict::Failed {
                    evidence: format!("the platform took {revision} back to {to}: {reason}{}", stops(seen)),
                }
            }
            Rollout::Failed { reason } if self.is_live(target, seen.live.as_ref()) => Verdict::Done {
                evidence: format!("{revision} is live"),
                warning: Some(format!("its rollout failed although it is live: {reason}{}", stops(seen))),
                run: None,
            },
            Rollout::Failed { reason } => Verdict::Failed {
                evidence: format!("the rollout of {revision} failed: {reason}{}", stops(seen)),
            },
            Rollout::Replaced { by, task_definition, had_completed } => {
                let before = if had_completed { "after it had completed" } else { "before it had completed" };
                Verdict::Conflict {
                    found: format!(
                        "{revision} replaced {before} by {} (deployment {by})",
                        task_definition.short()
                    ),
                    expected: "it to stay deployed".to_owned(),
                }
            }
        }
    }

    fn judge_live(
        &self,
        target: &DeploymentTarget,
        id: DeploymentId,
        revision: &str,
        live: Option<&Result<LiveVersion, String>>,
    ) -> Verdict {
        match live {
            _ if self.is_live(target, live) => Verdict::Done {
                evidence: format!("the rollout of {revision} is complete, and its version is live"),
                warning: None,
                run: None,
            },
            None => Verdict::Done {
                evidence: format!("the rollout of {revision} is complete"),
                warning: Some("it has no version endpoint, so what is live was not verified".to_owned()),
                run: None,
            },
            Some(Ok(found)) => under_way(
                id,
                format!(
                    "the rollout of {revision} is complete; waiting for the live version (/version answers {} in {})",
                    found.commit.short(),
                    found.environment
                ),
            ),
            Some(Err(why)) => under_way(
                id,
                format!(
                    "the rollout of {revision} is complete; the version endpoint could not be read ({why})"
                ),
            ),
        }
    }
}

fn under_way(id: DeploymentId, evidence: String) -> Verdict {
    Verdict::UnderWay { evidence, run: Some(ExternalRun::EcsDeployment(id)) }
}

fn stops(seen: &ServiceSight) -> String {
    let shown: Vec<_> = seen.stopped.iter().take(3).map(StoppedTask::describe).collect();
    if shown.is_empty() { String::new() } else { format!("; {}", shown.join("; ")) }
}
