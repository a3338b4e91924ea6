//! What the adapter makes of each kind of answer to a read.

use std::{collections::BTreeMap, sync::Arc};

use openverse_release_airflow::{Airflow, AirflowApi, AirflowConfig};
use openverse_release_conformance::ManualClock;
use openverse_release_core::{DagRun, DagRunState};
use openverse_release_ports::{Dags, PortError, Requests, System};
use openverse_release_testkit::{Reply, StandIn};

pub(crate) const VERSION: &str = r#"{"version":"3.3.2","git_version":null}"#;
const NO_RUNS: &str = r#"{"dag_runs":[],"total_entries":0}"#;

pub(crate) fn adapter(server: &StandIn, change: impl FnOnce(&mut AirflowConfig)) -> Airflow {
    let mut config = AirflowConfig::new(server.origin().parse().unwrap());
    change(&mut config);
    Airflow::new(config, Requests::default(), Arc::new(ManualClock::default()))
}

/// A server that answers by path, without the query, and 404 to everything else.
pub(crate) async fn server(answers: &[(&str, Reply)]) -> StandIn {
    let answers: BTreeMap<String, Reply> =
        answers.iter().map(|(path, reply)| ((*path).to_owned(), reply.clone())).collect();
    StandIn::start(move |request| {
        let path = request.target.split('?').next().unwrap_or_default();
        let absent = || Reply::answer(404, r#"{"detail":"Not Found"}"#);
        answers.get(path).cloned().unwrap_or_else(absent)
    })
    .await
}

/// Asks for the runs, of a server that answers so.
async fn running(reply: Reply) -> Result<Vec<DagRun>, PortError> {
    let server = server(&[("/api/v2/dags/~/dagRuns", reply)]).await;
    adapter(&server, |config| config.api = Some(AirflowApi::V2)).running().await
}

async fn malformed(reply: Reply) -> String {
    let outcome = running(reply).await;
    let Err(PortError::Malformed { system: System::Airflow, detail, .. }) = outcome else {
        panic!("expected something malformed, found {outcome:?}");
    };
    detail
}

#[tokio::test]
async fn the_newest_version_that_there_is_is_used() {
    let (version, none) = (Reply::answer(200, VERSION), Reply::answer(200, NO_RUNS));
    let both = server(&[
        ("/api/v2/version", version.clone()),
        ("/api/v1/version", version.clone()),
        ("/api/v2/dags/~/dagRuns", none.clone()),
    ])
    .await;
    let airflow = adapter(&both, |_| {});
    assert_eq!((airflow.running().await, airflow.running().await), (Ok(vec![]), Ok(vec![])));
    let list = "GET /api/v2/dags/~/dagRuns?state=queued&state=running&order_by=id&limit=100&offset=0";
    assert_eq!(both.lines(), ["GET /api/v2/version", list, list], "it is asked for once");

    let old = server(&[("/api/v1/version", version), ("/api/v1/dags/~/dagRuns", none)]).await;
    assert_eq!(adapter(&old, |_| {}).running().await, Ok(vec![]));
    assert_eq!(old.lines()[..2], ["GET /api/v2/version", "GET /api/v1/version"]);
}

#[tokio::test]
async fn what_is_no_airflow_is_said_to_be_none() {
    let nothing = server(&[]).await;
    let error = adapter(&nothing, |_| {}).running().await.unwrap_err().to_string();
    assert!(
        error.contains("found neither api/v2 nor api/v1 there, expected the base URL of an Airflow"),
        "{error}"
    );
    let page = Reply::answer(200, "<html>\n<title>Sign in</title>");
    let login = server(&[("/api/v2/version", page)]).await;
    let error = adapter(&login, |_| {}).running().await.unwrap_err().to_string();
    assert!(
        error.contains("found <html> <title>Sign in</title>, expected Airflow's version in JSON"),
        "{error}"
    );
    assert_eq!(login.lines().len(), 1, "a wrong answer is not taken for an absent one");
}

#[tokio::test]
async fn a_base_url_with_a_path_and_a_slash_is_kept() {
    let under = server(&[("/airflow/api/v2/dags/~/dagRuns", Reply::answer(200, NO_RUNS))]).await;
    let airflow = adapter(&under, |config| {
        config.base_url = format!("{}/airflow/", under.origin()).parse().unwrap();
        config.api = Some(AirflowApi::V2);
    });
    assert_eq!(airflow.running().await, Ok(vec![]));
}

#[tokio::test]
async fn runs_are_read_with_their_state_and_their_start() {
    let body = r#"{"total_entries":2,"dag_runs":[
        {"dag_id":"a","dag_run_id":"manual__1","state":"running","start_date":"2024-05-14T15:09:26.5Z","conf":{}},
        {"dag_id":"b.c","dag_run_id":"scheduled__2024-05-14T00:00:00+00:00","state":"queued","start_date":null}
    ]}"#;
    let runs = running(Reply::answer(200, body)).await.unwrap();
    let found: Vec<_> = runs
        .iter()
        .map(|run| (run.dag.as_str(), run.state, run.started_at.map(|at| at.to_rfc3339())))
        .collect();
    let expected = [
        ("a", DagRunState::Running, Some("2024-05-14T15:09:26.500+00:00".to_owned())),
        ("b.c", DagRunState::Queued, None),
    ];
    assert_eq!(found, expected);
}

