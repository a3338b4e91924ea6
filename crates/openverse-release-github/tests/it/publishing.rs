//! Publishing a draft.

use openverse_release_core::CommitSha;
use openverse_release_ports::{GitHubReleases as _, PortError, WriteError};
use openverse_release_testkit::Reply;
use serde_json::{Value, json};

use crate::{
    bodies::{TAG, release, seen, sha, with},
    server::{Server, json},
};

fn commit() -> CommitSha {
    sha(5).parse().unwrap()
}

fn published() -> Value {
    let changes =
        json!({ "draft": false, "target_commitish": sha(5), "published_at": "2023-07-03T18:00:00Z" });
    with(release(7, TAG), changes)
}

async fn conflict_with(reply: Reply) -> (String, String) {
    let server = Server::answering([reply]).await;
    let answer = server.repository.publish(&seen(7), &commit()).await;
    let Err(WriteError::Conflict { found, expected }) = answer else { panic!("{answer:?}") };
    assert_eq!(server.lines(), ["GET /repos/o/r/releases/7"], "nothing was written");
    (found, expected)
}

#[tokio::test]
async fn the_draft_is_read_compared_and_published_on_the_commit() {
    let server = Server::answering([json(200, &release(7, TAG)), json(200, &published())]).await;
    assert_eq!(server.repository.publish(&seen(7), &commit()).await, Ok(()));
    assert_eq!(server.lines(), ["GET /repos/o/r/releases/7", "PATCH /repos/o/r/releases/7"]);
    let expected = json!({
        "draft": false,
        "tag_name": TAG,
        "name": TAG,
        "target_commitish": sha(5),
        "make_latest": "legacy",
    });
    assert_eq!(server.last_body(), expected);
}

#[tokio::test]
async fn a_draft_that_is_gone_is_a_conflict() {
    let (found, expected) = conflict_with(json(404, &json!({ "message": "Not Found" }))).await;
    assert_eq!(found, "no GitHub Release with number 7");
    assert_eq!(expected, format!("the draft {TAG}"));
}

#[tokio::test]
async fn a_release_that_is_published_already_is_a_conflict() {
    let (found, expected) = conflict_with(json(200, &published())).await;
    assert_eq!(found, format!("the GitHub Release {TAG}, already published"));
    assert_eq!(expected, format!("the draft {TAG}"));
}

#[tokio::test]
async fn every_difference_to_the_draft_that_was_seen_is_a_conflict_and_named() {
    let changed = |changes: Value| json(200, &with(release(7, TAG), changes));
    let (found, expected) = conflict_with(changed(json!({ "body": "- more" }))).await;
    assert_eq!(
        (found.as_str(), expected.as_str()),
        ("other release notes", "the release notes as they were read")
    );
    let (found, _) = conflict_with(changed(json!({ "target_commitish": "feature\u{1b}[31m" }))).await;
    assert_eq!(found, r#"target "feature\u{1b}[31m""#);
    let newer = "api-2023.07.10.00.00.00";
    let (found, expected) = conflict_with(changed(json!({ "tag_name": newer, "name": newer }))).await;
    assert_eq!(found, format!("git tag \"{newer}\", name \"{newer}\""));
    assert_eq!(expected, format!("git tag \"{TAG}\", name \"{TAG}\""));
}

#[tokio::test]
async fn a_lost_reply_to_the_publishing_leaves_it_open() {
    for lost in [Reply::HangUp, Reply::answer(502, "")] {
        let server = Server::answering([json(200, &release(7, TAG)), lost]).await;
        let answer = server.repository.publish(&seen(7), &commit()).await;
        assert!(matches!(answer, Err(WriteError::Port(PortError::ReplyLost { .. }))), "{answer:?}");
        assert_eq!(server.lines().len(), 2);
    }
}

#[tokio::test]
async fn an_answer_that_shows_another_outcome_is_not_taken_for_success() {
    let other = with(published(), json!({ "tag_name": "api-2023.07.10.00.00.00" }));
    for answer in [release(7, TAG), other, json!({ "ok": true })] {
        let server = Server::answering([json(200, &release(7, TAG)), json(200, &answer)]).await;
        let answer = server.repository.publish(&seen(7), &commit()).await;
        let Err(WriteError::Port(error @ PortError::Malformed { .. })) = answer else { panic!("{answer:?}") };
        assert!(error.may_have_happened());
    }
}
