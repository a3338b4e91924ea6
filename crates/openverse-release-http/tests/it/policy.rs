//! What a system may do differently, and what not even its policy changes.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use openverse_release_conformance::ManualClock;
use openverse_release_http::{Answer, BaseUrl, Call, HttpClient, HttpSettings, Policy, RateLimit, Retry};
use openverse_release_ports::{PortError, Requests, System};
use openverse_release_testkit::{Reply, StandIn};

use crate::server::answering;

/// A system that says "busy" with status 403, has its own words, and is below `/api`.
#[derive(Debug)]
struct Own(BaseUrl);

impl Policy for Own {
    fn rate_limit(&self, answer: &Answer, now: DateTime<Utc>) -> Option<RateLimit> {
        let busy = answer.status == 403 && &*answer.body == b"busy";
        busy.then_some(RateLimit { until: Some(now) })
    }

    fn said(&self, answer: &Answer) -> String {
        format!("in its own words: {}", answer.excerpt())
    }

    fn quote(&self, text: &str) -> String {
        text.replace("secret", "[hidden]")
    }

    fn base(&self) -> Option<&BaseUrl> {
        Some(&self.0)
    }
}

fn client(server: &StandIn) -> HttpClient {
    let base = BaseUrl::new(&format!("{}/api", server.origin())).unwrap();
    let retry = Retry { attempts: 2, ..Retry::default() };
    let settings = HttpSettings { retry, ..HttpSettings::default() };
    let clock = Arc::new(ManualClock::default());
    HttpClient::new(System::GitHub, settings, Requests::default(), clock).with_policy(Arc::new(Own(base)))
}

fn url(server: &StandIn) -> openverse_release_core::HttpUrl {
    format!("{}/api/old", server.origin()).parse().unwrap()
}

fn moved(location: &str) -> Reply {
    Reply::answer(301, "").with("location", location)
}

#[tokio::test]
async fn the_policy_decides_what_a_rate_limit_is() {
    let busy = Reply::answer(403, "busy");
    let server = answering(vec![busy.clone(), Reply::answer(200, "")]).await;
    let answer = client(&server).write(&Call::post(url(&server), "".into()), "the write").await;
    assert_eq!(answer.unwrap().status, 200);
    let server = answering(vec![busy]).await;
    let (http, call) = (client(&server), Call::get(url(&server)));
    assert!(matches!(http.read(&call, "the read").await, Err(PortError::RateLimited { .. })));
    assert_eq!(server.lines().len(), 2);
    // Not a rate limit here, so not a reason to ask again.
    for (status, body) in [(403, "no"), (429, "busy")] {
        let server = answering(vec![Reply::answer(status, body)]).await;
        let answer = client(&server).write(&Call::post(url(&server), "".into()), "the write").await;
        assert_eq!(answer.unwrap().status, status);
        assert_eq!(server.lines().len(), 1);
    }
}

#[tokio::test]
async fn a_read_follows_redirects_below_the_base_url_alone() {
    let server = answering(vec![moved("/api/new"), moved("newer"), Reply::answer(200, "")]).await;
    let answer = client(&server).read(&Call::get(url(&server)), "the read").await.unwrap();
    assert_eq!(answer.status, 200);
    assert_eq!(server.lines(), ["GET /api/old", "GET /api/new", "GET /api/newer"]);
    for elsewhere in ["/other", "/api/../other", "//evil.test/api/new", "/apix"] {
        let server = answering(vec![moved(elsewhere), Reply::answer(200, "")]).await;
        let answer = client(&server).read(&Call::get(url(&server)), "the read").await.unwrap();
        assert_eq!(answer.status, 301, "{elsewhere}");
        assert_eq!(server.lines().len(), 1);
    }
}

#[tokio::test]
async fn redirects_are_no_attempts_and_come_to_an_end() {
    let server = answering(vec![moved("/api/new")]).await;
    let answer = client(&server).read(&Call::get(url(&server)), "the read").await.unwrap();
    assert_eq!(answer.status, 301);
    assert_eq!(server.lines().len(), 6);
}

#[tokio::test]
async fn after_a_redirect_the_new_place_is_asked_again() {
    let replies = vec![moved("/api/new"), Reply::answer(503, ""), Reply::answer(200, "")];
    let server = answering(replies).await;
    assert!(client(&server).read(&Call::get(url(&server)), "the read").await.is_ok());
    assert_eq!(server.lines(), ["GET /api/old", "GET /api/new", "GET /api/new"]);
}

#[tokio::test]
async fn a_list_continues_below_the_base_url_alone() {
    let server = answering(vec![Reply::HangUp]).await;
    let http = client(&server);
    let mut pages = http.pages(url(&server), "the list");
    let answer = |target: &str| {
        let link = format!("<{target}>; rel=\"next\"").parse().unwrap();
        let headers = http::HeaderMap::from_iter([(http::header::LINK, link)]);
        Answer { status: http::StatusCode::OK, headers, body: "".into() }
    };
    pages.turn(&answer("/api/new?page=2")).unwrap();
    assert!(pages.page().unwrap().as_str().ends_with("/api/new?page=2"));
    let error = pages.turn(&answer("/other/secret")).unwrap_err().to_string();
    assert!(
        error.ends_with("found the next page at /other/[hidden], expected it on the same server"),
        "{error}"
    );
}

#[tokio::test]
async fn a_lost_reply_is_told_in_the_systems_own_words() {
    let server = answering(vec![Reply::answer(500, "oops")]).await;
    let error = client(&server).write(&Call::post(url(&server), "".into()), "the write").await.unwrap_err();
    assert!(error.to_string().ends_with("status 500: in its own words: oops"), "{error}");
}
