//! What a sight means for the present step of a run.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::{Effect, Phase, Run, Sight, Task};
use crate::{
    CommitSha, DeploymentMeans, DeploymentRun, DeploymentTarget, Digest, GitHubRelease, GitHubRunId,
    GitHubRunStatus, ImageName, LiveVersion, OrderKind, Performer,
};

/// How long a run waits. Every wait has a limit; past it the outcome is unknown, not failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// For a deployment that was asked for to appear among the runs.
    pub appear: TimeDelta,
    /// For somebody else's automation to begin, or for another deployment to make way.
    pub begin: TimeDelta,
    /// For a deployment to end.
    pub deployment: TimeDelta,
    /// For the live version to follow a deployment that ended well.
    pub converge: TimeDelta,
    /// For the live version to follow a deployment that ended badly.
    pub settle: TimeDelta,
    /// For the world to be seen at all.
    pub sight: TimeDelta,
}

impl Default for Limits {
    /// Returns limits for the live world; a deployment there takes about ten minutes.
    fn default() -> Self {
        Self {
            appear: TimeDelta::seconds(90),
            begin: TimeDelta::minutes(15),
            deployment: TimeDelta::minutes(40),
            converge: TimeDelta::minutes(5),
            settle: TimeDelta::minutes(2),
            sight: TimeDelta::minutes(2),
        }
    }
}

/// What a sight means for the present step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Not done, and this would do it.
    Absent(Effect),
    /// Not begun, and not this run's to begin, or not yet.
    Waiting { evidence: String },
    /// Begun, and not ended.
    UnderWay { evidence: String, run: Option<GitHubRunId> },
    /// Done.
    Done { evidence: String, warning: Option<String>, run: Option<GitHubRunId> },
    /// The world is not as it must be.
    Conflict { found: String, expected: String },
    /// Ended badly.
    Failed { evidence: String },
    /// It cannot be told, and waiting longer is no use.
    Unknown { what: String },
    /// The world could not be seen.
    Blind { why: String },
}

impl Run {
    pub(super) fn judge(&self, sight: &Sight, now: DateTime<Utc>, limits: &Limits) -> Verdict {
        match (sight, &self.step().task, &self.order().kind) {
            (Sight::Blind { why }, ..) => Verdict::Blind { why: why.clone() },
            (Sight::Release { release, tag_commit }, Task::Publish, OrderKind::Release { draft }) => {
                self.judge_publishing(draft, release.as_deref(), tag_commit.as_ref())
            }
            (Sight::ImageTag(named), Task::TagImages, _) => self.judge_tagging(named),
            (Sight::Deployment { runs, live }, Task::Deploy { target, forced }, _) => {
                self.judge_deployment(runs, live.as_ref(), target, *forced, now, limits)
            }
            _ => Verdict::Blind { why: "the sight answers another question than was asked".to_owned() },
        }
    }

    fn judge_publishing(
        &self,
        draft: &GitHubRelease,
        release: Option<&GitHubRelease>,
        tag_commit: Option<&CommitSha>,
    ) -> Verdict {
        let tag = &draft.git_tag;
        let commit = &self.order().version.bundle.commit;
        let conflict = |found: String| Verdict::Conflict {
            found,
            expected: format!("the draft {tag} as it was previewed, for commit {}", commit.short()),
        };
        match (release, tag_commit) {
            (None, _) => conflict(format!("no GitHub Release {tag}: the draft is gone")),
            (Some(release), Some(on)) if release.draft => conflict(format!(
                "the GitHub Release {} is a draft although its git tag exists, on commit {}: it was published and \
                 then turned back into a draft; publish it again by hand once nothing redrafts it, then resume",
                release.git_tag,
                on.short()
            )),
            (Some(release), None) if release.draft => match release.difference_from(draft) {
                Some((found, _)) => conflict(format!("a draft that changed since: {found}")),
                None => Verdict::Absent(Effect::PublishGitHubRelease {
                    draft: Box::new(draft.clone()),
                    commit: commit.clone(),
                }),
            },
            (Some(release), _) if release.git_tag != *tag => {
                conflict(format!("it published as {}", release.git_tag))
            }
            (Some(_), Some(on)) if on == commit => Verdict::Done {
                evidence: format!(
                    "GitHub Release {tag} is published, its git tag on commit {}",
                    commit.short()
                ),
                warning: None,
                run: None,
            },
            (Some(_), Some(on)) => {
                conflict(format!("it published, its git tag {tag} on commit {}", on.short()))
            }
            (Some(_), None) => Verdict::Waiting {
                evidence: format!("GitHub Release {tag} is published, its git tag not there yet"),
            },
        }
    }

