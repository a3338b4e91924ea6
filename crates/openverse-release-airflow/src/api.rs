//! Finding out which version of the API there is.

use http::StatusCode;
use openverse_release_http::{Call, HttpClient};
use openverse_release_ports::PortError;

use crate::{
    config::{AirflowApi, AirflowConfig},
    wire::{self, VersionInfo, malformed, refusal},
};

impl AirflowApi {
    /// Returns what every path of the API begins with.
    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::V1 => "api/v1",
            Self::V2 => "api/v2",
        }
    }
}

/// Returns the newest version of the API that Airflow answers. Anybody may ask for it.
pub(crate) async fn detect(config: &AirflowConfig, http: &HttpClient) -> Result<AirflowApi, PortError> {
    let action = format!("the version of Airflow at {}", config.base_url);
    for api in [AirflowApi::V2, AirflowApi::V1] {
        let url = wire::url(config, &format!("{}/version", api.path()), &[])?;
        let answer = http.read(&Call::get(url), &action).await?;
        match answer.status {
            StatusCode::OK => {
                let found: VersionInfo = wire::read(&answer, &action, "Airflow's version")?;
                tracing::debug!(?api, version = found.version, "found Airflow");
                return Ok(api);
            }
            StatusCode::NOT_FOUND => {}
            _ => return Err(refusal(&answer, &action)),
        }
    }
    let detail = "found neither api/v2 nor api/v1 there, expected the base URL of an Airflow 3 or 2";
    Err(malformed(&action, detail.to_owned()))
}
