//! Sends requests.

use std::{
    error::Error,
    sync::{Arc, OnceLock},
    time::Duration,
};

use bytes::BytesMut;
use http::StatusCode;
use openverse_release_ports::{Clock, PortError, Requests, System};
use reqwest::{Client, Url};

use crate::{Answer, Call, Retry};

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
    /// Returns a client that counts every attempt as one request to `system`.
    pub fn new(system: System, settings: HttpSettings, requests: Requests, clock: Arc<dyn Clock>) -> Self {
        Self { system, settings, requests, clock, outside: OnceLock::new(), loopback: OnceLock::new() }
    }

    /// Returns the clock by which pauses are measured.
    pub fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    /// Sends a request that changes nothing, and repeats it while the system limits the rate, has
    /// an error of its own, or cannot be reached.
    ///
    /// Returns the last answer, whatever its status.
    ///
    /// # Errors
    /// When no answer came in any attempt, or one that is too long.
    pub async fn read(&self, call: &Call, action: &str) -> Result<Answer, PortError> {
        let mut attempt = 0;
        loop {
            attempt += 1;
            let outcome = self.send(call).await;
            let asked_for = match &outcome {
                Ok(answer) if !worth_repeating(answer.status) => return Ok(answer.clone()),
                Ok(answer) => self.asked_for(answer),
                Err(Failure::TooLong(_)) => {
                    let detail =
                        format!("found more than {} bytes, expected less", self.settings.longest_body);
                    return Err(PortError::Malformed {
                        system: self.system,
                        action: action.to_owned(),
                        detail,
                    });
                }
                Err(_) => None,
            };
            match self.settings.retry.pause_after(attempt, asked_for) {
                Some(pause) => self.pause(call, pause).await,
                None => return outcome.map_err(|failure| self.unreachable(failure.into_detail())),
            }
        }
    }

    /// Sends a request that changes something. It is repeated only while the system limits the
    /// rate, by which it says that it did nothing.
    ///
    /// Returns the answer, unless it is a server error: those leave open what happened.
    ///
    /// # Errors
    /// [`PortError::Unreachable`] when nothing was sent, [`PortError::ReplyLost`] when something
    /// was and no usable answer came.
    pub async fn write(&self, call: &Call, action: &str) -> Result<Answer, PortError> {
        let lost = |detail| PortError::ReplyLost { system: self.system, action: action.to_owned(), detail };
        let mut attempt = 0;
        loop {
            attempt += 1;
            let answer = match self.send(call).await {
                Ok(answer) | Err(Failure::BrokeOff(answer, _) | Failure::TooLong(answer)) => answer,
                Err(Failure::NotSent(detail)) => return Err(self.unreachable(detail)),
                Err(Failure::NoAnswer(detail)) => return Err(lost(detail)),
            };
            if answer.status.is_server_error() || answer.status == StatusCode::REQUEST_TIMEOUT {
                return Err(lost(format!("status {}: {}", answer.status.as_u16(), answer.excerpt())));
            }
            if answer.status != StatusCode::TOO_MANY_REQUESTS {
                return Ok(answer);
            }
            match self.settings.retry.pause_after(attempt, self.asked_for(&answer)) {
                Some(pause) => self.pause(call, pause).await,
                None => return Ok(answer),
            }
        }
    }

    fn unreachable(&self, detail: String) -> PortError {
        PortError::Unreachable { system: self.system, detail }
    }

    fn asked_for(&self, answer: &Answer) -> Option<Duration> {
        let now = self.clock.now();
        answer.retry_at(now).map(|at| (at - now).to_std().unwrap_or_default())
    }

    async fn pause(&self, call: &Call, pause: Duration) {
        tracing::debug!(system = %self.system, method = %call.method, url = %call.url, ?pause, "asking again");
        self.clock.sleep(pause).await;
    }

    async fn send(&self, call: &Call) -> Result<Answer, Failure> {
        let not_sent = |error: reqwest::Error| Failure::NotSent(describe(error));
        let url = Url::parse(call.url.as_str())
            .map_err(|error| Failure::NotSent(format!("{}: {error}", call.url)))?;
        let client = self.client_for(&url).map_err(not_sent)?;
        let request = client
            .request(call.method.clone(), url)
            .headers(call.headers.clone())
            .body(call.body.clone())
            .build()
            .map_err(not_sent)?;
        self.requests.sent(self.system);
        tracing::debug!(system = %self.system, method = %call.method, url = %call.url, "request");
        let mut response = client.execute(request).await.map_err(|error| {
            if error.is_connect() { not_sent(error) } else { Failure::NoAnswer(describe(error)) }
        })?;
        let (status, headers) = (response.status(), response.headers().clone());
        let answer = |body: BytesMut| Answer { status, headers, body: body.freeze() };
        let mut body = BytesMut::new();
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) if body.len() + chunk.len() > self.settings.longest_body => {
                    return Err(Failure::TooLong(answer(body)));
                }
                Ok(Some(chunk)) => body.extend_from_slice(&chunk),
                Ok(None) => return Ok(answer(body)),
                Err(error) => return Err(Failure::BrokeOff(answer(body), describe(error))),
            }
        }
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

impl Failure {
    fn into_detail(self) -> String {
        match self {
            Self::NotSent(detail) | Self::NoAnswer(detail) | Self::BrokeOff(_, detail) => detail,
            Self::TooLong(answer) => answer.excerpt(),
        }
    }
}

fn worth_repeating(status: StatusCode) -> bool {
    status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error()
}

/// Returns an error with its causes in one line. The URL is left out: the caller names what it
/// asked for, and a query can hold what is nobody else's business.
fn describe(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        text.push_str(": ");
        text.push_str(&next.to_string());
        cause = next.source();
    }
    text
}
