//! What a system answers.

use bytes::Bytes;
use chrono::{DateTime, Duration, Utc};
use http::{HeaderMap, StatusCode, header};
use openverse_release_ports::{PortError, System};

use crate::quote;

/// An answer: its status, its headers, and its body in full.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl Answer {
    /// Returns a header as text, if it is there and is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Returns the beginning of the body in one line, or the status's own words if it is empty.
    pub fn excerpt(&self) -> String {
        match quote(&String::from_utf8_lossy(&self.body)) {
            empty if empty.is_empty() => self.status.canonical_reason().unwrap_or("no details").to_owned(),
            text => text,
        }
    }

    /// Returns when the system wants to be asked again, if it says so: seconds or a date.
    pub fn retry_at(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let text = self.header(header::RETRY_AFTER.as_str())?.trim();
        match text.parse::<u32>() {
            Ok(seconds) => now.checked_add_signed(Duration::seconds(seconds.into())),
            Err(_) => DateTime::parse_from_rfc2822(text).ok().map(|at| at.with_timezone(&Utc)),
        }
    }

    /// Returns the error that an answer other than the expected one is.
    ///
    /// `detail` is what the system said, in whatever form it says such things.
    pub fn refusal(&self, system: System, action: &str, detail: String) -> PortError {
        let action = action.to_owned();
        match self.status {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                PortError::NotAllowed { system, action, detail }
            }
            status if status.is_redirection() => {
                let target = self.header(header::LOCATION.as_str()).unwrap_or("somewhere else");
                let detail =
                    format!("found a redirect to {target}, which is not followed, expected an answer");
                PortError::Malformed { system, action, detail }
            }
            status if status.is_client_error() || status.is_server_error() => {
                PortError::Refused { system, action, status: status.as_u16(), detail }
            }
            status => {
                let detail = format!("found status {status}, expected another: {detail}");
                PortError::Malformed { system, action, detail }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, name: &'static str, value: &str) -> Answer {
        let headers = HeaderMap::from_iter([(
            header::HeaderName::from_static(name),
            header::HeaderValue::from_str(value).unwrap(),
        )]);
        Answer { status: StatusCode::from_u16(status).unwrap(), headers, body: Bytes::new() }
    }

    #[test]
    fn retry_after_is_read_as_seconds_and_as_a_date() {
        let now = DateTime::from_timestamp(1_000, 0).unwrap();
        let at = |value: &str| answer(429, "retry-after", value).retry_at(now).map(|at| at.timestamp());
        assert_eq!(at("7"), Some(1_007));
        assert_eq!(at("Thu, 01 Jan 1970 00:20:00 GMT"), Some(1_200));
        assert_eq!(at("soon"), None);
    }

    #[test]
    fn an_excerpt_is_one_short_line() {
        let body = Bytes::from("<html>\n  <b>".to_owned() + &"x".repeat(1_000));
        let long = Answer { body, ..answer(500, "x", "y") };
        assert!(long.excerpt().starts_with("<html> <b>xxx"));
        assert_eq!(long.excerpt().chars().count(), 201);
        assert_eq!(answer(500, "x", "y").excerpt(), "Internal Server Error");
    }
}
