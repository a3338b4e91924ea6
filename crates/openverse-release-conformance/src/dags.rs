//! The contract of [`Dags`], rule by rule.

use std::fmt::Debug;

use async_trait::async_trait;
use openverse_release_core::{DagId, DagRun, DagRunId, DagRunState};
use openverse_release_ports::{Dags, WriteError};

/// The DAGs that the suite works on.
pub const DAGS: [&str; 3] = ["suite_one", "suite_two", "suite_three"];

/// How many runs the suite starts at a time: more than fit on a page of the implementation under
/// test, which is to ask for at most 10 at a time.
const RUNS: usize = 23;

/// The Airflow behind the implementation under test. It has the DAGs of [`DAGS`], paused and
/// without runs, and any others, which have no runs.
#[async_trait]
pub trait DagsFixture: Debug + Send + Sync {
    /// Starts a run, which stays queued or running until it is ended, and returns its name.
    async fn start_run(&self, dag: &DagId) -> DagRunId;

    /// Ends every run.
    async fn end_runs(&self);

    /// Pauses or enables a DAG behind the implementation's back.
    async fn set_paused(&self, dag: &DagId, paused: bool);
}

/// Checks every rule.
pub async fn check_dags(dags: &dyn Dags, fixture: &dyn DagsFixture) {
    every_dag_is_listed_once(dags).await;
    what_is_listed_is_what_is_so_now(dags, fixture).await;
    a_dag_is_enabled_and_paused_and_no_other(dags).await;
    a_dag_that_is_not_there_is_a_conflict(dags).await;
    every_run_that_has_not_ended_is_listed(dags, fixture).await;
    a_run_under_a_paused_dag_is_queued(dags, fixture).await;
}

fn dag(name: &str) -> DagId {
    name.parse().expect("the suite's own names are well formed")
}

async fn paused(dags: &dyn Dags) -> [bool; DAGS.len()] {
    let listed = dags.dags().await.expect("the DAGs can be listed");
    DAGS.map(|name| listed.iter().find(|dag| dag.id.as_str() == name).expect("it is listed").paused)
}

async fn running(dags: &dyn Dags) -> Vec<DagRun> {
    dags.running().await.expect("the runs can be listed")
}

/// By name, and whatever else there is.
pub async fn every_dag_is_listed_once(dags: &dyn Dags) {
    let listed = dags.dags().await.expect("the DAGs can be listed");
    let names: Vec<&str> = listed.iter().map(|dag| dag.id.as_str()).collect();
    assert!(names.is_sorted_by(|one, next| one < next), "by name, each once: {names:?}");
    for name in DAGS {
        let file = listed.iter().find(|dag| dag.id.as_str() == name).map(|dag| dag.file.clone());
        let file = file.unwrap_or_else(|| panic!("{name} is missing in {names:?}"));
        assert!(file.is_none_or(|file| file.ends_with(".py")), "the file of {name}");
    }
}

/// Nothing is remembered from one list to the next.
pub async fn what_is_listed_is_what_is_so_now(dags: &dyn Dags, fixture: &dyn DagsFixture) {
    assert_eq!(paused(dags).await, [true, true, true]);
    fixture.set_paused(&dag(DAGS[1]), false).await;
    assert_eq!(paused(dags).await, [true, false, true]);
    fixture.set_paused(&dag(DAGS[1]), true).await;
    assert_eq!(paused(dags).await, [true, true, true]);
}

/// Also when it is so already.
pub async fn a_dag_is_enabled_and_paused_and_no_other(dags: &dyn Dags) {
    let one = dag(DAGS[0]);
    for (wanted, expected) in [(false, [false, true, true]), (true, [true, true, true])] {
        for _ in 0..2 {
            dags.set_paused(&one, wanted).await.expect("the DAG is there");
            assert_eq!(paused(dags).await, expected);
        }
    }
}

/// It is not made.
pub async fn a_dag_that_is_not_there_is_a_conflict(dags: &dyn Dags) {
    let before = dags.dags().await.expect("the DAGs can be listed");
    for wanted in [true, false] {
        let outcome = dags.set_paused(&dag("suite_absent"), wanted).await;
        let Err(WriteError::Conflict { found, .. }) = &outcome else {
            panic!("expected a conflict, found {outcome:?}");
        };
        assert!(found.contains("suite_absent"), "{found}");
    }
    assert_eq!(dags.dags().await.expect("the DAGs can be listed"), before);
}

/// Of every DAG, in the order in which they were made, on as many pages as it takes.
pub async fn every_run_that_has_not_ended_is_listed(dags: &dyn Dags, fixture: &dyn DagsFixture) {
    assert_eq!(running(dags).await, [], "there are no runs yet");
    let mut started = Vec::new();
    for index in 0..RUNS {
        let dag = dag(DAGS[index % DAGS.len()]);
        let id = fixture.start_run(&dag).await;
        started.push((dag, id));
    }
    let found: Vec<_> = running(dags).await.into_iter().map(|run| (run.dag, run.id)).collect();
    assert_eq!(found, started);
    fixture.end_runs().await;
    assert_eq!(running(dags).await, [], "every run has ended");
}

/// Which blocks a gate all the same: it starts as soon as the DAG is enabled.
pub async fn a_run_under_a_paused_dag_is_queued(dags: &dyn Dags, fixture: &dyn DagsFixture) {
    let one = dag(DAGS[0]);
    let id = fixture.start_run(&one).await;
    let found = running(dags).await;
    let expected = DagRun { dag: one, id, state: DagRunState::Queued, started_at: None };
    assert_eq!(found, [expected]);
    fixture.end_runs().await;
}
