//! Sends requests.

use std::{
    error::Error,
    sync::{Arc, OnceLock},
    time::Duration,
};

use bytes::BytesMut;
use chrono::{DateTime, Utc};
use http::{StatusCode, header};
use openverse_release_core::HttpUrl;
use openverse_release_ports::{Clock, PortError, Requests, System};
use reqwest::{Client, Url};

use crate::{Answer, Call, PlainHttp, Policy, RateLimit, Retry};

/// More redirects than this lead in a circle.
const MOST_REDIRECTS: usize = 5;

/// The limits of every request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HttpSettings {
    /// The longest time to wait for a connection.
    pub connect_timeout: Duration,
    /// The longest time for one attempt, answer included.
    pub timeout: Duration,
    /// The longest answer, in bytes.
    pub longest_body: usize,
    /// How requests that may be repeated are repeated.
    pub retry: Retry,
}

impl Default for HttpSettings {
    /// 10 seconds to connect, 30 for an attempt, 8 MiB.
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(10),
            timeout: Duration::from_secs(30),
            longest_body: 8 << 20,
            retry: Retry::default(),
        }
    }
}

/// Sends requests to one outside system.
#[derive(Debug)]
pub struct HttpClient {
    system: System,
    settings: HttpSettings,
    requests: Requests,
    clock: Arc<dyn Clock>,
    policy: Arc<dyn Policy>,
    // Built when first needed: loading the machine's certificates takes time.
    outside: OnceLock<Client>,
    loopback: OnceLock<Client>,
}

/// Why an attempt gave no whole answer.
enum Failure {
    /// Nothing was sent.
    NotSent(String),
    /// It was sent, and no answer came.
    NoAnswer(String),
    /// The answer began and broke off.
    BrokeOff(Answer, String),
    /// The answer is longer than allowed.
    TooLong(Answer),
}

impl HttpClient {
    /// Returns a client that counts every attempt as one request to `system`, which speaks
    /// [plain HTTP](PlainHttp).
    pub fn new(system: System, settings: HttpSettings, requests: Requests, clock: Arc<dyn Clock>) -> Self {
        let (policy, outside, loopback) = (Arc::new(PlainHttp), OnceLock::new(), OnceLock::new());
        Self { system, settings, requests, clock, policy, outside, loopback }
    }

    /// Sets the policy of the system.
    #[must_use]
    pub fn with_policy(self, policy: Arc<dyn Policy>) -> Self {
        Self { policy, ..self }
    }

    /// Sends a request that changes nothing. Repeats it while the system limits the rate, has an
    /// error of its own, or cannot be reached. Follows redirects as far as the policy allows.
    ///
    /// Returns the last answer, whatever its status.
    ///
    /// # Errors
    /// [`PortError::Unreachable`] if no attempt got an answer, [`PortError::RateLimited`] if the rate
    /// stays limited, [`PortError::Malformed`] if the answer is too long.
    pub async fn read(&self, call: &Call, action: &str) -> Result<Answer, PortError> {
        let mut call = call.clone();
        let mut redirects = 0;
        let mut attempt = 0;
        loop {
            let (outcome, until) = match self.send(&call).await {
                Ok(answer) => {
                    if redirects < MOST_REDIRECTS
                        && let Some(target) = self.redirect(&call, &answer)
                    {
                        redirects += 1;
                        call.url = target;
                        continue;
                    }
                    if let Some(limit) = self.rate_limit(&answer) {
                        (Err(self.rate_limited(limit)), limit.until)
                    } else if leaves_open(answer.status) {
                        let until = answer.retry_at(self.clock.now());
                        (Ok(answer), until)
                    } else {
                        return Ok(answer);
                    }
                }
                Err(Failure::TooLong(_)) => {
                    let longest = self.settings.longest_body;
                    return Err(
                        self.malformed(action, format!("found more than {longest} bytes, expected less"))
                    );
                }
                Err(Failure::NotSent(detail) | Failure::NoAnswer(detail) | Failure::BrokeOff(_, detail)) => {
                    (Err(self.unreachable(detail)), None)
                }
            };
            attempt += 1;
            if !self.pause(&call, attempt, until).await {
                return outcome;
            }
        }
    }

    /// Sends a request that changes something. It is repeated only while the system limits the
    /// rate, by which it says that it did nothing. No redirect is followed.
    ///
    /// Returns the answer, unless its status leaves open what happened. Its body may be cut off.
    ///
    /// # Errors
    /// [`PortError::Unreachable`] if nothing was sent, [`PortError::ReplyLost`] if something was and
    /// no usable answer came, [`PortError::RateLimited`] if the rate stays limited.
    pub async fn write(&self, call: &Call, action: &str) -> Result<Answer, PortError> {
        let lost = |detail| PortError::ReplyLost { system: self.system, action: action.to_owned(), detail };
        let mut attempt = 0;
        loop {
            let answer = match self.send(call).await {
                Ok(answer) | Err(Failure::BrokeOff(answer, _) | Failure::TooLong(answer)) => answer,
                Err(Failure::NotSent(detail)) => return Err(self.unreachable(detail)),
                Err(Failure::NoAnswer(detail)) => return Err(lost(detail)),
            };
            if leaves_open(answer.status) {
                let said = self.policy.said(&answer);
                return Err(lost(format!("status {}: {said}", answer.status.as_u16())));
            }
            let Some(limit) = self.rate_limit(&answer) else { return Ok(answer) };
            attempt += 1;
            if !self.pause(call, attempt, limit.until).await {
                return Err(self.rate_limited(limit));
            }
        }
    }

