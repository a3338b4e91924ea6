//! The documented process: what its automations do when they do as they are written down.

#[cfg(test)]
mod remembering;
mod state;
mod words;

use openverse_release_core::EnvironmentName;

#[cfg(test)]
pub(crate) use self::remembering::Remembering;
pub(crate) use self::state::State;
use self::state::{Job, Plan, RELEASES, Release, Stage};
use crate::{
    bounds::Bounds,
    cast::Cast,
    code::{APPS, SITES, site},
    explore::{Model, Step},
    race::{Race, Races},
};

/// The documented process of one or two apps.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Documented<'a> {
    pub(crate) cast: &'a Cast,
    pub(crate) bounds: &'a Bounds,
    pub(crate) part: Part,
}

/// Which part of the process is explored.
///
/// What runs in an environment is read by nobody but a later deployment of the same app to it. So the
/// deployments of each app to each environment need only be explored by themselves, and what is left is
/// small enough for two apps. Whatever leads to a race leads there too without the moves that are left
/// out, so the shortest sequence of all is the shortest in one of the parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Part {
    /// The jobs that refresh drafts and tag images.
    pub(crate) has_jobs: bool,
    /// Deployments to staging and production.
    pub(crate) has_sites: [bool; 2],
}

impl Part {
    /// GitHub Releases and image tags.
    pub(crate) const GITHUB_RELEASES: Self = Self { has_jobs: true, has_sites: [false; 2] };

    /// Deployments to an environment, and whatever leads to them.
    pub(crate) fn deployments(environment: EnvironmentName) -> Self {
        // CI deploys to staging, whatever is drafted and published.
        let is_staging = environment == EnvironmentName::STAGING;
        Self { has_jobs: !is_staging, has_sites: [is_staging, !is_staging] }
    }

    fn has_site(self, environment: EnvironmentName) -> bool {
        self.has_sites[site(environment)]
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Move {
    /// Somebody merges a pull request that changes the apps whose bits are set.
    Merge { apps: u8 },
    /// CI ends the build of an image of a commit, and moves `latest` to it.
    Build { app: usize, image: usize, commit: u8 },
    /// The job that refreshes drafts lists the GitHub Releases.
    ReadDrafts,
    /// It writes what it found to be the drafts.
    WriteDrafts,
    /// Somebody publishes a draft.
    Publish { app: usize, release: usize },
    /// GitHub delivers the event of a published GitHub Release once more.
    Redeliver { app: usize, release: usize },
    /// The job that was started by publishing tags an image with what `latest` names.
    Tag { app: usize, release: usize, image: usize },
    /// A deployment ends, and its version is live.
    End { app: usize, environment: EnvironmentName, place: usize },
    /// Somebody finds the live version bad, and deploys the one before.
    RollBack { app: usize, environment: EnvironmentName },
}

impl Model for Documented<'_> {
    type State = State;
    type Move = Move;

    fn start(&self) -> State {
        State::default()
    }

    fn canonical(&self, state: State) -> State {
        // Of one app alone, that is the state itself: nothing ever changes the other.
        state.max(state.exchanged())
    }

    fn moves(&self, state: &State, steps: &mut Vec<Step<Self>>) {
        let mut offer = |what: Move| {
            if let Some((mut to, races)) = self.after(*state, what) {
                self.forget(&mut to);
                steps.push(Step { what, to, races });
            }
        };
        for apps in 1..1 << self.cast.apps.len() {
            offer(Move::Merge { apps });
        }
        for app in self.cast.numbers() {
            for commit in 1..=state.main.head() {
                for image in self.cast.images(app) {
                    offer(Move::Build { app, image, commit });
                }
            }
        }
        match state.group.running {
            Some(Job::Draft(None)) => offer(Move::ReadDrafts),
            Some(Job::Draft(Some(_))) => offer(Move::WriteDrafts),
            Some(Job::Release { app, release, tagged_one }) => {
                let (app, release) = (usize::from(app), usize::from(release));
                offer(Move::Tag { app, release, image: usize::from(tagged_one) });
            }
            None => {}
        }
        for app in self.cast.numbers() {
            for release in 0..RELEASES {
                offer(Move::Publish { app, release });
                offer(Move::Redeliver { app, release });
            }
            for environment in SITES {
                for (place, _) in state.apps[app].sites[site(environment)].under_way() {
                    offer(Move::End { app, environment, place });
                }
                offer(Move::RollBack { app, environment });
            }
        }
    }

    fn describe(&self, before: &State, step: &Step<Self>) -> String {
        self.words(before, step.what, &step.to)
    }
}

impl Documented<'_> {
    /// Returns what a move makes of a state, and what thereby goes wrong; none if it cannot be made.
    fn after(&self, mut state: State, what: Move) -> Option<(State, Races)> {
        let mut races = Races::default();
        match what {
            Move::Merge { apps } => {
                if state.main.head() == self.bounds.merges {
                    return None;
                }
                state.main.merge(apps);
                if self.part.has_jobs {
                    races = queue(&mut state, Job::Draft(None));
                }
            }
            Move::Build { app, image, commit } => {
                let of = &mut state.apps[app];
                if !state.main.changes(commit, app) || of.builds.has(image, commit) {
                    return None;
                }
                of.builds.finish(image, commit);
                if !self.cast.has_companion(app) {
                    of.builds.finish(1, commit);
                }
                // CI asks for the deployment once it has built every image.
                if self.part.has_site(EnvironmentName::STAGING) && of.builds.has_all(commit) {
                    of.sites[site(EnvironmentName::STAGING)].ask(commit, true)?;
                }
            }
            Move::ReadDrafts => {
                let mut plans = [Plan::default(); APPS];
                for app in self.cast.numbers() {
                    plans[app] = self.plan(&state, app);
                }
                state.group.running = Some(Job::Draft(Some(plans)));
            }
            Move::WriteDrafts => {
                let Some(Job::Draft(Some(plans))) = state.group.running else { return None };
                for (of, plan) in state.apps.iter_mut().zip(plans) {
                    match plan {
                        Plan::Nothing => {}
                        Plan::Create => {
                            let absent = |it: &&mut Release| it.stage == Stage::Absent;
                            of.releases.iter_mut().find(absent)?.stage = Stage::Draft;
                        }
                        Plan::Update(release) => {
                            let release = &mut of.releases[usize::from(release)];
                            if release.stage == Stage::Published {
                                release.stage = Stage::Unpublished;
                                races.add(Race::Unpublished);
                            }
                        }
                    }
                }
                state.group.end_running();
            }
            Move::Publish { app, release } => {
                let of = &mut state.apps[app];
                let it = &mut of.releases[release];
                if it.stage != Stage::Draft {
                    return None;
                }
                it.stage = Stage::Published;
                it.built_of = state.main.newest_of(app, state.main.head());
                of.released = it.built_of;
                races = queue(&mut state, job_of(app, release));
            }
            Move::Redeliver { app, release } => {
                let published = state.apps[app].releases[release].stage == Stage::Published;
                if !published || state.redeliveries == self.bounds.redeliveries {
                    return None;
                }
                state.redeliveries += 1;
                races = queue(&mut state, job_of(app, release));
            }
            Move::Tag { app, release, image } => {
                let of = &mut state.apps[app];
                let it = &mut of.releases[release];
                it.tagged[image] = Some(of.builds.latest[image]);
                if image == 0 {
                    races.add_if(it.tagged[0] != Some(it.built_of), Race::OtherCommit);
                } else {
                    races.add_if(it.tagged[1] != it.tagged[0], Race::MixedImages);
                }
                if image == 0 && self.cast.has_companion(app) {
                    let (app, release) = (app as u8, release as u8);
                    state.group.running = Some(Job::Release { app, release, tagged_one: true });
                } else {
                    if self.part.has_site(EnvironmentName::PRODUCTION) {
                        let commit = it.tagged[0].unwrap_or_default();
                        of.sites[site(EnvironmentName::PRODUCTION)].ask(commit, false)?;
                    }
                    state.group.end_running();
                }
            }
            Move::End { app, environment, place } => {
                let site = &mut state.apps[app].sites[site(environment)];
                let (_, ended) = site.under_way().find(|(at, _)| *at == place)?;
                races.add_if(ended.overtaken && ended.commit != site.live, Race::OlderLast);
                races.add_if(ended.brings_back && site.live == 0, Race::BroughtBack);
                site.end(place);
            }
            Move::RollBack { app, environment } => {
                let site = &mut state.apps[app].sites[site(environment)];
                if self.bounds.rollbacks == 0 || site.live == 0 || site.rolled_back_at.is_some() {
                    return None;
                }
                site.rolled_back_at = Some(state.main.head());
                site.ask(0, false)?;
            }
        }
        Some((state, races))
    }

