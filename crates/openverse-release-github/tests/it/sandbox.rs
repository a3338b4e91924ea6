//! The adapter and the sandbox together keep the contract of the ports.

use std::{
    io::Write as _,
    process::{Command, Stdio},
};

use async_trait::async_trait;
use openverse_release_conformance::{
    github::{GitHubWorld, check_github},
    github_branches::{BranchWorld, check_branches},
    github_drafts::{DraftWorld, check_drafts},
    github_pull_requests::{PullRequestWorld, check_pull_requests},
    github_runs::{GitHubRunWorld, check_runs},
};
use openverse_release_core::{
    CommitSha, DispatchEventType, GitHubReleaseId, GitHubRepository, GitHubWorkflowFile, GitTag, Project,
    PullRequestNumber,
};
use openverse_release_github::{GitHub, Repository};
use openverse_release_ports::{
    Branches, CodeHistory, Deployments, GitHubReleases, GitHubRuns, PullRequests, ReleaseDrafts,
};
use openverse_release_sandbox::{HostedRepository, Options, Sandbox, Server, Timing};
use serde_json::{Value, json};
use tempfile::TempDir;

const MAIN: &str = "refs/heads/main";

#[derive(Debug)]
struct SandboxWorld {
    _dir: TempDir,
    sandbox: Sandbox,
    server: Server,
    code: Repository,
    infrastructure: Repository,
    code_repository: GitHubRepository,
    hands: reqwest::Client,
}

impl SandboxWorld {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let project = Project::openverse();
        let sandbox = Sandbox::at(dir.path().join("sandbox"));
        let options = Options { timing: Timing::instant(), ..Options::default() };
        sandbox.create(&project, options).unwrap();
        let server = sandbox.serve().unwrap();
        let github = GitHub::builder().base_url(server.urls().github.parse().unwrap()).build().unwrap();
        let repositories = project.repositories;
        Self {
            code: github.repository(repositories.code.clone(), repositories.main.clone()),
            infrastructure: github.repository(repositories.infrastructure, repositories.main),
            code_repository: repositories.code,
            hands: reqwest::Client::builder().no_proxy().build().unwrap(),
            _dir: dir,
            sandbox,
            server,
        }
    }

    /// Asks for something of the code repository, as another client would.
    async fn ask(&self, method: reqwest::Method, path: &str, body: &Value) -> Value {
        let base = &self.server.urls().github;
        let url = format!("{base}/repos/{}/{path}", self.code_repository);
        let answer = self.hands.request(method, url).body(body.to_string()).send().await.unwrap();
        assert!(answer.status().is_success(), "{}", answer.status());
        let text = answer.text().await.unwrap();
        serde_json::from_str(&text).unwrap_or_default()
    }

    /// Runs git on the sandbox's repository.
    fn git(&self, arguments: &[&str], input: &str) -> String {
        let mut child = Command::new("git")
            .arg("--git-dir")
            .arg(self.sandbox.code())
            .args(["-c", "user.name=ada", "-c", "user.email=ada@example.invalid"])
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "git {arguments:?}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }
}

#[async_trait]
impl GitHubWorld for SandboxWorld {
    fn releases(&self) -> &dyn GitHubReleases {
        &self.code
    }

    fn history(&self) -> &dyn CodeHistory {
        &self.code
    }

    fn deployments(&self) -> &dyn Deployments {
        &self.infrastructure
    }

    fn main(&self) -> String {
        "main".to_owned()
    }

    fn workflow(&self) -> GitHubWorkflowFile {
        "deploy-production-api.yml".parse().unwrap()
    }

    fn event_type(&self) -> DispatchEventType {
        "deploy_production_api".parse().unwrap()
    }

