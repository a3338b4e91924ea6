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
use crate::nearest_word;

/// A kind that is known by its name.
#[derive(Debug, Clone, Copy)]
pub struct InstalledKind {
    /// Its name in files.
    pub name: &'static str,
    /// What it does, in a sentence.
    pub about: &'static str,
    /// The names of its parameters.
    pub parameters: &'static [&'static str],
    type_id: TypeId,
    read: fn(Value) -> serde_json::Result<Operation>,
}

/// Other kinds than the installed ones have this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("another kind of step is called {name:?} already")]
pub struct NameTaken {
    name: &'static str,
}

static INSTALLED: LazyLock<RwLock<BTreeMap<&'static str, InstalledKind>>> = LazyLock::new(|| {
    let kinds = [
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
    ];
    RwLock::new(kinds.map(|kind| (kind.name, kind)).into())
});

fn entry<K: Kind>() -> InstalledKind {
    InstalledKind {
        name: K::NAME,
        about: K::ABOUT,
        parameters: K::PARAMETERS,
        type_id: TypeId::of::<K>(),
        read: |parameters| serde_json::from_value(parameters).map(|kind: K| Operation::of(kind)),
    }
}

/// Makes a kind known by its name to this process, so that files and journals with it can be read.
///
/// Call it once, before the first is read; installing the same kind again changes nothing.
///
/// # Errors
/// If another kind has the name.
pub fn install<K: Kind>() -> Result<(), NameTaken> {
    let new = entry::<K>();
    let mut all = INSTALLED.write().unwrap_or_else(PoisonError::into_inner);
    match all.get(new.name) {
        Some(known) if known.type_id != new.type_id => Err(NameTaken { name: new.name }),
        _ => {
            all.insert(new.name, new);
            Ok(())
        }
    }
}

/// Returns the kinds that are installed, by their names.
pub fn installed() -> Vec<InstalledKind> {
    INSTALLED.read().unwrap_or_else(PoisonError::into_inner).values().copied().collect()
}

/// A text says what no kind does, or says it wrongly.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoOperation {
    #[error("no kind of step is called {name:?}{}", nearest.map(|name| format!("; the nearest is \"{name}\"")).unwrap_or_default())]
    UnknownKind { name: String, nearest: Option<&'static str> },
    #[error("the parameters of {name} do not fit: {error}")]
    Parameters { name: String, error: serde_json::Error },
}

pub(crate) fn read(name: &str, parameters: Map<String, Value>) -> Result<Operation, NoOperation> {
    let found = INSTALLED.read().unwrap_or_else(PoisonError::into_inner).get(name).copied();
    let Some(kind) = found else {
        let nearest = nearest_word(name, installed().iter().map(|kind| kind.name));
        return Err(NoOperation::UnknownKind { name: name.to_owned(), nearest });
    };
    let named = |error| NoOperation::Parameters { name: name.to_owned(), error };
    (kind.read)(Value::Object(parameters)).map_err(named)
}
