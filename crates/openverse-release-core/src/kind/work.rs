//! Kinds that a run carries out without the core's knowing how.

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::Kind;
use crate::{
    Part,
    run::{Effect, KindEffect, Patience, Verdict},
};

/// Something of a kind, outside of it: `{kind, data}`.
///
/// A kind reads its own data with [`Self::read`], and nobody else's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KindData {
    kind: String,
    data: Value,
}

/// Data of a kind is not what the kind can read.
#[derive(Debug, thiserror::Error)]
#[error("this is no data of the kind {expected}: {why}")]
pub struct NotOfKind {
    expected: &'static str,
    why: String,
}

impl KindData {
    /// Returns data of a kind.
    ///
    /// # Panics
    /// If JSON cannot hold it: for instance a map whose keys are no texts.
    pub fn of<K: Kind>(data: &impl Serialize) -> Self {
        let written = serde_json::to_value(data);
        let data = written.unwrap_or_else(|error| panic!("data of the kind {} is no JSON: {error}", K::NAME));
        Self { kind: K::NAME.to_owned(), data }
    }

    /// Returns the name of the kind.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// Returns the data as the kind has it.
    ///
    /// # Errors
    /// If it is of another kind, or of another form.
    pub fn read<K: Kind, T: DeserializeOwned>(&self) -> Result<T, NotOfKind> {
        let no = |why: String| NotOfKind { expected: K::NAME, why };
        if self.kind != K::NAME {
            return Err(no(format!("it is of the kind {}", self.kind)));
        }
        T::deserialize(&self.data).map_err(|error| no(error.to_string()))
    }
}

/// What a run asks and judges for a [`Kind`] that carries its step out itself.
///
/// The run never touches the world. It asks [`Self::query`] what it wants to see, hands what was seen to
/// [`Self::judge`], and has one effect performed where the judgement is that it is missing. The other half, which
/// sees and performs, is a `Worker` of the engine. Say so in the kind: [`Kind::work`] returns `Some(self)`.
///
/// # Contract
/// - Both functions depend on their arguments alone, so that a run which is read again decides the same.
/// - An effect that was performed shows in the next answer, as done, under way or in conflict; until then it is not
///   performed a second time.
/// - Two effects are equal if they bring about the same.
pub trait Work: Kind {
    /// What it wants to see.
    type Query: Serialize + DeserializeOwned;
    /// What was seen.
    type Answer: Serialize + DeserializeOwned;
    /// The one change that it makes.
    type Effect: Serialize + DeserializeOwned;

    /// Returns the question that tells how far the step has come.
    fn query(&self, part: &Part<'_>) -> Self::Query;

    /// Returns what an answer means.
    fn judge(&self, part: &Part<'_>, answer: Self::Answer, patience: Patience<'_>) -> Verdict<Self::Effect>;

    /// Returns words for people that say what an effect does, to follow "about to".
    fn describe(&self, effect: &Self::Effect) -> String;
}

/// [`Work`] of which the type is not known. Every [`Work`] is.
pub trait AnyWork: sealed::Sealed {
    #[doc(hidden)]
    fn query_data(&self, part: &Part<'_>) -> KindData;
    #[doc(hidden)]
    fn judge_data(&self, part: &Part<'_>, answer: &KindData, patience: Patience<'_>) -> Verdict;
}

mod sealed {
    pub trait Sealed {}
    impl<K: super::Work> Sealed for K {}
}

impl<K: Work> AnyWork for K {
    fn query_data(&self, part: &Part<'_>) -> KindData {
        KindData::of::<K>(&self.query(part))
    }

    fn judge_data(&self, part: &Part<'_>, answer: &KindData, patience: Patience<'_>) -> Verdict {
        match answer.read::<K, K::Answer>() {
            Ok(answer) => self.judge(part, answer, patience).map(|effect| {
                let (does, data) = (self.describe(&effect), KindData::of::<K>(&effect));
                Effect::OfKind(Box::new(KindEffect { does, data }))
            }),
            Err(error) => Verdict::Blind { why: error.to_string() },
        }
    }
}
