//! Airflow's part: DAGs from the files of the checkout, their runs, in both versions of the API.

use std::{path::Path, process::Command, time::Duration};

use openverse_release_core::DagId;
use openverse_release_sandbox::{Part, SandboxError};
use serde_json::{Value, json};

use crate::place::World;

fn dag(name: &str) -> DagId {
    name.parse().unwrap()
}

fn git(dir: &Path, arguments: &[&str]) {
    let mut git = Command::new("git");
    let status = git.args(arguments).current_dir(dir).env("GIT_CONFIG_GLOBAL", "/dev/null").status();
    assert!(status.unwrap().success(), "git {arguments:?}");
}

impl World {
    fn v2(&self, path: &str) -> String {
        self.url(&format!("/airflow/api/v2{path}"))
    }

    fn v1(&self, path: &str) -> String {
        self.url(&format!("/airflow/api/v1{path}"))
    }

    /// Name and whether it is paused, of each DAG that is listed.
    async fn dags(&self) -> Vec<(String, bool)> {
        let (status, answer) = self.get(self.v2("/dags")).await;
        assert_eq!(status, 200);
        let dags = answer["dags"].as_array().unwrap();
        assert_eq!(answer["total_entries"], dags.len());
        let entry =
            |dag: &Value| (dag["dag_id"].as_str().unwrap().to_owned(), dag["is_paused"].as_bool().unwrap());
        dags.iter().map(entry).collect()
    }

    async fn unfinished(&self) -> Vec<String> {
        let (_, answer) = self.get(self.v2("/dags/~/dagRuns?state=queued&state=running")).await;
        let runs = answer["dag_runs"].as_array().unwrap();
        runs.iter().map(|run| format!("{} {}", run["dag_id"], run["state"]).replace('"', "")).collect()
    }

    fn synced(&self) -> usize {
        self.count("sync_dags")
    }
}

#[tokio::test]
async fn the_first_dags_are_enabled_and_one_that_a_sync_brings_is_paused() {
    let world = World::instant();
    let before = world.dags().await;
    assert_eq!(before.len(), 6, "{before:?}");
    assert!(before.iter().all(|(_, paused)| !paused), "{before:?}");
    for name in ["image_data_refresh", "audio_data_refresh"] {
        assert!(before.iter().any(|(found, _)| found == name), "{name}");
    }

    world.sandbox.merge_dag(&dag("new_workflow"), "Add a DAG", "ada").unwrap();
    assert_eq!(world.dags().await, before, "nobody has synced yet");
    git(&world.sandbox.dag_checkout(), &["pull", "--quiet", "--ff-only"]);
    let after = world.dags().await;
    assert_eq!(after.len(), 7);
    assert!(after.contains(&("new_workflow".to_owned(), true)), "{after:?}");
    assert_eq!(world.synced(), 1);
    let (_, listed) = world.get(world.v2("/dags/new_workflow")).await;
    assert_eq!(listed["relative_fileloc"], "catalog/dags/new_workflow.py");

    git(&world.sandbox.dag_checkout(), &["checkout", "--quiet", "--detach", "HEAD~1"]);
    assert_eq!(world.dags().await, before, "its file is gone");
    assert_eq!(world.get(world.v2("/dags/new_workflow")).await.1["is_stale"], true);
}

#[tokio::test]
async fn without_a_checkout_airflow_follows_the_main_branch() {
    let world = World::instant();
    std::fs::remove_dir_all(world.sandbox.dag_checkout()).unwrap();
    world.sandbox.merge_dag(&dag("new_workflow"), "Add a DAG", "ada").unwrap();
    assert!(world.dags().await.contains(&("new_workflow".to_owned(), true)));
}

#[tokio::test]
async fn the_checkout_is_one_of_the_code_wherever_the_sandbox_is_moved() {
    let world = World::instant();
    let copy = tempfile::tempdir().unwrap();
    let to = copy.path().join("elsewhere");
    let copied = Command::new("cp").arg("-r").arg(world.sandbox.dir()).arg(&to).status().unwrap();
    assert!(copied.success());
    std::fs::remove_dir_all(world.sandbox.code()).unwrap();
    git(&to.join("airflow/dags-checkout"), &["fetch", "--quiet"]);
}

