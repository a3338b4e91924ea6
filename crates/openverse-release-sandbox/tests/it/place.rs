//! A sandbox of its own for each test, whose time stands still unless the test moves it.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use openverse_release_core::{AppSlug, Project};
use openverse_release_ports::Clock;
use openverse_release_sandbox::{Options, Sandbox, Server, Timing};
use serde_json::Value;
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
        let dir = tempfile::tempdir().unwrap();
        let start = DateTime::parse_from_rfc3339("2024-05-14T15:09:26Z").unwrap().to_utc();
        let clock = StillClock(Arc::new(Mutex::new(start)));
        let sandbox = Sandbox::at(dir.path().join("sandbox")).with_clock(Arc::new(clock.clone()));
        sandbox.create(&Project::openverse(), options).unwrap();
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
        answered(self.client.get(url).send().await.unwrap()).await
    }

    pub(crate) async fn send(&self, method: &str, url: String, body: &Value) -> (u16, Value) {
        let method = method.parse().unwrap();
        answered(self.client.request(method, url).json(body).send().await.unwrap()).await
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

pub(crate) async fn answered(response: reqwest::Response) -> (u16, Value) {
    let status = response.status().as_u16();
    let body = response.bytes().await.unwrap();
    (status, if body.is_empty() { Value::Null } else { serde_json::from_slice(&body).unwrap() })
}

pub(crate) fn app(slug: &str) -> AppSlug {
    slug.parse().unwrap()
}