    async fn merge(&self, file: &str, subject: &str) -> CommitSha {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
        let who = format!("ada <ada@example.invalid> {now} +0000");
        let length = subject.len();
        let stream = format!(
            "commit {MAIN}\nauthor {who}\ncommitter {who}\ndata {length}\n{subject}\nfrom {MAIN}^0\n\
             M 100644 inline {file}\ndata {length}\n{subject}\ndone\n"
        );
        self.git(&["fast-import", "--quiet", "--done"], &stream);
        self.git(&["rev-parse", MAIN], "").parse().unwrap()
    }

    async fn draft(&self, git_tag: &GitTag, notes: &str) -> GitHubReleaseId {
        let body = json!({
            "tag_name": git_tag, "name": git_tag, "body": notes, "target_commitish": "main", "draft": true,
        });
        let release = self.ask(reqwest::Method::POST, "releases", &body).await;
        GitHubReleaseId(release["id"].as_u64().unwrap())
    }

    async fn edit_notes(&self, id: GitHubReleaseId, notes: &str) {
        self.ask(reqwest::Method::PATCH, &format!("releases/{}", id.0), &json!({ "body": notes })).await;
    }

    async fn publish_by_hand(&self, id: GitHubReleaseId) {
        self.ask(reqwest::Method::PATCH, &format!("releases/{}", id.0), &json!({ "draft": false })).await;
    }

    async fn delete(&self, id: GitHubReleaseId) {
        self.ask(reqwest::Method::DELETE, &format!("releases/{}", id.0), &Value::Null).await;
    }
}

impl DraftWorld for SandboxWorld {
    fn drafts(&self) -> &dyn ReleaseDrafts {
        &self.code
    }
}

impl BranchWorld for SandboxWorld {
    fn branches(&self) -> &dyn Branches {
        &self.code
    }
}

impl GitHubRunWorld for SandboxWorld {
    fn runs(&self) -> &dyn GitHubRuns {
        &self.code
    }

    fn ci(&self) -> GitHubWorkflowFile {
        "ci_cd.yml".parse().unwrap()
    }
}

#[async_trait]
impl PullRequestWorld for SandboxWorld {
    fn pull_requests(&self) -> &dyn PullRequests {
        &self.code
    }

    async fn approve(&self, number: PullRequestNumber) {
        self.sandbox.approve_pull_request(HostedRepository::Code, number.0, "grace").unwrap();
    }

    async fn merge_pull_request(&self, number: PullRequestNumber) -> CommitSha {
        self.sandbox.merge_pull_request(HostedRepository::Code, number.0, "grace").unwrap()
    }

    async fn close_pull_request(&self, number: PullRequestNumber) {
        let path = format!("pulls/{}", number.0);
        self.ask(reqwest::Method::PATCH, &path, &json!({ "state": "closed" })).await;
    }
}

#[tokio::test]
async fn the_adapter_on_the_sandbox_keeps_the_contract() {
    check_github(async || SandboxWorld::new()).await;
}

#[tokio::test]
async fn drafts_on_the_sandbox_keep_the_contract() {
    check_drafts(async || SandboxWorld::new()).await;
}

#[tokio::test]
async fn branches_on_the_sandbox_keep_the_contract() {
    check_branches(async || SandboxWorld::new()).await;
}

#[tokio::test]
async fn pull_requests_on_the_sandbox_keep_the_contract() {
    check_pull_requests(async || SandboxWorld::new()).await;
}

#[tokio::test]
async fn runs_on_the_sandbox_keep_the_contract() {
    check_runs(async || SandboxWorld::new()).await;
}

#[tokio::test]
async fn an_annotated_git_tag_of_a_real_repository_is_peeled() {
    let world = SandboxWorld::new();
    let commit = world.merge("conformance/a", "a change").await;
    let tag: GitTag = "conformance-2023.07.03.17.52.00".parse().unwrap();
    world.git(&["tag", "-a", "-m", "a release", tag.to_string().as_str(), commit.as_str()], "");
    assert_eq!(world.code.tag_commit(&tag).await, Ok(Some(commit.clone())));
    assert_eq!(world.code.tags(tag.prefix()).await, Ok(vec![(tag, commit)]));
}
