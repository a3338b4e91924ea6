//! A sandbox of its own for each test, whose time stands still unless the test moves it.

use std::{
    sync::{Arc, LazyLock, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use openverse_release_core::{AppSlug, Project};
use openverse_release_ports::Clock;
use openverse_release_sandbox::{Options, Sandbox, Server, Timing};
use openverse_release_testkit::github_api::Contract;
use serde_json::{Value, json};
use tempfile::TempDir;

/// A clock that only moves when it is told to.
#[derive(Debug, Clone)]
pub(crate) struct StillClock(Arc<Mutex<DateTime<Utc>>>);

impl StillClock {
    pub(crate) fn pass(&self, duration: Duration) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) += duration;
    }
}

#[async_trait]
impl Clock for StillClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn sleep(&self, duration: Duration) {
        self.pass(duration);
    }
}

pub(crate) struct World {
    pub(crate) sandbox: Sandbox,
    pub(crate) clock: StillClock,
    pub(crate) server: Server,
    pub(crate) client: reqwest::Client,
    _dir: TempDir,
}

impl World {
    pub(crate) fn new(options: Options) -> Self {
        Self::of(&Project::openverse(), options)
    }

    pub(crate) fn of(project: &Project, options: Options) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let start = DateTime::parse_from_rfc3339("2024-05-14T15:09:26Z").unwrap().to_utc();
        let clock = StillClock(Arc::new(Mutex::new(start)));
        let sandbox = Sandbox::at(dir.path().join("sandbox")).with_clock(Arc::new(clock.clone()));
        sandbox.create(project, options).unwrap();
        let server = sandbox.serve().unwrap();
        let client = reqwest::Client::builder().no_proxy().user_agent("sandbox-tests").build().unwrap();
        Self { sandbox, clock, server, client, _dir: dir }
    }

    /// A world in which everything happens at once.
    pub(crate) fn instant() -> Self {
        Self::new(Options { timing: Timing::instant(), ..Options::default() })
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.server.address())
    }

    /// The URL of something of the code repository in GitHub's API.
    pub(crate) fn code(&self, path: &str) -> String {
        self.url(&format!("/github/repos/WordPress/openverse{path}"))
    }

    /// The URL of something of the infrastructure repository in GitHub's API.
    pub(crate) fn infrastructure(&self, path: &str) -> String {
        self.url(&format!("/github/repos/WordPress/openverse-infrastructure{path}"))
    }

    pub(crate) async fn get(&self, url: String) -> (u16, Value) {
        self.request("GET", url, None).await
    }

    pub(crate) async fn send(&self, method: &str, url: String, body: &Value) -> (u16, Value) {
        self.request(method, url, Some(body)).await
    }

    /// Sends a request. Whatever GitHub's part answers is held against GitHub's own description.
    async fn request(&self, method: &str, url: String, body: Option<&Value>) -> (u16, Value) {
        let request = self.client.request(method.parse().unwrap(), &url);
        let request = if let Some(body) = body { request.json(body) } else { request };
        let (status, body) = answered(request.send().await.unwrap()).await;
        let path = url.strip_prefix(&self.url("/github")).map(|path| path.split('?').next().unwrap());
        if let Some(path) = path.filter(|_| status < 500) {
            let given = (!body.is_null()).then_some(&body);
            let violations = CONTRACT.check_response(method, path, status, given);
            assert!(violations.is_empty(), "{method} {path} answered {status}: {violations:#?}");
        }
        (status, body)
    }

    pub(crate) async fn version(&self, host: &str) -> Value {
        self.get(self.url(&format!("/live/{host}/version"))).await.1
    }

    /// The draft of an app.
    pub(crate) async fn draft(&self, app: &str) -> Value {
        let (_, releases) = self.get(self.code("/releases?per_page=100")).await;
        let mut drafts = releases.as_array().unwrap().iter().filter(|release| {
            release["draft"] == true && release["tag_name"].as_str().unwrap().starts_with(&format!("{app}-"))
        });
        let draft = drafts.next().unwrap_or(&Value::Null).clone();
        assert!(drafts.next().is_none(), "more than one draft of {app}");
        draft
    }

    /// The number of entries in the log with an action.
    pub(crate) fn count(&self, action: &str) -> usize {
        self.sandbox.log().unwrap().iter().filter(|entry| entry.action.as_str() == action).count()
    }
}

static CONTRACT: LazyLock<Contract> = LazyLock::new(Contract::load);

pub(crate) async fn answered(response: reqwest::Response) -> (u16, Value) {
    let status = response.status().as_u16();
    let body = response.bytes().await.unwrap();
    let text = || Value::String(String::from_utf8_lossy(&body).into_owned());
    (
        status,
        if body.is_empty() { Value::Null } else { serde_json::from_slice(&body).unwrap_or_else(|_| text()) },
    )
}

pub(crate) fn app(slug: &str) -> AppSlug {
    slug.parse().unwrap()
}

/// A release of an app carried out in full over HTTP, as the runner does it; returns its image tag.
pub(crate) async fn release(world: &World, app: &str) -> String {
    let draft = world.draft(app).await;
    let tag = draft["tag_name"].as_str().unwrap().to_owned();
    let image_tag = format!("rel-{}", tag.rsplit_once('-').unwrap().1);
    let status = world.sandbox.status().unwrap();
    let latest = status.apps.iter().find(|it| it.app.as_str() == app).unwrap().latest.clone().unwrap();
    let url = world.code(&format!("/releases/{}", draft["id"]));
    let publish = json!({ "draft": false, "target_commitish": latest });
    assert_eq!(world.send("PATCH", url, &publish).await.0, 200);
    for image in [format!("openverse-{app}"), format!("openverse-{app}_nginx")] {
        retag(world, &image, latest.as_str(), &image_tag).await;
    }
    let event = format!("deploy_production_{}", if app == "frontend" { "nuxt" } else { app });
    deploy(world, &event, &image_tag).await;
    image_tag
}

pub(crate) async fn deploy(world: &World, event: &str, image_tag: &str) {
    let body = json!({ "event_type": event, "client_payload": { "actor": "ada", "tag": image_tag } });
    assert_eq!(world.send("POST", world.infrastructure("/dispatches"), &body).await.0, 204);
}

/// Makes a tag name what another names.
pub(crate) async fn retag(world: &World, image: &str, from: &str, to: &str) {
    let url = |tag: &str| world.url(&format!("/v2/wordpress/{image}/manifests/{tag}"));
    let response = world.client.get(url(from)).send().await.unwrap();
    assert_eq!(response.status(), 200, "{image}:{from}");
    let media_type = response.headers()["content-type"].clone();
    let manifest = response.bytes().await.unwrap();
    let put = world.client.put(url(to)).header("content-type", media_type).body(manifest);
    assert_eq!(put.send().await.unwrap().status(), 201);
}
