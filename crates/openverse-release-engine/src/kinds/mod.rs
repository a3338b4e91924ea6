//! The half of a kind that touches the world.

mod program;
mod watch;

use std::{collections::BTreeMap, fmt, marker::PhantomData, sync::Arc};

use async_trait::async_trait;
use openverse_release_core::{
    Operation, Reply, Sight,
    kind::{Kind, KindData, NotOfKind, Pause, RunProgram, Verify, Work},
};

use self::{
    program::Programs,
    watch::{NothingToSee, Watching},
};
use crate::World;

/// Sees and performs what [`Work`] of a kind asks for.
///
/// # Contract
/// - `observe` changes nothing. What cannot be seen is an error, in words for people: the run asks again.
/// - `perform` makes the one change, at most once, and says what became of it as far as it knows: nothing was
///   changed ([`Reply::NotDone`], [`Reply::Conflict`]), or nobody can tell ([`Reply::Lost`]).
/// - Either can be called again by another process, after this one died at any moment.
#[async_trait]
pub trait Worker<K: Work>: Send + Sync {
    /// Returns what there is.
    async fn observe(&self, query: K::Query) -> Result<K::Answer, String>;

    /// Makes the change.
    async fn perform(&self, effect: K::Effect) -> Reply;

    /// Checks, before anything is published, whether it could work for a step.
    ///
    /// # Errors
    /// With what is missing, in words for people.
    fn check(&self, _kind: &K) -> Result<(), String> {
        Ok(())
    }
}

/// A [`Worker`] of which the kind is not known.
#[async_trait]
trait AnyWorker: Send + Sync {
    async fn observe(&self, query: &KindData) -> Result<Result<KindData, String>, NotOfKind>;
    async fn perform(&self, effect: &KindData) -> Result<Reply, NotOfKind>;
    fn check(&self, operation: &Operation) -> Result<(), String>;
}

/// The worker of a kind.
struct Of<K, W> {
    worker: W,
    kind: PhantomData<fn() -> K>,
}

#[async_trait]
impl<K, W> AnyWorker for Of<K, W>
where
    K: Work<Query: Send, Answer: Send + Sync, Effect: Send>,
    W: Worker<K>,
{
    async fn observe(&self, query: &KindData) -> Result<Result<KindData, String>, NotOfKind> {
        let answer = self.worker.observe(query.read::<K, _>()?).await;
        Ok(answer.map(|answer| KindData::of::<K>(&answer)))
    }

    async fn perform(&self, effect: &KindData) -> Result<Reply, NotOfKind> {
        Ok(self.worker.perform(effect.read::<K, _>()?).await)
    }

    fn check(&self, operation: &Operation) -> Result<(), String> {
        operation.get::<K>().map_or(Ok(()), |kind| self.worker.check(kind))
    }
}

fn of<K>(worker: impl Worker<K> + 'static) -> Arc<dyn AnyWorker>
where
    K: Work<Query: Send, Answer: Send + Sync, Effect: Send>,
{
    Arc::new(Of { worker, kind: PhantomData::<fn() -> K> })
}

/// The workers of kinds, by the names of the kinds.
#[derive(Clone, Default)]
pub struct Workers(BTreeMap<&'static str, Arc<dyn AnyWorker>>);

impl fmt::Debug for Workers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Workers {
    /// Returns these workers and the one of a kind.
    #[must_use]
    pub fn with<K>(mut self, worker: impl Worker<K> + 'static) -> Self
    where
        K: Work<Query: Send, Answer: Send + Sync, Effect: Send>,
    {
        self.0.insert(K::NAME, of::<K>(worker));
        self
    }
}

impl World {
    /// Returns whoever works for a kind.
    fn worker(&self, kind: &str) -> Result<Arc<dyn AnyWorker>, String> {
        match self.workers.0.get(kind) {
            Some(worker) => Ok(worker.clone()),
            None => self.own_worker(kind).ok_or_else(|| {
                format!("nobody here can carry out steps of the kind {kind}; connect a worker")
            }),
        }
    }

    /// Returns who works for a kind of the core, over the ports.
    fn own_worker(&self, kind: &str) -> Option<Arc<dyn AnyWorker>> {
        Some(match kind {
            RunProgram::NAME => of::<RunProgram>(Programs {
                programs: self.programs.clone(),
                folder: self.project_folder.clone(),
            }),
            Pause::NAME => of::<Pause>(NothingToSee),
            Verify::NAME => of::<Verify>(Watching(self.probe.clone())),
            _ => return None,
        })
    }

    /// Answers the question of a kind.
    pub(crate) async fn look_for_kind(&self, query: &KindData) -> Sight {
        let seen = match self.worker(query.kind()) {
            Ok(worker) => worker.observe(query).await.unwrap_or_else(|error| Err(error.to_string())),
            Err(why) => Err(why),
        };
        seen.map_or_else(|why| Sight::Blind { why }, Sight::OfKind)
    }

    /// Makes the change of a kind.
    pub(crate) async fn perform_for_kind(&self, effect: &KindData) -> Reply {
        match self.worker(effect.kind()) {
            Ok(worker) => {
                worker.perform(effect).await.unwrap_or_else(|error| Reply::NotDone { why: error.to_string() })
            }
            Err(why) => Reply::NotDone { why },
        }
    }

    /// Checks whether somebody here can carry out steps of a kind, if a run asks it for its work.
    pub(crate) fn check_kind(&self, operation: &Operation) -> Result<(), String> {
        if !operation.works() {
            return Ok(());
        }
        self.worker(operation.kind())?.check(operation)
    }
}
