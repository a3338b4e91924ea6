//! Git tags and the commits they are on.

use openverse_release_core::GitTag;
use openverse_release_ports::{GitHubReleases as _, PortError};
use openverse_release_testkit::{Reply, Seen};
use serde_json::json;

use crate::{
    bodies::{TAG, git_ref, sha},
    pages::paged,
    server::{Server, json},
};

fn tag() -> GitTag {
    TAG.parse().unwrap()
}

/// Serves annotated tags by the number of their object: each on what the list says.
fn annotated(objects: &'static [(u64, &'static str, u64)]) -> impl Fn(&Seen) -> Option<Reply> + Send + Sync {
    move |request| {
        let (_, found) = request.target.split_once("/git/tags/")?;
        let (_, kind, number) = objects.iter().find(|(number, ..)| sha(*number) == found)?;
        Some(json(200, &json!({ "object": { "type": kind, "sha": sha(*number) } })))
    }
}

#[tokio::test]
async fn a_tag_is_on_its_commit() {
    let server = Server::answering([json(200, &git_ref(TAG, "commit", 5))]).await;
    assert_eq!(server.repository.tag_commit(&tag()).await, Ok(sha(5).parse().ok()));
    assert_eq!(server.lines(), [format!("GET /repos/o/r/git/ref/tags/{TAG}")]);
}

#[tokio::test]
async fn an_annotated_tag_is_peeled_to_its_commit() {
    let objects = annotated(&[(1, "tag", 2), (2, "commit", 5)]);
    let server =
        Server::by(move |request| objects(request).unwrap_or_else(|| json(200, &git_ref(TAG, "tag", 1))))
            .await;
    assert_eq!(server.repository.tag_commit(&tag()).await, Ok(sha(5).parse().ok()));
    assert_eq!(server.lines().len(), 3);
}

#[tokio::test]
async fn a_tag_that_is_not_there_has_no_commit() {
    let server = Server::answering([json(404, &json!({ "message": "Not Found" }))]).await;
    assert_eq!(server.repository.tag_commit(&tag()).await, Ok(None));
}

#[tokio::test]
async fn a_tag_that_is_not_on_a_commit_is_said_to_be_so() {
    let server = Server::answering([json(200, &git_ref(TAG, "blob", 1))]).await;
    let error = server.repository.tag_commit(&tag()).await.unwrap_err();
    assert!(error.to_string().ends_with("found a git tag on a blob, expected it on a commit"), "{error}");

    let objects = annotated(&[(1, "tag", 1)]);
    let circle =
        Server::by(move |request| objects(request).unwrap_or_else(|| json(200, &git_ref(TAG, "tag", 1))))
            .await;
    let answer = circle.repository.tag_commit(&tag()).await;
    assert!(matches!(answer, Err(PortError::Malformed { .. })), "{answer:?}");
}

#[tokio::test]
async fn tags_of_the_app_alone_are_listed_from_every_page_newest_first() {
    let pages = paged(vec![
        json!([
            git_ref("api-2023.06.01.00.00.00", "commit", 1),
            git_ref("api-v2-2023.07.01.00.00.00", "commit", 2)
        ]),
        json!([git_ref(TAG, "tag", 3), git_ref("api-latest", "commit", 4)]),
    ]);
    let objects = annotated(&[(3, "commit", 5)]);
    let server = Server::by(move |request| objects(request).unwrap_or_else(|| pages(request))).await;
    let tags = server.repository.tags(&"api".parse().unwrap()).await.unwrap();
    let tags: Vec<_> = tags.iter().map(|(tag, commit)| (tag.to_string(), commit.to_string())).collect();
    assert_eq!(tags, [(TAG.to_owned(), sha(5)), ("api-2023.06.01.00.00.00".to_owned(), sha(1))]);
}