    /// Returns what the job that refreshes drafts would do for an app, from what it reads now.
    fn plan(&self, state: &State, app: usize) -> Plan {
        let of = &state.apps[app];
        let place =
            |stage: Stage| (0..self.bounds.releases).find(|it| of.releases[usize::from(*it)].stage == stage);
        if let Some(draft) = place(Stage::Draft) {
            return Plan::Update(draft);
        }
        let changed = state.main.newest_of(app, state.main.head()) > of.released;
        if changed && place(Stage::Absent).is_some() { Plan::Create } else { Plan::Nothing }
    }

    /// Drops what nobody will read again, so that states that differ only in that are one.
    fn forget(&self, state: &mut State) {
        // Whoever tags the images once more begins with the first.
        let is_delivered_again = state.redeliveries < self.bounds.redeliveries;
        for app in self.cast.numbers() {
            let last = usize::from(self.cast.has_companion(app));
            for release in 0..RELEASES {
                let it = &mut state.apps[app].releases[release];
                if it.tagged[last].is_some() && !state.group.holds_job_of(app, release) {
                    it.tagged = [Some(0); 2];
                    it.built_of *= u8::from(is_delivered_again);
                }
            }
        }
    }
}

fn job_of(app: usize, release: usize) -> Job {
    Job::Release { app: app as u8, release: release as u8, tagged_one: false }
}

/// Queues a job, and says what goes wrong by that.
fn queue(state: &mut State, job: Job) -> Races {
    let mut races = Races::default();
    if let Some(Job::Release { app, release, .. }) = state.group.queue(job) {
        let (app, release) = (usize::from(app), usize::from(release));
        let untagged = state.apps[app].releases[release].tagged[0].is_none();
        races.add_if(untagged && !state.group.holds_job_of(app, release), Race::Evicted);
    }
    races
}
