//! The suite on the sandbox's Airflow, and the bad days that it can have.

use std::{fs, path::Path, process::Command, sync::Arc};

use openverse_release_airflow::{Airflow, AirflowApi, AirflowConfig};
use openverse_release_conformance::{ManualClock, dags::check_dags};
use openverse_release_core::{DagId, DagRunState, EnvironmentName, Project};
use openverse_release_ports::{Dags, PortError, Requests, System, WriteError};
use openverse_release_sandbox::{Options, Part, Sandbox, Server, Timing};
use tempfile::TempDir;

use crate::fixture::{OverHttp, dag_files};

pub(crate) struct Place {
    pub(crate) sandbox: Sandbox,
    pub(crate) server: Server,
    pub(crate) requests: Requests,
    pub(crate) airflow: Airflow,
    _folder: TempDir,
}

impl Place {
    pub(crate) fn new(api: Option<AirflowApi>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = ManualClock::default();
        let sandbox = Sandbox::at(folder.path().join("sandbox")).with_clock(Arc::new(clock.clone()));
        let options = Options { timing: Timing::instant(), ..Options::default() };
        sandbox.create(&Project::openverse(), options).unwrap();
        let server = sandbox.serve().unwrap();
        let base_url = server.urls().airflow.parse().unwrap();
        let config = AirflowConfig { api, page_size: 5, ..AirflowConfig::new(base_url) };
        let requests = Requests::default();
        let airflow = Airflow::new(config, requests.clone(), Arc::new(clock));
        Self { sandbox, server, requests, airflow, _folder: folder }
    }

    fn log(&self) -> Vec<&'static str> {
        self.sandbox.log().unwrap().iter().map(|entry| entry.action.as_str()).collect()
    }
}

/// Commits files to the checkout that Airflow reads its DAGs from.
fn commit(checkout: &Path, files: &[(String, String)]) {
    for (path, content) in files {
        fs::write(checkout.join("catalog/dags").join(path), content).unwrap();
    }
    let identity = ["-c", "user.name=suite", "-c", "user.email=suite@example.invalid"];
    for arguments in [&["add", "."][..], &["commit", "--quiet", "--message", "Add the suite's DAGs"]] {
        let mut git = Command::new("git");
        git.args(identity).args(arguments).current_dir(checkout).env("GIT_CONFIG_GLOBAL", "/dev/null");
        assert!(git.status().unwrap().success(), "git {arguments:?}");
    }
}

fn dag(name: &str) -> DagId {
    name.parse().unwrap()
}

async fn check(api: AirflowApi, path: &str) {
    let place = Place::new(Some(api));
    // Airflow looks once before the sync, so that the suite's DAGs are new ones: paused.
    place.airflow.dags().await.unwrap();
    commit(&place.sandbox.dag_checkout(), &dag_files());
    let fixture = OverHttp::new(format!("{}{path}", place.server.urls().airflow), None);
    check_dags(&place.airflow, &fixture).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_adapter_keeps_the_contract_in_version_2_of_the_api() {
    check(AirflowApi::V2, "/api/v2").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_adapter_keeps_the_contract_in_version_1_of_the_api() {
    check(AirflowApi::V1, "/api/v1").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_gates_of_openverse_close_while_dags_run() {
    let project = Project::openverse();
    let gate = |app: &str| {
        project.app(app).unwrap().deployment(EnvironmentName::PRODUCTION).unwrap().gate.as_ref().unwrap()
    };
    let place = Place::new(None);
    let closed = async || {
        let running = place.airflow.running().await.unwrap();
        ["catalog", "ingestion-server"].map(|app| gate(app).check(&running).is_err())
    };
    assert_eq!(closed().await, [false, false]);
    place.sandbox.set_fault("dag-running:flickr_workflow".parse().unwrap()).unwrap();
    assert_eq!(closed().await, [true, false]);
    place.sandbox.set_fault("dag-running:image_data_refresh".parse().unwrap()).unwrap();
    assert_eq!(closed().await, [true, true]);
    let running = place.airflow.running().await.unwrap();
    assert!(running.iter().all(|run| run.state == DagRunState::Running && run.started_at.is_some()));
    place.sandbox.clear_faults().unwrap();
    assert_eq!(closed().await, [false, false]);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_request_is_counted_on_both_sides() {
    let place = Place::new(None);
    place.airflow.running().await.unwrap();
    place.airflow.set_paused(&dag("flickr_workflow"), true).await.unwrap();
    let counted = place.requests.counts()[&System::Airflow];
    assert_eq!(counted, 1 + 1 + 3, "the version, a page, and read, write, read back");
    assert_eq!(counted, place.sandbox.requests().unwrap().of(Part::Airflow));
}

#[tokio::test(flavor = "multi_thread")]
async fn pausing_whose_reply_was_lost_is_found_to_be_done_and_done_once() {
    let place = Place::new(None);
    place.sandbox.set_fault("lost-reply:pause_dag".parse().unwrap()).unwrap();
    place.airflow.set_paused(&dag("flickr_workflow"), true).await.unwrap();
    place.airflow.set_paused(&dag("flickr_workflow"), true).await.unwrap();
    assert_eq!(place.log(), ["pause_dag"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_error_on_a_write_is_no_second_write() {
    let place = Place::new(None);
    place.airflow.running().await.unwrap();
    place.sandbox.set_fault_after("server-errors:airflow".parse().unwrap(), 1, None).unwrap();
    let outcome = place.airflow.set_paused(&dag("flickr_workflow"), true).await;
    assert!(matches!(outcome, Err(WriteError::Port(PortError::ReplyLost { .. }))), "{outcome:?}");
    assert_eq!(place.log(), [""; 0]);
    place.airflow.set_paused(&dag("flickr_workflow"), true).await.unwrap();
    assert_eq!(place.log(), ["pause_dag"]);
}
