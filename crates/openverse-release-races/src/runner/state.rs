//! The world that the runner acts on.

use openverse_release_core::EnvironmentName;

use super::ledger::{ErrandNumber, RunNumber};
use crate::code::{Builds, Main, site};

/// How many GitHub Releases of an app are told apart.
pub(super) const RELEASES: usize = 2;
/// How many deployments to one environment there is room for.
pub(super) const DEPLOYMENTS: usize = 6;
/// How many runs can go on for one environment, where nothing keeps a second one from it.
pub(super) const RUNS: usize = 2;

/// All there is at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) struct State {
    pub(super) main: Main,
    pub(super) builds: Builds,
    pub(super) releases: [Release; RELEASES],
    pub(super) refresh: Option<Refresh>,
    /// Staging and production.
    sites: [Site; 2],
    pub(super) rollbacks: u8,
    pub(super) lost_replies: u8,
    pub(super) interventions: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(super) enum Stage {
    #[default]
    Absent,
    Draft,
    Published,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(super) struct Release {
    pub(super) stage: Stage,
    /// The commit that it names and that its notes end with.
    pub(super) notes: u8,
    /// The commit its git tag is on.
    pub(super) on: Option<u8>,
    /// The commits whose images its image tag names.
    pub(super) tagged: [Option<u8>; 2],
}

/// A draft that is being refreshed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Refresh {
    pub(super) plan: Plan,
    /// Whether it was read once more, and the writing is yet to come.
    pub(super) compared: bool,
}

/// How the draft comes to name another commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Plan {
    Create { notes: u8 },
    Update { release: u8, seen: u8, notes: u8 },
}

/// A live environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(super) struct Site {
    /// The commit that runs.
    pub(super) live: u8,
    /// Which deployment made it so.
    live_by: u8,
    /// Whether the hold of a rollback is on it.
    pub(super) held: bool,
    /// Whether a rollback was done, and nobody has lifted its hold.
    pub(super) rolled_back: bool,
    /// The newest commit that CI asked to deploy.
    pub(super) asked: u8,
    /// How many runs were begun.
    pub(super) begun: u8,
    pub(super) runs: [Option<Going>; RUNS],
    /// In the order they were asked for.
    pub(super) deployments: [Option<Deployment>; DEPLOYMENTS],
}

/// A run that goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Going {
    pub(super) run: RunNumber,
    pub(super) acting: Acting,
}

/// How far a run is with the effect that it decided on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Acting {
    No,
    /// It is about to perform it.
    Next,
    /// It has read once more what it is about to change.
    Compared,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Status {
    /// It was accepted, and is not among the runs of the GitHub Workflow.
    Accepted,
    Waiting,
    Running,
    Succeeded,
    Cancelled,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Deployment {
    pub(super) errand: ErrandNumber,
    pub(super) commit: u8,
    pub(super) status: Status,
    /// The place in the order in which they appeared.
    pub(super) appeared: u8,
}

impl Deployment {
    pub(super) fn is_visible(&self) -> bool {
        self.status != Status::Accepted
    }

    pub(super) fn has_ended(&self) -> bool {
        matches!(self.status, Status::Succeeded | Status::Cancelled)
    }
}

impl State {
    pub(super) fn site(&self, environment: EnvironmentName) -> &Site {
        &self.sites[site(environment)]
    }

    pub(super) fn site_mut(&mut self, environment: EnvironmentName) -> &mut Site {
        &mut self.sites[site(environment)]
    }
}

impl Site {
    pub(super) fn has_runs(&self) -> bool {
        self.runs.iter().any(Option::is_some)
    }

    /// Returns the newest deployment that everybody can see.
    pub(super) fn newest(&self) -> Option<Deployment> {
        self.visible().max_by_key(|it| it.appeared)
    }

    pub(super) fn visible(&self) -> impl Iterator<Item = Deployment> {
        self.deployments.into_iter().flatten().filter(Deployment::is_visible)
    }

    /// Accepts a deployment; none if there is no room for more.
    pub(super) fn accept(&mut self, errand: ErrandNumber, commit: u8) -> Option<()> {
        let place = self.deployments.iter_mut().find(|place| place.is_none())?;
        *place = Some(Deployment { errand, commit, status: Status::Accepted, appeared: 0 });
        Some(())
    }

    /// Makes an accepted deployment appear; it runs, or waits in place of another that waits.
    pub(super) fn appear(&mut self, place: usize, takes_turns: bool) {
        let appeared = 1 + self.visible().map(|it| it.appeared).max().unwrap_or(0);
        let is_busy = takes_turns && self.visible().any(|it| it.status == Status::Running);
        if is_busy {
            for other in self.deployments.iter_mut().flatten().filter(|it| it.status == Status::Waiting) {
                other.status = Status::Cancelled;
            }
        }
        if let Some(it) = &mut self.deployments[place] {
            it.status = if is_busy { Status::Waiting } else { Status::Running };
            it.appeared = appeared;
        }
    }

    /// Tells whether one that was asked for later is live.
    pub(super) fn is_overtaken(&self, place: usize) -> bool {
        place < usize::from(self.live_by)
    }

    /// Ends a deployment: its version is live, and the next one runs.
    pub(super) fn end(&mut self, place: usize) {
        let Some(it) = &mut self.deployments[place] else { return };
        it.status = Status::Succeeded;
        self.live = it.commit;
        self.live_by = place as u8;
        for other in self.deployments.iter_mut().flatten().filter(|it| it.status == Status::Waiting) {
            other.status = Status::Running;
        }
    }
}
