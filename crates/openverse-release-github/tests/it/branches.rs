//! Branches, and the files on them.

use openverse_release_core::{BranchName, CommitSha, FileContent};
use openverse_release_ports::{Branches as _, FileChange, PortError, WriteError};
use openverse_release_testkit::Reply;
use serde_json::{Value, json};

use crate::{
    bodies::sha,
    server::{Server, json},
};

const BRANCH: &str = "changelog/api-2023.07.03.17.52.00";

fn branch() -> BranchName {
    BRANCH.parse().unwrap()
}

fn commit(number: u64) -> CommitSha {
    sha(number).parse().unwrap()
}

fn at(number: u64) -> Reply {
    let object = json!({ "type": "commit", "sha": sha(number) });
    json(200, &json!({ "ref": format!("refs/heads/{BRANCH}"), "object": object }))
}

fn nothing() -> Reply {
    json(404, &json!({ "message": "Not Found" }))
}

fn refusal(status: u16, message: &str) -> Reply {
    json(status, &json!({ "message": message }))
}

fn file(blob: u64, content: &str) -> Value {
    json!({ "type": "file", "encoding": "base64", "content": content, "sha": sha(blob) })
}

fn change(expected: Option<u64>) -> FileChange {
    FileChange {
        path: "documentation/changelogs/api/ä b.md".parse().unwrap(),
        expected: expected.map(|number| sha(number).parse().unwrap()),
        text: "# 2023.07.03\n\nä\n".to_owned(),
        message: "Publish changelog".to_owned(),
    }
}

fn committed() -> Reply {
    json(201, &json!({ "content": {}, "commit": { "sha": sha(9) } }))
}

fn conflict<T: std::fmt::Debug>(answer: Result<T, WriteError>) -> (String, String) {
    let Err(WriteError::Conflict { found, expected }) = answer else { panic!("{answer:?}") };
    (found, expected)
}

#[tokio::test]
async fn a_branch_is_made_after_a_look() {
    let server = Server::answering([nothing(), at(5)]).await;
    assert_eq!(server.repository.create_branch(&branch(), &commit(5)).await, Ok(()));
    let look = format!("GET /repos/o/r/git/ref/heads/{BRANCH}");
    assert_eq!(server.lines(), [look.as_str(), "POST /repos/o/r/git/refs"]);
    assert_eq!(server.last_body(), json!({ "ref": format!("refs/heads/{BRANCH}"), "sha": sha(5) }));
}

#[tokio::test]
async fn a_branch_that_is_there_is_not_made() {
    let server = Server::answering([at(5), at(6)]).await;
    assert_eq!(server.repository.create_branch(&branch(), &commit(5)).await, Ok(()));
    let (found, expected) = conflict(server.repository.create_branch(&branch(), &commit(5)).await);
    assert_eq!(
        (found, expected),
        (format!("the branch {BRANCH} at {}", sha(6)), format!("it at {}", sha(5)))
    );
    assert_eq!(server.lines().len(), 2, "nothing was written");
}

#[tokio::test]
async fn a_branch_that_came_meanwhile_is_looked_at_again() {
    let refused = || refusal(422, "Reference already exists");
    let server = Server::answering([nothing(), refused(), at(5), nothing(), refused(), at(6)]).await;
    assert_eq!(server.repository.create_branch(&branch(), &commit(5)).await, Ok(()));
    conflict(server.repository.create_branch(&branch(), &commit(5)).await);
    let server = Server::answering([nothing(), refusal(422, "Object does not exist"), nothing()]).await;
    let answer = server.repository.create_branch(&branch(), &commit(5)).await;
    let Err(WriteError::Port(PortError::Refused { status: 422, detail, .. })) = answer else {
        panic!("{answer:?}")
    };
    assert_eq!(detail, "Object does not exist");
}

#[tokio::test]
async fn names_are_encoded_in_the_path() {
    let server = Server::answering([nothing(), nothing()]).await;
    assert_eq!(server.repository.head(&"a#1/ä%2F&b".parse().unwrap()).await, Ok(None));
    let path = "a b/?x=#/ü.md".parse().unwrap();
    assert_eq!(server.repository.file(&path, "feature/a&b").await, Ok(None));
    assert_eq!(
        server.lines(),
        [
            "GET /repos/o/r/git/ref/heads/a%231/%C3%A4%252F%26b",
            "GET /repos/o/r/contents/a%20b/%3Fx%3D%23/%C3%BC.md?ref=feature%2Fa%26b",
        ]
    );
}

