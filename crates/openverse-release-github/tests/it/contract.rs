//! The requests of every method, held against GitHub's description.

use std::collections::BTreeSet;

use openverse_release_core::{DraftContent, GitHubReleaseId, GitHubRunId, PullRequestNumber, ReleaseTarget};
use openverse_release_ports::{
    Branches as _, CodeHistory as _, CommitQuery, DeploymentRequest, Deployments as _, FileChange,
    GitHubReleases as _, GitHubRunQuery, GitHubRuns as _, NewPullRequest, PullRequests as _,
    ReleaseDrafts as _, RunQuery,
};
use openverse_release_testkit::{Reply, Seen};
use serde_json::json;

use crate::{
    bodies::{TAG, git_ref, release, seen, sha},
    server::{PREFIX, Server, TOKEN, json, violations},
};

/// Answers enough for every method to send all its requests.
fn plausible(request: &Seen) -> Reply {
    match (request.method.as_str(), request.target.as_str()) {
        ("GET", target) if target.contains("/git/ref/heads/") => {
            json(404, &json!({ "message": "Not Found" }))
        }
        ("GET", target) if target.contains("/jobs") => json(200, &json!({ "jobs": [] })),
        ("GET", target) if target.contains("/releases/") => json(200, &release(7, TAG)),
        ("GET", target) if target.contains("/git/ref/") => json(200, &git_ref(TAG, "tag", 1)),
        ("GET", target) if target.contains("/git/tags/") => {
            json(200, &json!({ "object": { "type": "commit", "sha": sha(5) } }))
        }
        ("GET", target) if target.contains("/compare/") => {
            json(200, &json!({ "behind_by": 0, "total_commits": 0, "commits": [] }))
        }
        ("GET", target) if target.contains("/runs") => json(200, &json!({ "workflow_runs": [] })),
        ("GET", _) => json(200, &json!([])),
        ("PATCH", _) => {
            let mut published = release(7, TAG);
            published["draft"] = json!(false);
            json(200, &published)
        }
        _ => Reply::answer(204, ""),
    }
}

#[tokio::test]
async fn every_request_is_one_that_github_describes() {
    let server = Server::by(plausible).await;
    let port = &server.repository;
    let (commit, prefix) = (sha(5).parse().unwrap(), "api".parse().unwrap());
    let workflow = "deploy-production-api.yml".parse().unwrap();
    let request = DeploymentRequest {
        image_tag: "rel-2023.07.03.17.52.00".parse().unwrap(),
        actor: "ada".to_owned(),
        run_name: "rel-2023.07.03.17.52.00 [run-1]".to_owned(),
    };
    port.releases(&prefix).await.unwrap();
    port.release(GitHubReleaseId(7)).await.unwrap();
    port.publish(&seen(7), &commit).await.unwrap();
    port.tag_commit(&TAG.parse().unwrap()).await.unwrap();
    port.tags(&prefix).await.unwrap();
    let query = CommitQuery { branch: "main".to_owned(), path: Some("api".to_owned()), limit: 10 };
    port.commits(&query).await.unwrap();
    port.compare(&commit, &commit).await.unwrap();
    port.dispatch_event(&"deploy_production_api".parse().unwrap(), &request).await.unwrap();
    port.dispatch_workflow(&workflow, &request).await.unwrap();
    let since = RunQuery { created_since: "2023-07-03T18:07:30Z".parse().ok(), limit: 1000 };
    port.runs(&workflow, &since).await.unwrap();
    let draft = DraftContent {
        git_tag: "api-2023.07.10.08.00.00".parse().unwrap(),
        name: "api-2023.07.10.08.00.00".to_owned(),
        target: ReleaseTarget::Commit(commit.clone()),
        notes: "- a change".to_owned(),
    };
    // What the stand-in answers to some of these is no success; the request is what counts.
    port.create_draft(&draft).await.unwrap_err();
    port.update_draft(&seen(7), &draft).await.unwrap_err();
    port.delete_draft(&seen(7)).await.unwrap();
    let (branch, file) = ("feature/a".parse().unwrap(), "docs/a.md");
    port.create_branch(&branch, &commit).await.unwrap_err();
    port.file(&file.parse().unwrap(), "main").await.unwrap_err();
    let (path, text, message) = (file.parse().unwrap(), "x".to_owned(), "Change it".to_owned());
    port.put_file(&branch, &FileChange { path, expected: None, text, message }).await.unwrap_err();
    let (head, base) = (branch.clone(), "main".parse().unwrap());
    let wanted = NewPullRequest { head, base, title: "Change it".to_owned(), body: String::new() };
    port.open(&wanted).await.unwrap_err();
    port.add_labels(PullRequestNumber(7), &["skip-changelog".to_owned()]).await.unwrap();
    port.pull_request(PullRequestNumber(7)).await.unwrap_err();
    port.of_commit(&commit).await.unwrap();
    port.merged(&wanted.base, "2023-07-03T18:07:30Z".parse().unwrap()).await.unwrap();
    let query =
        GitHubRunQuery { event: Some("push".to_owned()), ..GitHubRunQuery::of_commit(commit.clone()) };
    port.runs_of(&workflow, &query).await.unwrap();
    port.jobs(GitHubRunId(9)).await.unwrap();
    // The stand-in has no run to give; the request is what counts.
    port.run(GitHubRunId(9)).await.unwrap_err();

    let requests = server.stand_in.seen();
    for request in &requests {
        assert_eq!(violations(request), Vec::<String>::new(), "{}", request.line());
        assert_eq!(request.header("authorization"), Some(format!("Bearer {TOKEN}").as_str()));
        assert_eq!(request.header("accept"), Some("application/vnd.github+json"));
        assert_eq!(request.header("x-github-api-version"), Some("2022-11-28"));
        let agents: Vec<_> = request.headers.iter().filter(|(name, _)| name == "user-agent").collect();
        assert_eq!(agents.len(), 1);
        assert_eq!(agents[0].1, format!("openverse-release/{}", env!("CARGO_PKG_VERSION")));
    }
    let kinds: BTreeSet<_> = requests
        .iter()
        .map(|request| request.line().replace(PREFIX, ""))
        .map(|line| line.split('?').next().unwrap().to_owned())
        .collect();
    assert_eq!(kinds.len(), 24, "every operation was asked for: {kinds:#?}");
}
