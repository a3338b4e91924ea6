//! Redirects, which must not carry the token away.

use openverse_release_core::GitHubReleaseId;
use openverse_release_github::Repository;
use openverse_release_ports::{DeploymentRequest, Deployments as _, GitHubReleases as _, PortError};
use openverse_release_testkit::{Reply, StandIn};

use crate::{
    bodies::{TAG, release, seen},
    server::{PREFIX, builder, json},
};

const ID: GitHubReleaseId = GitHubReleaseId(7);

fn repository(stand_in: &StandIn) -> Repository {
    builder(stand_in).build().unwrap().repository("o/r".parse().unwrap(), "main")
}

#[tokio::test]
async fn a_read_follows_a_renamed_repository_on_the_same_server() {
    let server = StandIn::start(|request| match request.target.strip_prefix(PREFIX) {
        Some("/repositories/1/releases/7") => json(200, &release(7, TAG)),
        _ => Reply::answer(301, "").with("location", "/github/repositories/1/releases/7"),
    })
    .await;
    assert_eq!(repository(&server).release(ID).await, Ok(Some(seen(7))));
    assert!(server.seen().iter().all(|request| request.header("authorization").is_some()));
}

#[tokio::test]
async fn no_redirect_is_followed_to_another_server() {
    let other = StandIn::start(|_| json(200, &release(7, TAG))).await;
    let origin = other.origin();
    let elsewhere = [
        format!("{origin}{PREFIX}/x"),
        format!("//{}{PREFIX}/x", &origin["http://".len()..]),
        "/outside/of/the/base".to_owned(),
        "/github/../outside".to_owned(),
    ];
    for location in elsewhere {
        let server = StandIn::start(move |_| Reply::answer(302, "").with("location", &location)).await;
        let answer = repository(&server).release(ID).await;
        assert!(matches!(answer, Err(PortError::Refused { status: 302, .. })), "{answer:?}");
        assert_eq!(server.lines().len(), 1);
    }
    assert!(other.seen().is_empty(), "the other server was asked");
}

#[tokio::test]
async fn redirects_that_lead_in_a_circle_end() {
    let server = StandIn::start(|_| Reply::answer(302, "").with("location", "/github/again")).await;
    let answer = repository(&server).release(ID).await;
    assert!(matches!(answer, Err(PortError::Refused { status: 302, .. })), "{answer:?}");
    assert_eq!(server.lines().len(), 6);
}

#[tokio::test]
async fn a_write_follows_no_redirect_at_all() {
    for status in [301, 302, 303, 307, 308] {
        let server = StandIn::start(move |_| Reply::answer(status, "").with("location", "/github/new")).await;
        let request = DeploymentRequest {
            image_tag: "latest".parse().unwrap(),
            actor: "ada".to_owned(),
            run_name: "x".to_owned(),
        };
        let answer = repository(&server).dispatch_event(&"deploy".parse().unwrap(), &request).await;
        let Err(error @ PortError::Refused { .. }) = answer else { panic!("{answer:?}") };
        assert!(error.to_string().ends_with("it has moved to /github/new"), "{error}");
        assert_eq!(server.lines().len(), 1);
    }
}
