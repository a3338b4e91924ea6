//! GitHub's events, by its own examples.

use openverse_release_core::{GitHubRunStatus, PullRequestState};
use openverse_release_github::GitHubEvent;
use openverse_release_ports::DeploymentRequest;
use serde_json::{Value, json};

use crate::bodies::sha;

const RELEASE: &str = include_str!("events/release_published.json");
const PUSH: &str = include_str!("events/push.json");
const RUN: &str = include_str!("events/workflow_run_completed.json");
const DISPATCH: &str = include_str!("events/repository_dispatch.json");
const PULL_REQUEST: &str = include_str!("events/pull_request_closed.json");

/// Returns an example with another value at one place.
fn but(example: &str, pointer: &str, value: Value) -> String {
    let mut payload: Value = serde_json::from_str(example).unwrap();
    *payload.pointer_mut(pointer).unwrap() = value;
    payload.to_string()
}

fn read(name: &str, payload: &str) -> Option<GitHubEvent> {
    GitHubEvent::read(name, payload.as_bytes()).unwrap()
}

#[test]
fn a_published_release_of_an_app_is_told() {
    assert_eq!(read("release", RELEASE), None, "0.0.1 is no app's git tag");
    let of_app = but(RELEASE, "/release/tag_name", json!("api-2023.07.03.17.52.00"));
    let Some(GitHubEvent::ReleasePublished { repository, release }) = read("release", &of_app) else {
        panic!()
    };
    assert_eq!((repository.as_str(), release.id.0), ("Codertocat/Hello-World", 17_372_790));
    assert!(!release.draft);
    assert_eq!(release.published_at, "2019-05-15T15:20:53Z".parse().ok());
    assert_eq!(read("release", &but(&of_app, "/action", json!("edited"))), None);
    assert_eq!(read("release", &but(&of_app, "/release/prerelease", json!(true))), None);
}

#[test]
fn a_push_to_a_branch_is_told_and_one_of_a_git_tag_is_not() {
    let head = "6113728f27ae82c7b1a177c8d03f9e96e0adf246".parse().unwrap();
    let expected = GitHubEvent::BranchPushed {
        repository: "Codertocat/Hello-World".parse().unwrap(),
        branch: "master".parse().unwrap(),
        before: None,
        head,
    };
    assert_eq!(read("push", PUSH), Some(expected));
    let moved = but(&but(PUSH, "/created", json!(false)), "/before", json!(sha(5)));
    let Some(GitHubEvent::BranchPushed { before, .. }) = read("push", &moved) else { panic!() };
    assert_eq!(before, sha(5).parse().ok());
    assert_eq!(read("push", &but(PUSH, "/ref", json!("refs/tags/api-2023.07.03.17.52.00"))), None);
    assert_eq!(read("push", &but(PUSH, "/deleted", json!(true))), None);
}

#[test]
fn a_run_is_told_with_its_github_workflow() {
    let Some(GitHubEvent::RunMoved { workflow, run, repository }) = read("workflow_run", RUN) else {
        panic!()
    };
    assert_eq!((workflow.as_str(), repository.as_str()), ("test.yml", "octo-org/octo-repo"));
    assert_eq!(
        (run.id.0, run.status, run.event.as_str()),
        (289_782_451, GitHubRunStatus::Succeeded, "repository_dispatch")
    );
    assert_eq!(run.commit.as_str(), "3484a3fb816e0859fd6e1cea078d76385ff50625");
    let of_a_branch = but(RUN, "/workflow_run/path", json!(".github/workflows/test.yml@main"));
    assert!(
        matches!(read("workflow_run", &of_a_branch), Some(GitHubEvent::RunMoved { workflow, .. }) if workflow.as_str() == "test.yml")
    );
}

#[test]
fn a_dispatch_is_told_with_the_deployment_it_asks_for() {
    let Some(GitHubEvent::Dispatched { event_type, request, .. }) = read("repository_dispatch", DISPATCH)
    else {
        panic!()
    };
    assert_eq!((event_type.as_str(), request), ("on-demand-test", None));
    let payload =
        json!({ "tag": "rel-2023.07.03.17.52.00", "actor": "ada", "run_name": "why [run-1]", "more": 1 });
    let asking = but(DISPATCH, "/client_payload", payload);
    let Some(GitHubEvent::Dispatched { request, .. }) = read("repository_dispatch", &asking) else {
        panic!()
    };
    let expected = DeploymentRequest {
        image_tag: "rel-2023.07.03.17.52.00".parse().unwrap(),
        actor: "ada".to_owned(),
        run_name: "why [run-1]".to_owned(),
    };
    assert_eq!(request, Some(expected));
    let nothing = but(DISPATCH, "/client_payload", Value::Null);
    assert!(matches!(
        read("repository_dispatch", &nothing),
        Some(GitHubEvent::Dispatched { request: None, .. })
    ));
}

#[test]
fn a_merged_pull_request_is_told_and_one_that_was_closed_is_not() {
    assert_eq!(read("pull_request", PULL_REQUEST), None);
    let merged = but(PULL_REQUEST, "/pull_request/merged_at", json!("2019-05-15T16:00:00Z"));
    let merged = but(&merged, "/pull_request/merge_commit_sha", json!(sha(5)));
    let Some(GitHubEvent::PullRequestMerged { pull_request, .. }) = read("pull_request", &merged) else {
        panic!()
    };
    let at = "2019-05-15T16:00:00Z".parse().unwrap();
    assert_eq!(pull_request.state, PullRequestState::Merged { commit: sha(5).parse().unwrap(), at });
    assert_eq!((pull_request.number.0, pull_request.head.as_str()), (2, "changes"));
    assert_eq!(read("pull_request", &but(&merged, "/action", json!("labeled"))), None);
}

#[test]
fn what_is_not_as_documented_is_said_harmlessly() {
    let odd_run = but(RUN, "/workflow_run/conclusion", json!("exploded\u{1b}[31m"));
    for (name, payload, words) in [
        ("release", "{}".to_owned(), "missing field `repository`"),
        ("push", "<html>\u{1b}".to_owned(), "expected value"),
        ("push", but(PUSH, "/ref", json!("refs/heads/a..b")), "is not a valid branch name"),
        ("workflow_run", odd_run, "exploded"),
        ("repository_dispatch", but(DISPATCH, "/client_payload", json!({ "tag": "-no" })), "is not a valid"),
    ] {
        let said = GitHubEvent::read(name, payload.as_bytes()).unwrap_err().to_string();
        assert!(said.starts_with(&format!("GitHub's event {name} is not as it is documented: ")), "{said}");
        assert!(said.contains(words) && !said.contains('\u{1b}'), "{said}");
    }
}
