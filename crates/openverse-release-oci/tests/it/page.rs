//! Lists of tags, page by page.

use std::sync::Arc;

use openverse_release_conformance::ManualClock;
use openverse_release_core::ImageTag;
use openverse_release_oci::{OciRegistry, RegistryConfig};
use openverse_release_ports::{ImageRegistry as _, PortError, Requests, System};
use openverse_release_testkit::{Reply, Seen, StandIn};

const LIST: &str = "/v2/wordpress/openverse-api/tags/list";

async fn tags(
    script: impl Fn(&Seen) -> Reply + Send + Sync + 'static,
) -> (Result<Vec<ImageTag>, PortError>, Vec<String>) {
    let server = StandIn::start(script).await;
    let endpoints = [("ghcr.io".to_owned(), server.origin().parse().unwrap())].into();
    let config = RegistryConfig { endpoints, ..RegistryConfig::default() };
    let requests = Requests::default();
    let registry = OciRegistry::new(config, requests.clone(), Arc::new(ManualClock::default()));
    let tags = registry.tags(&"ghcr.io/wordpress/openverse-api".parse().unwrap()).await;
    assert_eq!(requests.counts()[&System::Registry], server.seen().len() as u64, "every request counts");
    (tags, server.lines())
}

fn next(target: &str) -> String {
    format!("<{target}>; rel=\"next\"")
}

#[tokio::test]
async fn every_page_is_read_to_the_one_without_a_next() {
    let (tags, lines) = tags(|request| match request.target.rsplit("last=").next() {
        Some("b") => {
            Reply::answer(200, r#"{"tags":["c","d"]}"#).with("link", &next(&format!("{LIST}?last=d")))
        }
        Some("d") => Reply::answer(200, r#"{"tags":["e"]}"#),
        _ => Reply::answer(200, r#"{"tags":["a","b"]}"#).with("link", &next("list?n=2&last=b")),
    })
    .await;
    let tags: Vec<_> = tags.unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(tags, ["a", "b", "c", "d", "e"]);
    let expected = ["?n=1000", "?n=2&last=b", "?last=d"].map(|query| format!("GET {LIST}{query}"));
    assert_eq!(lines, expected);
}

#[tokio::test]
async fn a_list_that_never_ends_is_given_up() {
    let (tags, lines) = tags(|_| Reply::answer(200, r#"{"tags":["a"]}"#).with("link", &next(LIST))).await;
    assert!(matches!(tags, Err(PortError::Malformed { .. })), "{tags:?}");
    assert_eq!(lines.len(), 2);
}

#[tokio::test]
async fn a_list_does_not_go_on_at_another_host() {
    let (tags, lines) = tags(|_| {
        Reply::answer(200, r#"{"tags":["a"]}"#).with("link", &next("http://127.0.0.1:1/v2/x/tags/list"))
    })
    .await;
    assert!(
        matches!(&tags, Err(PortError::Malformed { detail, .. }) if detail.contains("127.0.0.1:1")),
        "{tags:?}"
    );
    assert_eq!(lines.len(), 1);
}

#[tokio::test]
async fn half_a_list_is_no_list() {
    let (tags, _) = tags(|request| match request.target.contains("last") {
        false => Reply::answer(200, r#"{"tags":["a"]}"#).with("link", &next(&format!("{LIST}?last=a"))),
        true => Reply::answer(404, ""),
    })
    .await;
    assert!(matches!(tags, Err(PortError::Refused { status: 404, .. })), "{tags:?}");
}

#[tokio::test]
async fn a_page_that_is_not_a_list_is_malformed() {
    let (tags, _) = tags(|_| Reply::answer(200, "<html>")).await;
    assert!(matches!(tags, Err(PortError::Malformed { .. })), "{tags:?}");
}
