//! Sending requests: once, and again where that is safe.

use std::time::Duration;

use chrono::{DateTime, Utc};
use http::{Method, StatusCode, header};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use openverse_release_http::Answer;
use openverse_release_ports::{PortError, System};
use serde_json::Value;

use crate::{
    answer::{malformed, refusal, said},
    client::GitHub,
    quote::with_causes,
    rate_limit::limited_until,
    transport::SendError,
};

const MOST_REDIRECTS: usize = 5;

/// Why an attempt gave no whole answer.
enum Failure {
    /// Nothing was sent.
    NotSent(String),
    /// Something was sent, and no whole answer came.
    Lost(String),
    /// The answer is longer than allowed.
    TooLong,
}

/// A write, with its body.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Write<'a> {
    Post(&'a Value),
    Patch(&'a Value),
    Put(&'a Value),
    Delete,
}

impl GitHub {
    /// Sends a request that changes nothing, and repeats it on rate limits, server errors and
    /// broken connections. Follows redirects on the same server.
    ///
    /// `path` is path and query below the base URL. The answer may have any status that is not
    /// worth repeating.
    pub(crate) async fn read(&self, path: &str, action: &str) -> Result<Answer, PortError> {
        let mut path = path.to_owned();
        let mut redirects = 0;
        let mut attempt = 0;
        loop {
            let (failed, until) = match self.send(&Method::GET, &path, None).await {
                Ok(answer) if is_redirect(answer.status) => {
                    redirects += 1;
                    match self.same_server(&path, &answer) {
                        Some(target) if redirects <= MOST_REDIRECTS => path = target,
                        _ => return Err(self.refusal(&answer, action)),
                    }
                    continue;
                }
                Ok(answer) => {
                    if let Some(until) = self.limited_until(&answer) {
                        (rate_limited(until), Some(until))
                    } else if may_have_happened(answer.status) {
                        (self.refusal(&answer, action), answer.retry_at(self.0.clock.now()))
                    } else {
                        return Ok(answer);
                    }
                }
                Err(Failure::TooLong) => return Err(self.too_long(action)),
                Err(Failure::NotSent(detail) | Failure::Lost(detail)) => (unreachable(detail), None),
            };
            attempt += 1;
            if !self.pause(attempt, until, action).await {
                return Err(failed);
            }
        }
    }

    /// Sends a request that changes something. It is repeated only while GitHub limits the rate,
    /// by which it says that it did nothing.
    ///
    /// # Errors
    /// [`PortError::Unreachable`] when nothing was sent; [`PortError::ReplyLost`] when something
    /// was, and what came back leaves open what happened; another one when GitHub refused.
    pub(crate) async fn write(
        &self,
        write: Write<'_>,
        path: &str,
        action: &str,
    ) -> Result<Answer, PortError> {
        let (method, body) = match write {
            Write::Post(body) => (Method::POST, Some(body)),
            Write::Patch(body) => (Method::PATCH, Some(body)),
            Write::Put(body) => (Method::PUT, Some(body)),
            Write::Delete => (Method::DELETE, None),
        };
        let lost = |detail: String| PortError::ReplyLost {
            system: System::GitHub,
            action: action.to_owned(),
            detail,
        };
        let mut attempt = 0;
        loop {
            let answer = match self.send(&method, path, body).await {
                Ok(answer) => answer,
                Err(Failure::NotSent(detail)) => return Err(unreachable(detail)),
                Err(Failure::Lost(detail)) => return Err(lost(detail)),
                Err(Failure::TooLong) => return Err(self.too_long(action)),
            };
            if answer.status.is_success() {
                return Ok(answer);
            }
            if may_have_happened(answer.status) {
                let detail = format!("status {}: {}", answer.status.as_u16(), self.said(&answer));
                return Err(lost(detail));
            }
            let Some(until) = self.limited_until(&answer) else {
                return Err(self.refusal(&answer, action));
            };
            attempt += 1;
            if !self.pause(attempt, Some(until), action).await {
                return Err(rate_limited(until));
            }
        }
    }

    pub(crate) fn refusal(&self, answer: &Answer, action: &str) -> PortError {
        refusal(answer, action, self.0.token.as_ref())
    }

    fn said(&self, answer: &Answer) -> String {
        said(answer, self.0.token.as_ref())
    }

    fn limited_until(&self, answer: &Answer) -> Option<DateTime<Utc>> {
        limited_until(answer, &self.said(answer), self.0.clock.now())
    }

    fn too_long(&self, action: &str) -> PortError {
        malformed(action, format!("found more than {} bytes, expected less", self.0.settings.longest_body))
    }

    /// Waits before the next attempt, or tells that there should be none.
    async fn pause(&self, attempt: u32, until: Option<DateTime<Utc>>, action: &str) -> bool {
        let asked_for = until.map(|at| (at - self.0.clock.now()).to_std().unwrap_or(Duration::ZERO));
        let Some(pause) = self.0.settings.retry.pause_after(attempt, asked_for) else { return false };
        tracing::debug!(action, attempt, ?pause, "asking GitHub again");
        self.0.clock.sleep(pause).await;
        true
    }

    /// Returns where a redirect leads, as a path below the base URL. `None` if it leads to another
    /// server or out of the base URL: the token does not belong there.
    fn same_server(&self, path: &str, answer: &Answer) -> Option<String> {
        let here = reqwest::Url::parse(&format!("{}{path}", self.0.base)).ok()?;
        let there = here.join(answer.header(header::LOCATION.as_str())?).ok()?;
        self.below_base(there.as_str())
    }

    /// Returns the path and query of a URL below the base URL.
    pub(crate) fn below_base(&self, url: &str) -> Option<String> {
        url.strip_prefix(self.0.base.as_str()).filter(|path| path.starts_with('/')).map(str::to_owned)
    }

    async fn send(&self, method: &Method, path: &str, body: Option<&Value>) -> Result<Answer, Failure> {
        tracing::debug!(%method, path, "request to GitHub");
        self.0.requests.sent(System::GitHub);
        let octocrab = &self.0.octocrab;
        let sent = match *method {
            Method::POST => octocrab._post(path, body).await,
            Method::PATCH => octocrab._patch(path, body).await,
            Method::PUT => octocrab._put(path, body).await,
            Method::DELETE => octocrab._delete(path, body).await,
            _ => octocrab._get(path).await,
        };
        let response = sent.map_err(|error| self.failure(error))?;
        let (parts, body) = response.into_parts();
        tracing::debug!(%method, path, status = parts.status.as_u16(), "answer from GitHub");
        match Limited::new(body, self.0.settings.longest_body).collect().await {
            Ok(body) => Ok(Answer { status: parts.status, headers: parts.headers, body: body.to_bytes() }),
            Err(error) if error.is::<LengthLimitError>() => Err(Failure::TooLong),
            Err(error) => Err(Failure::Lost(with_causes(&*error, self.0.token.as_ref()))),
        }
    }

    fn failure(&self, error: octocrab::Error) -> Failure {
        let token = self.0.token.as_ref();
        match error {
            octocrab::Error::Service { source, .. } => {
                let nothing_sent = source.downcast_ref::<SendError>().is_some_and(SendError::nothing_sent);
                let detail = with_causes(&*source, token);
                if nothing_sent { Failure::NotSent(detail) } else { Failure::Lost(detail) }
            }
            // The other kinds arise while the request is put together.
            other => Failure::NotSent(with_causes(&other, token)),
        }
    }
}

fn is_redirect(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

/// Tells whether a status leaves open what the server did. For a read: whether to ask again.
fn may_have_happened(status: StatusCode) -> bool {
    status.is_server_error() || status == StatusCode::REQUEST_TIMEOUT
}

fn unreachable(detail: String) -> PortError {
    PortError::Unreachable { system: System::GitHub, detail }
}

fn rate_limited(until: DateTime<Utc>) -> PortError {
    PortError::RateLimited { system: System::GitHub, until: Some(until) }
}
