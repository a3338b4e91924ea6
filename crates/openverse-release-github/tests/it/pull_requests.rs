//! Pull requests, their reviews and labels.

use openverse_release_core::{CommitSha, PullRequest, PullRequestNumber, PullRequestState};
use openverse_release_ports::{NewPullRequest, PortError, PullRequests as _, WriteError, open_once};
use openverse_release_testkit::Reply;
use serde_json::{Value, json};

use crate::{
    bodies::{sha, with},
    pages::paged,
    server::{Server, json},
};

const BRANCH: &str = "changelog/api-2023.07.03.17.52.00";

/// Returns an open pull request of [`BRANCH`] to `main`.
fn open(number: u64) -> Value {
    json!({
        "number": number,
        "title": "Publish changelog",
        "user": { "login": "ada" },
        "labels": [{ "name": "skip-changelog" }],
        "head": { "ref": BRANCH, "sha": sha(5), "repo": { "full_name": "O/R" } },
        "base": { "ref": "main", "sha": sha(4), "repo": { "full_name": "o/r" } },
        "state": "open",
        "merged_at": null,
        "merge_commit_sha": sha(8),
        "updated_at": "2023-07-03T18:00:00Z",
        "html_url": format!("https://github.com/o/r/pull/{number}"),
    })
}

/// Returns a pull request that was merged, and last touched, at minutes of one hour.
fn merged(number: u64, merged: u64, touched: u64) -> Value {
    let moment = |minute: u64| format!("2023-07-03T18:{minute:02}:00Z");
    let changes = json!({
        "state": "closed", "merged_at": moment(merged), "updated_at": moment(touched),
        "merge_commit_sha": sha(number),
    });
    with(open(number), changes)
}

fn wanted() -> NewPullRequest {
    NewPullRequest {
        head: BRANCH.parse().unwrap(),
        base: "main".parse().unwrap(),
        title: "Publish changelog".to_owned(),
        body: "- a change".to_owned(),
    }
}

fn list(items: impl IntoIterator<Item = Value>) -> Reply {
    json(200, &Value::Array(Vec::from_iter(items)))
}

fn numbers(found: &[PullRequest]) -> Vec<u64> {
    found.iter().map(|one| one.number.0).collect()
}

const LOOK: &str = "GET /repos/o/r/pulls?state=all&head=o%3Achangelog%2Fapi-2023.07.03.17.52.00&per_page=100";

#[tokio::test]
async fn a_pull_request_is_opened_after_a_look() {
    let closed = with(open(1), json!({ "state": "closed" }));
    let to_another_branch = with(open(2), json!({ "base": { "ref": "next", "sha": sha(4), "repo": null } }));
    let server = Server::answering([list([closed, to_another_branch]), json(201, &open(7))]).await;
    let opened = server.repository.open(&wanted()).await.unwrap();
    let expected = PullRequest {
        number: PullRequestNumber(7),
        title: "Publish changelog".to_owned(),
        labels: vec!["skip-changelog".to_owned()],
        author: "ada".to_owned(),
        head: BRANCH.parse().unwrap(),
        head_commit: sha(5).parse().unwrap(),
        base: "main".parse().unwrap(),
        state: PullRequestState::Open { approved: false },
        page: "https://github.com/o/r/pull/7".to_owned(),
    };
    assert_eq!(opened, expected);
    assert_eq!(server.lines(), [LOOK, "POST /repos/o/r/pulls"]);
    let body = json!({ "head": BRANCH, "base": "main", "title": "Publish changelog", "body": "- a change" });
    assert_eq!(server.last_body(), body);
}

#[tokio::test]
async fn one_that_is_open_is_a_conflict_before_and_by_github_itself() {
    let server = Server::answering([list([open(7)])]).await;
    let Err(WriteError::Conflict { found, .. }) = server.repository.open(&wanted()).await else { panic!() };
    assert_eq!(found, format!("an open pull request #7 of {BRANCH} to main"));
    assert_eq!(server.lines().len(), 1, "nothing was written");

    let message = format!("A pull request already exists for o:{BRANCH}.");
    let errors = json!([{ "resource": "PullRequest", "code": "custom", "message": message }]);
    let refusal = json(422, &json!({ "message": "Validation Failed", "errors": errors }));
    let server = Server::answering([list([]), refusal]).await;
    let answer = server.repository.open(&wanted()).await;
    assert!(matches!(answer, Err(WriteError::Conflict { .. })), "{answer:?}");

    let errors =
        json!([{ "resource": "PullRequest", "code": "custom", "message": "No commits between main and x" }]);
    let refusal = json(422, &json!({ "message": "Validation Failed", "errors": errors }));
    let server = Server::answering([list([]), refusal]).await;
    let answer = server.repository.open(&wanted()).await;
    assert!(matches!(answer, Err(WriteError::Port(PortError::Refused { .. }))), "{answer:?}");
}

