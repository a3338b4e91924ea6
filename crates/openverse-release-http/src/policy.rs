//! What a system adds to plain HTTP.

use std::fmt;

use chrono::{DateTime, Utc};
use http::StatusCode;

use crate::{Answer, BaseUrl, quote};

/// What a system adds to plain HTTP: how it limits the rate of requests, how it words its errors,
/// and where its redirects may be followed.
pub trait Policy: fmt::Debug + Send + Sync {
    /// Returns the rate limit that an answer reports, or `None` if it reports none.
    ///
    /// A rate limit says that nothing was done. So even a write is sent again after it.
    fn rate_limit(&self, answer: &Answer, now: DateTime<Utc>) -> Option<RateLimit>;

    /// Returns what an answer says in one short line, fit for an error.
    fn said(&self, answer: &Answer) -> String;

    /// Returns text from outside as one short line, fit for an error.
    fn quote(&self, text: &str) -> String;

    /// Returns the URL below which redirects of reads are followed and lists continue, with the
    /// credentials of the request.
    ///
    /// With `None` no redirect is followed, and a list continues only on its own server.
    fn base(&self) -> Option<&BaseUrl>;
}

/// A system limits the rate of requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit {
    /// When the limit ends, if the system says so.
    pub until: Option<DateTime<Utc>>,
}

/// The policy of a system that adds nothing to plain HTTP: its rate limit is status 429, its errors
/// are quoted as they are, and its redirects are not followed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PlainHttp;

impl Policy for PlainHttp {
    fn rate_limit(&self, answer: &Answer, now: DateTime<Utc>) -> Option<RateLimit> {
        let limited = answer.status == StatusCode::TOO_MANY_REQUESTS;
        limited.then(|| RateLimit { until: answer.retry_at(now) })
    }

    fn said(&self, answer: &Answer) -> String {
        answer.excerpt()
    }

    fn quote(&self, text: &str) -> String {
        quote(text)
    }

    fn base(&self) -> Option<&BaseUrl> {
        None
    }
}
