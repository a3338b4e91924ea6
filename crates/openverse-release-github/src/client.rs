//! The client and how it is configured.

use std::sync::Arc;

use http::HeaderValue;
use openverse_release_core::{GitHubRepository, HttpUrl};
use openverse_release_http::{BaseUrl, HttpClient, HttpSettings, secret_header};
use openverse_release_ports::{Clock, Requests, System, SystemClock};
use secrecy::{ExposeSecret as _, SecretString};

use crate::{policy::GitHubPolicy, repository::Repository};

const PUBLIC_GITHUB: &str = "https://api.github.com";

/// GitHub's REST API at one base URL, with one token. Clones share everything.
#[derive(Debug, Clone)]
pub struct GitHub(pub(crate) Arc<Connection>);

#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) http: HttpClient,
    pub(crate) policy: Arc<GitHubPolicy>,
    /// What each request sends to be let in.
    pub(crate) authorization: Option<HeaderValue>,
}

impl GitHub {
    /// Returns a builder for api.github.com without a token.
    pub fn builder() -> GitHubBuilder {
        GitHubBuilder::default()
    }

    /// Returns one repository, which implements every port to GitHub.
    ///
    /// `main` is the branch whose GitHub Workflows are started.
    pub fn repository(&self, repository: GitHubRepository, main: impl Into<String>) -> Repository {
        Repository::new(self.clone(), repository, main.into())
    }
}

/// Configures a [`GitHub`].
#[derive(Debug, Clone)]
pub struct GitHubBuilder {
    base: Option<HttpUrl>,
    token: Option<SecretString>,
    settings: HttpSettings,
    requests: Requests,
    clock: Arc<dyn Clock>,
}

impl Default for GitHubBuilder {
    fn default() -> Self {
        Self {
            base: None,
            token: None,
            settings: HttpSettings::default(),
            requests: Requests::default(),
            clock: Arc::new(SystemClock),
        }
    }
}

/// A client could not be built.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The base URL is no URL, or holds a query or a fragment.
    #[error("the base URL of GitHub's API is not a plain URL: {base}")]
    BaseUrl {
        /// The base URL.
        base: String,
    },
    /// The token has characters that no HTTP header can hold, such as a line break.
    #[error("the GitHub token holds characters that no token has")]
    Token,
}

impl GitHubBuilder {
    /// Sets the base URL, with or without a path; that of api.github.com where it is not set.
    #[must_use]
    pub fn base_url(mut self, base: HttpUrl) -> Self {
        self.base = Some(base);
        self
    }

    /// Sets the token. It is sent to the base URL's own server and to no other.
    #[must_use]
    pub fn token(mut self, token: impl Into<SecretString>) -> Self {
        self.token = Some(token.into());
        self
    }

    /// Sets the limits of every request, and how requests are repeated.
    #[must_use]
    pub fn settings(mut self, settings: HttpSettings) -> Self {
        self.settings = settings;
        self
    }

    /// Sets the counter to which every attempt of a request is added.
    #[must_use]
    pub fn requests(mut self, requests: Requests) -> Self {
        self.requests = requests;
        self
    }

    /// Sets the clock by which pauses are measured; the machine's where it is not set.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Builds the client. Nothing is sent.
    ///
    /// # Errors
    /// If the token or the base URL cannot be used.
    pub fn build(self) -> Result<GitHub, BuildError> {
        let Self { base, token, settings, requests, clock } = self;
        let text = base.as_ref().map_or(PUBLIC_GITHUB, HttpUrl::as_str);
        let base = BaseUrl::new(text).ok_or_else(|| BuildError::BaseUrl { base: text.to_owned() })?;
        let header = |token: &SecretString| secret_header(&format!("Bearer {}", token.expose_secret()));
        let authorization = token.as_ref().map(header).transpose().map_err(|_| BuildError::Token)?;
        let policy = Arc::new(GitHubPolicy { base, token });
        let http = HttpClient::new(System::GitHub, settings, requests, clock)
            .with_policy(Arc::<GitHubPolicy>::clone(&policy));
        Ok(GitHub(Arc::new(Connection { http, policy, authorization })))
    }
}
