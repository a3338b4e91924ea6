//! What is merged, what CI has built of it, and where it is deployed.

use openverse_release_core::EnvironmentName;

/// How many apps are told apart.
pub(crate) const APPS: usize = 2;

/// What was merged. Commits are counted; number 0 is what was released and deployed before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(crate) struct Main {
    merged: u8,
    /// For each app, a bit for each merge that changes it.
    changes: [u8; APPS],
}

impl Main {
    /// Merges a change of the apps whose bits are set.
    pub(crate) fn merge(&mut self, apps: u8) {
        for (app, changes) in self.changes.iter_mut().enumerate() {
            *changes |= (apps >> app & 1) << self.merged;
        }
        self.merged += 1;
    }

    /// Returns the newest commit.
    pub(crate) fn head(self) -> u8 {
        self.merged
    }

    pub(crate) fn changes(self, commit: u8, app: usize) -> bool {
        self.changes[app] >> (commit - 1) & 1 != 0
    }

    /// Returns the newest commit, no later than another, that changes an app.
    pub(crate) fn newest_of(self, app: usize, up_to: u8) -> u8 {
        (1..=up_to).rev().find(|commit| self.changes(*commit, app)).unwrap_or(0)
    }

    /// Returns the same with the two apps exchanged.
    pub(crate) fn exchanged(mut self) -> Self {
        self.changes.reverse();
        self
    }
}

/// An app's image, or its companion.
pub(crate) const IMAGES: [usize; 2] = [0, 1];

/// What CI has built of an app.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(crate) struct Builds {
    /// For each image, a bit for each commit but 0.
    built: [u8; 2],
    /// For each image, the commit whose image `latest` names.
    pub(crate) latest: [u8; 2],
}

impl Builds {
    pub(crate) fn has(self, image: usize, commit: u8) -> bool {
        commit == 0 || self.built[image] >> (commit - 1) & 1 != 0
    }

    pub(crate) fn has_all(self, commit: u8) -> bool {
        IMAGES.into_iter().all(|image| self.has(image, commit))
    }

    /// Ends the build of an image: it is pushed, and `latest` moves to it.
    pub(crate) fn finish(&mut self, image: usize, commit: u8) {
        self.built[image] |= 1 << (commit - 1);
        self.latest[image] = commit;
    }
}

/// The environments of an app.
pub(crate) const SITES: [EnvironmentName; 2] = [EnvironmentName::STAGING, EnvironmentName::PRODUCTION];

/// Returns the place of an environment among those of an app.
pub(crate) fn site(environment: EnvironmentName) -> usize {
    usize::from(environment == EnvironmentName::PRODUCTION)
}
