//! An Airflow: its DAGs, which come from files of the code, and their runs.

use std::collections::BTreeMap;

use chrono::{DateTime, SecondsFormat, Utc};
use openverse_release_core::{CommitSha, DagId, DagRunId, DeploymentMeans};
use serde::{Deserialize, Serialize};

use super::{Author, Event, SandboxApp, World};
use crate::{Action, Part};

/// Where a DAG's run stands, as Airflow spells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RunState {
    Queued,
    Running,
    Success,
    Failed,
}

/// A DAG.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct DagRecord {
    pub(crate) paused: bool,
    /// The file that defines it, in the repository.
    pub(crate) file: String,
    /// Whether its file is gone.
    pub(crate) stale: bool,
    pub(crate) parsed_at: DateTime<Utc>,
}

/// A run of a DAG.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct DagRunRecord {
    pub(crate) number: u64,
    pub(crate) dag: DagId,
    pub(crate) id: DagRunId,
    pub(crate) state: RunState,
    pub(crate) queued_at: DateTime<Utc>,
    pub(crate) started_at: Option<DateTime<Utc>>,
    pub(crate) ended_at: Option<DateTime<Utc>>,
    /// Whether it goes on until the faults are cleared.
    hangs: bool,
}

/// What an Airflow remembers.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Airflow {
    /// The commit at which the DAGs were last read.
    pub(crate) synced: Option<CommitSha>,
    pub(crate) dags: BTreeMap<DagId, DagRecord>,
    /// In the order in which they were made.
    pub(crate) runs: Vec<DagRunRecord>,
}

impl SandboxApp {
    /// Returns the folders of the app's DAGs; none for an app that is not deployed by DAG sync.
    pub(crate) fn dag_folders(&self) -> Vec<String> {
        let synced = |means: &DeploymentMeans| matches!(means, DeploymentMeans::DagSync {});
        if !self.deployments.iter().any(|target| synced(&target.means)) {
            return Vec::new();
        }
        let folder = |path: &String| format!("{}/dags", path.trim_matches('/'));
        self.source_paths.iter().map(folder).map(|path| path.trim_matches('/').to_owned()).collect()
    }
}

/// Returns the DAG that a line of a file names: `dag_id="image_data_refresh",`.
fn dag_named(line: &str) -> Option<DagId> {
    let at = line.to_ascii_lowercase().find("dag_id")?;
    let before = line[..at].chars().next_back();
    if before.is_some_and(|c| c.is_alphanumeric() || c == '_') {
        return None;
    }
    let value = line[at + "dag_id".len()..].trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    value[1..].split_once(quote)?.0.parse().ok()
}

impl World {
    /// Takes in the lines that may name DAGs, as the files of a commit have them: one DAG for each file.
    /// A new DAG is paused, except at the beginning.
    pub(crate) fn read_dags(&mut self, commit: CommitSha, lines: Vec<(String, String)>) {
        self.outbox.changed = true;
        let first = self.airflow.synced.is_none();
        let mut files: BTreeMap<String, DagId> = BTreeMap::new();
        for (file, line) in lines {
            if let Some(dag) = dag_named(&line) {
                files.entry(file).or_insert(dag);
            }
        }
        for dag in self.airflow.dags.values_mut() {
            dag.stale = true;
        }
        let parsed_at = self.clock;
        for (file, dag) in files {
            let paused = self.airflow.dags.get(&dag).map_or(!first, |known| known.paused);
            self.airflow.dags.insert(dag, DagRecord { paused, file, stale: false, parsed_at });
        }
        if !first {
            let by = Author::Automation("airflow");
            self.note(Part::Airflow, Action::SyncDags, commit.short().to_owned(), &by);
        }
        self.airflow.synced = Some(commit);
    }

    /// Returns every folder of DAGs.
    pub(crate) fn dag_folders(&self) -> Vec<String> {
        self.apps.iter().flat_map(SandboxApp::dag_folders).collect()
    }

