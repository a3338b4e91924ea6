//! What a sight means.

use chrono::{DateTime, Utc};

use super::Limits;
use crate::{Effect, ExternalRun, Outcome};

/// What time it is, and how long the run waits.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Patience<'a> {
    /// The time, in UTC.
    pub now: DateTime<Utc>,
    /// How long each wait may take.
    pub limits: &'a Limits,
}

/// What was seen means this for the present step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict<E = Effect> {
    /// Not done, and this would do it.
    Absent(E),
    /// Not begun, and not this run's to begin, or not yet.
    Waiting {
        /// What shows it.
        evidence: String,
    },
    /// Begun, and not ended.
    UnderWay {
        /// What shows it.
        evidence: String,
        /// What does it, where that has an identity.
        run: Option<ExternalRun>,
    },
    /// Begun, and over by itself at a known time.
    Until {
        /// What shows it.
        evidence: String,
        /// When, in UTC.
        until: DateTime<Utc>,
    },
    /// Done.
    Done {
        /// What shows it.
        evidence: String,
        /// What a person should know all the same.
        warning: Option<String>,
        /// What did it, where that has an identity.
        run: Option<ExternalRun>,
    },
    /// Done, and the step says how it ended: one of the outcomes that it declares.
    Ended {
        /// How.
        outcome: Outcome,
        /// What shows it.
        evidence: String,
        /// What a person should know all the same.
        warning: Option<String>,
    },
    /// The world is not as it must be.
    Conflict {
        /// What is there.
        found: String,
        /// What must be there.
        expected: String,
    },
    /// Ended badly.
    Failed {
        /// What shows it.
        evidence: String,
    },
    /// It cannot be told, and waiting longer is no use.
    Unknown {
        /// What was waited for.
        what: String,
    },
    /// The world could not be seen.
    Blind {
        /// Why.
        why: String,
    },
}

impl<E> Verdict<E> {
    /// Returns the same of another effect.
    pub(crate) fn map<F>(self, effect: impl FnOnce(E) -> F) -> Verdict<F> {
        match self {
            Self::Absent(missing) => Verdict::Absent(effect(missing)),
            Self::Waiting { evidence } => Verdict::Waiting { evidence },
            Self::UnderWay { evidence, run } => Verdict::UnderWay { evidence, run },
            Self::Until { evidence, until } => Verdict::Until { evidence, until },
            Self::Done { evidence, warning, run } => Verdict::Done { evidence, warning, run },
            Self::Ended { outcome, evidence, warning } => Verdict::Ended { outcome, evidence, warning },
            Self::Conflict { found, expected } => Verdict::Conflict { found, expected },
            Self::Failed { evidence } => Verdict::Failed { evidence },
            Self::Unknown { what } => Verdict::Unknown { what },
            Self::Blind { why } => Verdict::Blind { why },
        }
    }
}
