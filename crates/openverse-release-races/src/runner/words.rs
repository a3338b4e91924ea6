//! The runner in words.

use openverse_release_core::{EnvironmentName, Run, Stop};

use super::{
    APP, Asked, Delivery, Move, ONLY_APP, Place, Runner,
    errand::ErrandKind,
    ledger::{Act, RunNumber, Standing, only_step},
    state::{Acting, Plan, State, Status},
};
use crate::cast::version;

impl Runner<'_> {
    pub(super) fn words(&self, before: &State, what: Move, after: &State) -> String {
        let cast = self.cast;
        let name = cast.name(APP);
        match what {
            Move::Merge => format!("{}.", cast.merged(ONLY_APP, after.main.head())),
            Move::Build { image, commit } => cast.built(APP, image, commit, before.builds.latest[image]),
            Move::PlanDraft => {
                let found = match after.refresh.map(|it| it.plan) {
                    Some(Plan::Update { release, .. }) => {
                        format!("the draft {}", self.cast.release(APP, release))
                    }
                    _ => "no draft".to_owned(),
                };
                format!(
                    "The tool refreshes the draft of the {name}: it lists the GitHub Releases, and finds {found}."
                )
            }
            Move::CompareDraft => match after.refresh {
                Some(_) => format!("The tool reads the draft of the {name} once more, and it is as it was."),
                None => {
                    format!("The tool reads the draft of the {name} once more, finds it changed, and ends.")
                }
            },
            Move::WriteDraft => match before.refresh.map(|it| it.plan) {
                _ if before.releases == after.releases => {
                    format!("The tool finds the draft of the {name} changed, and writes nothing.")
                }
                Some(Plan::Update { release, notes, .. }) => {
                    format!("The tool writes {}, to name commit {notes}.", cast.release(APP, release))
                }
                Some(Plan::Create { notes }) => {
                    format!("The tool makes a draft of the {name}, which names commit {notes}.")
                }
                None => String::new(),
            },
            Move::Begin(Asked::Release) => format!("Somebody asks to release the {name}: a run begins."),
            Move::Begin(Asked::Deploy { commit }) => {
                format!("CI asks to deploy commit {commit} of the {name} to staging: a run begins.")
            }
            Move::Begin(Asked::RollBack(environment)) => format!(
                "Somebody asks to roll back the {name} in {environment} to {}: a run begins.",
                version(0)
            ),
            Move::Approve(at) => {
                let step = self.read(before, at, |run| only_step(run).to_string()).unwrap_or_default();
                format!("Somebody lets the step {step} of run {} go ahead.", self.run(before, at))
            }
            Move::Look { at, late } => {
                let run = self.run(before, at);
                let looks = if late {
                    format!("Run {run} has waited for too long")
                } else {
                    format!("Run {run} looks")
                };
                format!("{looks}, and {}.", self.comes_to(before, after, at))
            }
            Move::Compare(at) => match self.going_in(after, at) {
                Some((_, Acting::Compared)) => {
                    format!(
                        "Run {} reads once more what it is about to change, and it is as it was.",
                        self.run(before, at)
                    )
                }
                _ => format!(
                    "Run {} reads once more what it is about to change, finds it changed, and {}.",
                    self.run(before, at),
                    self.comes_to(before, after, at)
                ),
            },
            Move::Act { at, delivery } => {
                let run = self.run(before, at);
                let acts = self.going_in(before, at).map(|(run, _)| self.acts(run)).unwrap_or_default();
                let is_refused = self
                    .going_in(after, at)
                    .is_none_or(|(run, _)| self.ledger.standing(run) == Standing::Stopped);
                match delivery {
                    Delivery::Answered if is_refused => {
                        let comes_to = self.comes_to(before, after, at);
                        format!(
                            "Run {run} reads once more what it is about to change, finds it changed, and {comes_to}."
                        )
                    }
                    Delivery::Answered => format!("The request of run {run}, to {acts}, is carried out."),
                    Delivery::ReplyLost => {
                        format!(
                            "The request of run {run}, to {acts}, is carried out, and the reply gets lost."
                        )
                    }
                    Delivery::RequestLost => format!("The request of run {run}, to {acts}, gets lost."),
                }
            }
            Move::Resume(at) => format!("Somebody lets run {} go on.", self.run(before, at)),
            Move::Abandon(at) => format!("Somebody gives up run {}.", self.run(before, at)),
            Move::Lift(environment) => {
                format!("Somebody lifts the hold on the {name} in {environment}.")
            }
            Move::Appear { environment, deployment } => {
                let of = after.site(environment).deployments[deployment];
                let how = match of.map(|it| it.status) {
                    Some(Status::Waiting) => "appears, and waits for the one that runs",
                    _ => "appears, and runs",
                };
                format!("{} {how}.", self.deployment(before, environment, deployment))
            }
            Move::End { environment, deployment } => {
                let live = before.site(environment).live;
                let name = self.deployment(before, environment, deployment);
                format!("{name} ends: it is live in place of {}.", version(live))
            }
        }
    }

    fn deployment(&self, state: &State, environment: EnvironmentName, deployment: usize) -> String {
        let of = state.site(environment).deployments[deployment];
        let (commit, run) = of
            .map_or((0, String::new()), |it| (it.commit, self.ledger.errand(it.errand).run_id().to_string()));
        format!(
            "The deployment of {} of the {} that run {run} asked for",
            version(commit),
            self.cast.name(APP)
        )
    }

    fn going_in(&self, state: &State, at: Place) -> Option<(RunNumber, Acting)> {
        state.site(at.environment).runs[at.run].map(|going| (going.run, going.acting))
    }

    fn read<T>(&self, state: &State, at: Place, reader: impl FnOnce(&Run) -> T) -> Option<T> {
        Some(self.ledger.read(self.going_in(state, at)?.0, reader))
    }

    fn run(&self, state: &State, at: Place) -> String {
        self.read(state, at, |run| run.id().to_string()).unwrap_or_default()
    }

    /// Says what a run is about to do, or may have done.
    fn acts(&self, run: RunNumber) -> String {
        let errand = self.ledger.errand(self.ledger.errand_of(run));
        let release = match errand.kind {
            ErrandKind::Release { release, .. } => self.cast.release(APP, release),
            _ => String::new(),
        };
        match self.ledger.act(run) {
            None => String::new(),
            Some(Act::Publish) => format!("publish {release}, its git tag on {}", version(errand.commit())),
            Some(Act::Tag { image, commit }) => {
                let image = self.cast.image(APP, image);
                format!("put the image tag of {release} on {image} of {}", version(commit))
            }
            Some(Act::Dispatch) => {
                format!("deploy {} to {}", version(errand.commit()), errand.environment)
            }
        }
    }

    /// Says what a look came to.
    fn comes_to(&self, before: &State, after: &State, at: Place) -> String {
        let Some((run, acting)) = self.going_in(after, at) else { return "ends".to_owned() };
        if acting != Acting::No {
            return format!("is about to {}", self.acts(run));
        }
        let done = |state: &State| self.read(state, at, |run| run.done().len());
        let last = self.read(before, at, |run| {
            let step = only_step(run);
            let planned = run.part(&step).and_then(|part| part.name());
            planned.map_or_else(|| step.to_string(), |part| format!("{step} ({part})"))
        });
        self.ledger.read(run, |it| match it.wants().stopped.first() {
            Some((_, Stop::Conflict { found, .. })) => format!("stops: found {found}"),
            Some((_, Stop::Unknown { .. })) => "stops, since it cannot tell what became of it".to_owned(),
            _ if done(before) != done(after) => format!("finds the step {} done", last.unwrap_or_default()),
            _ => "finds it under way".to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        bounds::Bounds,
        explore::naive::{CALM, cast, sentences},
        runner::Runner,
        safeguard::Safeguard,
    };

    #[test]
    fn a_run_that_releases_says_what_it_sees_does_and_comes_to() {
        let (api, bounds) = (cast(&["api"]), Bounds { lost_replies: 1, ..CALM });
        let model = Runner::new(&api, &bounds, None);
        insta::assert_snapshot!(sentences(&model).with("production-1"), @"
        Run production-1 has waited for too long, and stops, since it cannot tell what became of it.
        Run production-1 looks, and ends.
        Run production-1 looks, and finds it under way.
        Run production-1 looks, and finds the step Publish done.
        Run production-1 looks, and finds the step Tag (changelog) done.
        Run production-1 looks, and finds the step Tag done.
        Run production-1 looks, and is about to deploy commit 1 to production.
        Run production-1 looks, and is about to publish API release 1, its git tag on commit 1.
        Run production-1 looks, and is about to put the image tag of API release 1 on openverse-api of commit 1.
        Run production-1 looks, and is about to put the image tag of API release 1 on openverse-api_nginx of commit 1.
        Somebody lets the step Publish of run production-1 go ahead.
        The deployment of commit 1 of the API that run production-1 asked for appears, and runs.
        The deployment of commit 1 of the API that run production-1 asked for ends: it is live in place of the version before.
        The request of run production-1, to deploy commit 1 to production, gets lost.
        The request of run production-1, to deploy commit 1 to production, is carried out, and the reply gets lost.
        The request of run production-1, to deploy commit 1 to production, is carried out.
        The request of run production-1, to publish API release 1, its git tag on commit 1, gets lost.
        The request of run production-1, to publish API release 1, its git tag on commit 1, is carried out, and the reply gets lost.
        The request of run production-1, to publish API release 1, its git tag on commit 1, is carried out.
        The request of run production-1, to put the image tag of API release 1 on openverse-api of commit 1, gets lost.
        The request of run production-1, to put the image tag of API release 1 on openverse-api of commit 1, is carried out, and the reply gets lost.
        The request of run production-1, to put the image tag of API release 1 on openverse-api of commit 1, is carried out.
        The request of run production-1, to put the image tag of API release 1 on openverse-api_nginx of commit 1, gets lost.
        The request of run production-1, to put the image tag of API release 1 on openverse-api_nginx of commit 1, is carried out, and the reply gets lost.
        The request of run production-1, to put the image tag of API release 1 on openverse-api_nginx of commit 1, is carried out.
        ");
    }

    #[test]
    fn a_run_is_stopped_resumed_given_up_and_rolled_back() {
        let (api, bounds) =
            (cast(&["api"]), Bounds { releases: 0, rollbacks: 1, lost_replies: 1, interventions: 1, ..CALM });
        let model = Runner::new(&api, &bounds, None);
        insta::assert_snapshot!(sentences(&model).with(""), @"
        A pull request that changes the API is merged as commit 1.
        CI asks to deploy commit 1 of the API to staging: a run begins.
        CI has built openverse-api of commit 1, and moves openverse-api:latest to it from commit 0.
        CI has built openverse-api_nginx of commit 1, and moves openverse-api_nginx:latest to it from commit 0.
        Run staging-1 has waited for too long, and is about to deploy commit 1 to staging.
        Run staging-1 has waited for too long, and stops, since it cannot tell what became of it.
        Run staging-1 looks, and ends.
        Run staging-1 looks, and finds it under way.
        Run staging-1 looks, and is about to deploy commit 1 to staging.
        Run staging-2 has waited for too long, and is about to deploy the version before to staging.
        Run staging-2 has waited for too long, and stops, since it cannot tell what became of it.
        Run staging-2 looks, and ends.
        Run staging-2 looks, and finds it under way.
        Run staging-2 looks, and is about to deploy the version before to staging.
        Somebody asks to roll back the API in staging to the version before: a run begins.
        Somebody gives up run staging-1.
        Somebody gives up run staging-2.
        Somebody lets run staging-1 go on.
        Somebody lets run staging-2 go on.
        Somebody lifts the hold on the API in staging.
        The deployment of commit 1 of the API that run staging-1 asked for appears, and runs.
        The deployment of commit 1 of the API that run staging-1 asked for ends: it is live in place of the version before.
        The deployment of the version before of the API that run staging-2 asked for appears, and runs.
        The deployment of the version before of the API that run staging-2 asked for appears, and waits for the one that runs.
        The deployment of the version before of the API that run staging-2 asked for ends: it is live in place of commit 1.
        The request of run staging-1, to deploy commit 1 to staging, gets lost.
        The request of run staging-1, to deploy commit 1 to staging, is carried out, and the reply gets lost.
        The request of run staging-1, to deploy commit 1 to staging, is carried out.
        The request of run staging-2, to deploy the version before to staging, gets lost.
        The request of run staging-2, to deploy the version before to staging, is carried out, and the reply gets lost.
        The request of run staging-2, to deploy the version before to staging, is carried out.
        ");
    }

    #[test]
    fn a_draft_is_written_again_unless_it_has_changed() {
        let (api, bounds) = (cast(&["api"]), Bounds { merges: 2, ..CALM });
        let said = sentences(&Runner::new(&api, &bounds, None));
        insta::assert_snapshot!(said.with("The tool"), @"
        The tool finds the draft of the API changed, and writes nothing.
        The tool makes a draft of the API, which names commit 1.
        The tool makes a draft of the API, which names commit 2.
        The tool refreshes the draft of the API: it lists the GitHub Releases, and finds no draft.
        The tool refreshes the draft of the API: it lists the GitHub Releases, and finds the draft API release 1.
        The tool writes API release 1, to name commit 2.
        ");
        insta::assert_snapshot!(said.with("changed"), @"
        Run production-1 reads once more what it is about to change, finds it changed, and ends.
        The tool finds the draft of the API changed, and writes nothing.
        ");
    }

    #[test]
    fn what_is_read_once_more_is_a_sentence_of_its_own_where_others_can_get_between() {
        let (api, bounds) = (cast(&["api"]), Bounds { merges: 2, ..CALM });
        let model = Runner::new(&api, &bounds, Some(Safeguard::NothingBetweenReadAndWrite));
        insta::assert_snapshot!(sentences(&model).with("once more"), @"
        Run production-1 reads once more what it is about to change, and it is as it was.
        Run production-1 reads once more what it is about to change, finds it changed, and ends.
        Run production-2 reads once more what it is about to change, and it is as it was.
        Run staging-1 reads once more what it is about to change, and it is as it was.
        Run staging-2 reads once more what it is about to change, and it is as it was.
        The tool reads the draft of the API once more, and it is as it was.
        The tool reads the draft of the API once more, finds it changed, and ends.
        ");
    }

    #[test]
    fn a_deployment_waits_for_the_one_that_runs() {
        let (api, bounds) = (cast(&["api"]), Bounds { merges: 2, releases: 0, ..CALM });
        let model = Runner::new(&api, &bounds, Some(Safeguard::OneRunAtATime));
        insta::assert_snapshot!(sentences(&model).with("The deployment"), @"
        The deployment of commit 1 of the API that run staging-1 asked for appears, and runs.
        The deployment of commit 1 of the API that run staging-1 asked for appears, and waits for the one that runs.
        The deployment of commit 1 of the API that run staging-1 asked for ends: it is live in place of commit 2.
        The deployment of commit 1 of the API that run staging-1 asked for ends: it is live in place of the version before.
        The deployment of commit 2 of the API that run staging-1 asked for appears, and runs.
        The deployment of commit 2 of the API that run staging-1 asked for ends: it is live in place of the version before.
        The deployment of commit 2 of the API that run staging-2 asked for appears, and runs.
        The deployment of commit 2 of the API that run staging-2 asked for appears, and waits for the one that runs.
        The deployment of commit 2 of the API that run staging-2 asked for ends: it is live in place of commit 1.
        The deployment of commit 2 of the API that run staging-2 asked for ends: it is live in place of the version before.
        ");
    }
}
