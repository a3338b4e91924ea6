//! The adapter on a real Airflow 3, and the sandbox held against the descriptions of both versions.

use std::{
    fs,
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
};

use openverse_release_airflow::{Airflow, AirflowApi, AirflowConfig, AirflowCredentials};
use openverse_release_conformance::dags::check_dags;
use openverse_release_core::{DagId, DagRunState};
use openverse_release_ports::{Dags, PortError, Requests, SystemClock, WriteError};
use openverse_release_testkit::{Reply, StandIn, require_airflow};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    answers::adapter,
    fixture::{OverHttp, dag_files},
    processes::{PASSWORD, RealAirflow, USERNAME},
    sandbox::Place,
};

/// A DAG whose runs never end: its one task waits for a pool that there is none of. So no process is
/// started for it, which would outlive the scheduler.
const ENDLESS: &str = r#"
from airflow.providers.standard.operators.python import PythonOperator
from airflow.sdk import DAG

with DAG(dag_id="endless_data_refresh", schedule=None):
    PythonOperator(task_id="wait", python_callable=print, pool="there_is_no_such_pool")
"#;

fn connect(real: &RealAirflow, credentials: AirflowCredentials) -> Airflow {
    let config = AirflowConfig { credentials, page_size: 10, ..AirflowConfig::new(real.base_url()) };
    Airflow::new(config, Requests::default(), Arc::new(SystemClock))
}

fn password(password: &str) -> AirflowCredentials {
    AirflowCredentials::Password { username: USERNAME.to_owned(), password: password.to_owned().into() }
}

/// Returns the files of the sandbox's DAGs, in their folder.
fn seeds(folder: &Path, below: &Path) -> Vec<(String, String)> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(seeds(&path, below));
        } else {
            let name = path.strip_prefix(below).unwrap().to_str().unwrap().to_owned();
            files.push((name, fs::read_to_string(&path).unwrap()));
        }
    }
    files
}

#[tokio::test(flavor = "multi_thread")]
async fn the_adapter_keeps_the_contract_and_airflow_3_does_what_it_asks_for() {
    let Some(venv) = require_airflow() else { return };
    let place = Place::new(None);
    let folder = place.sandbox.dag_checkout().join("catalog/dags");
    let seeds = seeds(&folder, &folder);
    let files = [dag_files(), seeds.clone()].concat();
    let mut real = RealAirflow::start(venv, &files).await;
    let airflow = connect(&real, password(PASSWORD));

    who_is_not_let_in_is_told(&real).await;
    the_sandbox_has_the_dags_that_airflow_reads_from_the_same_files(&place, &airflow, seeds.len()).await;
    let fixture = OverHttp::new(format!("{}/api/v2", real.base_url()), Some(token(&real).await));
    check_dags(&airflow, &fixture).await;
    a_new_dag_is_paused_and_once_enabled_runs(&mut real, &airflow, &fixture).await;
}

async fn token(real: &RealAirflow) -> String {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let body = json!({ "username": USERNAME, "password": PASSWORD });
    let answer = client.post(format!("{}/auth/token", real.base_url())).json(&body).send().await.unwrap();
    let answer: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
    answer["access_token"].as_str().unwrap().to_owned()
}

async fn who_is_not_let_in_is_told(real: &RealAirflow) {
    let cases = [
        (AirflowCredentials::Anonymous, "Not authenticated"),
        (password("wrong"), "Invalid credentials"),
        (AirflowCredentials::Token("wrong".to_owned().into()), "Invalid JWT token"),
    ];
    for (credentials, expected) in cases {
        let airflow = connect(real, credentials);
        let outcome = airflow.running().await;
        let Err(PortError::NotAllowed { detail, .. }) = &outcome else { panic!("{outcome:?}") };
        assert_eq!(detail, expected);
        let outcome = airflow.set_paused(&"suite_one".parse().unwrap(), false).await;
        assert!(matches!(outcome, Err(WriteError::Port(PortError::NotAllowed { .. }))), "{outcome:?}");
    }
}

async fn the_sandbox_has_the_dags_that_airflow_reads_from_the_same_files(
    place: &Place,
    airflow: &Airflow,
    files: usize,
) {
    let of_sandbox = place.airflow.dags().await.unwrap();
    assert_eq!(of_sandbox.len(), files, "one DAG in each file");
    let read = airflow.dags().await.unwrap();
    for dag in of_sandbox {
        assert!(read.iter().any(|found| found.id == dag.id), "Airflow does not know {}", dag.id);
    }
}

async fn a_new_dag_is_paused_and_once_enabled_runs(
    real: &mut RealAirflow,
    airflow: &Airflow,
    fixture: &OverHttp,
) {
    let endless: DagId = "endless_data_refresh".parse().unwrap();
    let before = airflow.dags().await.unwrap();
    assert!(before.iter().all(|dag| dag.id != endless));
    real.write_dag("endless.py", ENDLESS);
    real.start_scheduler();
    let listed = async || airflow.dags().await.unwrap().into_iter().find(|dag| dag.id == endless);
    let new = real.wait_for("the new DAG", listed).await;
    assert!(new.paused, "{new:?}");
    assert!(new.file.unwrap().ends_with("dags/endless.py"));

    fixture
        .ask(Method::POST, "/dags/endless_data_refresh/dagRuns", Some(json!({ "logical_date": null })))
        .await;
    assert_eq!(airflow.running().await.unwrap()[0].state, DagRunState::Queued);
    airflow.set_paused(&endless, false).await.unwrap();
    let running = async || {
        let runs = airflow.running().await.unwrap();
        runs.into_iter().find(|run| run.state == DagRunState::Running)
    };
    let run = real.wait_for("its run", running).await;
    assert_eq!(run.dag, endless);
    assert!(run.started_at.is_some());
}

