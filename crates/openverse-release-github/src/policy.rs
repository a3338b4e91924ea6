//! What GitHub adds to plain HTTP.

use chrono::{DateTime, TimeDelta, Utc};
use http::StatusCode;
use openverse_release_http::{Answer, BaseUrl, Policy, RateLimit, quote};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::Value;

/// How long to wait if GitHub limits the rate and names no time: its own advice.
const UNNAMED_WAIT: TimeDelta = TimeDelta::minutes(1);

/// GitHub's API at one base URL, with the token that no error shows.
#[derive(Debug)]
pub(crate) struct GitHubPolicy {
    pub(crate) base: BaseUrl,
    pub(crate) token: Option<SecretString>,
}

/// The form in which GitHub says what is wrong.
#[derive(Deserialize)]
struct ErrorBody {
    message: String,
    #[serde(default)]
    errors: Vec<Value>,
}

impl Policy for GitHubPolicy {
    /// GitHub answers 429 or 403. The primary limit shows in headers; the secondary one, against many
    /// requests in a short time, may show only in the message. A 403 without any of that is a
    /// plain refusal.
    fn rate_limit(&self, answer: &Answer, now: DateTime<Utc>) -> Option<RateLimit> {
        let is_429 = answer.status == StatusCode::TOO_MANY_REQUESTS;
        if !is_429 && answer.status != StatusCode::FORBIDDEN {
            return None;
        }
        let in_message = || {
            let message = self.said(answer).to_lowercase();
            message.contains("rate limit") || message.contains("abuse detection")
        };
        let named = answer.retry_at(now).or_else(|| end_of_primary_limit(answer));
        let until = named.or_else(|| (is_429 || in_message()).then(|| now + UNNAMED_WAIT))?;
        Some(RateLimit { until: Some(until) })
    }

    fn said(&self, answer: &Answer) -> String {
        match serde_json::from_slice::<ErrorBody>(&answer.body) {
            Ok(body) if body.errors.is_empty() => self.quote(&body.message),
            Ok(body) => {
                let errors: Vec<String> = body.errors.iter().map(describe).collect();
                self.quote(&format!("{}: {}", body.message, errors.join(", ")))
            }
            Err(_) => match self.quote(&String::from_utf8_lossy(&answer.body)) {
                empty if empty.is_empty() => answer.excerpt(),
                text => text,
            },
        }
    }

    /// Takes out the token, which a server may echo.
    fn quote(&self, text: &str) -> String {
        let token = self.token.as_ref().map(ExposeSecret::expose_secret);
        match token.filter(|token| !token.is_empty()) {
            // Before anything is cut off: half a token would not be recognised.
            Some(token) => quote(&text.replace(token, "[token]")),
            None => quote(text),
        }
    }

    fn base(&self) -> Option<&BaseUrl> {
        Some(&self.base)
    }
}

fn end_of_primary_limit(answer: &Answer) -> Option<DateTime<Utc>> {
    answer.header("x-ratelimit-remaining").filter(|&remaining| remaining == "0")?;
    DateTime::from_timestamp(answer.header("x-ratelimit-reset")?.parse().ok()?, 0)
}

/// One of the errors of a body: text, or an object with a message, or with a field and a code.
fn describe(error: &Value) -> String {
    let part = |name: &str| error[name].as_str();
    match (error.as_str().or_else(|| part("message")), part("field"), part("code")) {
        (Some(message), ..) => message.to_owned(),
        (None, Some(field), Some(code)) => format!("{field} {code}"),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderName, HeaderValue};

    use super::*;

    fn policy(token: Option<&str>) -> GitHubPolicy {
        let base = BaseUrl::new("https://api.github.com").unwrap();
        GitHubPolicy { base, token: token.map(SecretString::from) }
    }

    fn answer(status: u16, headers: &[(&'static str, &'static str)], body: &str) -> Answer {
        let pairs = headers
            .iter()
            .map(|&(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
        Answer {
            status: StatusCode::from_u16(status).unwrap(),
            headers: HeaderMap::from_iter(pairs),
            body: body.to_owned().into(),
        }
    }

    fn wait(status: u16, headers: &[(&'static str, &'static str)], message: &str) -> Option<i64> {
        let now = DateTime::from_timestamp(1_000, 0).unwrap();
        let limit = policy(None).rate_limit(&answer(status, headers, message), now)?;
        Some((limit.until.unwrap() - now).num_seconds())
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
        assert_eq!(wait(403, &[], r#"{"message":"You triggered an abuse detection mechanism."}"#), Some(60));
        assert_eq!(wait(403, &[("x-ratelimit-remaining", "0")], ""), None);
    }

    #[test]
    fn a_plain_refusal_is_no_limit() {
        let plenty = [("x-ratelimit-remaining", "4999"), ("x-ratelimit-reset", "1090")];
        assert_eq!(wait(403, &plenty, "Resource not accessible by personal access token"), None);
        assert_eq!(wait(404, &[("retry-after", "7")], ""), None);
        assert_eq!(wait(502, &[("retry-after", "7")], ""), None);
    }

    #[test]
    fn what_github_says_is_shown_with_its_details() {
        let said = |body| policy(None).said(&answer(422, &[], body));
        assert_eq!(said(r#"{"message":"Validation Failed","errors":["no"]}"#), "Validation Failed: no");
        let fields =
            r#"{"message":"Validation Failed","errors":[{"field":"tag_name","code":"already_exists"}]}"#;
        assert_eq!(said(fields), "Validation Failed: tag_name already_exists");
        assert_eq!(said(r#"{"message":"Not Found","status":"404"}"#), "Not Found");
        assert_eq!(said("<html>\n"), "<html>");
        assert_eq!(said(" \n"), "Unprocessable Entity");
    }

    #[test]
    fn a_token_is_taken_out_even_where_the_text_is_cut() {
        let text = format!("{}github_pat_secret", "x".repeat(196));
        let shown = policy(Some("github_pat_secret")).quote(&text);
        assert!(!shown.contains("gith") && shown.contains("[tok"), "{shown}");
    }
}
