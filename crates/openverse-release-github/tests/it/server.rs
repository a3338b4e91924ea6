//! A server that answers by script and holds every request against GitHub's description.

use std::{
    collections::VecDeque,
    sync::{Arc, LazyLock, Mutex},
    time::Duration,
};

use openverse_release_conformance::ManualClock;
use openverse_release_github::{GitHub, GitHubBuilder, Repository};
use openverse_release_http::{HttpSettings, Retry};
use openverse_release_ports::{Requests, System};
use openverse_release_testkit::github_api::Contract;
use openverse_release_testkit::{Reply, Seen, StandIn};
use serde_json::Value;

pub(crate) const TOKEN: &str = "github_pat_recognisable";
/// The path under which the API is, as with the sandbox.
pub(crate) const PREFIX: &str = "/github";

static CONTRACT: LazyLock<Contract> = LazyLock::new(Contract::load);

/// A scripted server and an adapter that talks to it by a clock that stands still.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) stand_in: StandIn,
    pub(crate) repository: Repository,
    pub(crate) clock: ManualClock,
    requests: Requests,
}

impl Server {
    /// Answers the replies in order, and hangs up after the last.
    pub(crate) async fn answering(replies: impl IntoIterator<Item = Reply>) -> Self {
        let replies = Mutex::new(VecDeque::from_iter(replies));
        Self::by(move |_| replies.lock().unwrap().pop_front().unwrap_or(Reply::HangUp)).await
    }

    /// Answers by a script.
    pub(crate) async fn by(script: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Self {
        let stand_in = StandIn::start(script).await;
        let (clock, requests) = (ManualClock::default(), Requests::default());
        let github = builder(&stand_in).clock(Arc::new(clock.clone())).requests(requests.clone()).build();
        let repository = github.unwrap().repository("o/r".parse().unwrap(), "main");
        Self { stand_in, repository, clock, requests }
    }

    /// Returns method and path below the API of every request so far.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.stand_in.lines().iter().map(|line| line.replace(PREFIX, "")).collect()
    }

    /// Returns the JSON body of the last request.
    pub(crate) fn last_body(&self) -> Value {
        serde_json::from_slice(&self.stand_in.seen().last().unwrap().body).unwrap()
    }

    /// Returns how many attempts were counted.
    pub(crate) fn counted(&self) -> u64 {
        self.requests.counts().get(&System::GitHub).copied().unwrap_or_default()
    }

    /// Returns how long each pause was.
    pub(crate) fn pauses(&self) -> Vec<u64> {
        self.clock.sleeps().iter().map(Duration::as_secs).collect()
    }
}

/// Every request of every test is one that GitHub describes.
impl Drop for Server {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        let mut requests = self.stand_in.seen();
        requests.dedup();
        for seen in requests {
            let violations = violations(&seen);
            assert!(violations.is_empty(), "{}: {violations:?}", seen.line());
        }
    }
}

/// Returns what is wrong with a request.
pub(crate) fn violations(seen: &Seen) -> Vec<String> {
    let target = seen.target.strip_prefix(PREFIX).expect("below the base URL");
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    // The query of a later page is what the server itself put into its link.
    let query = if query.starts_with("page=") { "" } else { query };
    let body = (!seen.body.is_empty()).then(|| serde_json::from_slice(&seen.body).expect("JSON"));
    let violations = CONTRACT.check_request(&seen.method, path, query, body.as_ref());
    violations.iter().map(ToString::to_string).collect()
}

/// Returns a builder for a server, with a token, three attempts and pauses of a second and more.
pub(crate) fn builder(stand_in: &StandIn) -> GitHubBuilder {
    let base = format!("{}{PREFIX}/", stand_in.origin()).parse().unwrap();
    let retry =
        Retry { attempts: 3, first_pause: Duration::from_secs(1), longest_pause: Duration::from_secs(60) };
    let settings = HttpSettings { retry, ..HttpSettings::default() };
    GitHub::builder().base_url(base).token(TOKEN).settings(settings)
}

/// Returns an answer in JSON.
pub(crate) fn json(status: u16, body: &Value) -> Reply {
    Reply::answer(status, body.to_string()).with("content-type", "application/json")
}
