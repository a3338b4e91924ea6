//! Being let in, and keeping what lets one in to oneself.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use openverse_release_airflow::{Airflow, AirflowApi, AirflowCredentials};
use openverse_release_ports::{Dags, PortError};
use openverse_release_testkit::{Reply, Seen, StandIn};

use crate::answers::adapter;

const SECRET: &str = "correct horse";
const NO_RUNS: &str = r#"{"dag_runs":[],"total_entries":0}"#;

fn password() -> AirflowCredentials {
    AirflowCredentials::Password { username: "ada".to_owned(), password: SECRET.to_owned().into() }
}

fn asking(server: &StandIn, api: AirflowApi, credentials: AirflowCredentials) -> Airflow {
    adapter(server, |config| {
        config.api = Some(api);
        config.credentials = credentials;
    })
}

/// A server that gives the tokens `token-1`, `token-2` …, and takes only those that `good` says.
async fn with_tokens(good: fn(usize) -> bool) -> StandIn {
    let given = Arc::new(AtomicUsize::new(0));
    StandIn::start(move |request: &Seen| {
        if request.line() == "POST /auth/token" {
            let body = format!(r#"{{"password":"{SECRET}","username":"ada"}}"#);
            assert_eq!(String::from_utf8_lossy(&request.body), body);
            let number = given.fetch_add(1, Ordering::Relaxed) + 1;
            return Reply::answer(201, format!(r#"{{"access_token":"token-{number}"}}"#));
        }
        let number = request.header("authorization").and_then(|it| it.strip_prefix("Bearer token-"));
        match number.and_then(|number| number.parse().ok()) {
            Some(number) if good(number) => Reply::answer(200, NO_RUNS),
            _ => Reply::answer(401, r#"{"detail":"Invalid JWT token"}"#),
        }
    })
    .await
}

#[tokio::test]
async fn version_2_takes_the_password_once_for_a_token() {
    let server = with_tokens(|_| true).await;
    let airflow = asking(&server, AirflowApi::V2, password());
    let (one, two) = tokio::join!(airflow.running(), airflow.running());
    assert_eq!((one, two), (Ok(vec![]), Ok(vec![])));
    let tokens = server.lines().iter().filter(|line| *line == "POST /auth/token").count();
    assert_eq!((tokens, server.lines().len()), (1, 3));
}

#[tokio::test]
async fn a_token_that_ran_out_is_renewed_once() {
    let server = with_tokens(|number| number == 2).await;
    let airflow = asking(&server, AirflowApi::V2, password());
    assert_eq!(airflow.running().await, Ok(vec![]));
    assert_eq!(server.lines().len(), 4, "token, refused, token, list");
    let never = with_tokens(|_| false).await;
    let outcome = asking(&never, AirflowApi::V2, password()).running().await;
    assert!(matches!(outcome, Err(PortError::NotAllowed { .. })), "{outcome:?}");
    assert_eq!(never.lines().len(), 4);
}

#[tokio::test]
async fn version_1_takes_the_password_with_every_request() {
    let server = StandIn::start(|_| Reply::answer(200, NO_RUNS)).await;
    assert_eq!(asking(&server, AirflowApi::V1, password()).running().await, Ok(vec![]));
    let seen = server.seen();
    assert_eq!(seen[0].header("authorization"), Some("Basic YWRhOmNvcnJlY3QgaG9yc2U="));
}

#[tokio::test]
async fn a_given_token_is_used_as_it_is_and_nobody_else_s_is_sent() {
    for api in [AirflowApi::V1, AirflowApi::V2] {
        let server = StandIn::start(|_| Reply::answer(401, r#"{"detail":"Expired"}"#)).await;
        let given = AirflowCredentials::Token(SECRET.replace(' ', "-").into());
        let outcome = asking(&server, api, given).running().await;
        assert!(
            matches!(&outcome, Err(PortError::NotAllowed { detail, .. }) if detail == "Expired"),
            "{outcome:?}"
        );
        let sent: Vec<_> =
            server.seen().iter().map(|it| it.header("authorization").map(str::to_owned)).collect();
        assert_eq!(sent, [Some("Bearer correct-horse".to_owned())], "asking again would not help");
        let anybody = StandIn::start(|_| Reply::answer(200, NO_RUNS)).await;
        asking(&anybody, api, AirflowCredentials::Anonymous).running().await.unwrap();
        assert_eq!(anybody.seen()[0].header("authorization"), None);
    }
}

#[tokio::test]
async fn no_error_and_no_debug_print_shows_a_secret() {
    let replies = [
        Reply::answer(401, r#"{"detail":"Invalid credentials"}"#),
        // As Airflow answers what it finds invalid: with the request in it.
        Reply::answer(422, format!(r#"{{"detail":[{{"msg":"Field required","input":"{SECRET}"}}]}}"#)),
        Reply::answer(422, format!(r#"{{"detail":"2 errors: Field required [input_value='{SECRET}']"}}"#)),
        Reply::answer(400, format!("<html>{SECRET}</html>")),
        Reply::answer(500, format!("<html>{SECRET}</html>")),
        Reply::answer(201, format!(r#"{{"access_token":["{SECRET}"]}}"#)),
        Reply::answer(201, format!("\"{SECRET}\"")),
        Reply::answer(201, r#"{"access_token":"correct horse\n"}"#),
        Reply::answer(302, "").with("location", "https://login.example/"),
    ];
    for reply in replies {
        let answer = reply.clone();
        let server = StandIn::start(move |_| answer.clone()).await;
        let airflow = asking(&server, AirflowApi::V2, password());
        let error = airflow.running().await.unwrap_err();
        for shown in [error.to_string(), format!("{error:?}"), format!("{airflow:?}")] {
            assert!(!shown.contains("horse"), "{reply:?}: {shown}");
        }
    }
    let server = with_tokens(|_| true).await;
    let airflow = asking(&server, AirflowApi::V2, password());
    airflow.running().await.unwrap();
    let shown = format!("{airflow:?}");
    assert!(!shown.contains("horse") && !shown.contains("token-1"), "{shown}");
}
