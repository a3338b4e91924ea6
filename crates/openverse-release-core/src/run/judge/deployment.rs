//! What is seen of a deployment by a GitHub Workflow.

use super::{Patience, Verdict, automation::judge_automation};
use crate::{
    AutomationSight, DeploymentMeans, DeploymentRun, DeploymentTarget, Effect, ExternalRun, GitHubRunStatus,
    LiveVersion, Part, Performer, Phase,
};

impl Part<'_> {
    pub(super) fn judge_deployment(
        &self,
        runs: &[DeploymentRun],
        live: Option<&Result<LiveVersion, String>>,
        automation: Option<&AutomationSight>,
        target: &DeploymentTarget,
        forced: bool,
        patience: Patience<'_>,
    ) -> Verdict {
        let Patience { now, limits } = patience;
        let version = self.version();
        let is_live = self.is_live(target, live);
        let answer = match live {
            None => "it has no version endpoint".to_owned(),
            Some(Err(why)) => format!("the version endpoint could not be read ({why})"),
            Some(Ok(live)) => {
                format!("/version answers {} in {}", live.commit.short(), live.environment)
            }
        };

        let Some(run) = self.followed(runs, forced) else {
            let in_doubt = self.active.phase != Phase::Looking;
            if is_live && !forced && !in_doubt {
                return Verdict::Done {
                    evidence: format!("{answer}, deployed before"),
                    warning: None,
                    run: None,
                };
            }
            if let (Some(other), false) = (runs.iter().find(|run| !run.status.ended()), in_doubt || forced) {
                let evidence = format!("another deployment is {}: {}", other.status.as_str(), other.title);
                return Verdict::Waiting { evidence };
            }
            return match (self.planned.performer, self.dispatch(target, forced)) {
                (Performer::Runner, Some(effect)) => Verdict::Absent(effect),
                _ => {
                    let missing = format!("no deployment of {} has begun yet", version.image_tag);
                    judge_automation(missing, automation, patience)
                }
            };
        };

        let followed = Some(ExternalRun::GitHubRun(run.id));
        let ended_for = now - run.updated_at;
        let status = run.status.as_str();
        let page = &run.page;
        match run.status {
            GitHubRunStatus::Queued | GitHubRunStatus::InProgress => {
                Verdict::UnderWay { evidence: format!("deployment {status}: {page}"), run: followed }
            }
            GitHubRunStatus::Succeeded if is_live => Verdict::Done {
                evidence: format!("deployment {status}, and {answer}"),
                warning: None,
                run: followed,
            },
            GitHubRunStatus::Succeeded if live.is_none() => Verdict::Done {
                evidence: format!("deployment {status}: {page}"),
                warning: Some("it has no version endpoint, so what is live was not verified".to_owned()),
                run: followed,
            },
            GitHubRunStatus::Succeeded => {
                // Another deployment of this run is to another environment.
                let others = runs.iter().filter(|other| other.id != run.id && !self.asked_for(other));
                let later = others.into_iter().find(|other| other.created_at > run.created_at);
                if let Some(later) = later {
                    return Verdict::Conflict {
                        found: format!(
                            "{answer}; there is a later deployment ({}): {}",
                            later.status.as_str(),
                            later.title
                        ),
                        expected: format!("{} to be live", version.bundle.commit.short()),
                    };
                }
                if ended_for < limits.converge {
                    return Verdict::UnderWay {
                        evidence: format!("deployment {status}; waiting for the live version ({answer})"),
                        run: followed,
                    };
                }
                Verdict::Unknown {
                    what: format!(
                        "the deployment {status}, but {answer} and not {}: {page}",
                        version.bundle.commit.short()
                    ),
                }
            }
            GitHubRunStatus::Failed | GitHubRunStatus::Cancelled if is_live => Verdict::Done {
                evidence: answer,
                warning: Some(format!("the deployment {status} although its version is live: {page}")),
                run: followed,
            },
            GitHubRunStatus::Failed | GitHubRunStatus::Cancelled if ended_for < limits.settle => {
                Verdict::UnderWay {
                    evidence: format!("deployment {status}; watching the live version ({answer})"),
                    run: followed,
                }
            }
            GitHubRunStatus::Failed | GitHubRunStatus::Cancelled => {
                let evidence = format!("the deployment {status}, and {answer}: {page}");
                match live {
                    Some(Err(_)) if ended_for < limits.settle + limits.sight => {
                        Verdict::UnderWay { evidence, run: followed }
                    }
                    Some(Err(_)) => Verdict::Unknown { what: evidence },
                    _ => Verdict::Failed { evidence },
                }
            }
        }
    }

    fn dispatch(&self, target: &DeploymentTarget, forced: bool) -> Option<Effect> {
        let DeploymentMeans::GitHubWorkflow { workflow, event_type } = &target.means else { return None };
        let order = self.run.order();
        Some(Effect::DispatchDeployment {
            workflow: workflow.clone(),
            event_type: (!forced).then(|| event_type.clone()),
            image_tag: self.version().image_tag.clone(),
            actor: order.actor.clone(),
            run_name: format!("{} [{}]", order.reason, self.correlation()),
        })
    }
}
