//! What sort of step an operation makes.

use super::Artefact;

/// What sort of step a kind makes, for everything that is not of the kind: checks, plans, audit, documents.
///
/// ```
/// use openverse_release_core::kind::{Artefact, Nature};
///
/// let publishing = Nature::new().making(&[Artefact::PublishedRelease]).carried_out();
/// assert!(publishing.makes(Artefact::PublishedRelease) && !publishing.updates_environments);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Nature {
    /// What it makes, beside deployments.
    pub makes: &'static [Artefact],
    /// Whether its step names live environments, which it updates.
    pub updates_environments: bool,
    /// Whether it takes an environment back to an earlier version.
    pub rolls_back: bool,
    /// Whether what it brings is whatever `main` has, so that nobody chooses a version.
    pub follows_main: bool,
    /// Whether it takes an image by the image tag `latest`.
    pub takes_latest: bool,
    /// Whether it may end with outcomes of its own beside done and failed.
    pub names_outcomes: bool,
    /// Whether a person sets it off, where nothing else is said.
    pub by_person: bool,
    /// Whether a run carries it out. A kind that is [`Work`](super::Work) need not say so.
    pub carried_out: bool,
}

impl Nature {
    /// Returns the nature of something that makes nothing and changes no environment.
    pub fn new() -> Self {
        Self::default()
    }

    /// Says what it makes.
    #[must_use]
    pub fn making(self, makes: &'static [Artefact]) -> Self {
        Self { makes, ..self }
    }

    /// Says that it updates the environments of its step.
    #[must_use]
    pub fn updating(self) -> Self {
        Self { updates_environments: true, ..self }
    }

    /// Says that it takes environments back.
    #[must_use]
    pub fn rolling_back(self) -> Self {
        Self { rolls_back: true, ..self }
    }

    /// Says that what it brings is whatever `main` has.
    #[must_use]
    pub fn following_main(self) -> Self {
        Self { follows_main: true, ..self }
    }

    /// Says that it takes an image by the image tag `latest`.
    #[must_use]
    pub fn taking_latest(self) -> Self {
        Self { takes_latest: true, ..self }
    }

    /// Says that it may end with outcomes of its own.
    #[must_use]
    pub fn naming_outcomes(self) -> Self {
        Self { names_outcomes: true, ..self }
    }

    /// Says that a person sets it off, where nothing else is said.
    #[must_use]
    pub fn by_a_person(self) -> Self {
        Self { by_person: true, ..self }
    }

    /// Says that a run carries it out.
    #[must_use]
    pub fn carried_out(self) -> Self {
        Self { carried_out: true, ..self }
    }

    /// Tells whether it makes an artefact.
    pub fn makes(&self, artefact: Artefact) -> bool {
        self.makes.contains(&artefact)
    }

    /// Tells whether it brings a change of the code to `main`, and not the revert of one.
    pub fn merges(&self) -> bool {
        self.makes(Artefact::Commit) && !self.rolls_back
    }

    /// Tells whether it takes environments back by a change on `main`.
    pub fn reverts(&self) -> bool {
        self.makes(Artefact::Commit) && self.rolls_back
    }

    /// Tells whether it takes environments back by deploying to them again.
    pub fn redeploys(&self) -> bool {
        self.updates_environments && self.rolls_back
    }
}
