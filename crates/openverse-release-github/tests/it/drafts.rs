//! Making, changing and deleting drafts.

use openverse_release_core::{DraftContent, GitHubReleaseId, ReleaseTarget};
use openverse_release_ports::{PortError, ReleaseDrafts as _, WriteError};
use openverse_release_testkit::Reply;
use serde_json::{Value, json};

use crate::{
    bodies::{TAG, release, seen, sha, with},
    server::{Server, json},
};

const NEWER: &str = "api-2023.07.10.08.00.00";

fn wanted() -> DraftContent {
    DraftContent {
        git_tag: NEWER.parse().unwrap(),
        name: NEWER.to_owned(),
        target: ReleaseTarget::Commit(sha(5).parse().unwrap()),
        notes: "- a later change".to_owned(),
    }
}

/// What GitHub answers when the draft is as wanted.
fn drafted() -> Value {
    with(release(7, NEWER), json!({ "target_commitish": sha(5), "body": "- a later change" }))
}

fn published(release: Value) -> Value {
    with(release, json!({ "draft": false, "published_at": "2023-07-03T18:00:00Z" }))
}

fn may_have_happened(answer: Result<(), WriteError>) -> String {
    let Err(WriteError::Port(error)) = answer else { panic!("{answer:?}") };
    assert!(error.may_have_happened(), "{error:?}");
    error.to_string()
}

#[tokio::test]
async fn a_draft_is_made_after_a_look_at_the_list() {
    let others = json!([release(1, TAG), release(2, "frontend-2023.07.10.08.00.00"), release(3, "v1.2.3")]);
    let server = Server::answering([json(200, &others), json(201, &drafted())]).await;
    assert_eq!(server.repository.create_draft(&wanted()).await, Ok(GitHubReleaseId(7)));
    assert_eq!(server.lines(), ["GET /repos/o/r/releases?per_page=100", "POST /repos/o/r/releases"]);
    let expected = json!({
        "tag_name": NEWER,
        "name": NEWER,
        "target_commitish": sha(5),
        "body": "- a later change",
        "draft": true,
    });
    assert_eq!(server.last_body(), expected);
}

#[tokio::test]
async fn a_git_tag_that_is_taken_is_a_conflict_and_named() {
    let cases = [
        (release(1, NEWER), format!("a draft {NEWER} with number 1")),
        (published(release(1, NEWER)), format!("a published GitHub Release {NEWER} with number 1")),
    ];
    for (there, words) in cases {
        let server = Server::answering([json(200, &json!([there]))]).await;
        let Err(WriteError::Conflict { found, expected }) = server.repository.create_draft(&wanted()).await
        else {
            panic!("no conflict");
        };
        assert_eq!((found, expected), (words, format!("no GitHub Release {NEWER}")));
        assert_eq!(server.lines().len(), 1, "nothing was written");
    }
}

#[tokio::test]
async fn an_update_says_nothing_of_being_a_draft() {
    let server = Server::answering([json(200, &release(7, TAG)), json(200, &drafted())]).await;
    assert_eq!(server.repository.update_draft(&seen(7), &wanted()).await, Ok(()));
    assert_eq!(server.lines(), ["GET /repos/o/r/releases/7", "PATCH /repos/o/r/releases/7"]);
    let expected = json!({
        "tag_name": NEWER, "name": NEWER, "target_commitish": sha(5), "body": "- a later change",
    });
    assert_eq!(server.last_body(), expected, "with \"draft\" a release published meanwhile is taken back");
}

#[tokio::test]
async fn a_draft_that_says_it_already_is_not_written() {
    let server = Server::answering([json(200, &drafted())]).await;
    assert_eq!(server.repository.update_draft(&seen(7), &wanted()).await, Ok(()));
    assert_eq!(server.lines().len(), 1);
}

#[tokio::test]
async fn what_is_published_gone_or_changed_is_neither_updated_nor_deleted() {
    let states = [
        json(200, &published(release(7, TAG))),
        json(200, &published(drafted())),
        json(200, &with(release(7, TAG), json!({ "body": "- by another hand" }))),
        json(404, &json!({ "message": "Not Found" })),
    ];
    for state in states {
        let server = Server::by(move |_| state.clone()).await;
        for answer in [
            server.repository.update_draft(&seen(7), &wanted()).await,
            server.repository.delete_draft(&seen(7)).await,
        ] {
            assert!(matches!(answer, Err(WriteError::Conflict { .. })), "{answer:?}");
        }
        assert_eq!(server.lines(), ["GET /repos/o/r/releases/7"; 2], "nothing was written");
    }
}

#[tokio::test]
async fn a_release_that_was_published_during_the_update_is_no_success() {
    let replies = [json(200, &release(7, TAG)), json(200, &published(drafted()))];
    let server = Server::answering(replies).await;
    let said = may_have_happened(server.repository.update_draft(&seen(7), &wanted()).await);
    assert!(
        said.contains(&format!("found {NEWER}, published meanwhile, expected a draft {NEWER}")),
        "{said}"
    );
}

#[tokio::test]
async fn an_answer_that_shows_another_draft_is_no_success() {
    for other in [release(7, TAG), release(7, "v1"), json!({ "ok": true })] {
        let server = Server::answering([json(200, &release(7, TAG)), json(200, &other)]).await;
        may_have_happened(server.repository.update_draft(&seen(7), &wanted()).await);
    }
}

#[tokio::test]
async fn a_draft_is_deleted_without_a_body() {
    let server = Server::answering([json(200, &release(7, TAG)), Reply::answer(204, "")]).await;
    assert_eq!(server.repository.delete_draft(&seen(7)).await, Ok(()));
    assert_eq!(server.lines(), ["GET /repos/o/r/releases/7", "DELETE /repos/o/r/releases/7"]);
    assert_eq!(server.stand_in.seen()[1].body, b"");
}

#[tokio::test]
async fn no_write_of_a_draft_is_repeated_after_a_lost_reply() {
    for lost in [Reply::HangUp, Reply::answer(502, "")] {
        let there = json(200, &release(7, TAG));
        let server = Server::answering([there.clone(), lost.clone()]).await;
        may_have_happened(server.repository.update_draft(&seen(7), &wanted()).await);
        assert_eq!(server.lines().len(), 2);
        let server = Server::answering([there, lost.clone()]).await;
        may_have_happened(server.repository.delete_draft(&seen(7)).await);
        assert_eq!(server.lines().len(), 2);
        let server = Server::answering([json(200, &json!([])), lost]).await;
        may_have_happened(server.repository.create_draft(&wanted()).await.map(|_| ()));
        assert_eq!(server.lines().len(), 2);
    }
}

#[tokio::test]
async fn a_refused_draft_did_not_happen() {
    let invalid =
        json!({ "message": "Validation Failed", "errors": [{ "field": "tag_name", "code": "invalid" }] });
    let server = Server::answering([json(200, &json!([])), json(422, &invalid)]).await;
    let Err(WriteError::Port(error @ PortError::Refused { .. })) =
        server.repository.create_draft(&wanted()).await
    else {
        panic!("not refused");
    };
    assert!(!error.may_have_happened());
    assert!(error.to_string().ends_with("Validation Failed: tag_name invalid"), "{error}");
}
