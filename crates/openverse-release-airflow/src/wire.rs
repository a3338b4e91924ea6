//! What Airflow's API is asked and answers, in its own words.

use chrono::{DateTime, Utc};
use http::{HeaderValue, header};
use openverse_release_core::{Dag, DagId, DagRun, DagRunId, DagRunState, HttpUrl};
use openverse_release_http::{Answer, Call, with_query};
use openverse_release_ports::{PortError, System};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{config::AirflowConfig, pages::Entry};

const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'_').remove(b'-').remove(b'.');

#[derive(Debug, Deserialize)]
pub(crate) struct VersionInfo {
    pub(crate) version: String,
}

/// A DAG. The two versions of the API differ in how they say that its file is gone.
#[derive(Debug, Deserialize)]
pub(crate) struct DagEntry {
    dag_id: DagId,
    is_paused: bool,
    fileloc: Option<String>,
    is_stale: Option<bool>,
    is_active: Option<bool>,
}

impl DagEntry {
    /// Returns the DAG, unless its file is gone.
    pub(crate) fn into_dag(self) -> Option<Dag> {
        let gone = self.is_stale == Some(true) || self.is_active == Some(false);
        (!gone).then_some(Dag { id: self.dag_id, paused: self.is_paused, file: self.fileloc })
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct DagRunEntry {
    dag_id: DagId,
    dag_run_id: DagRunId,
    // Runs in no other state are asked for; an answer with one is not what it should be.
    state: DagRunState,
    start_date: Option<DateTime<Utc>>,
}

impl From<DagRunEntry> for DagRun {
    fn from(entry: DagRunEntry) -> Self {
        let DagRunEntry { dag_id: dag, dag_run_id: id, state, start_date: started_at } = entry;
        Self { dag, id, state, started_at }
    }
}

/// A page of DAGs.
#[derive(Debug, Deserialize)]
pub(crate) struct DagPage {
    pub(crate) dags: Vec<DagEntry>,
    pub(crate) total_entries: usize,
}

/// A page of runs.
#[derive(Debug, Deserialize)]
pub(crate) struct DagRunPage {
    pub(crate) dag_runs: Vec<DagRunEntry>,
    pub(crate) total_entries: usize,
}

impl Entry for DagEntry {
    fn is_same(&self, other: &Self) -> bool {
        self.dag_id == other.dag_id
    }
}

impl Entry for DagRunEntry {
    fn is_same(&self, other: &Self) -> bool {
        (&self.dag_id, &self.dag_run_id) == (&other.dag_id, &other.dag_run_id)
    }
}

/// Returns the URL of a path below Airflow's base URL.
pub(crate) fn url(
    config: &AirflowConfig,
    path: &str,
    parameters: &[(&str, &str)],
) -> Result<HttpUrl, PortError> {
    let text = format!("{}/{path}", config.base_url.as_str().trim_end_matches('/'));
    let url = text.parse().ok().and_then(|url| match parameters {
        [] => Some(url),
        _ => with_query(&url, parameters),
    });
    url.ok_or_else(|| {
        let detail = format!("found the base URL {}, to which no path can be added", config.base_url);
        PortError::Unreachable { system: System::Airflow, detail }
    })
}

/// Returns a name as a part of a path.
pub(crate) fn segment(dag: &DagId) -> String {
    utf8_percent_encode(dag.as_str(), UNRESERVED).to_string()
}

/// Says that the body is JSON, and that JSON is understood.
pub(crate) fn json(call: Call) -> Call {
    let json = HeaderValue::from_static("application/json");
    call.header(header::CONTENT_TYPE, json.clone()).header(header::ACCEPT, json)
}

/// Reads an answer.
pub(crate) fn read<T: DeserializeOwned>(
    answer: &Answer,
    action: &str,
    expected: &str,
) -> Result<T, PortError> {
    serde_json::from_slice(&answer.body).map_err(|error| {
        malformed(action, format!("found {}, expected {expected} in JSON ({error})", answer.excerpt()))
    })
}

/// Returns the error that an answer other than the expected one is.
pub(crate) fn refusal(answer: &Answer, action: &str) -> PortError {
    let detail = said(answer).unwrap_or_else(|| answer.excerpt());
    answer.refusal(System::Airflow, action, detail)
}

/// Returns what Airflow says of an error in its own words, if it does.
///
/// Of a request that it finds invalid it quotes the values, which can be secrets: those are left out.
pub(crate) fn said(answer: &Answer) -> Option<String> {
    let body: Value = serde_json::from_slice(&answer.body).ok()?;
    let text = |value: &Value| value.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    match &body["detail"] {
        Value::Array(faults) => {
            let faults: Vec<String> = faults.iter().filter_map(|fault| text(&fault["msg"])).collect();
            (!faults.is_empty()).then(|| faults.join(", "))
        }
        detail => text(detail).or_else(|| text(&body["title"])),
    }
}

pub(crate) fn malformed(action: &str, detail: String) -> PortError {
    PortError::Malformed { system: System::Airflow, action: action.to_owned(), detail }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, StatusCode};

    use super::*;

    #[test]
    fn an_error_is_told_in_airflow_s_own_words_without_the_values_it_quotes() {
        let said = |body: &'static str| {
            let (status, headers) = (StatusCode::UNPROCESSABLE_ENTITY, HeaderMap::new());
            said(&Answer { status, headers, body: body.into() })
        };
        assert_eq!(said(r#"{"detail":"Not authenticated"}"#).as_deref(), Some("Not authenticated"));
        let v1 = r#"{"detail":null,"status":401,"title":"Unauthorized","type":"about:blank"}"#;
        assert_eq!(said(v1).as_deref(), Some("Unauthorized"));
        let quoted =
            r#"{"detail":[{"type":"missing","loc":["body"],"msg":"Field required","input":"secret"}]}"#;
        assert_eq!(said(quoted).as_deref(), Some("Field required"));
        assert_eq!(said("<html>"), None);
        assert_eq!(said("[]"), None);
    }

    #[test]
    fn a_name_is_one_part_of_a_path() {
        assert_eq!(segment(&"a_b-c.d".parse().unwrap()), "a_b-c.d");
        assert_eq!(segment(&"Überblick".parse().unwrap()), "%C3%9Cberblick");
    }
}
