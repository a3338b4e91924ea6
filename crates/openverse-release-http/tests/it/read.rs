//! What a read repeats, and what it never follows.

use std::{sync::Arc, time::Duration};

use openverse_release_conformance::ManualClock;
use openverse_release_http::{Call, HttpClient, HttpSettings, Retry};
use openverse_release_ports::{PortError, Requests, System};
use openverse_release_testkit::{Reply, StandIn};

use crate::server::answering;

fn client(clock: &ManualClock) -> HttpClient {
    let retry = Retry { attempts: 3, ..Retry::default() };
    let settings = HttpSettings { retry, longest_body: 1_000, ..HttpSettings::default() };
    HttpClient::new(System::Registry, settings, Requests::default(), Arc::new(clock.clone()))
}

fn get(server: &StandIn) -> Call {
    Call::get(server.origin().parse().unwrap())
}

#[tokio::test]
async fn a_read_is_repeated_while_the_system_has_an_error_of_its_own() {
    for status in [408, 500, 503] {
        let server = answering(vec![Reply::answer(status, ""), Reply::answer(200, "well")]).await;
        let answer = client(&ManualClock::default()).read(&get(&server), "the read").await.unwrap();
        assert_eq!((answer.status.as_u16(), &*answer.body), (200, &b"well"[..]), "{status}");
        assert_eq!(server.lines().len(), 2);
    }
}

#[tokio::test]
async fn a_read_that_never_succeeds_ends_with_the_last_answer() {
    let server = answering(vec![Reply::answer(502, ""), Reply::HangUp, Reply::answer(503, "late")]).await;
    let answer = client(&ManualClock::default()).read(&get(&server), "the read").await.unwrap();
    assert_eq!((answer.status.as_u16(), &*answer.body), (503, &b"late"[..]));
    assert_eq!(server.lines().len(), 3);
}

#[tokio::test]
async fn a_rate_limit_that_stays_is_an_error() {
    let clock = ManualClock::default();
    let server = answering(vec![Reply::answer(429, "")]).await;
    let outcome = client(&clock).read(&get(&server), "the read").await.map(|_| ());
    assert_eq!(outcome, Err(PortError::RateLimited { system: System::Registry, until: None }));
    let pauses: Vec<_> = clock.sleeps().iter().map(Duration::as_millis).collect();
    assert_eq!(pauses, [500, 1_000]);
}

#[tokio::test]
async fn plain_http_follows_no_redirect() {
    let server = answering(vec![Reply::answer(302, "").with("location", "/new")]).await;
    let answer = client(&ManualClock::default()).read(&get(&server), "the read").await.unwrap();
    assert_eq!(answer.status, 302);
    assert_eq!(server.lines(), ["GET /"]);
}

#[tokio::test]
async fn an_answer_that_is_too_long_is_not_asked_for_again() {
    let server = answering(vec![Reply::answer(200, vec![b' '; 1_001])]).await;
    let error = client(&ManualClock::default()).read(&get(&server), "the read").await.unwrap_err();
    assert!(matches!(error, PortError::Malformed { .. }), "{error:?}");
    assert!(error.to_string().ends_with("found more than 1000 bytes, expected less"), "{error}");
    assert_eq!(server.lines().len(), 1);
    let server = answering(vec![Reply::answer(200, vec![b' '; 1_000])]).await;
    assert!(client(&ManualClock::default()).read(&get(&server), "the read").await.is_ok());
}
