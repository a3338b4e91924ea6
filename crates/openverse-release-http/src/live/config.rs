//! Where the live apps are.

use std::{collections::BTreeMap, time::Duration};

use crate::HttpSettings;
use openverse_release_core::HttpUrl;

/// Where the live apps are, and the limits of a request.
#[derive(Debug, Clone)]
pub struct ProbeConfig {
    /// What stands in for an origin, with what its paths are put behind:
    /// `https://api.openverse.org` → `http://127.0.0.1:8080/live/api.openverse.org`.
    pub origins: BTreeMap<HttpUrl, HttpUrl>,
    /// The limits of every request.
    pub http: HttpSettings,
}

impl Default for ProbeConfig {
    /// The real origins; 10 seconds for an answer of at most 64 KiB.
    fn default() -> Self {
        let http = HttpSettings {
            timeout: Duration::from_secs(10),
            longest_body: 64 << 10,
            ..HttpSettings::default()
        };
        Self { origins: BTreeMap::new(), http }
    }
}

impl ProbeConfig {
    /// Returns where to ask, for an endpoint.
    pub(crate) fn real(&self, endpoint: &HttpUrl) -> HttpUrl {
        let stand_in = self.origins.iter().find_map(|(origin, stand_in)| {
            let path = endpoint.as_str().strip_prefix(origin.as_str().trim_end_matches('/'))?;
            // `https://openverse.org` is no beginning of `https://openverse.org.evil.test/`.
            let at_boundary = path.is_empty() || path.starts_with(['/', '?']);
            let url = format!("{}{path}", stand_in.as_str().trim_end_matches('/'));
            at_boundary.then(|| url.parse().ok()).flatten()
        });
        stand_in.unwrap_or_else(|| endpoint.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_replaced_whole_or_not_at_all() {
        let origins = [("https://openverse.org", "http://127.0.0.1:80/live/openverse.org/")];
        let origins = origins.map(|(from, to)| (from.parse().unwrap(), to.parse().unwrap())).into();
        let config = ProbeConfig { origins, ..ProbeConfig::default() };
        let real = |text: &str| config.real(&text.parse().unwrap()).to_string();
        assert_eq!(real("https://openverse.org/version"), "http://127.0.0.1:80/live/openverse.org/version");
        for other in [
            "https://staging.openverse.org/version",
            "https://openverse.org.evil.test/version",
            "https://openverse.org:8443/version",
        ] {
            assert_eq!(real(other), other);
        }
    }
}
