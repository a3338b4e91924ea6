//! The runner in words.

use openverse_release_core::{Effect, Environment, Next, Phase, Run, Stop};

use super::{
    Asked, Delivery, Move, Place, Runner,
    ledger::RunNumber,
    state::{Acting, Plan, State, Status, site},
};
use crate::documented::version;

impl Runner<'_> {
    pub(super) fn words(&self, before: &State, what: Move, after: &State) -> String {
        let cast = self.cast;
        match what {
            Move::Merge { apps } => {
                format!(
                    "A pull request that changes the {} is merged as commit {}.",
                    cast.names(apps),
                    after.main.head()
                )
            }
            Move::Build { app, image, commit } => {
                let image_name = cast.image(app, image);
                let from = before.apps[app].builds.latest[image];
                format!(
                    "CI has built {image_name} of commit {commit}, and moves {image_name}:latest to it from commit \
                     {from}."
                )
            }
            Move::PlanDraft { app } => {
                let name = cast.name(app);
                let found = match after.apps[app].refresh.map(|it| it.plan) {
                    Some(Plan::Update { release, .. }) => format!("the draft {}", self.release(app, release)),
                    _ => "no draft".to_owned(),
                };
                format!(
                    "The tool refreshes the draft of the {name}: it lists the GitHub Releases, and finds {found}."
                )
            }
            Move::CompareDraft { app } => match after.apps[app].refresh {
                Some(_) => {
                    format!("It reads the draft of the {} once more, and it is as it was.", cast.name(app))
                }
                None => format!(
                    "It reads the draft of the {} once more, finds it changed, and ends.",
                    cast.name(app)
                ),
            },
            Move::WriteDraft { app } => {
                let name = cast.name(app);
                let plan = before.apps[app].refresh.map(|it| it.plan);
                match plan {
                    _ if before.apps[app].releases == after.apps[app].releases => {
                        format!("It finds the draft of the {name} changed, and writes nothing.")
                    }
                    Some(Plan::Update { release, notes, .. }) => {
                        format!("It writes {}, to name commit {notes}.", self.release(app, release))
                    }
                    Some(Plan::Create { notes }) => {
                        format!("It makes a draft of the {name}, which names commit {notes}.")
                    }
                    None => String::new(),
                }
            }
            Move::Begin { app, asked } => {
                let name = cast.name(app);
                match asked {
                    Asked::Release => format!("Somebody asks to release the {name}: a run begins."),
                    Asked::Deploy { commit } => {
                        format!("CI asks to deploy commit {commit} of the {name} to staging: a run begins.")
                    }
                    Asked::RollBack(environment) => format!(
                        "Somebody asks to roll back the {name} in {environment} to {}: a run begins.",
                        version(0)
                    ),
                }
            }
            Move::Approve(at) => {
                let step = self.read(before, at, |run| run.step().step.to_string()).unwrap_or_default();
                format!("Somebody lets the step {step} of {} go ahead.", self.run(before, at))
            }
            Move::Look { at, late } => {
                let run = self.run(before, at);
                let looks =
                    if late { format!("{run} has waited for too long") } else { format!("{run} looks") };
                format!("{looks}, and {}.", self.comes_to(before, after, at))
            }
            Move::Compare(at) => match self.going_in(after, at) {
                Some((_, Acting::Compared)) => {
                    format!(
                        "{} reads once more what it is about to change, and it is as it was.",
                        self.run(before, at)
                    )
                }
                _ => format!(
                    "{} reads once more what it is about to change, and {}.",
                    self.run(before, at),
                    self.comes_to(before, after, at)
                ),
            },
            Move::Act { at, delivery } => {
                let does = self.read(before, at, in_doubt).flatten().unwrap_or_default();
                let run = self.run(before, at);
                let comes_to = match delivery {
                    Delivery::Answered => String::new(),
                    Delivery::ReplyLost => "; it is done, and the reply gets lost".to_owned(),
                    Delivery::RequestLost => "; the request gets lost".to_owned(),
                };
                format!("{run} sends the request to {does}{comes_to}.")
            }
            Move::Resume(at) => format!("Somebody lets {} go on.", self.run(before, at)),
            Move::Abandon(at) => format!("Somebody gives up {}.", self.run(before, at)),
            Move::Lift { app, environment } => {
                format!("Somebody lifts the hold on the {} in {environment}.", cast.name(app))
            }
            Move::Appear { app, environment, deployment } => {
                let of = after.apps[app].sites[site(environment)].deployments[deployment];
                let how = match of.map(|it| it.status) {
                    Some(Status::Waiting) => "appears, and waits for the one that runs",
                    _ => "appears, and runs",
                };
                format!("{} {how}.", self.deployment(before, app, environment, deployment))
            }
            Move::End { app, environment, deployment } => {
                let live = before.apps[app].sites[site(environment)].live;
                let name = self.deployment(before, app, environment, deployment);
                format!("{name} ends: it is live in place of {}.", version(live))
            }
        }
    }

    fn release(&self, app: usize, release: u8) -> String {
        format!("{} release {}", self.cast.name(app), release + 1)
    }

    fn deployment(&self, state: &State, app: usize, environment: Environment, deployment: usize) -> String {
        let of = state.apps[app].sites[site(environment)].deployments[deployment];
        let (commit, run) = of
            .map_or((0, String::new()), |it| (it.commit, self.ledger.errand(it.errand).run_id().to_string()));
        format!(
            "The deployment of {} of the {} that run {run} asked for",
            version(commit),
            self.cast.name(app)
        )
    }

    fn going_in(&self, state: &State, at: Place) -> Option<(RunNumber, Acting)> {
        state.apps[at.app].sites[site(at.environment)].runs[at.run].map(|going| (going.run, going.acting))
    }

    fn read<T>(&self, state: &State, at: Place, reader: impl FnOnce(&Run) -> T) -> Option<T> {
        Some(self.ledger.read(self.going_in(state, at)?.0, reader))
    }

    fn run(&self, state: &State, at: Place) -> String {
        let id = self.read(state, at, |run| run.id().to_string()).unwrap_or_default();
        match self.cast.apps.len() {
            1 => format!("run {id}"),
            _ => format!("run {id} of the {}", self.cast.name(at.app)),
        }
    }

    /// Says what a look came to.
    fn comes_to(&self, before: &State, after: &State, at: Place) -> String {
        let steps_done = |state: &State| self.read(state, at, |run| run.done().len());
        let last = self.read(before, at, |run| run.step().step.to_string()).unwrap_or_default();
        match self.going_in(after, at) {
            None => "ends".to_owned(),
            Some((run, Acting::Next | Acting::Compared)) => {
                let does = self.ledger.read(run, in_doubt).unwrap_or_default();
                format!("is about to {does}")
            }
            Some((run, Acting::No)) => self.ledger.read(run, |it| match it.next() {
                Next::Stopped(Stop::Conflict { found, .. }) => format!("stops: found {found}"),
                Next::Stopped(Stop::Unknown { what }) => format!("stops: {what}"),
                _ if steps_done(before) != steps_done(after) => format!("finds the step {last} done"),
                _ => "finds it under way".to_owned(),
            }),
        }
    }
}

fn in_doubt(run: &Run) -> Option<String> {
    let effect: &Effect = match run.phase() {
        Phase::InDoubt { effect, .. } => effect,
        _ => return None,
    };
    Some(effect.describe())
}
