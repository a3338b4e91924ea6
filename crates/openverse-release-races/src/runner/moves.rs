//! What each move makes of the world, and what thereby goes wrong.

use openverse_release_core::EnvironmentName;

use super::{
    APP, Asked, Delivery, Move, ONLY_APP, Place, Runner,
    errand::{Errand, ErrandKind},
    ledger::{Act, Question, RunNumber, Standing, Told},
    sight::Seen,
    state::{Acting, Deployment, Going, Plan, RELEASES, Refresh, Release, Stage, State, Status},
};
use crate::{
    race::{Race, Races},
    safeguard::Safeguard,
};

impl Runner<'_> {
    /// Returns what a move makes of a state; none if it cannot be made.
    pub(super) fn after(&self, mut state: State, what: Move) -> Option<(State, Races)> {
        let races = match what {
            Move::Merge => {
                if state.main.head() == self.bounds.merges {
                    return None;
                }
                state.main.merge(ONLY_APP);
                Races::default()
            }
            Move::Build { image, commit } => {
                if state.builds.has(image, commit) {
                    return None;
                }
                state.builds.finish(image, commit);
                if !self.cast.has_companion(APP) {
                    state.builds.finish(1, commit);
                }
                Races::default()
            }
            Move::PlanDraft => self.plan_draft(&mut state)?,
            Move::CompareDraft => compare_draft(&mut state),
            Move::WriteDraft => self.write_draft(&mut state),
            Move::Begin(asked) => self.begin(&mut state, asked)?,
            Move::Approve(at) => self.tell(&mut state, at, Told::Approve)?,
            Move::Look { at, late } => self.look(&mut state, at, late)?,
            Move::Compare(at) => self.compare(&mut state, at)?,
            Move::Act { at, delivery } => self.act(&mut state, at, delivery)?,
            Move::Resume(at) => {
                self.intervene(&mut state)?;
                self.tell(&mut state, at, Told::Resume)?
            }
            Move::Abandon(at) => {
                // What has not been seen by now can still appear.
                let late = !self.has(Safeguard::NothingGivenUpUnseen) || !self.is_unseen(&state, at)?;
                self.intervene(&mut state)?;
                self.tell(&mut state, at, Told::Abandon { late })?
            }
            Move::Lift(environment) => {
                let site = state.site_mut(environment);
                if !site.held || site.has_runs() {
                    return None;
                }
                (site.held, site.rolled_back) = (false, false);
                Races::default()
            }
            Move::Appear { environment, deployment } => {
                let site = state.site_mut(environment);
                if site.deployments[deployment]?.status != Status::Accepted {
                    return None;
                }
                site.appear(deployment, self.has(Safeguard::DeploymentsTakeTurns));
                Races::default()
            }
            Move::End { environment, deployment } => {
                let site = state.site_mut(environment);
                let ended = site.deployments[deployment]?;
                if ended.status != Status::Running {
                    return None;
                }
                let mut races = Races::default();
                let replaces = ended.commit != site.live;
                races.add_if(replaces && site.is_overtaken(deployment), Race::OlderLast);
                races.add_if(replaces && site.rolled_back, Race::BroughtBack);
                site.end(deployment);
                races
            }
        };
        Some((state, races))
    }

    fn intervene(&self, state: &mut State) -> Option<()> {
        state.interventions += 1;
        (state.interventions <= self.bounds.interventions).then_some(())
    }

    fn plan_draft(&self, state: &mut State) -> Option<Races> {
        let newest = state.main.head();
        if newest == 0 {
            return None;
        }
        let plan = self.ledger.plan_draft(state.releases, newest)?;
        if let Plan::Create { .. } = plan
            && state.releases.iter().filter(|it| it.stage != Stage::Absent).count()
                >= usize::from(self.bounds.releases)
        {
            return None;
        }
        state.refresh = Some(Refresh { plan, compared: false });
        Some(Races::default())
    }

    fn write_draft(&self, state: &mut State) -> Races {
        let mut races = Races::default();
        let Some(Refresh { plan, compared }) = state.refresh.take() else { return races };
        let is_guarded = self.has(Safeguard::DraftComparedBeforeWriting);
        if is_guarded && !compared && !is_as_seen(&state.releases, plan) {
            return races;
        }
        match plan {
            Plan::Create { notes } => {
                let free = state.releases.iter_mut().find(|it| it.stage == Stage::Absent);
                if let Some(free) = free {
                    *free = Release { stage: Stage::Draft, notes, ..Release::default() };
                }
            }
            Plan::Update { release, notes, .. } => {
                let it = &mut state.releases[usize::from(release)];
                let is_published = it.stage == Stage::Published;
                it.notes = notes;
                if !is_guarded {
                    // As the documented job does it.
                    it.stage = Stage::Draft;
                }
                races.add_if(is_published && is_guarded, Race::Rewritten);
                races.add_if(is_published && !is_guarded, Race::Unpublished);
            }
        }
        races
    }

    fn begin(&self, state: &mut State, asked: Asked) -> Option<Races> {
        let environment = match asked {
            Asked::Release => EnvironmentName::PRODUCTION,
            Asked::Deploy { .. } => EnvironmentName::STAGING,
            Asked::RollBack(environment) => environment,
        };
        let site = state.site(environment);
        let free = site.runs.iter().position(Option::is_none)?;
        if site.has_runs() && self.has(Safeguard::OneRunAtATime) {
            return None;
        }
        let is_held = site.held && self.has(Safeguard::HeldAfterRollback);
        let arriving = site.newest().filter(|it| !it.has_ended());
        let kind = match asked {
            Asked::Release if !is_held => self.release_now(state)?,
            Asked::Deploy { commit } if !is_held => {
                if commit <= site.asked || !state.builds.has_all(commit) || arriving.is_some() {
                    return None;
                }
                ErrandKind::Deploy { commit }
            }
            Asked::RollBack(_) => {
                let bad = arriving.map_or(site.live, |it| it.commit);
                if state.rollbacks == self.bounds.rollbacks || bad == 0 {
                    return None;
                }
                state.rollbacks += 1;
                ErrandKind::RollBack
            }
            Asked::Release | Asked::Deploy { .. } => return None,
        };
        let site = state.site_mut(environment);
        if let Asked::Deploy { commit } = asked {
            site.asked = commit;
        }
        site.begun += 1;
        let errand = Errand { environment, number: site.begun, kind };
        site.runs[free] = Some(Going { run: self.ledger.begin(errand), acting: Acting::No });
        Some(Races::default())
    }

    /// Returns what a release would be, as the preview tells it.
    fn release_now(&self, state: &State) -> Option<ErrandKind> {
        let mut drafts = (0..RELEASES).filter(|it| state.releases[*it].stage == Stage::Draft);
        let (Some(release), None) = (drafts.next(), drafts.next()) else { return None };
        let draft = state.releases[release];
        let commit = draft.notes;
        if draft.on.is_some() {
            return None;
        }
        let mut images = [commit; 2];
        for (image, safeguard) in
            [Safeguard::ImageOfTheCommit, Safeguard::CompanionOfTheCommit].into_iter().enumerate()
        {
            let latest = state.builds.latest[image];
            if !self.has(safeguard) {
                images[image] = latest;
            } else if latest != commit {
                return None;
            }
        }
        Some(ErrandKind::Release { release: release as u8, notes: commit, images })
    }

    fn going(&self, state: &State, at: Place) -> Option<Going> {
        state.site(at.environment).runs[at.run]
    }

    /// Tells whether the deployment of a run was accepted and has not appeared.
    fn is_unseen(&self, state: &State, at: Place) -> Option<bool> {
        let errand = self.ledger.errand_of(self.going(state, at)?.run);
        let mut deployments = state.site(at.environment).deployments.iter().flatten();
        Some(deployments.any(|it| it.errand == errand && it.status == Status::Accepted))
    }

    fn tell(&self, state: &mut State, at: Place, told: Told) -> Option<Races> {
        let (run, acts) = self.ledger.tell(self.going(state, at)?.run, told)?;
        Some(self.go_on(state, at, run, if acts { Acting::Next } else { Acting::No }))
    }

    /// Puts a run in the place of what it was before.
    fn go_on(&self, state: &mut State, at: Place, run: RunNumber, acting: Acting) -> Races {
        let mut races = Races::default();
        let errand = self.ledger.errand(self.ledger.errand_of(run));
        let is_done = match self.ledger.standing(run) {
            Standing::Ended { done } => Some(done),
            _ => None,
        };
        if is_done == Some(true) {
            races.add_if(!self.is_so(state, errand), Race::FalselyDone);
        }
        let site = state.site_mut(at.environment);
        site.held |= self.ledger.holds(run);
        site.rolled_back |= is_done == Some(true) && errand.kind == ErrandKind::RollBack;
        site.runs[at.run] = is_done.is_none().then_some(Going { run, acting });
        races
    }

    /// Tells whether the world is as a run was to make it.
    fn is_so(&self, state: &State, errand: Errand) -> bool {
        let is_live = state.site(errand.environment).live == errand.commit();
        let ErrandKind::Release { release, notes, images } = errand.kind else { return is_live };
        let it = state.releases[usize::from(release)];
        let is_tagged = self.cast.images(APP).all(|image| it.tagged[image] == Some(images[image]));
        is_live && is_tagged && it.stage == Stage::Published && it.on == Some(notes)
    }

    fn look(&self, state: &mut State, at: Place, late: bool) -> Option<Races> {
        let going = self.going(state, at)?;
        let Standing::WantsToSee(question) = self.ledger.standing(going.run) else { return None };
        let errand = self.ledger.errand(self.ledger.errand_of(going.run));
        let site = state.site(at.environment);
        let seen = match (question, errand.kind) {
            (Question::Release, ErrandKind::Release { release, .. }) => {
                Seen::Release(release, state.releases[usize::from(release)])
            }
            (Question::Tags, ErrandKind::Release { release, .. }) => {
                Seen::Tags(state.releases[usize::from(release)].tagged)
            }
            (Question::Deployments, _) => {
                let visible = site.deployments.map(|it| it.filter(Deployment::is_visible));
                Seen::Deployments { all: visible, live: site.live }
            }
            _ => Seen::Proposal,
        };
        let goes_on_waiting =
            |late| self.ledger.tell(going.run, Told::Saw { seen, late }) == Some((going.run, false));
        if late {
            // Only who still waits can wait for too long.
            let appears = self.has(Safeguard::DeploymentsAppearInTime) && self.is_unseen(state, at)?;
            if !goes_on_waiting(false) || appears {
                return None;
            }
        }
        if goes_on_waiting(late) { None } else { self.tell(state, at, Told::Saw { seen, late }) }
    }

    fn compare(&self, state: &mut State, at: Place) -> Option<Races> {
        let going = self.going(state, at)?;
        let errand = self.ledger.errand(self.ledger.errand_of(going.run));
        let act = self.ledger.act(going.run)?;
        if !is_as_it_was(state, errand, act) {
            return self.tell(state, at, Told::Conflict);
        }
        Some(self.go_on(state, at, going.run, Acting::Compared))
    }

    fn act(&self, state: &mut State, at: Place, delivery: Delivery) -> Option<Races> {
        let going = self.going(state, at)?;
        let errand_number = self.ledger.errand_of(going.run);
        let errand = self.ledger.errand(errand_number);
        let act = self.ledger.act(going.run)?;
        if delivery != Delivery::Answered {
            state.lost_replies += 1;
            if state.lost_replies > self.bounds.lost_replies {
                return None;
            }
        }
        if delivery == Delivery::RequestLost {
            return self.tell(state, at, Told::Lost);
        }
        let is_guarded = act != Act::Publish || self.has(Safeguard::DraftComparedBeforePublishing);
        if is_guarded && going.acting == Acting::Next && !is_as_it_was(state, errand, act) {
            return (delivery == Delivery::Answered).then(|| self.tell(state, at, Told::Conflict)).flatten();
        }
        let mut races = Races::default();
        match (act, errand.kind) {
            (Act::Publish, ErrandKind::Release { release, notes, .. }) => {
                let it = &mut state.releases[usize::from(release)];
                races.add_if(it.notes != notes, Race::Rewritten);
                (it.stage, it.on) = (Stage::Published, Some(notes));
            }
            (Act::Tag { image, commit }, ErrandKind::Release { release, .. }) => {
                let it = &mut state.releases[usize::from(release)];
                it.tagged[image] = Some(commit);
                races.add_if(image == 0 && it.on != Some(commit), Race::OtherCommit);
                let [own, companion] = it.tagged;
                races.add_if(own.is_some() && companion.is_some() && own != companion, Race::MixedImages);
            }
            _ => {
                let commit = match errand.kind {
                    ErrandKind::Release { release, .. } => state.releases[usize::from(release)].tagged[0]?,
                    _ => errand.commit(),
                };
                state.site_mut(at.environment).accept(errand_number, commit)?;
            }
        }
        if delivery == Delivery::ReplyLost && !self.has(Safeguard::LookedAfterLostReply) {
            // It is sent again at once.
            self.go_on(state, at, going.run, Acting::Next);
            return Some(races);
        }
        let told = if delivery == Delivery::Answered { Told::Accepted } else { Told::Lost };
        races.add_all(self.tell(state, at, told)?);
        Some(races)
    }
}

/// Tells whether a draft is as it was when its refreshing was planned.
fn is_as_seen(releases: &[Release; RELEASES], plan: Plan) -> bool {
    match plan {
        Plan::Create { .. } => releases.iter().all(|it| it.stage != Stage::Draft),
        Plan::Update { release, seen, .. } => {
            let it = releases[usize::from(release)];
            it.stage == Stage::Draft && it.notes == seen
        }
    }
}

fn compare_draft(state: &mut State) -> Races {
    state.refresh = state
        .refresh
        .filter(|it| is_as_seen(&state.releases, it.plan))
        .map(|it| Refresh { compared: true, ..it });
    Races::default()
}

/// Tells whether what a run is about to change is as it was seen.
fn is_as_it_was(state: &State, errand: Errand, act: Act) -> bool {
    let ErrandKind::Release { release, notes, .. } = errand.kind else { return true };
    let it = &state.releases[usize::from(release)];
    match act {
        Act::Publish => it.stage == Stage::Draft && it.notes == notes,
        Act::Tag { image, commit } => it.tagged[image].is_none_or(|tagged| tagged == commit),
        Act::Dispatch => true,
    }
}
