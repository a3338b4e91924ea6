//! The world of the documented process.

use crate::code::{APPS, Builds, Main};

/// How many GitHub Releases of an app are told apart.
pub(super) const RELEASES: usize = 2;
/// How many deployments to one environment can be under way.
const UNDER_WAY: usize = 4;

/// All there is at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(crate) struct State {
    pub(super) main: Main,
    pub(super) apps: [AppState; APPS],
    pub(super) group: Group,
    pub(super) redeliveries: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(super) struct AppState {
    pub(super) builds: Builds,
    pub(super) releases: [Release; RELEASES],
    /// The newest commit that was released.
    pub(super) released: u8,
    /// Staging and production.
    pub(super) sites: [Site; 2],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(super) enum Stage {
    #[default]
    Absent,
    Draft,
    Published,
    /// It was published, and is a draft again.
    Unpublished,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(super) struct Release {
    pub(super) stage: Stage,
    /// The newest commit that changes the app, no later than the one its git tag is on.
    pub(super) built_of: u8,
    /// The commits whose images its image tag names.
    pub(super) tagged: [Option<u8>; 2],
}

/// A live environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(super) struct Site {
    /// The commit that runs.
    pub(super) live: u8,
    /// The newest commit when a version was rolled back.
    pub(super) rolled_back_at: Option<u8>,
    under_way: [Option<Deployment>; UNDER_WAY],
}

/// A deployment that was asked for and has not ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Deployment {
    pub(super) commit: u8,
    /// Whether one that was asked for later is live by now.
    pub(super) overtaken: bool,
    /// Whether it brings back what was rolled back before it was asked for.
    pub(super) brings_back: bool,
}

impl Site {
    /// Asks for a deployment, unless too many are under way.
    pub(super) fn ask(&mut self, commit: u8, by_itself: bool) -> Option<()> {
        let place = self.under_way.iter_mut().find(|place| place.is_none())?;
        let brings_back = by_itself && self.rolled_back_at.is_some_and(|head| commit > head);
        *place = Some(Deployment { commit, overtaken: false, brings_back });
        Some(())
    }

    pub(super) fn under_way(&self) -> impl Iterator<Item = (usize, Deployment)> {
        self.under_way.into_iter().enumerate().filter_map(|(place, it)| Some((place, it?)))
    }

    /// Ends a deployment: its version is live.
    pub(super) fn end(&mut self, place: usize) {
        let Some(ended) = self.under_way[place].take() else { return };
        for earlier in self.under_way[..place].iter_mut().flatten() {
            earlier.overtaken = true;
        }
        self.under_way[place..].rotate_left(1);
        self.live = ended.commit;
    }
}

/// The concurrency group of the jobs that touch GitHub Releases: one runs, one waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(super) struct Group {
    pub(super) running: Option<Job>,
    pub(super) waiting: Option<Job>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Job {
    /// Refreshes the draft of each app; what it read, once it has.
    Draft(Option<[Plan; APPS]>),
    /// Tags the images of a release, and deploys it.
    Release { app: u8, release: u8, tagged_one: bool },
}

/// What the job that refreshes drafts is about to do for an app.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(super) enum Plan {
    #[default]
    Nothing,
    Create,
    Update(u8),
}

impl Group {
    /// Queues a job, and returns the one that it takes the place of.
    pub(super) fn queue(&mut self, job: Job) -> Option<Job> {
        if self.running.is_none() {
            self.running = Some(job);
            return None;
        }
        self.waiting.replace(job)
    }

    pub(super) fn end_running(&mut self) {
        self.running = self.waiting.take();
    }

    pub(super) fn holds_job_of(&self, app: usize, release: usize) -> bool {
        let is_of = |job: &Job| matches!(job, Job::Release { app: a, release: r, .. } if (usize::from(*a), usize::from(*r)) == (app, release));
        [self.running, self.waiting].iter().flatten().any(is_of)
    }
}

impl State {
    /// Returns the same with the two apps exchanged.
    pub(crate) fn exchanged(mut self) -> Self {
        self.main = self.main.exchanged();
        self.apps.reverse();
        for job in [&mut self.group.running, &mut self.group.waiting].into_iter().flatten() {
            match job {
                Job::Draft(Some(plans)) => plans.reverse(),
                Job::Draft(None) => {}
                Job::Release { app, .. } => *app = 1 - *app,
            }
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::Site;

    #[test]
    fn only_what_is_merged_after_a_rollback_and_deployed_by_itself_brings_the_bad_version_back() {
        let mut site = Site { live: 1, rolled_back_at: Some(2), ..Site::default() };
        for (commit, by_itself) in [(1, true), (2, true), (3, true), (3, false)] {
            site.ask(commit, by_itself).unwrap();
        }
        let brings_back: Vec<_> = site.under_way().map(|(_, it)| it.brings_back).collect();
        assert_eq!(brings_back, [false, false, true, false]);
    }
}
