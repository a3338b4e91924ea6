//! The same world with this tool's own steps: its runs are the core's.

mod errand;
mod ledger;
mod moves;
mod sight;
mod state;
mod words;

use openverse_release_core::EnvironmentName;

use self::{
    errand::{Errand, ErrandKind},
    ledger::{Ledger, Standing},
    sight::Eyes,
    state::{Acting, DEPLOYMENTS, RUNS, State},
};
use crate::{
    bounds::Bounds,
    cast::Cast,
    code::SITES,
    explore::{Model, Step},
    safeguard::Safeguard,
};

/// The only app of a cast whose runs are explored: those of two apps share nothing but `main`.
const APP: usize = 0;
/// The same as a set of apps.
const ONLY_APP: u8 = 1;

/// The runner of one app, with all its safeguards or without one.
pub(crate) struct Runner<'a> {
    cast: &'a Cast,
    bounds: &'a Bounds,
    without: Option<Safeguard>,
    ledger: Ledger,
}

/// Which run: for which environment, and which of those that go on for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    environment: EnvironmentName,
    run: usize,
}

/// What a reply to a request comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Delivery {
    Answered,
    ReplyLost,
    RequestLost,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Move {
    /// Somebody merges a pull request that changes the app.
    Merge,
    /// CI ends the build of an image of a commit, and moves `latest` to it.
    Build { image: usize, commit: u8 },
    /// The tool lists the GitHub Releases to refresh the draft.
    PlanDraft,
    /// It reads the draft once more.
    CompareDraft,
    /// It writes the draft.
    WriteDraft,
    /// The tool is asked for something, and begins a run.
    Begin(Asked),
    /// Somebody lets the present step of a run go ahead.
    Approve(Place),
    /// A run looks at the world, or has looked for longer than it waits.
    Look { at: Place, late: bool },
    /// A run reads once more what it is about to change.
    Compare(Place),
    /// A run changes something.
    Act { at: Place, delivery: Delivery },
    /// Somebody lets a stopped run go on.
    Resume(Place),
    /// Somebody gives a run up.
    Abandon(Place),
    /// Somebody lifts the hold after a rollback.
    Lift(EnvironmentName),
    /// A deployment that was accepted appears.
    Appear { environment: EnvironmentName, deployment: usize },
    /// A deployment ends, and its version is live.
    End { environment: EnvironmentName, deployment: usize },
}

/// What the tool is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asked {
    Release,
    /// By CI, to staging.
    Deploy {
        commit: u8,
    },
    RollBack(EnvironmentName),
}

impl<'a> Runner<'a> {
    pub(crate) fn new(cast: &'a Cast, bounds: &'a Bounds, without: Option<Safeguard>) -> Self {
        let eyes = Eyes {
            tells_its_own_deployment: without != Some(Safeguard::OwnDeploymentFollowed),
            reads_the_live_version: without != Some(Safeguard::LiveVersionRead),
        };
        Self { cast, bounds, without, ledger: Ledger::new(&cast.project, &cast.apps[APP], eyes) }
    }

    fn has(&self, safeguard: Safeguard) -> bool {
        self.without != Some(safeguard)
    }
}

impl Model for Runner<'_> {
    type State = State;
    type Move = Move;

    fn start(&self) -> State {
        let mut state = State::default();
        for environment in SITES {
            let before = Errand { environment, number: 0, kind: ErrandKind::Deploy { commit: 0 } };
            let errand = self.ledger.errand_number(before);
            let site = state.site_mut(environment);
            let accepted = site.accept(errand, 0);
            debug_assert!(accepted.is_some(), "nothing is deployed yet");
            site.appear(0, true);
            site.end(0);
        }
        state
    }

    fn moves(&self, state: &State, steps: &mut Vec<Step<Self>>) {
        let mut offer = |what: Move| {
            if let Some((to, races)) = self.after(*state, what) {
                steps.push(Step { what, to, races });
            }
        };
        offer(Move::Merge);
        for commit in 1..=state.main.head() {
            for image in self.cast.images(APP) {
                offer(Move::Build { image, commit });
            }
        }
        match state.refresh {
            None => offer(Move::PlanDraft),
            Some(refresh) if refresh.compared || self.has(Safeguard::NothingBetweenReadAndWrite) => {
                offer(Move::WriteDraft);
            }
            Some(_) => offer(Move::CompareDraft),
        }
        offer(Move::Begin(Asked::Release));
        for commit in 1..=state.main.head() {
            offer(Move::Begin(Asked::Deploy { commit }));
        }
        for environment in SITES {
            offer(Move::Begin(Asked::RollBack(environment)));
            offer(Move::Lift(environment));
            for run in 0..RUNS {
                self.moves_of_a_run(state, Place { environment, run }, &mut offer);
            }
            for deployment in 0..DEPLOYMENTS {
                offer(Move::Appear { environment, deployment });
                offer(Move::End { environment, deployment });
            }
        }
    }

    fn describe(&self, before: &State, step: &Step<Self>) -> String {
        self.words(before, step.what, &step.to)
    }
}

impl Runner<'_> {
    fn moves_of_a_run(&self, state: &State, at: Place, offer: &mut impl FnMut(Move)) {
        let Some(going) = state.site(at.environment).runs[at.run] else { return };
        match (going.acting, self.ledger.standing(going.run)) {
            (Acting::Next, _) if !self.has(Safeguard::NothingBetweenReadAndWrite) => offer(Move::Compare(at)),
            (Acting::Next | Acting::Compared, _) => {
                for delivery in [Delivery::Answered, Delivery::ReplyLost, Delivery::RequestLost] {
                    offer(Move::Act { at, delivery });
                }
            }
            (Acting::No, Standing::WantsApproval) => offer(Move::Approve(at)),
            (Acting::No, Standing::WantsToSee(_)) => {
                offer(Move::Look { at, late: false });
                offer(Move::Look { at, late: true });
            }
            (Acting::No, Standing::Stopped) => offer(Move::Resume(at)),
            (Acting::No, Standing::Ended { .. }) => {}
        }
        if going.acting == Acting::No {
            offer(Move::Abandon(at));
        }
    }
}
