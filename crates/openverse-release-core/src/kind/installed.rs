//! The kinds that are known by their names.

use std::{
    any::TypeId,
    collections::BTreeMap,
    sync::{LazyLock, PoisonError, RwLock},
};

use serde_json::{Map, Value};

use super::{
    BuildImages, DeployByAnsible, DeployByGitHubWorkflow, DeployByTerraform, Kind, MergeToMain, Operation,
    Pause, PublishGitHubRelease, RedeployLastWorking, RevertOnMain, RunLatest, RunProgram, SyncDags,
    TagImage, Verify,
};
use crate::nearest;

/// How the parameters of a kind are read.
#[derive(Clone, Copy)]
struct Installed {
    type_id: TypeId,
    read: fn(Value) -> serde_json::Result<Operation>,
}

/// Other kinds than the installed ones have this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("another kind of step is called {name:?} already")]
pub struct NameTaken {
    name: &'static str,
}

static INSTALLED: LazyLock<RwLock<BTreeMap<&'static str, Installed>>> = LazyLock::new(|| {
    RwLock::new(BTreeMap::from([
        entry::<MergeToMain>(),
        entry::<RevertOnMain>(),
        entry::<BuildImages>(),
        entry::<SyncDags>(),
        entry::<PublishGitHubRelease>(),
        entry::<TagImage>(),
        entry::<DeployByGitHubWorkflow>(),
        entry::<DeployByAnsible>(),
        entry::<DeployByTerraform>(),
        entry::<RunLatest>(),
        entry::<RedeployLastWorking>(),
        entry::<RunProgram>(),
        entry::<Pause>(),
        entry::<Verify>(),
    ]))
});

fn entry<K: Kind>() -> (&'static str, Installed) {
    let read = |parameters| serde_json::from_value(parameters).map(|kind: K| Operation::of(kind));
    (K::NAME, Installed { type_id: TypeId::of::<K>(), read })
}

/// Makes a kind known by its name to this process, so that files and journals with it can be read.
///
/// Call it once, before the first is read; installing the same kind again changes nothing.
///
/// # Errors
/// If another kind has the name.
pub fn install<K: Kind>() -> Result<(), NameTaken> {
    let (name, new) = entry::<K>();
    let mut all = INSTALLED.write().unwrap_or_else(PoisonError::into_inner);
    match all.get(name) {
        Some(known) if known.type_id != new.type_id => Err(NameTaken { name }),
        _ => {
            all.insert(name, new);
            Ok(())
        }
    }
}

/// Returns the names of the kinds that are installed, in the order of the alphabet.
pub fn installed() -> Vec<&'static str> {
    INSTALLED.read().unwrap_or_else(PoisonError::into_inner).keys().copied().collect()
}

/// A text says what no kind does, or says it wrongly.
#[derive(Debug, thiserror::Error)]
pub(super) enum NoOperation {
    #[error("no kind of step is called {name:?}{}", nearest.map(|name| format!("; the nearest is \"{name}\"")).unwrap_or_default())]
    UnknownKind { name: String, nearest: Option<&'static str> },
    #[error("the parameters of {name} do not fit: {error}")]
    Parameters { name: String, error: serde_json::Error },
}

pub(super) fn read(name: &str, parameters: Map<String, Value>) -> Result<Operation, NoOperation> {
    let found = INSTALLED.read().unwrap_or_else(PoisonError::into_inner).get(name).copied();
    let Some(kind) = found else {
        let nearest = nearest(name, installed());
        return Err(NoOperation::UnknownKind { name: name.to_owned(), nearest });
    };
    let named = |error| NoOperation::Parameters { name: name.to_owned(), error };
    (kind.read)(Value::Object(parameters)).map_err(named)
}
