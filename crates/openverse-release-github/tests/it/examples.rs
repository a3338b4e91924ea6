//! GitHub's own examples of its answers, read by the adapter.

use openverse_release_core::{GitHubRunId, GitHubRunStatus, JobStatus, PullRequestNumber, PullRequestState};
use openverse_release_ports::{
    Branches as _, FileChange, GitHubRunQuery, GitHubRuns as _, NewPullRequest, PortError, PullRequests as _,
};
use openverse_release_testkit::Reply;
use openverse_release_testkit::github_api::Contract;
use serde_json::Value;

use crate::{
    bodies::sha,
    server::{Server, json},
};

/// What the examples lack although it is described as required. The adapter reads none of it.
const LACKING: [&str; 2] =
    ["requested_teams/0: \"type\" is a required property", "jobs/0: \"created_at\" is a required property"];

macro_rules! examples {
    ($($name:ident = $file:literal of $method:literal $path:literal $status:literal),+ $(,)?) => {
        $(const $name: &str = include_str!(concat!("examples/", $file, ".json"));)+

        #[test]
        fn every_example_is_as_github_describes_it() {
            let contract = Contract::load();
            $(
                let path = concat!("/repos/o/r", $path);
                let mut violations = contract.check_response($method, path, $status, Some(&value($name)));
                violations.retain(|found| !LACKING.iter().any(|lacking| found.to_string().ends_with(lacking)));
                assert_eq!(violations, [], "{}", $file);
            )+
        }
    };
}

examples![
    PULL_REQUEST = "pull_request" of "GET" "/pulls/7" 200,
    PULL_REQUESTS = "pull_requests" of "GET" "/pulls" 200,
    REVIEWS = "reviews" of "GET" "/pulls/7/reviews" 200,
    FILE_COMMIT = "file_commit" of "PUT" "/contents/notes/hello.txt" 201,
    GIT_REF = "git_ref" of "POST" "/git/refs" 201,
    JOBS = "jobs" of "GET" "/actions/runs/7/jobs" 200,
    RUNS = "runs" of "GET" "/actions/workflows/ci.yml/runs" 200,
    FOLDER = "folder" of "GET" "/contents/lib" 200,
    SYMLINK = "symlink" of "GET" "/contents/bin" 200,
    FILE = "file" of "GET" "/contents/README.md" 200,
];

fn value(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn example(text: &str) -> Reply {
    json(200, &value(text))
}

#[tokio::test]
async fn a_pull_request() {
    let server = Server::answering([example(PULL_REQUEST), example(REVIEWS)]).await;
    let found = server.repository.pull_request(PullRequestNumber(1347)).await.unwrap().unwrap();
    assert_eq!((found.number, found.title.as_str()), (PullRequestNumber(1347), "Amazing new feature"));
    assert_eq!((found.head.as_str(), found.base.as_str()), ("new-topic", "master"));
    assert_eq!((found.author.as_str(), &found.labels[..]), ("octocat", &["bug".to_owned()][..]));
    // The example has a date of merging and is open all the same.
    assert_eq!(found.state, PullRequestState::Open { approved: true });
    assert_eq!(found.page, "https://github.com/octocat/Hello-World/pull/1347");
}

#[tokio::test]
async fn a_list_of_pull_requests() {
    let server = Server::answering([example(PULL_REQUESTS), example(REVIEWS)]).await;
    let found = server.repository.of_commit(&sha(5).parse().unwrap()).await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].state, PullRequestState::Open { approved: true });
}

#[tokio::test]
async fn an_opened_pull_request() {
    let server = Server::answering([json(200, &Value::Array(vec![])), json(201, &value(PULL_REQUEST))]).await;
    let wanted = NewPullRequest {
        head: "new-topic".parse().unwrap(),
        base: "master".parse().unwrap(),
        title: "Amazing new feature".to_owned(),
        body: String::new(),
    };
    assert_eq!(server.repository.open(&wanted).await.unwrap().number, PullRequestNumber(1347));
}

#[tokio::test]
async fn what_is_no_file_with_text() {
    for (text, found) in [(FOLDER, "found a folder with 2 entries"), (SYMLINK, "found a symlink")] {
        let server = Server::answering([example(text)]).await;
        let error = server.repository.file(&"x".parse().unwrap(), "main").await.unwrap_err();
        assert!(matches!(error, PortError::Malformed { .. }));
        assert!(error.to_string().contains(found), "{error}");
    }
    // The example's content is cut off in the middle.
    let server = Server::answering([example(FILE)]).await;
    let error = server.repository.file(&"README.md".parse().unwrap(), "main").await.unwrap_err();
    assert!(error.to_string().contains("found a file in no base64"), "{error}");
}

#[tokio::test]
async fn a_commit_of_a_file() {
    let server = Server::answering([json(201, &value(FILE_COMMIT))]).await;
    let change = FileChange {
        path: "notes/hello.txt".parse().unwrap(),
        expected: None,
        text: "hello".to_owned(),
        message: "my commit message".to_owned(),
    };
    let commit = server.repository.put_file(&"main".parse().unwrap(), &change).await.unwrap();
    assert_eq!(commit.as_str(), "7638417db6d59f3c431d3e1f261cc637155684cd");
}

#[tokio::test]
async fn a_branch() {
    let server = Server::answering([example(GIT_REF)]).await;
    let head = server.repository.head(&"featureA".parse().unwrap()).await.unwrap().unwrap();
    assert_eq!(head.as_str(), "aa218f56b14c9653891f9e74264a383fa43fefbd");
}

#[tokio::test]
async fn runs_and_jobs() {
    let server = Server::answering([example(RUNS), example(JOBS)]).await;
    let any = GitHubRunQuery { commit: None, event: None, created_since: None, limit: 10 };
    let runs = server.repository.runs_of(&"ci.yml".parse().unwrap(), &any).await.unwrap();
    assert_eq!(runs[0].commit.as_str(), "acb5820ced9479c074f688cc328bf03f341a511d");
    assert_eq!((runs[0].event.as_str(), runs[0].status), ("push", GitHubRunStatus::Queued));
    let jobs = server.repository.jobs(GitHubRunId(29_679_449)).await.unwrap();
    assert_eq!(
        (jobs[0].name.as_str(), jobs[0].status),
        ("build", JobStatus::Run(GitHubRunStatus::Succeeded))
    );
    assert!(jobs[0].started_at.is_some() && jobs[0].ended_at.is_some() && !jobs[0].page.is_empty());
    assert_eq!(jobs[0].steps.len(), 10);
    assert_eq!(jobs[0].steps[0].name, "Set up job");
}
