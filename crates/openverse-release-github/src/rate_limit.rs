//! Recognising GitHub's two kinds of rate limit.

use chrono::{DateTime, TimeDelta, Utc};
use http::StatusCode;
use openverse_release_http::Answer;

/// How long GitHub asks to wait where it names no time.
const UNNAMED_WAIT: TimeDelta = TimeDelta::minutes(1);

/// Returns when a rate limit ends, `None` if the answer is not about one.
///
/// GitHub answers 429 or 403. The primary limit shows in headers; the secondary one, against many
/// requests in a short time, may show only in the message. A 403 without any of that is a
/// plain refusal.
pub(crate) fn limited_until(answer: &Answer, message: &str, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    if !matches!(answer.status, StatusCode::TOO_MANY_REQUESTS | StatusCode::FORBIDDEN) {
        return None;
    }
    if let Some(at) = answer.retry_at(now) {
        return Some(at);
    }
    if answer.header("x-ratelimit-remaining") == Some("0") {
        let reset = answer.header("x-ratelimit-reset").and_then(|text| text.parse().ok());
        if let Some(at) = reset.and_then(|seconds| DateTime::from_timestamp(seconds, 0)) {
            return Some(at);
        }
    }
    let message = message.to_lowercase();
    let said = message.contains("rate limit") || message.contains("abuse detection");
    (said || answer.status == StatusCode::TOO_MANY_REQUESTS).then(|| now + UNNAMED_WAIT)
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderName, HeaderValue};

    use super::*;

    fn wait(status: u16, headers: &[(&'static str, &'static str)], message: &str) -> Option<i64> {
        let pairs = headers
            .iter()
            .map(|&(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
        let answer = Answer {
            status: StatusCode::from_u16(status).unwrap(),
            headers: HeaderMap::from_iter(pairs),
            body: bytes::Bytes::new(),
        };
        let now = DateTime::from_timestamp(1_000, 0).unwrap();
        limited_until(&answer, message, now).map(|at| (at - now).num_seconds())
    }

    #[test]
    fn what_github_says_about_the_time_is_believed() {
        assert_eq!(wait(429, &[("retry-after", "7")], ""), Some(7));
        assert_eq!(wait(403, &[("retry-after", "7")], ""), Some(7));
        let exhausted = [("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1090")];
        assert_eq!(wait(403, &exhausted, ""), Some(90));
    }

    #[test]
    fn a_limit_without_a_time_is_a_minute() {
        assert_eq!(wait(429, &[], ""), Some(60));
        assert_eq!(wait(403, &[], "You have exceeded a secondary rate limit."), Some(60));
    }

    #[test]
    fn a_plain_refusal_is_no_limit() {
        let plenty = [("x-ratelimit-remaining", "4999"), ("x-ratelimit-reset", "1090")];
        assert_eq!(wait(403, &plenty, "Resource not accessible by personal access token"), None);
        assert_eq!(wait(404, &[("retry-after", "7")], ""), None);
        assert_eq!(wait(502, &[("retry-after", "7")], ""), None);
    }
}