#[tokio::test]
async fn a_branch_of_the_same_name_in_a_fork_is_another_one() {
    let side = |repo: Value| json!({ "ref": BRANCH, "sha": sha(5), "repo": repo });
    let fork = with(open(1), json!({ "head": side(json!({ "full_name": "o/r-fork" })) }));
    let gone = with(open(2), json!({ "head": side(Value::Null) }));
    let other =
        with(open(3), json!({ "head": { "ref": "x", "sha": sha(5), "repo": { "full_name": "o/r" } } }));
    let server = Server::answering([list([fork, gone, other])]).await;
    assert_eq!(server.repository.with_head(&BRANCH.parse().unwrap()).await, Ok(vec![]));
}

#[tokio::test]
async fn reviews_are_read_of_what_is_open_only() {
    let review = |who: &str, state: &str| json!({ "user": { "login": who }, "state": state, "author_association": "MEMBER" });
    let closed = with(open(8), json!({ "state": "closed", "merge_commit_sha": null }));
    let second_page = with(merged(9, 1, 1), json!({ "user": null }));
    let server = Server::by(move |request| {
        if request.target.contains("/reviews") {
            let pages = vec![json!([review("ada", "CHANGES_REQUESTED")]), json!([review("ada", "APPROVED")])];
            return paged(pages)(request);
        }
        paged(vec![json!([closed, open(7)]), json!([second_page])])(request)
    })
    .await;
    let found = server.repository.with_head(&BRANCH.parse().unwrap()).await.unwrap();
    assert_eq!(numbers(&found), [9, 8, 7]);
    let at = "2023-07-03T18:01:00Z".parse().unwrap();
    assert_eq!(found[0].state, PullRequestState::Merged { commit: sha(9).parse().unwrap(), at });
    assert_eq!(found[0].author, "");
    assert_eq!(found[1].state, PullRequestState::Closed);
    assert_eq!(found[2].state, PullRequestState::Open { approved: true });
    let reviews: Vec<_> = server.lines().into_iter().filter(|line| line.contains("/reviews")).collect();
    assert_eq!(
        reviews,
        ["GET /repos/o/r/pulls/7/reviews?per_page=100", "GET /repos/o/r/pulls/7/reviews?page=2"]
    );
}

#[tokio::test]
async fn labels_are_added_in_one_request_or_none() {
    let server = Server::answering([list([json!({ "name": "🟩 priority: low" })])]).await;
    let number = PullRequestNumber(7);
    assert_eq!(server.repository.add_labels(number, &[]).await, Ok(()));
    assert_eq!(server.repository.add_labels(number, &["🟩 priority: low".to_owned()]).await, Ok(()));
    assert_eq!(server.lines(), ["POST /repos/o/r/issues/7/labels"]);
    assert_eq!(server.last_body(), json!({ "labels": ["🟩 priority: low"] }));
}

#[tokio::test]
async fn asked_for_once_more_only_what_is_lacking_is_added() {
    let labels = ["skip-changelog", "🟩 priority: low"].map(str::to_owned);
    let server = Server::answering([list([open(7)]), list([]), list([])]).await;
    let found = open_once(&server.repository, &wanted(), &labels).await.unwrap();
    assert_eq!((found.number.0, &found.labels[..]), (7, &labels[..]));
    assert_eq!(server.last_body(), json!({ "labels": ["🟩 priority: low"] }));
    assert_eq!(
        server.lines(),
        [LOOK, "GET /repos/o/r/pulls/7/reviews?per_page=100", "POST /repos/o/r/issues/7/labels"]
    );
}

#[tokio::test]
async fn one_that_somebody_opens_at_the_same_time_is_taken_as_found() {
    let message =
        json!({ "message": "Validation Failed", "errors": ["A pull request already exists for o:x."] });
    let replies = [list([]), list([]), json(422, &message), list([open(7)]), list([])];
    let server = Server::answering(replies).await;
    assert_eq!(open_once(&server.repository, &wanted(), &[]).await.unwrap().number.0, 7);
}