#[tokio::test]
async fn a_file_is_read_out_of_lines_of_base64() {
    let server = Server::answering([json(200, &file(3, "IyBo\nw6QK\n"))]).await;
    let found = server.repository.file(&"a.md".parse().unwrap(), "main").await;
    let expected = FileContent { text: "# hä\n".to_owned(), blob: sha(3).parse().unwrap() };
    assert_eq!(found, Ok(Some(expected)));
}

#[tokio::test]
async fn what_holds_no_text_or_too_much_is_said() {
    let too_long = json!({ "type": "file", "encoding": "none", "content": "", "sha": sha(3) });
    for (body, words) in [
        (file(3, "/////w=="), "found a file that is no text"),
        (file(3, "*"), "found a file in no base64"),
        (too_long, "found a file too long to be shown"),
    ] {
        let server = Server::answering([json(200, &body)]).await;
        let error = server.repository.file(&"a.md".parse().unwrap(), "main").await.unwrap_err();
        assert!(matches!(error, PortError::Malformed { .. }) && error.to_string().contains(words), "{error}");
    }
}

#[tokio::test]
async fn a_file_is_put_guarded_by_what_it_was() {
    for expected in [None, Some(3)] {
        let server = Server::answering([committed()]).await;
        assert_eq!(server.repository.put_file(&branch(), &change(expected)).await, Ok(commit(9)));
        assert_eq!(server.lines(), ["PUT /repos/o/r/contents/documentation/changelogs/api/%C3%A4%20b.md"]);
        let mut body = json!({
            "branch": BRANCH,
            "message": "Publish changelog",
            "content": "IyAyMDIzLjA3LjAzCgrDpAo=",
        });
        if let Some(blob) = expected {
            body["sha"] = json!(sha(blob));
        }
        assert_eq!(server.last_body(), body);
    }
}

#[tokio::test]
async fn a_file_that_is_another_one_is_a_conflict_and_named() {
    let path = "documentation/changelogs/api/ä b.md";
    let mismatch = refusal(409, "a.md does not match 1");
    let server = Server::answering([mismatch.clone(), json(200, &file(4, ""))]).await;
    let (found, expected) = conflict(server.repository.put_file(&branch(), &change(Some(3))).await);
    assert_eq!(found, format!("the file {path} with content {}", sha(4)));
    assert_eq!(expected, format!("it with content {}", sha(3)));

    let server = Server::answering([refusal(422, "\"sha\" wasn't supplied."), json(200, &file(4, ""))]).await;
    let (_, expected) = conflict(server.repository.put_file(&branch(), &change(None)).await);
    assert_eq!(expected, "it not there");

    let server = Server::answering([mismatch, nothing()]).await;
    let (found, _) = conflict(server.repository.put_file(&branch(), &change(Some(3))).await);
    assert_eq!(found, format!("the file {path} not there"));
}

#[tokio::test]
async fn another_commit_at_the_same_time_is_a_conflict() {
    let server = Server::answering([refusal(409, "is at 1 but expected 2"), json(200, &file(3, ""))]).await;
    let (found, _) = conflict(server.repository.put_file(&branch(), &change(Some(3))).await);
    assert_eq!(found, format!("another commit on {BRANCH}: is at 1 but expected 2"));
}

#[tokio::test]
async fn a_change_that_is_invalid_is_refused_and_no_conflict() {
    let server = Server::answering([refusal(422, "path is too long"), nothing()]).await;
    let answer = server.repository.put_file(&branch(), &change(None)).await;
    let Err(WriteError::Port(PortError::Refused { status: 422, detail, .. })) = answer else {
        panic!("{answer:?}")
    };
    assert_eq!(detail, "path is too long");
}

#[tokio::test]
async fn no_write_is_repeated_after_a_lost_reply() {
    for lost in [Reply::HangUp, Reply::answer(502, "")] {
        let server = Server::answering([lost.clone()]).await;
        let answer = server.repository.put_file(&branch(), &change(None)).await;
        assert!(matches!(answer, Err(WriteError::Port(PortError::ReplyLost { .. }))), "{answer:?}");
        assert_eq!(server.lines().len(), 1);
        let server = Server::answering([nothing(), lost]).await;
        let answer = server.repository.create_branch(&branch(), &commit(5)).await;
        assert!(matches!(answer, Err(WriteError::Port(PortError::ReplyLost { .. }))), "{answer:?}");
        assert_eq!(server.lines().len(), 2);
    }
}
