//! An operation: a value of some kind.

use std::{any::Any, fmt, sync::Arc};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _, ser::Error as _};
use serde_json::{Map, Value};

use super::{AnyWork, Artefact, ByHand, Command, Kind, Nature, installed};
use crate::{DeploymentMeans, PlanError, PlannedPart, run::Planning};

/// What a step does: a value of some [`Kind`]. Which environments it updates is said by its [`Step`](crate::Step).
#[derive(Clone)]
pub struct Operation(Arc<dyn AnyKind>);

/// A [`Kind`] of which the type is not known.
pub(super) trait AnyKind: fmt::Debug + Send + Sync {
    fn name(&self) -> &'static str;
    fn as_any(&self) -> &dyn Any;
    fn is_equal(&self, other: &dyn Any) -> bool;
    fn parameters(&self) -> serde_json::Result<Value>;
    fn nature(&self) -> Nature;
    fn work(&self) -> Option<&dyn AnyWork>;
    fn consumes(&self, guarded: bool) -> &'static [Artefact];
    fn works_by(&self, means: &DeploymentMeans) -> bool;
    fn parts(&self, planning: &Planning<'_>) -> Result<Vec<PlannedPart>, PlanError>;
    fn commands(&self, at: &ByHand<'_>) -> Vec<Command>;
    fn by_hand(&self, at: &ByHand<'_>) -> Vec<String>;
}

impl<K: Kind> AnyKind for K {
    fn name(&self) -> &'static str {
        K::NAME
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn is_equal(&self, other: &dyn Any) -> bool {
        other.downcast_ref::<K>() == Some(self)
    }

    fn parameters(&self) -> serde_json::Result<Value> {
        serde_json::to_value(self)
    }

    fn nature(&self) -> Nature {
        let nature = Kind::nature(self);
        Nature { carried_out: nature.carried_out || Kind::work(self).is_some(), ..nature }
    }

    fn work(&self) -> Option<&dyn AnyWork> {
        Kind::work(self)
    }

    fn consumes(&self, guarded: bool) -> &'static [Artefact] {
        Kind::consumes(self, guarded)
    }

    fn works_by(&self, means: &DeploymentMeans) -> bool {
        Kind::works_by(self, means)
    }

    fn parts(&self, planning: &Planning<'_>) -> Result<Vec<PlannedPart>, PlanError> {
        Kind::parts(self, planning)
    }

    fn commands(&self, at: &ByHand<'_>) -> Vec<Command> {
        Kind::commands(self, at)
    }

    fn by_hand(&self, at: &ByHand<'_>) -> Vec<String> {
        Kind::by_hand(self, at)
    }
}

impl Operation {
    /// Returns the operation of a kind with these parameters.
    pub fn of(kind: impl Kind) -> Self {
        Self(Arc::new(kind))
    }

    /// Returns the name of its kind.
    pub fn kind(&self) -> &'static str {
        self.0.name()
    }

    /// Returns the parameters, if it is of this kind. For the other half of a kind, which carries it out.
    pub fn get<K: Kind>(&self) -> Option<&K> {
        self.0.as_any().downcast_ref()
    }

    /// Returns the parameters by their names.
    ///
    /// # Errors
    /// If the kind does not write them as a map.
    pub fn parameters(&self) -> serde_json::Result<Map<String, Value>> {
        serde_json::from_value(self.0.parameters()?)
    }

    /// Returns what sort of step it is.
    pub fn nature(&self) -> Nature {
        self.0.nature()
    }

    /// Tells whether it makes an artefact.
    pub fn makes(&self, artefact: Artefact) -> bool {
        self.nature().makes(artefact)
    }

    /// Returns what it uses, given whether its step updates a guarded environment.
    pub fn consumes(&self, guarded: bool) -> &'static [Artefact] {
        self.0.consumes(guarded)
    }

    /// Tells whether a step of it can update an environment that is deployed by these means.
    pub fn works_by(&self, means: &DeploymentMeans) -> bool {
        self.0.works_by(means)
    }

    /// Tells whether its kind is [`Work`](super::Work), for which somebody has to be there.
    pub fn works(&self) -> bool {
        self.0.work().is_some()
    }

    pub(crate) fn work(&self) -> Option<&dyn AnyWork> {
        self.0.work()
    }

    pub(crate) fn parts(&self, planning: &Planning<'_>) -> Result<Vec<PlannedPart>, PlanError> {
        self.0.parts(planning)
    }

    pub(crate) fn commands(&self, at: &ByHand<'_>) -> Vec<Command> {
        self.0.commands(at)
    }

    pub(crate) fn by_hand(&self, at: &ByHand<'_>) -> Vec<String> {
        self.0.by_hand(at)
    }
}

impl fmt::Debug for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl PartialEq for Operation {
    fn eq(&self, other: &Self) -> bool {
        self.0.is_equal(other.0.as_any())
    }
}

impl Eq for Operation {}

impl Serialize for Operation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let parameters = self.parameters().map_err(S::Error::custom)?;
        let mut table = Map::from_iter([("does".to_owned(), Value::from(self.kind()))]);
        table.extend(parameters);
        table.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Operation {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut table = Map::deserialize(deserializer)?;
        match table.remove("does") {
            Some(Value::String(name)) => installed::read(&name, table).map_err(D::Error::custom),
            Some(other) => {
                Err(D::Error::custom(format!("found {other} in \"does\", expected the name of a kind")))
            }
            None => Err(D::Error::missing_field("does")),
        }
    }
}
