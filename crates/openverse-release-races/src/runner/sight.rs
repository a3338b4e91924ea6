//! What the runner sees of the world.

use chrono::{DateTime, TimeDelta, Utc};
use openverse_release_core::{
    App, DeploymentRun, GitHubRunId, GitHubRunStatus, LiveVersion, ProposalSight, Run, Sight, StepId,
};

use super::{
    errand::{Errand, digest, for_each_image, github_release, sha},
    state::{DEPLOYMENTS, Deployment, Release, Status},
};

/// When everything happens: what is waited for has come, or has not, and no clock need tell.
pub(super) const MOMENT: DateTime<Utc> = DateTime::UNIX_EPOCH;

/// What is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Seen {
    Release(u8, Release),
    Tags([Option<u8>; 2]),
    Deployments {
        all: [Option<Deployment>; DEPLOYMENTS],
        live: u8,
    },
    /// The changelog: whether it is proposed is a matter of no other hand.
    Proposal,
}

/// What a run makes of what it looks at, with its safeguards or without one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Eyes {
    pub(super) tells_its_own_deployment: bool,
    pub(super) reads_the_live_version: bool,
}

impl Eyes {
    /// Returns the answer to what a run wants to see.
    pub(super) fn see(
        self,
        run: &Run,
        step: &StepId,
        app: &App,
        errand: Errand,
        seen: Seen,
        errand_of: impl Fn(&Deployment) -> Errand,
    ) -> Sight {
        match seen {
            Seen::Release(number, release) => Sight::Release {
                release: Some(Box::new(github_release(app, number, release))),
                tag_commit: release.on.map(sha),
            },
            Seen::Tags(tagged) => {
                let named = for_each_image(app, |image| tagged[image].map(|commit| digest(image, commit)));
                Sight::ImageTag { named, automation: None }
            }
            Seen::Deployments { all, live } => {
                let mut runs: Vec<_> = all.iter().flatten().filter(|it| it.is_visible()).collect();
                runs.sort_by_key(|it| std::cmp::Reverse(it.appeared));
                let own = |of: Errand| {
                    of == errand || !self.tells_its_own_deployment && of.commit() == errand.commit()
                };
                let runs: Vec<_> = runs
                    .into_iter()
                    .map(|it| {
                        let of = errand_of(it);
                        shown(it, of, if own(of) { errand } else { of })
                    })
                    .collect();
                let target = app.deployment(errand.environment);
                let commit = if self.reads_the_live_version { live } else { errand.commit() };
                let needs_live = run.part(step).is_some_and(|part| part.needs_live(&runs));
                let target = target.filter(|it| it.version_endpoint.is_some() && needs_live);
                let live = target.map(|target| {
                    Ok(LiveVersion { commit: sha(commit), environment: target.local_name().to_owned() })
                });
                Sight::Deployment { runs, live, automation: None }
            }
            Seen::Proposal => Sight::Proposal(ProposalSight::Merged),
        }
    }
}

fn shown(it: &Deployment, of: Errand, named: Errand) -> DeploymentRun {
    let at = MOMENT + TimeDelta::seconds(i64::from(it.appeared));
    DeploymentRun {
        id: GitHubRunId(u64::from(it.appeared)),
        title: format!("{}: explored [{}]", of.image_tag(), named.run_id()),
        status: match it.status {
            Status::Accepted | Status::Waiting => GitHubRunStatus::Queued,
            Status::Running => GitHubRunStatus::InProgress,
            Status::Succeeded => GitHubRunStatus::Succeeded,
            Status::Cancelled => GitHubRunStatus::Cancelled,
        },
        event: "repository_dispatch".to_owned(),
        actor: "somebody".to_owned(),
        created_at: at,
        updated_at: at,
        page: String::new(),
    }
}
