//! What is asked again, and what never is.

use openverse_release_core::GitHubReleaseId;
use openverse_release_ports::{DeploymentRequest, Deployments as _, GitHubReleases as _, PortError, System};
use openverse_release_testkit::{Reply, StandIn};
use serde_json::json;

use crate::{
    bodies::{TAG, release, seen},
    server::{Server, builder, json},
};

const ID: GitHubReleaseId = GitHubReleaseId(7);

fn request() -> DeploymentRequest {
    DeploymentRequest {
        image_tag: "rel-2023.07.03.17.52.00".parse().unwrap(),
        actor: "ada".to_owned(),
        run_name: "rel-2023.07.03.17.52.00 [run-1]".to_owned(),
    }
}

async fn dispatch(server: &Server) -> Result<(), PortError> {
    server.repository.dispatch_event(&"deploy_production_api".parse().unwrap(), &request()).await
}

fn found() -> Reply {
    json(200, &release(7, TAG))
}

fn secondary_limit() -> Reply {
    json(403, &json!({ "message": "You have exceeded a secondary rate limit. Please wait." }))
}

#[tokio::test]
async fn a_read_is_repeated_on_server_errors_and_broken_connections() {
    let replies = [Reply::answer(502, "<html>bad gateway"), Reply::HangUp, found()];
    let server = Server::answering(replies).await;
    assert_eq!(server.repository.release(ID).await, Ok(Some(seen(7))));
    assert_eq!(server.counted(), 3, "every attempt counts");
    assert_eq!(server.pauses(), [1, 2]);
}

#[tokio::test]
async fn a_read_that_never_succeeds_ends_with_what_was_last_said() {
    let server = Server::by(|_| Reply::answer(502, "<html>bad gateway")).await;
    let refused = PortError::Refused {
        system: System::GitHub,
        action: "reading GitHub Release 7".to_owned(),
        status: 502,
        detail: "<html>bad gateway".to_owned(),
    };
    assert_eq!(server.repository.release(ID).await, Err(refused));
    assert_eq!(server.lines().len(), 3);

    let server = Server::by(|_| Reply::HangUp).await;
    let answer = server.repository.release(ID).await;
    assert!(matches!(answer, Err(PortError::Unreachable { .. })), "{answer:?}");
}

#[tokio::test]
async fn a_read_waits_as_long_as_a_rate_limit_asks() {
    let primary = json(403, &json!({ "message": "API rate limit exceeded for user ID 1." }))
        .with("x-ratelimit-remaining", "0")
        // The clock of the test shows 1704110400.
        .with("x-ratelimit-reset", "1704110437");
    let named = json(429, &json!({ "message": "slow down" })).with("retry-after", "7");
    let server = Server::answering([primary, named, found()]).await;
    assert_eq!(server.repository.release(ID).await, Ok(Some(seen(7))));
    assert_eq!(server.pauses(), [37, 7]);
}

#[tokio::test]
async fn a_rate_limit_beyond_patience_is_told_with_its_end() {
    let server =
        Server::by(|_| json(429, &json!({ "message": "slow down" })).with("retry-after", "3600")).await;
    let until = "2024-01-01T13:00:00Z".parse().ok();
    let limited = PortError::RateLimited { system: System::GitHub, until };
    assert_eq!(server.repository.release(ID).await, Err(limited.clone()));
    assert_eq!(dispatch(&server).await, Err(limited));
    assert_eq!((server.lines().len(), server.pauses()), (2, vec![]));
}

#[tokio::test]
async fn a_plain_refusal_is_not_repeated() {
    let refusal = json!({ "message": "Resource not accessible by personal access token" });
    let server = Server::by(move |_| json(403, &refusal)).await;
    let not_allowed = |action: &str| {
        let detail = "Resource not accessible by personal access token".to_owned();
        Err(PortError::NotAllowed { system: System::GitHub, action: action.to_owned(), detail })
    };
    assert_eq!(server.repository.release(ID).await.map(|_| ()), not_allowed("reading GitHub Release 7"));
    let action = "dispatching deploy_production_api with rel-2023.07.03.17.52.00";
    assert_eq!(dispatch(&server).await, not_allowed(action));
    assert_eq!(server.lines().len(), 2);
}

