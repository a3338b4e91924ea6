//! What can go wrong when several hands touch a release at the same time.

use std::fmt;

use serde::{Serialize, Serializer};

/// One thing that goes wrong only because of the order in which others act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Race {
    /// A published GitHub Release becomes a draft again.
    Unpublished,
    /// A published GitHub Release gets another git tag or other notes than the one that was read.
    Rewritten,
    /// A release tag is put on the image of another commit than the one its git tag is on.
    OtherCommit,
    /// A release tag is put on images of different commits.
    MixedImages,
    /// The run that would tag the images of a release is evicted.
    Evicted,
    /// An older deployment ends after a newer one, and replaces it.
    OlderLast,
    /// A version that was rolled back comes back by itself.
    BroughtBack,
    /// A run says that it is done, and it is not so.
    FalselyDone,
}

impl Race {
    /// Every race.
    pub const ALL: [Self; 8] = [
        Self::Unpublished,
        Self::Rewritten,
        Self::OtherCommit,
        Self::MixedImages,
        Self::Evicted,
        Self::OlderLast,
        Self::BroughtBack,
        Self::FalselyDone,
    ];

    /// Returns its stable name.
    pub fn id(self) -> &'static str {
        match self {
            Self::Unpublished => "published-becomes-draft",
            Self::Rewritten => "published-is-rewritten",
            Self::OtherCommit => "image-of-another-commit",
            Self::MixedImages => "images-of-different-commits",
            Self::Evicted => "release-run-evicted",
            Self::OlderLast => "older-deployment-last",
            Self::BroughtBack => "rolled-back-version-returns",
            Self::FalselyDone => "done-but-not-so",
        }
    }

    /// Returns in one sentence what goes wrong.
    pub fn explain(self) -> &'static str {
        match self {
            Self::Unpublished => {
                "A job that refreshes drafts read the draft before it was published and writes it afterwards, so a \
                 published GitHub Release becomes a draft again."
            }
            Self::Rewritten => {
                "A published GitHub Release gets a git tag and release notes that nobody read before publishing it."
            }
            Self::OtherCommit => {
                "The image tag of a release is put on whatever `latest` names at that moment, which is not the image \
                 of the commit that the git tag is on."
            }
            Self::MixedImages => {
                "The app's image and its companion are tagged one after the other, each from its own `latest`, and \
                 come from different commits."
            }
            Self::Evicted => {
                "A concurrency group keeps one waiting run, so a newer run takes the place of the one that would tag \
                 the images of a release: it is published, and never tagged or deployed."
            }
            Self::OlderLast => {
                "A deployment that was asked for earlier ends last, and replaces the newer version."
            }
            Self::BroughtBack => {
                "Nothing remembers that a version was rolled back, so the next merge deploys it again, with the same \
                 fault in it."
            }
            Self::FalselyDone => "A run says that it is done while the world is not as it was to make it.",
        }
    }

    fn bit(self) -> u16 {
        1 << self as u16
    }
}

impl fmt::Display for Race {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

impl Serialize for Race {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id())
    }
}

/// A set of races.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) struct Races(u16);

impl Races {
    pub(crate) fn add(&mut self, race: Race) {
        self.0 |= race.bit();
    }

    pub(crate) fn add_if(&mut self, holds: bool, race: Race) {
        if holds {
            self.add(race);
        }
    }

    pub(crate) fn add_all(&mut self, others: Self) {
        self.0 |= others.0;
    }

    pub(crate) fn contains(self, race: Race) -> bool {
        self.0 & race.bit() != 0
    }

    pub(crate) fn without(self, others: Self) -> Self {
        Self(self.0 & !others.0)
    }

    pub(crate) fn iter(self) -> impl Iterator<Item = Race> {
        Race::ALL.into_iter().filter(move |race| self.contains(*race))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_of_races_takes_up_another() {
        let set = |races: &[Race]| {
            let mut set = Races::default();
            races.iter().for_each(|race| set.add(*race));
            set
        };
        let (one, other) =
            (set(&[Race::MixedImages, Race::Evicted]), set(&[Race::Evicted, Race::OtherCommit]));
        let mut both = one;
        both.add_all(other);
        assert_eq!(both, set(&[Race::OtherCommit, Race::MixedImages, Race::Evicted]));
        assert_eq!(both.without(one), set(&[Race::OtherCommit]));
    }
}
