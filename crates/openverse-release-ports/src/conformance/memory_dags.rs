//! An Airflow in memory.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use openverse_release_core::{Dag, DagId, DagRun};

use crate::{Dags, PortError, WriteError};

/// An Airflow in memory. Clones share the DAGs and the runs.
#[derive(Debug, Clone, Default)]
pub struct InMemoryDags(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    dags: BTreeMap<DagId, Dag>,
    running: Vec<DagRun>,
    writes: Vec<(DagId, bool)>,
}

impl InMemoryDags {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a DAG, in place of one of the same name.
    pub fn add(&self, dag: Dag) {
        self.state().dags.insert(dag.id.clone(), dag);
    }

    /// Sets the runs that have not ended.
    pub fn set_running(&self, running: Vec<DagRun>) {
        self.state().running = running;
    }

    /// Returns which DAGs were paused (`true`) or enabled through the port, in order.
    pub fn writes(&self) -> Vec<(DagId, bool)> {
        self.state().writes.clone()
    }
}

#[async_trait]
impl Dags for InMemoryDags {
    async fn running(&self) -> Result<Vec<DagRun>, PortError> {
        Ok(self.state().running.clone())
    }

    async fn dags(&self) -> Result<Vec<Dag>, PortError> {
        Ok(self.state().dags.values().cloned().collect())
    }

    async fn set_paused(&self, dag: &DagId, paused: bool) -> Result<(), WriteError> {
        let mut state = self.state();
        let Some(found) = state.dags.get_mut(dag) else {
            return Err(WriteError::no_such_dag(dag, paused));
        };
        if found.paused != paused {
            found.paused = paused;
            state.writes.push((dag.clone(), paused));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use openverse_release_core::{DagRunId, DagRunState};

    use super::*;
    use crate::conformance::dags::{DAGS, DagsFixture, check_dags};

    #[async_trait]
    impl DagsFixture for InMemoryDags {
        async fn start_run(&self, dag: &DagId) -> DagRunId {
            let mut state = self.state();
            let id: DagRunId = format!("manual__{}", state.running.len()).parse().unwrap();
            let run =
                DagRun { dag: dag.clone(), id: id.clone(), state: DagRunState::Queued, started_at: None };
            state.running.push(run);
            id
        }

        async fn end_runs(&self) {
            self.set_running(Vec::new());
        }

        async fn set_paused(&self, dag: &DagId, paused: bool) {
            self.add(Dag { id: dag.clone(), paused, file: None });
        }
    }

    #[tokio::test]
    async fn the_airflow_in_memory_keeps_the_contract() {
        let airflow = InMemoryDags::default();
        for name in DAGS {
            airflow.add(Dag { id: name.parse().unwrap(), paused: true, file: None });
        }
        check_dags(&airflow, &airflow).await;
        let one: DagId = DAGS[0].parse().unwrap();
        assert_eq!(airflow.writes(), [(one.clone(), false), (one, true)], "only what was not so already");
    }
}