#[tokio::test]
async fn an_unknown_commit_came_by_no_pull_request() {
    let unknown: CommitSha = sha(5).parse().unwrap();
    for status in [404, 422] {
        let server =
            Server::answering([json(status, &json!({ "message": "No commit found for SHA" }))]).await;
        assert_eq!(server.repository.of_commit(&unknown).await, Ok(vec![]));
        assert_eq!(server.lines(), [format!("GET /repos/o/r/commits/{unknown}/pulls?per_page=100")]);
    }
}

async fn merged_since(server: &Server, minute: u64) -> Vec<u64> {
    let since = format!("2023-07-03T18:{minute:02}:00Z").parse().unwrap();
    numbers(&server.repository.merged(&"main".parse().unwrap(), since).await.unwrap())
}

#[tokio::test]
async fn merged_ones_are_read_no_further_back_than_asked_for() {
    // A comment on 3 came after its merge; 4 was closed without one.
    let closed = json!({ "state": "closed", "updated_at": "2023-07-03T18:25:00Z" });
    let first = json!([merged(3, 5, 40), merged(2, 30, 30), with(open(4), closed)]);
    let pages = vec![first, json!([merged(1, 20, 21), merged(6, 9, 10)]), json!([merged(5, 8, 9)])];
    let server = Server::by(paged(pages)).await;
    assert_eq!(merged_since(&server, 20).await, [2, 1], "newest first, the moment itself included");
    let list = "GET /repos/o/r/pulls";
    let asked = "state=closed&base=main&sort=updated&direction=desc&per_page=100";
    // The front is read again, since something may have moved there meanwhile.
    let expected = [format!("{list}?{asked}"), format!("{list}?page=2"), format!("{list}?{asked}")];
    assert_eq!(server.lines(), expected);
}

#[tokio::test]
async fn one_page_is_one_request() {
    let server = Server::answering([list([merged(2, 30, 30), merged(1, 20, 20)])]).await;
    assert_eq!(merged_since(&server, 0).await, [2, 1]);
    assert_eq!(server.lines().len(), 1);
}

#[tokio::test]
async fn one_that_moves_to_the_front_while_later_pages_are_read_is_not_missed() {
    let touched = std::sync::atomic::AtomicBool::new(false);
    let server = Server::by(move |request| {
        let (first, third) = (json!([merged(9, 50, 50)]), json!([merged(1, 10, 10)]));
        let pages = match touched.load(std::sync::atomic::Ordering::SeqCst) {
            false => vec![first, json!([merged(7, 30, 30)]), third],
            // 5 stood between 7 and 1 until somebody wrote a comment.
            true => vec![json!([merged(5, 20, 55)]), json!([merged(9, 50, 50)]), third],
        };
        if request.target.contains("page=2") {
            touched.store(true, std::sync::atomic::Ordering::SeqCst);
            return paged(vec![json!([]), json!([merged(7, 30, 30)]), json!([])])(request);
        }
        paged(pages)(request)
    })
    .await;
    assert_eq!(merged_since(&server, 0).await, [9, 7, 5, 1]);
}

#[tokio::test]
async fn an_odd_pull_request_of_somebody_does_not_spoil_the_list() {
    let side = json!({ "ref": "-odd..branch", "sha": sha(5), "repo": null });
    let odd = with(open(3), json!({ "state": "closed", "head": side }));
    let server = Server::answering([list([odd.clone(), merged(1, 20, 20)]), list([odd])]).await;
    assert_eq!(merged_since(&server, 0).await, [1]);
    assert_eq!(server.repository.with_head(&BRANCH.parse().unwrap()).await, Ok(vec![]));
}

#[tokio::test]
async fn what_nobody_documented_is_not_guessed_at() {
    let odd_state = with(open(1), json!({ "state": "thinking\u{7}" }));
    let no_commit = with(merged(1, 1, 1), json!({ "merge_commit_sha": null }));
    for (body, words) in [(odd_state, "state \"thinking"), (no_commit, "#1, merged as no commit")] {
        let server = Server::answering([json(200, &body)]).await;
        let error = server.repository.pull_request(PullRequestNumber(1)).await.unwrap_err();
        assert!(matches!(error, PortError::Malformed { .. }), "{error:?}");
        assert!(error.to_string().contains(words) && !error.to_string().contains('\u{7}'), "{error}");
    }
}
