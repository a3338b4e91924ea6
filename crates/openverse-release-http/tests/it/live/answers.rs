//! What the adapter makes of each kind of answer.

use std::{sync::Arc, time::Duration};

use openverse_release_conformance::ManualClock;
use openverse_release_core::LiveVersion;
use openverse_release_http::HttpSettings;
use openverse_release_http::live::{HttpVersionProbe, ProbeConfig};
use openverse_release_ports::{PortError, Requests, System, VersionProbe};
use openverse_release_testkit::{Reply, StandIn};

use crate::server::answering;

const GOOD: &str =
    r#"{"release": "5fa9e58fed9acb4ddba82d9349e79d85a2b90cb6", "environment": "production", "more": 1}"#;

/// Asks a server that gives these answers one after the other, the last for ever.
async fn ask(replies: Vec<Reply>) -> (Result<LiveVersion, PortError>, Requests, ManualClock) {
    let server = answering(replies).await;
    let (requests, clock) = (Requests::default(), ManualClock::default());
    let config = ProbeConfig::default();
    let probe = HttpVersionProbe::new(config, requests.clone(), Arc::new(clock.clone()));
    let endpoint = format!("{}/version", server.origin()).parse().unwrap();
    let outcome = probe.live(&endpoint).await;
    assert_eq!(requests.counts()[&System::LiveApp], server.seen().len() as u64, "every request counts");
    (outcome, requests, clock)
}

async fn detail_of_malformed(reply: Reply) -> String {
    let (outcome, requests, _) = ask(vec![reply]).await;
    let Err(PortError::Malformed { system: System::LiveApp, detail, .. }) = outcome else {
        panic!("expected something malformed, found {outcome:?}");
    };
    assert_eq!(requests.counts()[&System::LiveApp], 1, "asking again would not help");
    detail
}

#[tokio::test]
async fn the_commit_and_the_environment_are_read() {
    let (outcome, _, _) = ask(vec![Reply::answer(200, GOOD)]).await;
    let version = outcome.unwrap();
    assert_eq!(version.commit.as_str(), "5fa9e58fed9acb4ddba82d9349e79d85a2b90cb6");
    assert_eq!(version.environment, "production");
}

#[tokio::test]
async fn anything_else_is_malformed_and_says_what_was_found() {
    let page = detail_of_malformed(Reply::answer(200, "<html>\n<title>Openverse</title>")).await;
    assert!(page.contains("found <html> <title>Openverse"), "{page}");
    assert!(page.contains(r#"expected JSON with "release" and "environment""#), "{page}");
    let missing = detail_of_malformed(Reply::answer(200, r#"{"environment":"staging"}"#)).await;
    assert!(missing.contains("missing field `release`"), "{missing}");
    let short = detail_of_malformed(Reply::answer(200, GOOD.replace("5fa9e58fed9a", ""))).await;
    assert!(short.contains("expected 40 lower-case hexadecimal digits"), "{short}");
    let tag = detail_of_malformed(Reply::answer(
        200,
        r#"{"release":"rel-2024.01.02.03.04.05","environment":"production"}"#,
    ))
    .await;
    assert!(tag.contains("rel-2024.01.02.03.04.05"), "{tag}");
}

#[tokio::test]
async fn a_redirect_is_not_followed_and_is_named() {
    let reply = Reply::answer(302, "").with("location", "https://login.example/");
    let detail = detail_of_malformed(reply).await;
    assert!(detail.contains("a redirect to https://login.example/, which is not followed"), "{detail}");
}

#[tokio::test]
async fn an_answer_without_end_is_not_read_to_its_end() {
    let detail = detail_of_malformed(Reply::answer(200, vec![b' '; 1 << 20])).await;
    assert_eq!(detail, "found more than 65536 bytes, expected less");
}

#[tokio::test]
async fn a_bad_moment_is_waited_out() {
    let replies = vec![
        Reply::answer(502, "bad gateway"),
        Reply::HangUp,
        Reply::answer(429, "").with("retry-after", "7"),
        Reply::answer(200, GOOD),
    ];
    let (outcome, requests, clock) = ask(replies).await;
    assert!(outcome.is_ok(), "{outcome:?}");
    assert_eq!(requests.counts()[&System::LiveApp], 4);
    let pauses: Vec<_> = clock.sleeps().iter().map(Duration::as_millis).collect();
    assert_eq!(pauses, [500, 1_000, 7_000]);
}

#[tokio::test]
async fn a_bad_day_ends_in_an_error_that_says_what_was_wrong() {
    let (outcome, requests, _) = ask(vec![Reply::answer(503, "try later")]).await;
    assert!(
        matches!(&outcome, Err(PortError::Refused { status: 503, detail, .. }) if detail == "try later"),
        "{outcome:?}"
    );
    assert_eq!(requests.counts()[&System::LiveApp], 5);
    let (outcome, ..) = ask(vec![Reply::HangUp]).await;
    assert!(matches!(outcome, Err(PortError::Unreachable { .. })), "{outcome:?}");
    let (outcome, requests, clock) = ask(vec![Reply::answer(429, "").with("retry-after", "3600")]).await;
    let Err(PortError::RateLimited { until: Some(until), .. }) = outcome else { panic!("{outcome:?}") };
    assert_eq!(until.to_rfc3339(), "2024-01-01T13:00:00+00:00");
    assert_eq!((requests.counts()[&System::LiveApp], clock.sleeps().len()), (1, 0));
}

#[tokio::test]
async fn an_app_that_never_answers_is_not_waited_for_for_ever() {
    let server = StandIn::start(|_| Reply::Silence).await;
    let clock = ManualClock::default();
    let http = HttpSettings { timeout: Duration::from_millis(50), ..ProbeConfig::default().http };
    let config = ProbeConfig { http, ..ProbeConfig::default() };
    let probe = HttpVersionProbe::new(config, Requests::default(), Arc::new(clock.clone()));
    let outcome = probe.live(&server.origin().parse().unwrap()).await;
    assert!(matches!(outcome, Err(PortError::Unreachable { .. })), "{outcome:?}");
    assert_eq!(clock.sleeps().len(), 4);
}