/// Returns the requests of the adapter for a version of the API, as `METHOD target`.
async fn requests(api: AirflowApi) -> Vec<Value> {
    let server = StandIn::start(|request| match request.target.split('?').next().unwrap() {
        path if path.ends_with("/dagRuns") => Reply::answer(200, r#"{"dag_runs":[],"total_entries":0}"#),
        path if path.ends_with("/dags") => Reply::answer(200, r#"{"dags":[],"total_entries":0}"#),
        _ => Reply::answer(200, r#"{"dag_id":"a","is_paused":false,"fileloc":"/a.py"}"#),
    })
    .await;
    let airflow = adapter(&server, |config| config.api = Some(api));
    airflow.running().await.unwrap();
    airflow.dags().await.unwrap();
    airflow.set_paused(&"a".parse().unwrap(), true).await.unwrap_err();
    let seen = server.seen().into_iter();
    let exchanges: Vec<_> =
        seen.map(|seen| json!({ "method": seen.method, "target": seen.target })).collect();
    assert_eq!(exchanges.len(), 5, "two lists, and read, write, read back");
    exchanges
}

/// Returns exchanges with the sandbox about everything that it speaks of, in a version of the API.
async fn exchanges(place: &Place, version: &str) -> Vec<Value> {
    let origin = place.server.urls().airflow;
    let api = OverHttp::new(format!("{origin}/api/{version}"), None);
    let trigger = json!({ "logical_date": null });
    let trigger = if version == "v2" { trigger } else { json!({}) };
    let run = api.ask(Method::POST, "/dags/flickr_workflow/dagRuns", Some(trigger.clone())).await;
    let id = run["dag_run_id"].as_str().unwrap().replace('+', "%2B");
    let run = format!("/dags/flickr_workflow/dagRuns/{id}");
    let asked: [(&str, &str, Option<Value>); 9] = [
        ("GET", "/version", None),
        ("GET", "/dags?limit=100&offset=0&order_by=dag_id", None),
        ("GET", "/dags/flickr_workflow", None),
        ("GET", "/dags/absent", None),
        ("PATCH", "/dags/flickr_workflow?update_mask=is_paused", Some(json!({ "is_paused": false }))),
        ("POST", "/dags/flickr_workflow/dagRuns", Some(trigger)),
        ("GET", "/dags/~/dagRuns?state=queued&state=running&order_by=id&limit=100&offset=0", None),
        ("PATCH", &run, Some(json!({ "state": "failed" }))),
        ("GET", &run, None),
    ];
    let mut exchanges = Vec::new();
    for (method, path, body) in asked {
        let request = api.client.request(method.parse().unwrap(), format!("{}{path}", api.api));
        let request = if let Some(body) = body { request.json(&body) } else { request };
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let body: Value = serde_json::from_str(&response.text().await.unwrap()).unwrap();
        let target = format!("/api/{version}{path}");
        exchanges.push(json!({ "method": method, "target": target, "status": status, "body": body }));
    }
    exchanges
}

/// Holds exchanges against a description of the API; returns what does not fit.
fn complaints(venv: &Path, description: &Path, exchanges: &[Value]) -> String {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/described.py");
    let mut python = Command::new(venv.join("bin/python"));
    python.arg(script).arg(description).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = python.spawn().unwrap();
    let input = serde_json::to_vec(exchanges).unwrap();
    child.stdin.take().unwrap().write_all(&input).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

fn version_2(venv: &Path) -> std::path::PathBuf {
    let lib = fs::read_dir(venv.join("lib")).unwrap().next().unwrap().unwrap().path();
    lib.join("site-packages/airflow/api_fastapi/core_api/openapi/v2-rest-api-generated.yaml")
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_and_the_sandbox_s_answers_are_as_both_versions_describe_them() {
    let Some(venv) = require_airflow() else { return };
    let place = Place::new(None);
    for (api, version, description) in
        [(AirflowApi::V2, "v2", version_2(&venv)), (AirflowApi::V1, "v1", venv.join("airflow-2-api.yaml"))]
    {
        let mut all = requests(api).await;
        all.extend(exchanges(&place, version).await);
        assert_eq!(complaints(&venv, &description, &all), "", "{version}");
        let wrong = json!([
            { "method": "GET", "target": format!("/api/{version}/dags?colour=red") },
            { "method": "GET", "target": format!("/api/{version}/dags/a"), "status": 200, "body": { "dag_id": 1 } },
        ]);
        let found = complaints(&venv, &description, wrong.as_array().unwrap());
        assert!(found.contains("has the parameter colour"), "{found}");
        assert!(found.contains("$.dag_id"), "{found}");
    }
}