    pub(crate) fn policy(&self) -> &dyn Policy {
        &*self.policy
    }

    pub(crate) fn malformed(&self, action: &str, detail: String) -> PortError {
        PortError::Malformed { system: self.system, action: action.to_owned(), detail }
    }

    /// Returns the URL that a page names, if the request's credentials may be sent there.
    pub(crate) fn same_system(&self, page: &HttpUrl, target: &str) -> Option<HttpUrl> {
        let here = Url::parse(page.as_str()).ok()?;
        let there = here.join(target).ok()?;
        let same = match self.policy.base() {
            Some(base) => base.contains(&there),
            None => here.origin() == there.origin(),
        };
        same.then(|| there.as_str().parse().ok()).flatten()
    }

    fn redirect(&self, call: &Call, answer: &Answer) -> Option<HttpUrl> {
        self.policy.base().filter(|_| matches!(answer.status.as_u16(), 301 | 302 | 303 | 307 | 308))?;
        self.same_system(&call.url, answer.header(header::LOCATION.as_str())?)
    }

    fn rate_limit(&self, answer: &Answer) -> Option<RateLimit> {
        self.policy.rate_limit(answer, self.clock.now())
    }

    fn rate_limited(&self, limit: RateLimit) -> PortError {
        PortError::RateLimited { system: self.system, until: limit.until }
    }

    fn unreachable(&self, detail: String) -> PortError {
        PortError::Unreachable { system: self.system, detail }
    }

    /// Waits before the next attempt, or tells that there should be none.
    async fn pause(&self, call: &Call, attempt: u32, until: Option<DateTime<Utc>>) -> bool {
        let asked_for = until.map(|at| (at - self.clock.now()).to_std().unwrap_or_default());
        let Some(pause) = self.settings.retry.pause_after(attempt, asked_for) else { return false };
        let Call { method, url, .. } = call;
        tracing::debug!(%method, %url, attempt, ?pause, "asking {} again", self.system);
        self.clock.sleep(pause).await;
        true
    }

    async fn send(&self, call: &Call) -> Result<Answer, Failure> {
        let Call { method, url, headers, body } = call;
        let not_sent = |error: reqwest::Error| Failure::NotSent(self.describe(error));
        let target = Url::parse(url.as_str())
            .map_err(|error| Failure::NotSent(self.policy.quote(&format!("{url}: {error}"))))?;
        let client = self.client_for(&target).map_err(not_sent)?;
        let request = client
            .request(method.clone(), target)
            .headers(headers.clone())
            .body(body.clone())
            .build()
            .map_err(not_sent)?;
        self.requests.sent(self.system);
        tracing::debug!(%method, %url, "request to {}", self.system);
        let mut response = client.execute(request).await.map_err(|error| {
            if error.is_connect() { not_sent(error) } else { Failure::NoAnswer(self.describe(error)) }
        })?;
        let (status, headers) = (response.status(), response.headers().clone());
        tracing::debug!(%method, %url, status = status.as_u16(), "answer from {}", self.system);
        let answer = |body: BytesMut| Answer { status, headers, body: body.freeze() };
        let mut body = BytesMut::new();
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) if body.len() + chunk.len() > self.settings.longest_body => {
                    return Err(Failure::TooLong(answer(body)));
                }
                Ok(Some(chunk)) => body.extend_from_slice(&chunk),
                Ok(None) => return Ok(answer(body)),
                Err(error) => return Err(Failure::BrokeOff(answer(body), self.describe(error))),
            }
        }
    }

    /// Returns an error with its causes in one line. The URL is left out: the caller names what it
    /// asked for, and a query can hold what is nobody else's business.
    fn describe(&self, error: reqwest::Error) -> String {
        let error = error.without_url();
        let mut text = error.to_string();
        let mut cause = error.source();
        while let Some(next) = cause {
            let next_text = next.to_string();
            // A transparent error has its source's words.
            if !text.ends_with(&next_text) {
                text.push_str(": ");
                text.push_str(&next_text);
            }
            cause = next.source();
        }
        self.policy.quote(&text)
    }

    fn client_for(&self, url: &Url) -> Result<&Client, reqwest::Error> {
        // A proxy of the environment leads to the outside, never back to this machine.
        let loopback = matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
        let cell = if loopback { &self.loopback } else { &self.outside };
        if let Some(client) = cell.get() {
            return Ok(client);
        }
        let builder = Client::builder()
            .user_agent(concat!("openverse-release/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(self.settings.connect_timeout)
            .timeout(self.settings.timeout)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never());
        let client = if loopback { builder.no_proxy() } else { builder }.build()?;
        Ok(cell.get_or_init(|| client))
    }
}

/// Tells whether a status leaves open what the system did. For a read: whether to ask again.
fn leaves_open(status: StatusCode) -> bool {
    status.is_server_error() || status == StatusCode::REQUEST_TIMEOUT
}
