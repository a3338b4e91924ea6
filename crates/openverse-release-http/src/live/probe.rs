//! The port's operation.

use std::sync::Arc;

use async_trait::async_trait;
use http::{HeaderValue, StatusCode, header};
use openverse_release_core::{HttpUrl, LiveVersion};
use openverse_release_ports::{Clock, PortError, Requests, System, VersionProbe};
use serde::Deserialize;

use super::ProbeConfig;
use crate::{Answer, Call, HttpClient};

/// Asks live apps for their version over HTTP.
///
/// A redirect is not followed, not even on the same host: what answers elsewhere need not be what
/// was deployed. It is an error that names its target, so that the endpoint can be put right.
#[derive(Debug)]
pub struct HttpVersionProbe {
    config: ProbeConfig,
    http: HttpClient,
}

#[derive(Deserialize)]
struct Found {
    release: String,
    environment: String,
}

impl HttpVersionProbe {
    /// Returns an adapter that counts its requests in `requests`.
    pub fn new(config: ProbeConfig, requests: Requests, clock: Arc<dyn Clock>) -> Self {
        let http = HttpClient::new(System::LiveApp, config.http, requests, clock);
        Self { config, http }
    }
}

#[async_trait]
impl VersionProbe for HttpVersionProbe {
    async fn live(&self, endpoint: &HttpUrl) -> Result<LiveVersion, PortError> {
        let action = format!("the version at {endpoint}");
        // What a cache in between remembers is not what is live.
        let call = Call::get(self.config.real(endpoint))
            .header(header::ACCEPT, HeaderValue::from_static("application/json"))
            .header(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        let answer = self.http.read(&call, &action).await?;
        if answer.status != StatusCode::OK {
            return Err(answer.refusal(System::LiveApp, &action, answer.excerpt()));
        }
        read_version(&answer).map_err(|detail| PortError::Malformed {
            system: System::LiveApp,
            action,
            detail,
        })
    }
}

fn read_version(answer: &Answer) -> Result<LiveVersion, String> {
    let found: Found = serde_json::from_slice(&answer.body).map_err(|error| {
        format!("found {}, expected JSON with \"release\" and \"environment\" ({error})", answer.excerpt())
    })?;
    let commit = found.release.parse().map_err(|error| format!("in \"release\": {error}"))?;
    Ok(LiveVersion { commit, environment: found.environment })
}
