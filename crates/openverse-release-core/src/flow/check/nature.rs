//! What the checks want to know of a step, in one word.

use std::ops::BitOr;

use crate::{Artefact, Branches, Environments, Step, Trigger};

/// A set of marks, small enough that a walk over a million steps stays in the cache.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Nature(u32);

impl Nature {
    pub(super) const MANUAL: Self = Self(1);
    pub(super) const ROLLS_BACK: Self = Self(1 << 1);
    pub(super) const DEPLOYMENT: Self = Self(1 << 2);
    pub(super) const UPDATES: Self = Self(1 << 3);
    pub(super) const UPDATES_GUARDED: Self = Self(1 << 4);
    pub(super) const MERGE: Self = Self(1 << 5);
    pub(super) const BUILD: Self = Self(1 << 6);
    pub(super) const PUBLISH: Self = Self(1 << 7);
    pub(super) const TAG: Self = Self(1 << 8);
    /// Takes the image by the image tag `latest`.
    pub(super) const TAKES_LATEST: Self = Self(1 << 9);
    pub(super) const SPLITS_INTO_ALL: Self = Self(1 << 10);
    pub(super) const SAYS_HOW_IT_SPLITS: Self = Self(1 << 11);
    pub(super) const JOINS_ALL: Self = Self(1 << 12);
    pub(super) const NAMES_OUTCOMES: Self = Self(1 << 13);
    const USES: u32 = 16;
    const MAKES: u32 = 20;

    pub(super) fn of(step: &Step, environments: &Environments) -> Self {
        let nature = step.operation.nature();
        let marks = [
            (step.trigger == Trigger::Manual, Self::MANUAL),
            (nature.rolls_back, Self::ROLLS_BACK),
            (step.is_deployment(), Self::DEPLOYMENT),
            (!step.environments.is_empty(), Self::UPDATES),
            (step.updates_guarded(environments), Self::UPDATES_GUARDED),
            (nature.merges(), Self::MERGE),
            (nature.makes(Artefact::BuiltImage), Self::BUILD),
            (nature.makes(Artefact::PublishedRelease), Self::PUBLISH),
            (nature.makes(Artefact::ReleasedImage), Self::TAG),
            (nature.names_outcomes, Self::NAMES_OUTCOMES),
            (nature.takes_latest, Self::TAKES_LATEST),
            (step.split == Some(Branches::All), Self::SPLITS_INTO_ALL),
            (step.split.is_some(), Self::SAYS_HOW_IT_SPLITS),
            (step.join == Some(Branches::All), Self::JOINS_ALL),
        ];
        let artefacts = |list: &[Artefact], at: u32| {
            list.iter().fold(0, |set, &artefact| set | 1 << (at + artefact as u32))
        };
        let set = marks.iter().filter(|(holds, _)| *holds).fold(0, |set, (_, mark)| set | mark.0);
        let (uses, makes) = (step.consumes(environments), nature.makes);
        Self(set | artefacts(uses, Self::USES) | artefacts(makes, Self::MAKES))
    }

    /// Tells whether it has all of these marks.
    pub(super) fn is(self, marks: Self) -> bool {
        self.0 & marks.0 == marks.0
    }

    /// Tells whether it has one of these marks.
    pub(super) fn is_any(self, marks: Self) -> bool {
        self.0 & marks.0 != 0
    }

    /// Returns the artefacts it uses: a bit for each of [`Artefact::ALL`].
    pub(super) fn uses(self) -> u16 {
        (self.0 >> Self::USES & 0xf) as u16
    }

    pub(super) fn uses_released_image(self) -> bool {
        self.uses() & 1 << Artefact::ReleasedImage as u32 != 0
    }

    /// Returns the artefacts it makes: a bit for each of [`Artefact::ALL`].
    pub(super) fn makes(self) -> u16 {
        (self.0 >> Self::MAKES & 0xf) as u16
    }
}

impl BitOr for Nature {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}
