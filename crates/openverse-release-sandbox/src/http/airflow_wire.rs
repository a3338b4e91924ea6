//! What Airflow's REST API answers, in its own words.

use openverse_release_core::DagId;
use serde_json::{Value, json};

use super::call::Answer;
use crate::world::{DagRunRecord, DagRunState, World};

/// Where the DAGs are on the machine of Airflow.
const DAGS_FOLDER: &str = "/opt/airflow";

/// A version of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Api {
    V1,
    V2,
}

impl Api {
    /// Returns a version of Airflow that has this version of the API.
    pub(crate) fn version(self) -> &'static str {
        match self {
            Self::V1 => "2.10.5",
            Self::V2 => "3.3.2",
        }
    }

    pub(crate) fn error(self, status: u16, detail: &str) -> Answer {
        match self {
            Self::V1 => {
                let title = http::StatusCode::from_u16(status).ok().and_then(|it| it.canonical_reason());
                let body =
                    json!({ "detail": detail, "status": status, "title": title, "type": "about:blank" });
                Answer::json(status, &body)
            }
            Self::V2 if status == 422 => {
                let fault = json!({ "type": "value_error", "loc": ["body"], "msg": detail, "input": null });
                Answer::json(status, &json!({ "detail": [fault] }))
            }
            Self::V2 => Answer::json(status, &json!({ "detail": detail })),
        }
    }
}

impl DagRunState {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Success => "success",
            Self::Failed => "failed",
        }
    }
}

/// Returns a DAG; null if there is none.
pub(crate) fn dag(world: &World, id: &DagId, api: Api) -> Value {
    let Some(dag) = world.airflow.dags.get(id) else { return Value::Null };
    let fileloc = format!("{DAGS_FOLDER}/{}", dag.file);
    let mut answer = json!({
        "dag_id": id,
        "dag_display_name": id,
        "is_paused": dag.paused,
        "last_parsed_time": dag.parsed_at,
        "last_expired": null,
        "fileloc": fileloc,
        "file_token": format!("token-of-{id}"),
        "description": null,
        "owners": ["airflow"],
        "tags": [],
        "max_active_tasks": 16,
        "max_active_runs": 16,
        "max_consecutive_failed_dag_runs": 0,
        "has_task_concurrency_limits": false,
        "has_import_errors": false,
        "timetable_description": "Never, external triggers only",
        "next_dagrun_data_interval_start": null,
        "next_dagrun_data_interval_end": null,
    });
    let more = match api {
        Api::V1 => json!({
            "is_active": !dag.stale,
            "is_subdag": false,
            "root_dag_id": null,
            "default_view": "grid",
            "last_pickled": null,
            "next_dagrun": null,
            "next_dagrun_create_after": null,
            "pickle_id": null,
            "schedule_interval": null,
            "scheduler_lock": null,
        }),
        Api::V2 => json!({
            "is_stale": dag.stale,
            "last_parse_duration": null,
            "bundle_name": "dags-folder",
            "bundle_version": null,
            "relative_fileloc": dag.file,
            "timetable_summary": null,
            "timetable_partitioned": false,
            "timetable_periodic": false,
            "next_dagrun_logical_date": null,
            "next_dagrun_run_after": null,
            "allowed_run_types": null,
            "is_backfillable": false,
        }),
    };
    extend(&mut answer, more);
    answer
}

/// Returns a run of a DAG.
pub(crate) fn dag_run(run: &DagRunRecord, api: Api) -> Value {
    let mut answer = json!({
        "dag_run_id": run.id,
        "dag_id": run.dag,
        "start_date": run.started_at,
        "end_date": run.ended_at,
        "last_scheduling_decision": null,
        "run_type": "manual",
        "state": run.state.as_str(),
        "conf": {},
        "note": null,
    });
    let duration = run.started_at.zip(run.ended_at).map(|(from, to)| (to - from).as_seconds_f64());
    let more = match api {
        Api::V1 => json!({
            "data_interval_start": run.queued_at,
            "data_interval_end": run.queued_at,
            "execution_date": run.queued_at,
            "external_trigger": true,
            "logical_date": run.queued_at,
        }),
        Api::V2 => json!({
            "data_interval_start": null,
            "data_interval_end": null,
            "logical_date": null,
            "queued_at": run.queued_at,
            "duration": duration,
            "run_after": run.queued_at,
            "triggered_by": "rest_api",
            "triggering_user_name": "admin",
            "dag_versions": [],
            "bundle_version": null,
            "dag_display_name": run.dag,
            "partition_key": null,
            "partition_date": null,
        }),
    };
    extend(&mut answer, more);
    answer
}

fn extend(answer: &mut Value, more: Value) {
    if let (Value::Object(answer), Value::Object(more)) = (answer, more) {
        answer.extend(more);
    }
}