#[tokio::test]
async fn a_page_that_is_not_one_of_unfinished_runs_is_malformed_and_says_what_was_found() {
    let html = malformed(Reply::answer(200, "<html><body>Sign in</body></html>")).await;
    assert!(
        html.contains("found <html><body>Sign in</body></html>, expected a page of runs of DAGs"),
        "{html}"
    );
    let run = |state: &str, dag: &str| {
        let run = format!(r#"{{"dag_id":"{dag}","dag_run_id":"r","state":"{state}","start_date":null}}"#);
        Reply::answer(200, format!(r#"{{"dag_runs":[{run}],"total_entries":1}}"#))
    };
    assert!(running(run("queued", "a")).await.is_ok());
    let ended = malformed(run("success", "a")).await;
    assert!(ended.contains("unknown variant `success`, expected `queued` or `running`"), "{ended}");
    let name = malformed(run("queued", "a/b")).await;
    assert!(name.contains(r#"is not a valid DAG id: found "/b" at character 2"#), "{name}");
    let uncounted = malformed(Reply::answer(200, r#"{"dag_runs":[]}"#)).await;
    assert!(uncounted.contains("missing field `total_entries`"), "{uncounted}");
    let missing = malformed(Reply::answer(200, r#"{"dag_runs":[],"total_entries":3}"#)).await;
    assert!(missing.contains("found 0 of 3 entries"), "{missing}");
    let redirect = malformed(Reply::answer(302, "").with("location", "https://login.example/")).await;
    assert!(redirect.contains("a redirect to https://login.example/, which is not followed"), "{redirect}");
}

#[tokio::test]
async fn a_list_is_never_longer_than_what_it_is_asked_for() {
    let endless = malformed(Reply::answer(200, vec![b' '; 9 << 20])).await;
    assert_eq!(endless, "found more than 8388608 bytes, expected less");
}

#[tokio::test]
async fn errors_are_told_in_airflow_s_own_words() {
    let refused = Reply::answer(403, r#"{"detail":"Forbidden: no access to runs of DAGs"}"#);
    let outcome = running(refused).await;
    let Err(error @ PortError::NotAllowed { .. }) = &outcome else { panic!("{outcome:?}") };
    assert_eq!(
        error.to_string(),
        "Airflow does not allow the runs of DAGs that have not ended: Forbidden: no access to runs of DAGs"
    );
    let outcome = running(Reply::answer(503, "<html>down</html>")).await;
    assert!(
        matches!(&outcome, Err(PortError::Refused { status: 503, detail, .. }) if detail == "<html>down</html>"),
        "{outcome:?}"
    );
    let outcome = running(Reply::answer(404, "")).await;
    assert!(matches!(outcome, Err(PortError::Refused { status: 404, .. })), "an absent list is no empty one");
}

#[tokio::test]
async fn a_dag_whose_file_is_gone_is_not_listed() {
    let body = r#"{"total_entries":3,"dags":[
        {"dag_id":"gone_in_2","is_paused":false,"fileloc":"/x.py","is_active":false},
        {"dag_id":"gone_in_3","is_paused":false,"fileloc":"/y.py","is_stale":true},
        {"dag_id":"a","is_paused":true,"fileloc":null}
    ]}"#;
    let server = server(&[("/api/v2/dags", Reply::answer(200, body))]).await;
    let dags = adapter(&server, |config| config.api = Some(AirflowApi::V2)).dags().await.unwrap();
    let found: Vec<_> = dags.iter().map(|dag| (dag.id.as_str(), dag.paused, dag.file.as_deref())).collect();
    assert_eq!(found, [("a", true, None)]);
}
