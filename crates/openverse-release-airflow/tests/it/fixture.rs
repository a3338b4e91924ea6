//! An Airflow that the suite arranges things in, over the same API but not by the adapter.

use async_trait::async_trait;
use openverse_release_conformance::dags::{DAGS, DagsFixture};
use openverse_release_core::{DagId, DagRunId};
use reqwest::Method;
use serde_json::{Value, json};

/// An Airflow, or what stands in for one.
#[derive(Debug)]
pub(crate) struct OverHttp {
    /// With the version: `http://127.0.0.1:8080/api/v2`.
    pub(crate) api: String,
    pub(crate) token: Option<String>,
    pub(crate) client: reqwest::Client,
}

impl OverHttp {
    pub(crate) fn new(api: String, token: Option<String>) -> Self {
        Self { api, token, client: reqwest::Client::builder().no_proxy().build().unwrap() }
    }

    /// Sends a request, which must succeed.
    pub(crate) async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> Value {
        let url = format!("{}{path}", self.api);
        let mut request = self.client.request(method.clone(), &url);
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await.unwrap();
        let status = response.status();
        let text = response.text().await.unwrap();
        assert!(status.is_success(), "{method} {url}: {status} {text}");
        serde_json::from_str(&text).unwrap()
    }

    pub(crate) async fn unfinished(&self) -> Vec<Value> {
        let path = "/dags/~/dagRuns?state=queued&state=running&limit=100";
        self.ask(Method::GET, path, None).await["dag_runs"].as_array().unwrap().clone()
    }
}

#[async_trait]
impl DagsFixture for OverHttp {
    async fn start_run(&self, dag: &DagId) -> DagRunId {
        let body = json!({ "logical_date": null });
        let run = self.ask(Method::POST, &format!("/dags/{dag}/dagRuns"), Some(body)).await;
        run["dag_run_id"].as_str().unwrap().parse().unwrap()
    }

    async fn end_runs(&self) {
        for run in self.unfinished().await {
            let [dag, id] = ["dag_id", "dag_run_id"].map(|name| run[name].as_str().unwrap());
            let path = format!("/dags/{dag}/dagRuns/{}", id.replace('+', "%2B"));
            self.ask(Method::PATCH, &path, Some(json!({ "state": "success" }))).await;
        }
    }

    async fn set_paused(&self, dag: &DagId, paused: bool) {
        let path = format!("/dags/{dag}?update_mask=is_paused");
        self.ask(Method::PATCH, &path, Some(json!({ "is_paused": paused }))).await;
    }
}

/// Returns path and content of the files of the suite's DAGs, such as Airflow 3 reads.
pub(crate) fn dag_files() -> Vec<(String, String)> {
    let python = |dag: &str| {
        format!(
            "from airflow.providers.standard.operators.empty import EmptyOperator\n\
             from airflow.sdk import DAG\n\n\
             with DAG(dag_id=\"{dag}\", schedule=None):\n    EmptyOperator(task_id=\"only\")\n"
        )
    };
    DAGS.iter().map(|dag| (format!("{dag}.py"), python(dag))).collect()
}