#[tokio::test]
async fn a_write_is_never_repeated_after_a_server_error() {
    for status in [500, 502, 503, 504, 408] {
        let server = Server::by(move |_| Reply::answer(status, "<html>oops").with("retry-after", "0")).await;
        let answer = dispatch(&server).await;
        assert!(matches!(answer, Err(PortError::ReplyLost { .. })), "{answer:?}");
        assert_eq!(server.lines(), ["POST /repos/o/r/dispatches"]);
    }
}

#[tokio::test]
async fn a_write_is_never_repeated_after_a_lost_reply() {
    let server = Server::by(|_| Reply::HangUp).await;
    let answer = dispatch(&server).await;
    assert!(matches!(answer, Err(PortError::ReplyLost { .. })), "{answer:?}");
    assert_eq!(server.lines().len(), 1);
}

#[tokio::test]
async fn a_write_on_a_connection_that_was_kept_is_not_repeated_either() {
    let server = Server::answering([found(), Reply::HangUp]).await;
    assert_eq!(server.repository.release(ID).await, Ok(Some(seen(7))));
    let answer = dispatch(&server).await;
    assert!(matches!(answer, Err(PortError::ReplyLost { .. })), "{answer:?}");
    assert_eq!(server.lines().len(), 2);
}

#[tokio::test]
async fn a_write_without_an_answer_in_time_may_have_happened() {
    let stand_in = StandIn::start(|_| Reply::Silence).await;
    let settings = openverse_release_http::HttpSettings {
        timeout: std::time::Duration::from_millis(50),
        ..openverse_release_http::HttpSettings::default()
    };
    let github = builder(&stand_in).settings(settings).build().unwrap();
    let repository = github.repository("o/r".parse().unwrap(), "main");
    let answer = repository.dispatch_event(&"deploy".parse().unwrap(), &request()).await;
    assert!(matches!(answer, Err(PortError::ReplyLost { .. })), "{answer:?}");
    assert_eq!(stand_in.lines().len(), 1);
}

#[tokio::test]
async fn a_write_is_repeated_once_the_rate_limit_that_stopped_it_is_over() {
    let named = json(429, &json!({ "message": "slow down" })).with("retry-after", "7");
    let server = Server::answering([named, Reply::answer(204, "")]).await;
    assert_eq!(dispatch(&server).await, Ok(()));
    assert_eq!((server.lines().len(), server.pauses()), (2, vec![7]));
}

#[tokio::test]
async fn a_secondary_limit_without_a_time_is_a_minute() {
    let server = Server::answering([secondary_limit(), Reply::answer(204, "")]).await;
    assert_eq!(dispatch(&server).await, Ok(()));
    assert_eq!((server.lines().len(), server.pauses()), (2, vec![60]));
    assert_eq!(server.counted(), 2);
}

#[tokio::test]
async fn a_write_that_reached_nobody_is_unreachable() {
    let stand_in = StandIn::start(|_| Reply::HangUp).await;
    let closed = builder(&stand_in);
    drop(stand_in);
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let github = closed.base_url(format!("http://{nobody}").parse().unwrap()).build().unwrap();
    let repository = github.repository("o/r".parse().unwrap(), "main");
    let answer = repository.dispatch_event(&"deploy".parse().unwrap(), &request()).await;
    let Err(error @ PortError::Unreachable { .. }) = answer else { panic!("{answer:?}") };
    assert!(!error.may_have_happened());
    assert!(error.to_string().to_lowercase().contains("connection refused"), "{error}");
}

#[tokio::test]
async fn a_write_that_github_refuses_did_not_happen() {
    let invalid = json!({ "message": "Invalid request.", "errors": ["\"event_type\" wasn't supplied."] });
    let server = Server::by(move |_| json(422, &invalid)).await;
    let error = dispatch(&server).await.unwrap_err();
    assert!(!error.may_have_happened());
    assert_eq!(
        error.to_string(),
        "GitHub answered dispatching deploy_production_api with rel-2023.07.03.17.52.00 with status 422: \
         Invalid request.: \"event_type\" wasn't supplied."
    );
}
