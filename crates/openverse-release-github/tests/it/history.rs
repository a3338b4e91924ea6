//! Commits and comparisons.

use openverse_release_core::CommitSha;
use openverse_release_ports::{CodeHistory as _, CommitQuery, PortError};
use serde_json::{Value, json};

use crate::{
    bodies::{commit, sha},
    pages::paged,
    server::{Server, json},
};

fn query(path: Option<&str>, limit: usize) -> CommitQuery {
    CommitQuery { branch: "main".to_owned(), path: path.map(str::to_owned), limit }
}

fn comparison(total: usize, commits: std::ops::RangeInclusive<u64>) -> Value {
    json!({
        "behind_by": 2,
        "total_commits": total,
        "commits": commits.map(commit).collect::<Vec<_>>(),
        "files": [{ "patch": "@@ -1 +1 @@" }],
    })
}

fn ends() -> (CommitSha, CommitSha) {
    (sha(1).parse().unwrap(), sha(6).parse().unwrap())
}

#[tokio::test]
async fn commits_are_read_page_by_page_until_there_are_enough() {
    let pages = vec![json!([commit(9), commit(8)]), json!([commit(7), commit(6)]), json!([commit(5)])];
    let server = Server::by(paged(pages)).await;
    let commits = server.repository.commits(&query(Some("api"), 3)).await.unwrap();
    let shas: Vec<_> = commits.iter().map(|commit| commit.sha.to_string()).collect();
    assert_eq!(shas, [sha(9), sha(8), sha(7)]);
    assert_eq!((commits[0].subject.as_str(), commits[0].author.as_str()), ("Change 9", "ada"));
    assert_eq!(commits[0].committed_at.to_rfc3339(), "2023-07-03T17:52:00+00:00");
    assert_eq!(server.lines()[0], "GET /repos/o/r/commits?sha=main&per_page=3&path=api");
    assert_eq!(server.lines().len(), 2, "no page is read in vain");
}

#[tokio::test]
async fn what_stands_in_a_query_cannot_leave_it() {
    let server = Server::answering([json(200, &json!([]))]).await;
    let mut query = query(Some("a b&sha=x#y"), 1000);
    query.branch = "feature/a&b".to_owned();
    server.repository.commits(&query).await.unwrap();
    let line = "GET /repos/o/r/commits?sha=feature%2Fa%26b&per_page=100&path=a+b%26sha%3Dx%23y";
    assert_eq!(server.lines(), [line]);
}

#[tokio::test]
async fn an_author_without_an_account_goes_by_name() {
    let mut item = commit(9);
    item["author"] = Value::Null;
    let mut unknown = commit(8);
    unknown["author"] = json!({});
    let server = Server::answering([json(200, &json!([item, unknown]))]).await;
    let commits = server.repository.commits(&query(None, 2)).await.unwrap();
    assert_eq!((commits[0].author.as_str(), commits[1].author.as_str()), ("Ada L.", "Ada L."));
}

#[tokio::test]
async fn a_comparison_is_read_to_its_end_and_turned_newest_first() {
    let pages = vec![comparison(5, 2..=3), comparison(5, 4..=5), comparison(5, 6..=6)];
    let server = Server::by(paged(pages)).await;
    let (base, head) = ends();
    let comparison = server.repository.compare(&base, &head).await.unwrap().unwrap();
    let shas: Vec<_> = comparison.commits.iter().map(|commit| commit.sha.to_string()).collect();
    assert_eq!(shas, [sha(6), sha(5), sha(4), sha(3), sha(2)]);
    assert_eq!(comparison.behind_by, 2);
}

#[tokio::test]
async fn a_comparison_that_is_cut_off_is_not_taken_for_whole() {
    let server = Server::answering([json(200, &comparison(300, 2..=6))]).await;
    let (base, head) = ends();
    let error = server.repository.compare(&base, &head).await.unwrap_err();
    assert!(error.to_string().ends_with("found 5 commits, expected the 300 it counted"), "{error}");
}

#[tokio::test]
async fn commits_that_are_not_there_cannot_be_compared() {
    let server = Server::answering([json(404, &json!({ "message": "Not Found" }))]).await;
    let (base, head) = ends();
    assert_eq!(server.repository.compare(&base, &head).await, Ok(None));
}

#[tokio::test]
async fn a_branch_that_is_not_there_has_no_commits_to_list() {
    let server = Server::answering([json(404, &json!({ "message": "Not Found" }))]).await;
    let answer = server.repository.commits(&query(None, 3)).await;
    assert!(matches!(answer, Err(PortError::Refused { status: 404, .. })), "{answer:?}");
}

fn changed(count: usize) -> Value {
    let file = |number: usize| {
        json!({
            "sha": "bbcd538c8e72b8c175046e27cc8f907076331401",
            "filename": format!("catalog/file{number:03}"),
            "status": "modified",
            "additions": 1,
            "deletions": 0,
            "changes": 1,
            "blob_url": "https://github.com/o/r/blob/a/b",
            "raw_url": "https://github.com/o/r/raw/a/b",
            "contents_url": "https://api.github.com/repos/o/r/contents/b",
        })
    };
    (0..count).map(file).collect()
}

async fn changed_files(files: Value) -> Result<Option<Vec<String>>, PortError> {
    let server = Server::answering([json(200, &json!({ "files": files }))]).await;
    server.repository.changed_files(&sha(1).parse().unwrap(), &sha(2).parse().unwrap()).await
}

#[tokio::test]
async fn changed_files_are_listed_under_both_names_of_a_renamed_one() {
    let mut files = changed(2);
    files[1]["previous_filename"] = json!("catalog/before");
    let listed = changed_files(files).await.unwrap().unwrap();
    assert_eq!(listed, ["catalog/before", "catalog/file000", "catalog/file001"]);
}

#[tokio::test]
async fn a_list_of_files_that_may_be_cut_off_is_not_taken_for_whole() {
    let error = changed_files(changed(300)).await.unwrap_err();
    assert!(
        matches!(&error, PortError::Malformed { detail, .. } if detail.contains("300 files")),
        "{error:?}"
    );
    assert_eq!(changed_files(changed(299)).await.unwrap().unwrap().len(), 299);
}
