//! Where Airflow is, and how to be let in.

use openverse_release_core::HttpUrl;
use openverse_release_http::HttpSettings;
use secrecy::SecretString;

/// The version of Airflow's REST API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AirflowApi {
    /// Version 1, of Airflow 2.
    V1,
    /// Version 2, of Airflow 3.
    V2,
}

/// How to be let in to Airflow.
#[derive(Debug, Clone, Default)]
pub enum AirflowCredentials {
    /// As anybody.
    #[default]
    Anonymous,
    /// With a name and a password. They are sent with every request to version 1 of the API;
    /// version 2 takes them once, for a token.
    Password {
        /// The name.
        username: String,
        /// The password.
        password: SecretString,
    },
    /// With a token that Airflow takes as it is.
    Token(SecretString),
}

/// Where Airflow is, how to be let in, and the limits of a request.
#[derive(Debug, Clone)]
pub struct AirflowConfig {
    /// What Airflow's own paths are put behind: `https://airflow.example`.
    pub base_url: HttpUrl,
    /// The version of the API; found out where none is given.
    pub api: Option<AirflowApi>,
    /// How to be let in. Who may not read every DAG is shown fewer, without a word, and a gate
    /// that should be closed looks open.
    pub credentials: AirflowCredentials,
    /// How many entries of a list are asked for at a time. Airflow grants 100 if nobody has
    /// configured it otherwise.
    pub page_size: u16,
    /// The limits of every request.
    pub http: HttpSettings,
}

impl AirflowConfig {
    /// Returns the configuration for an Airflow that lets anybody in.
    pub fn new(base_url: HttpUrl) -> Self {
        Self {
            base_url,
            api: None,
            credentials: AirflowCredentials::default(),
            page_size: 100,
            http: HttpSettings::default(),
        }
    }
}