#[tokio::test]
async fn a_dag_is_paused_and_enabled_in_either_version() {
    let world = World::instant();
    for (url, paused) in
        [(world.v2("/dags/flickr_workflow"), true), (world.v1("/dags/flickr_workflow"), false)]
    {
        let url = format!("{url}?update_mask=is_paused");
        let (status, answer) = world.send("PATCH", url, &json!({ "is_paused": paused })).await;
        assert_eq!((status, &answer["is_paused"]), (200, &json!(paused)));
        assert!(world.dags().await.contains(&("flickr_workflow".to_owned(), paused)));
    }
    assert_eq!((world.count("pause_dag"), world.count("enable_dag")), (1, 1));
    let bad = world.send("PATCH", world.v2("/dags/flickr_workflow"), &json!({})).await;
    assert_eq!(bad.0, 422, "{}", bad.1);
    let (status, answer) = world.send("PATCH", world.v2("/dags/absent"), &json!({ "is_paused": true })).await;
    assert_eq!((status, answer["detail"].as_str()), (404, Some("The Dag with ID: `absent` was not found")));
    assert_eq!(world.sandbox.log().unwrap().len(), 2, "only what took effect");
}

#[tokio::test]
async fn a_run_goes_on_for_its_time_or_until_it_is_ended() {
    let world = World::instant();
    let unknown = world.sandbox.start_dag_run(&dag("absent"));
    assert!(matches!(unknown, Err(SandboxError::UnknownDag { .. })));
    world.sandbox.start_dag_run(&dag("flickr_workflow")).unwrap();
    assert_eq!(world.unfinished().await, ["flickr_workflow running"]);
    world.clock.pass(Duration::from_secs(2));
    assert_eq!(world.unfinished().await, [""; 0]);
    world.sandbox.start_dag_run(&dag("flickr_workflow")).unwrap();
    world.sandbox.end_dag_runs().unwrap();
    assert_eq!(world.unfinished().await, [""; 0]);

    let runs = world.v2("/dags/flickr_workflow/dagRuns");
    let (status, run) = world.send("POST", runs.clone(), &json!({ "logical_date": null })).await;
    assert_eq!((status, &run["state"]), (200, &json!("running")));
    let url = format!("{runs}/{}", run["dag_run_id"].as_str().unwrap().replace('+', "%2B"));
    let (status, run) = world.send("PATCH", url, &json!({ "state": "failed" })).await;
    assert_eq!((status, &run["state"]), (200, &json!("failed")));
    assert_eq!((world.count("start_dag_run"), world.count("end_dag_run")), (3, 1));
}

#[tokio::test]
async fn a_run_that_a_fault_starts_goes_on_until_the_faults_are_cleared() {
    let world = World::instant();
    let unknown = world.sandbox.set_fault("dag-running:absent".parse().unwrap());
    assert!(matches!(unknown, Err(SandboxError::UnknownDag { .. })));
    world.sandbox.set_fault("dag-running:image_data_refresh".parse().unwrap()).unwrap();
    world.clock.pass(Duration::from_secs(3600));
    assert_eq!(world.unfinished().await, ["image_data_refresh running"]);
    world.sandbox.clear_faults().unwrap();
    assert_eq!(world.unfinished().await, [""; 0]);
}

#[tokio::test]
async fn lists_have_pages() {
    let world = World::instant();
    for _ in 0..3 {
        world.sandbox.start_dag_run(&dag("flickr_workflow")).unwrap();
    }
    let page = async |query: &str| {
        let (_, answer) = world.get(world.v1(&format!("/dags/~/dagRuns?{query}"))).await;
        (answer["dag_runs"].as_array().unwrap().len(), answer["total_entries"].as_u64().unwrap())
    };
    assert_eq!(page("limit=2").await, (2, 3));
    assert_eq!(page("limit=2&offset=2").await, (1, 3));
    assert_eq!(page("state=success").await, (0, 0));
}

#[tokio::test]
async fn the_faults_of_other_parts_befall_airflow_too() {
    let world = World::instant();
    world.sandbox.set_fault("server-errors:airflow".parse().unwrap()).unwrap();
    assert_eq!(world.get(world.code("/releases?per_page=1")).await.0, 200);
    assert_eq!(world.get(world.v2("/version")).await.0, 503);
    assert_eq!(world.get(world.v2("/version")).await.1["version"], "3.3.2");
    assert_eq!(world.get(world.v1("/version")).await.1["version"], "2.10.5");
    world.sandbox.set_fault("lost-reply:pause_dag".parse().unwrap()).unwrap();
    let url = world.v2("/dags/flickr_workflow");
    assert!(world.client.patch(url).json(&json!({ "is_paused": true })).send().await.is_err());
    assert!(world.dags().await.contains(&("flickr_workflow".to_owned(), true)), "it took effect");
    assert_eq!(world.sandbox.requests().unwrap().of(Part::Airflow), 5);
}