    /// Returns a DAG whose file is there.
    pub(crate) fn dag(&self, dag: &DagId) -> Option<&DagRecord> {
        self.airflow.dags.get(dag).filter(|record| !record.stale)
    }

    /// Pauses or enables a DAG. One that is enabled starts its queued runs.
    pub(crate) fn pause_dag(&mut self, dag: &DagId, paused: bool, by: &Author<'_>) {
        let Some(record) = self.airflow.dags.get_mut(dag) else { return };
        record.paused = paused;
        let action = if paused { Action::PauseDag } else { Action::EnableDag };
        self.note(Part::Airflow, action, dag.as_str(), by);
        if !paused {
            let queued = |run: &&DagRunRecord| run.dag == *dag && run.state == RunState::Queued;
            let queued: Vec<u64> = self.airflow.runs.iter().filter(queued).map(|run| run.number).collect();
            for number in queued {
                self.begin_dag_run(number);
            }
        }
    }

    /// Makes a run of a DAG whose file is there. It is queued while the DAG is paused, and otherwise
    /// begins at once; one that hangs goes on until the faults are cleared.
    pub(crate) fn start_dag_run(&mut self, dag: &DagId, hangs: bool, by: &Author<'_>) -> Option<DagRunId> {
        let paused = self.dag(dag)?.paused;
        let number = self.new_id();
        let moment = self.clock.to_rfc3339_opts(SecondsFormat::Micros, false);
        let id: DagRunId = format!("manual__{moment}_{number}").parse().ok()?;
        let (queued_at, started_at, ended_at) = (self.clock, None, None);
        let (dag, state) = (dag.clone(), RunState::Queued);
        self.note(Part::Airflow, Action::StartDagRun, dag.as_str(), by);
        let run = DagRunRecord { number, dag, id: id.clone(), state, queued_at, started_at, ended_at, hangs };
        self.airflow.runs.push(run);
        if !paused {
            self.begin_dag_run(number);
        }
        Some(id)
    }

    fn begin_dag_run(&mut self, number: u64) {
        let now = self.clock;
        let Some(run) = self.airflow.runs.iter_mut().find(|run| run.number == number) else { return };
        (run.state, run.started_at) = (RunState::Running, Some(now));
        if !run.hangs {
            self.schedule(self.timing.dag_run(), Event::DagRunEnds { run: number });
        }
    }

    /// Ends, well or badly, those runs that have not ended and that the test picks.
    pub(crate) fn end_dag_runs(&mut self, well: bool, test: impl Fn(&DagRunRecord) -> bool) {
        let now = self.clock;
        for run in self.airflow.runs.iter_mut().filter(|run| run.ended_at.is_none() && test(run)) {
            self.outbox.changed = true;
            run.state = if well { RunState::Success } else { RunState::Failed };
            run.ended_at = Some(now);
        }
    }

    /// Ends one run of a DAG, if it has not ended, as a request asks for.
    pub(crate) fn end_dag_run(&mut self, dag: &DagId, run: &str, well: bool, by: &Author<'_>) {
        self.note(Part::Airflow, Action::EndDagRun, dag.as_str(), by);
        self.end_dag_runs(well, |found| found.dag == *dag && found.id.as_str() == run);
    }

