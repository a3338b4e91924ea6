//! The client and how it is configured.

use std::{fmt, sync::Arc};

use http::HeaderValue;
use octocrab::{AuthState, Octocrab, OctocrabBuilder};
use openverse_release_core::{GitHubRepository, HttpUrl};
use openverse_release_http::HttpSettings;
use openverse_release_ports::{Clock, Requests, SystemClock};
use secrecy::{ExposeSecret as _, SecretString};

use crate::{repository::Repository, transport::Transport};

const PUBLIC_GITHUB: &str = "https://api.github.com";

/// GitHub's REST API at one base URL, with one token. Clones share everything.
#[derive(Clone)]
pub struct GitHub(pub(crate) Arc<Connection>);

pub(crate) struct Connection {
    pub(crate) octocrab: Octocrab,
    /// As the URL standard writes it, so that what a server links to can be compared with it, and
    /// without a slash at its end.
    pub(crate) base: String,
    pub(crate) token: Option<SecretString>,
    pub(crate) settings: HttpSettings,
    pub(crate) requests: Requests,
    pub(crate) clock: Arc<dyn Clock>,
}

impl fmt::Debug for GitHub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GitHub")
            .field("base", &self.0.base)
            .field("token", &self.0.token.as_ref().map(|_| "[token]"))
            .field("settings", &self.0.settings)
            .finish_non_exhaustive()
    }
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
    /// There is no tokio runtime, which the client's background task needs.
    #[error("a GitHub client can only be built inside a tokio runtime")]
    NoRuntime,
    /// The HTTP client could not be set up, for want of root certificates for instance.
    #[error("the HTTP client could not be set up")]
    Http(#[source] Box<dyn std::error::Error + Send + Sync>),
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

    /// Builds the client, inside a tokio runtime. Nothing is sent.
    ///
    /// # Errors
    /// When the token or the base URL cannot be used, or there is no runtime.
    pub fn build(self) -> Result<GitHub, BuildError> {
        let url = plain_url(self.base.as_ref().map_or(PUBLIC_GITHUB, HttpUrl::as_str))?;
        let auth = match &self.token {
            // octocrab would say so only at the first request.
            Some(token) if HeaderValue::from_str(token.expose_secret()).is_err() => {
                return Err(BuildError::Token);
            }
            Some(token) => AuthState::AccessToken { token: token.clone() },
            None => AuthState::None,
        };
        if tokio::runtime::Handle::try_current().is_err() {
            return Err(BuildError::NoRuntime);
        }
        let transport =
            Transport::new(&url, &self.settings).map_err(|error| BuildError::Http(error.into()))?;
        let Ok(octocrab) = OctocrabBuilder::new_empty().with_service(transport).with_auth(auth).build();
        let base = url.as_str().trim_end_matches('/').to_owned();
        let Self { token, settings, requests, clock, .. } = self;
        Ok(GitHub(Arc::new(Connection { octocrab, base, token, settings, requests, clock })))
    }
}

fn plain_url(text: &str) -> Result<reqwest::Url, BuildError> {
    let url = reqwest::Url::parse(text).ok();
    let plain = url.filter(|url| url.query().is_none() && url.fragment().is_none());
    plain.ok_or_else(|| BuildError::BaseUrl { base: text.to_owned() })
}