    fn judge_tagging(&self, named: &BTreeMap<ImageName, Option<Digest>>) -> Verdict {
        let version = &self.order().version;
        let tag = &version.image_tag;
        let mut missing = Vec::new();
        for (image, expected) in &version.bundle.images {
            match named.get(image).and_then(Option::as_ref) {
                Some(found) if found == expected => {}
                Some(found) => {
                    let commit = version.bundle.commit.short();
                    return Verdict::Conflict {
                        found: format!("{}:{tag} names {}", image.short(), found.short()),
                        expected: format!("{}, the image of commit {commit}", expected.short()),
                    };
                }
                None => missing.push((image, expected)),
            }
        }
        match (missing.first(), self.step().performer) {
            (None, _) => Verdict::Done {
                evidence: format!("{tag} names the released images ({})", version.bundle.images.len()),
                warning: None,
                run: None,
            },
            (Some((image, digest)), Performer::Runner) => Verdict::Absent(Effect::PointImageTag {
                image: (*image).clone(),
                tag: tag.clone(),
                to: (*digest).clone(),
            }),
            (Some((image, _)), Performer::Elsewhere) => {
                let evidence = format!("{}:{tag} is not there yet", image.short());
                Verdict::Waiting { evidence }
            }
        }
    }

    fn judge_deployment(
        &self,
        runs: &[DeploymentRun],
        live: Option<&Result<LiveVersion, String>>,
        target: &DeploymentTarget,
        forced: bool,
        now: DateTime<Utc>,
        limits: &Limits,
    ) -> Verdict {
        let version = &self.order().version;
        let is_live = live.is_some_and(|live| {
            live.as_ref()
                .is_ok_and(|live| live.commit == version.bundle.commit && live.environment == target.called())
        });
        let answer = match live {
            None => "it has no version endpoint".to_owned(),
            Some(Err(why)) => format!("the version endpoint could not be read ({why})"),
            Some(Ok(live)) => {
                format!("/version answers {} in {}", live.commit.short(), live.environment)
            }
        };

        let Some(run) = self.followed(runs, forced) else {
            let in_doubt = self.phase != Phase::Looking;
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
            return match (self.step().performer, self.dispatch(target, forced)) {
                (Performer::Runner, Some(effect)) => Verdict::Absent(effect),
                _ => Verdict::Waiting {
                    evidence: format!("no deployment of {} has begun yet", version.image_tag),
                },
            };
        };

        let id = Some(run.id);
        let ended_for = now - run.updated_at;
        let status = run.status.as_str();
        let page = &run.page;
        match run.status {
            GitHubRunStatus::Queued | GitHubRunStatus::InProgress => {
                Verdict::UnderWay { evidence: format!("deployment {status}: {page}"), run: id }
            }
            GitHubRunStatus::Succeeded if is_live => Verdict::Done {
                evidence: format!("deployment {status}, and {answer}"),
                warning: None,
                run: id,
            },
            GitHubRunStatus::Succeeded if live.is_none() => Verdict::Done {
                evidence: format!("deployment {status}: {page}"),
                warning: Some("it has no version endpoint, so what is live was not verified".to_owned()),
                run: id,
            },
            GitHubRunStatus::Succeeded => {
                let later = runs.iter().find(|other| other.created_at > run.created_at && other.id != run.id);
                if let Some(later) = later {
                    return Verdict::Conflict {
                        found: format!(
                            "{answer}; a later deployment is {}: {}",
                            later.status.as_str(),
                            later.title
                        ),
                        expected: format!("{} to be live", version.bundle.commit.short()),
                    };
                }
                if ended_for < limits.converge {
                    return Verdict::UnderWay {
                        evidence: format!("deployment {status}; waiting for the live version ({answer})"),
                        run: id,
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
                run: id,
            },
            GitHubRunStatus::Failed | GitHubRunStatus::Cancelled if ended_for < limits.settle => {
                Verdict::UnderWay {
                    evidence: format!("deployment {status}; watching the live version ({answer})"),
                    run: id,
                }
            }
            GitHubRunStatus::Failed | GitHubRunStatus::Cancelled => match live {
                Some(Err(why)) => Verdict::Blind { why: why.clone() },
                _ => Verdict::Failed { evidence: format!("the deployment {status}, and {answer}: {page}") },
            },
        }
    }

    /// Tells whether the answer of the live app matters for what the runs show: once the
    /// deployment that is followed has ended, and before a release's deployment is asked for.
    pub fn needs_live(&self, runs: &[DeploymentRun]) -> bool {
        let Task::Deploy { forced, .. } = self.step().task else { return false };
        match self.followed(runs, forced) {
            Some(run) => run.status.ended(),
            None => !forced && self.phase == Phase::Looking,
        }
    }

    /// Returns the deployment that this run asked for, or, for a release, that anybody did.
    fn followed<'a>(&self, runs: &'a [DeploymentRun], forced: bool) -> Option<&'a DeploymentRun> {
        let correlation = self.id().correlation();
        let own = runs.iter().find(|run| match self.deployment {
            Some(id) => run.id == id,
            None => run.names(&correlation),
        });
        // A release's image tag is new, so whoever deploys it deploys this release.
        let tag = &self.order().version.image_tag;
        own.or_else(|| runs.iter().find(|run| !forced && run.image_tag().as_ref() == Some(tag)))
    }

    fn dispatch(&self, target: &DeploymentTarget, forced: bool) -> Option<Effect> {
        let DeploymentMeans::GitHubWorkflow { workflow, event_type } = &target.means else { return None };
        let order = self.order();
        Some(Effect::DispatchDeployment {
            workflow: workflow.clone(),
            event_type: (!forced).then(|| event_type.clone()),
            image_tag: order.version.image_tag.clone(),
            actor: order.actor.clone(),
            run_name: format!("{} [{}]", order.reason, self.id()),
        })
    }
}
