//! Reading and writing: what every request to GitHub has in common.

use http::{HeaderName, HeaderValue, header};
use openverse_release_core::HttpUrl;
use openverse_release_http::{Answer, Call};
use openverse_release_ports::{PortError, System};
use serde_json::Value;

use crate::client::GitHub;

/// Names the revision of the API that is spoken, by its date.
const API_DATE: HeaderName = HeaderName::from_static("x-github-api-version");

/// A write, with its body.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Write<'a> {
    Post(&'a Value),
    Patch(&'a Value),
    Put(&'a Value),
    Delete,
}

impl GitHub {
    /// Sends a request that changes nothing. Follows redirects on the same server.
    ///
    /// `path` is path and query below the base URL. The answer may have any status.
    pub(crate) async fn read(&self, path: &str, action: &str) -> Result<Answer, PortError> {
        self.read_at(self.url(path)?, action).await
    }

    /// Does the same at a URL below the base URL.
    pub(crate) async fn read_at(&self, url: HttpUrl, action: &str) -> Result<Answer, PortError> {
        self.0.http.read(&self.authorized(Call::get(url)), action).await
    }

    /// Sends a request that changes something, and returns the answer if it means success.
    ///
    /// # Errors
    /// Those of [`HttpClient::write`](openverse_release_http::HttpClient::write), and what GitHub
    /// says when it refuses.
    pub(crate) async fn write(
        &self,
        write: Write<'_>,
        path: &str,
        action: &str,
    ) -> Result<Answer, PortError> {
        let url = self.url(path)?;
        let call = match write {
            Write::Post(body) => json(Call::post(url, body.to_string().into())),
            Write::Patch(body) => json(Call::patch(url, body.to_string().into())),
            Write::Put(body) => json(Call::put(url, body.to_string().into())),
            Write::Delete => Call::delete(url),
        };
        let answer = self.0.http.write(&self.authorized(call), action).await?;
        if answer.status.is_success() { Ok(answer) } else { Err(self.refusal(&answer, action)) }
    }

    pub(crate) fn url(&self, path: &str) -> Result<HttpUrl, PortError> {
        let no_url = |error| PortError::Unreachable { system: System::GitHub, detail: format!("{error}") };
        self.0.policy.base.at(path).map_err(no_url)
    }

    fn authorized(&self, call: Call) -> Call {
        let call = call
            .header(header::ACCEPT, HeaderValue::from_static("application/vnd.github+json"))
            .header(API_DATE, HeaderValue::from_static("2022-11-28"));
        match &self.0.authorization {
            Some(value) => call.header(header::AUTHORIZATION, value.clone()),
            None => call,
        }
    }
}

fn json(call: Call) -> Call {
    call.header(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))
}
