//! Where the registries are, and how to be let in.

use std::collections::BTreeMap;

use openverse_release_core::HttpUrl;
use openverse_release_http::HttpSettings;
use secrecy::SecretString;

/// How to be let in to a registry.
#[derive(Debug, Clone, Default)]
pub enum Credentials {
    /// As anybody. A registry that hands out tokens to anybody is asked for one.
    #[default]
    Anonymous,
    /// With a name and a password, given to the registry or to its token service, whichever it
    /// asks for. This is the way of GHCR, where the password is a personal access token (classic)
    /// or a `GITHUB_TOKEN`.
    Basic {
        /// The name.
        username: String,
        /// The password.
        password: SecretString,
    },
    /// With a token that the registry itself takes, as it is.
    Bearer(SecretString),
}

/// Where the registries are, how to be let in, and the limits of a request.
#[derive(Debug, Clone)]
pub struct RegistryConfig {
    /// Credentials by registry, as image names write it (`ghcr.io`); anonymous where none are given.
    pub credentials: BTreeMap<String, Credentials>,
    /// Where a registry really is, if not at `https://` and its name: something that stands in for
    /// it. Only here can a registry be spoken to without TLS.
    pub endpoints: BTreeMap<String, HttpUrl>,
    /// How many tags are asked for at a time. Some registries grant fewer, some ignore it.
    pub tags_per_page: u16,
    /// The limits of every request.
    pub http: HttpSettings,
}

impl Default for RegistryConfig {
    /// Nobody's credentials, every registry where its name says, and 1000 tags at a time, the most
    /// that every registry grants.
    fn default() -> Self {
        Self {
            credentials: BTreeMap::new(),
            endpoints: BTreeMap::new(),
            tags_per_page: 1000,
            http: HttpSettings::default(),
        }
    }
}
