//! Answers that are not what GitHub promises.

use openverse_release_core::GitHubReleaseId;
use openverse_release_ports::{DeploymentRequest, Deployments as _, GitHubReleases as _, PortError};
use openverse_release_testkit::{Reply, StandIn};
use serde_json::json;

use crate::{
    bodies::{TAG, release, with},
    server::{Server, builder, json},
};

async fn reading(reply: Reply) -> PortError {
    let server = Server::answering([reply]).await;
    server.repository.release(GitHubReleaseId(7)).await.unwrap_err()
}

#[tokio::test]
async fn what_is_no_json_is_shown_briefly_and_harmlessly() {
    let page = format!("<html>\u{1b}[2Jgo away{}", "x".repeat(10_000));
    let error = reading(Reply::answer(200, page)).await;
    assert!(matches!(error, PortError::Malformed { .. }), "{error:?}");
    let text = error.to_string();
    assert!(text.contains(r"<html>\u{1b}[2Jgo away"), "{text}");
    assert!(text.chars().count() < 500 && !text.contains('\u{1b}'), "{text}");
}

#[tokio::test]
async fn json_that_lacks_something_says_what() {
    let mut lacking = release(7, TAG);
    lacking.as_object_mut().unwrap().remove("draft");
    let error = reading(json(200, &lacking)).await.to_string();
    assert!(error.contains("missing field `draft`"), "{error}");
    let wrong = with(release(7, TAG), json!({ "published_at": "yesterday" }));
    assert!(matches!(reading(json(200, &wrong)).await, PortError::Malformed { .. }));
}

#[tokio::test]
async fn a_status_without_meaning_here_is_malformed() {
    assert!(matches!(reading(Reply::answer(304, "")).await, PortError::Refused { status: 304, .. }));
}

#[tokio::test]
async fn an_endless_answer_is_not_read_to_its_end() {
    let stand_in = StandIn::start(|_| Reply::answer(200, vec![b' '; 2_000])).await;
    let settings = openverse_release_http::HttpSettings {
        longest_body: 1_000,
        ..openverse_release_http::HttpSettings::default()
    };
    let github = builder(&stand_in).settings(settings).build().unwrap();
    let error =
        github.repository("o/r".parse().unwrap(), "main").release(GitHubReleaseId(7)).await.unwrap_err();
    assert!(error.to_string().ends_with("found more than 1000 bytes, expected less"), "{error}");
    assert_eq!(stand_in.lines().len(), 1, "asking again would not make it shorter");
}

#[tokio::test]
async fn an_unreadable_answer_to_a_write_leaves_open_what_happened() {
    let server = Server::answering([Reply::answer(200, "<html>welcome to the hotel")]).await;
    let request = DeploymentRequest {
        image_tag: "latest".parse().unwrap(),
        actor: "ada".to_owned(),
        run_name: "x".to_owned(),
    };
    let workflow = "deploy.yml".parse().unwrap();
    let error = server.repository.dispatch_workflow(&workflow, &request).await.unwrap_err();
    assert!(error.may_have_happened(), "{error:?}");
    assert_eq!(server.lines().len(), 1);
}
