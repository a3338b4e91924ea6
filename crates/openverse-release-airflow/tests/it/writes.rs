//! Pausing and enabling: nothing is written twice, and nothing unknown is called done or failed.

use std::sync::Mutex;

use openverse_release_airflow::AirflowApi;
use openverse_release_ports::{Dags, PortError, WriteError};
use openverse_release_testkit::{Reply, StandIn};

use crate::answers::adapter;

fn dag(paused: bool) -> Reply {
    Reply::answer(200, format!(r#"{{"dag_id":"a","is_paused":{paused},"fileloc":"/a.py"}}"#))
}

/// Pauses the DAG `a` of a server that gives these answers, one after the other.
async fn pause(replies: Vec<Reply>) -> (Result<(), WriteError>, Vec<String>) {
    let left = Mutex::new(replies.into_iter());
    let server = StandIn::start(move |_| left.lock().unwrap().next().expect("one more request")).await;
    let airflow = adapter(&server, |config| config.api = Some(AirflowApi::V2));
    let outcome = airflow.set_paused(&"a".parse().unwrap(), true).await;
    let methods = server.seen().into_iter().map(|request| request.method).collect();
    (outcome, methods)
}

#[tokio::test]
async fn only_whether_it_is_paused_is_written_and_read_back() {
    let state = Mutex::new(false);
    let server = StandIn::start(move |request| {
        let mut paused = state.lock().unwrap();
        *paused |= request.method == "PATCH";
        dag(*paused)
    })
    .await;
    let airflow = adapter(&server, |config| config.api = Some(AirflowApi::V2));
    airflow.set_paused(&"a".parse().unwrap(), true).await.unwrap();
    let lines = ["GET /api/v2/dags/a", "PATCH /api/v2/dags/a?update_mask=is_paused", "GET /api/v2/dags/a"];
    assert_eq!(server.lines(), lines);
    assert_eq!(server.seen()[1].body, br#"{"is_paused":true}"#);
    assert_eq!(server.seen()[1].header("content-type"), Some("application/json"));
}

#[tokio::test]
async fn what_is_so_already_is_not_written() {
    let (outcome, methods) = pause(vec![dag(true)]).await;
    assert_eq!((outcome, methods.join(" ")), (Ok(()), "GET".to_owned()));
}

#[tokio::test]
async fn a_dag_whose_file_is_gone_is_a_conflict_and_is_left_alone() {
    let gone = r#"{"dag_id":"a","is_paused":false,"fileloc":"/a.py","is_stale":true}"#;
    for reply in [Reply::answer(404, ""), Reply::answer(200, gone)] {
        let (outcome, methods) = pause(vec![reply]).await;
        let error = outcome.unwrap_err();
        assert_eq!(error.to_string(), "found no DAG a in Airflow, expected one to pause");
        assert_eq!(methods, ["GET"]);
    }
}

#[tokio::test]
async fn a_write_whose_reply_is_lost_is_judged_by_what_is_read_back() {
    for lost in [Reply::HangUp, Reply::answer(500, "oops"), Reply::answer(408, "")] {
        let (outcome, methods) = pause(vec![dag(false), lost.clone(), dag(true)]).await;
        assert_eq!((outcome, methods.join(" ")), (Ok(()), "GET PATCH GET".to_owned()), "{lost:?}");
        let (outcome, _) = pause(vec![dag(false), lost.clone(), dag(false)]).await;
        assert!(matches!(outcome, Err(WriteError::Port(PortError::ReplyLost { .. }))), "{outcome:?}");
    }
}

#[tokio::test]
async fn an_accepted_write_that_cannot_be_read_back_is_unknown() {
    let (outcome, _) =
        pause(vec![dag(false), dag(true), Reply::answer(403, r#"{"detail":"no more"}"#)]).await;
    let Err(WriteError::Port(PortError::ReplyLost { detail, .. })) = outcome else { panic!("{outcome:?}") };
    assert_eq!(detail, "accepted, but reading it back failed: Airflow does not allow the DAG a: no more");
}

#[tokio::test]
async fn a_write_that_is_refused_is_not_read_back() {
    let refused = Reply::answer(403, r#"{"detail":"Forbidden"}"#);
    let (outcome, methods) = pause(vec![dag(false), refused]).await;
    assert!(matches!(outcome, Err(WriteError::Port(PortError::NotAllowed { .. }))), "{outcome:?}");
    assert_eq!(methods, ["GET", "PATCH"]);
}

#[tokio::test]
async fn a_write_that_is_undone_by_somebody_else_is_a_conflict() {
    let (outcome, _) = pause(vec![dag(false), dag(true), dag(false)]).await;
    let error = outcome.unwrap_err();
    assert_eq!(error.to_string(), "found the DAG a enabled, expected the DAG a paused");
}

#[tokio::test]
async fn a_write_is_sent_again_only_after_it_was_limited() {
    let limited = Reply::answer(429, "").with("retry-after", "3");
    let (outcome, methods) = pause(vec![dag(false), limited, dag(true), dag(true)]).await;
    assert_eq!((outcome, methods.join(" ")), (Ok(()), "GET PATCH PATCH GET".to_owned()));
}
