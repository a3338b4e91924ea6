//! The transport below octocrab: sends a request once, follows nothing, names this program.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use http::{HeaderMap, HeaderValue, Request, Response, header};
use http_body_util::BodyExt as _;
use octocrab::OctoBody;
use openverse_release_http::HttpSettings;
use tower_service::Service;

/// Sends requests to one base URL. Their own URL is a path and a query below it.
#[derive(Debug, Clone)]
pub(crate) struct Transport {
    client: reqwest::Client,
    /// Without a slash at its end.
    base: String,
}

/// An attempt gave no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SendError {
    #[error("the request could not be made")]
    Unsendable(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error(transparent)]
    Exchange(reqwest::Error),
}

impl SendError {
    /// Tells whether not a byte of the request can have arrived.
    pub(crate) fn nothing_sent(&self) -> bool {
        match self {
            Self::Unsendable(_) => true,
            Self::Exchange(error) => error.is_connect() || error.is_builder(),
        }
    }
}

impl Transport {
    pub(crate) fn new(base: &reqwest::Url, settings: &HttpSettings) -> Result<Self, reqwest::Error> {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, HeaderValue::from_static("application/vnd.github+json"));
        let builder = reqwest::Client::builder()
            .user_agent(concat!("openverse-release/", env!("CARGO_PKG_VERSION")))
            .default_headers(headers)
            .connect_timeout(settings.connect_timeout)
            .timeout(settings.timeout)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never());
        // A proxy of the environment leads to the outside, never back to this machine.
        let builder = match base.host_str() {
            Some("127.0.0.1" | "localhost" | "[::1]") => builder.no_proxy(),
            _ => builder,
        };
        Ok(Self { client: builder.build()?, base: base.as_str().trim_end_matches('/').to_owned() })
    }
}

impl Service<Request<OctoBody>> for Transport {
    type Response = Response<reqwest::Body>;
    type Error = SendError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, SendError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), SendError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<OctoBody>) -> Self::Future {
        let client = self.client.clone();
        let (parts, body) = request.into_parts();
        let url = format!("{}{}", self.base, parts.uri);
        Box::pin(async move {
            let body = body.collect().await.map_err(|error| SendError::Unsendable(error.into()))?.to_bytes();
            let request = client.request(parts.method, url).headers(parts.headers);
            let request = if body.is_empty() { request } else { request.body(body) };
            let response = request.send().await.map_err(|error| SendError::Exchange(error.without_url()))?;
            Ok(response.into())
        })
    }
}