    /// Ends the runs that go on because of a fault.
    pub(crate) fn end_hanging_dag_runs(&mut self) {
        self.end_dag_runs(true, |run| run.hangs);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::world::state::tests::{bare_world, sha};

    const BY: Author<'_> = Author::Automation("test");

    fn id(dag: &str) -> DagId {
        dag.parse().unwrap()
    }

    fn line(file: &str, dag: &str) -> (String, String) {
        (file.to_owned(), format!("    dag_id=\"{dag}\","))
    }

    /// A world with the DAG `old`, enabled, and the DAG `new`, which came by a sync.
    fn world() -> World {
        let mut world = bare_world();
        world.read_dags(sha(1), vec![line("old.py", "old")]);
        world.read_dags(sha(2), vec![line("new.py", "new"), line("old.py", "old")]);
        world
    }

    fn states(world: &World) -> Vec<RunState> {
        world.airflow.runs.iter().map(|run| run.state).collect()
    }

    #[test]
    fn the_name_of_a_dag_is_read_where_it_is_given_and_nowhere_else() {
        let name = |line: &str| dag_named(line).map(|dag| dag.to_string());
        for good in
            ["dag_id=\"a\"", "    dag_id = 'a',", "DAG_ID = \"a\"", "with DAG(dag_id=\"a\", x=\"b\"):"]
        {
            assert_eq!(name(good).as_deref(), Some("a"), "{good}");
        }
        for other in ["trigger_dag_id=\"a\"", "dag_id=DAG_ID", "dag_id=\"\"", "dag_id=\"a", "dag_ids = \"a\""]
        {
            assert_eq!(name(other), None, "{other}");
        }
    }

    #[test]
    fn new_dags_are_paused_except_at_the_beginning_and_stay_as_they_were_set() {
        let mut world = world();
        assert_eq!(world.dag(&id("old")).map(|dag| dag.paused), Some(false));
        assert_eq!(world.dag(&id("new")).map(|dag| dag.paused), Some(true));
        world.pause_dag(&id("new"), false, &BY);
        world.read_dags(sha(3), vec![line("new.py", "new")]);
        assert!(world.dag(&id("old")).is_none(), "its file is gone");
        world.read_dags(sha(4), vec![line("moved/new.py", "new"), line("old.py", "old")]);
        let dag = world.dag(&id("new")).unwrap();
        assert_eq!((dag.paused, dag.file.as_str()), (false, "moved/new.py"));
        assert_eq!(world.dag(&id("old")).map(|dag| dag.paused), Some(false), "it is back as it was");
        let synced = world.outbox.log.iter().filter(|entry| entry.action == Action::SyncDags);
        assert_eq!(synced.count(), 3, "every sync but the first");
    }

    #[test]
    fn a_run_ends_by_itself_unless_it_hangs() {
        let mut world = world();
        assert!(world.start_dag_run(&id("absent"), false, &BY).is_none());
        let first = world.start_dag_run(&id("old"), false, &BY).unwrap();
        let second = world.start_dag_run(&id("old"), true, &BY).unwrap();
        assert_ne!(first, second);
        assert_eq!(states(&world), [RunState::Running; 2]);
        world.advance(world.clock + Duration::from_secs(3600));
        assert_eq!(states(&world), [RunState::Success, RunState::Running]);
        assert_eq!(
            world.airflow.runs[0].ended_at.unwrap() - world.airflow.runs[0].started_at.unwrap(),
            chrono::Duration::milliseconds(world.timing.dag_run_ms.into())
        );
        world.clear_faults();
        assert_eq!(states(&world), [RunState::Success; 2]);
    }

    #[test]
    fn a_run_of_a_paused_dag_waits_until_it_is_enabled() {
        let mut world = world();
        world.start_dag_run(&id("new"), false, &BY).unwrap();
        world.advance(world.clock + Duration::from_secs(3600));
        assert_eq!(states(&world), [RunState::Queued]);
        world.pause_dag(&id("new"), false, &BY);
        assert_eq!(states(&world), [RunState::Running]);
    }

    #[test]
    fn a_run_that_was_ended_stays_as_it_ended() {
        let mut world = world();
        world.start_dag_run(&id("old"), false, &BY).unwrap();
        world.end_dag_runs(false, |_| true);
        let ended_at = world.airflow.runs[0].ended_at;
        world.advance(world.clock + Duration::from_secs(3600));
        assert_eq!((states(&world), world.airflow.runs[0].ended_at), (vec![RunState::Failed], ended_at));
    }

    #[test]
    fn the_dags_are_those_of_apps_that_are_deployed_by_dag_sync() {
        let world = bare_world();
        let folders: Vec<String> = world.apps.iter().flat_map(SandboxApp::dag_folders).collect();
        assert_eq!(folders, ["catalog/dags"]);
    }
}
