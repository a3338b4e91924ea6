//! Being let in.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use bytes::Bytes;
use http::{HeaderValue, StatusCode};
use openverse_release_http::{Call, HttpClient, secret_header};
use openverse_release_ports::{PortError, System};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde_json::json;
use tokio::sync::Mutex;

use crate::{
    config::{AirflowApi, AirflowConfig, AirflowCredentials},
    wire,
};

/// The token that version 2 of the API gave for a name and a password, once it did.
#[derive(Debug, Default)]
pub(crate) struct Authorization(Mutex<Option<SecretString>>);

#[derive(Deserialize)]
struct TokenAnswer {
    access_token: SecretString,
}

impl Authorization {
    /// Returns the header that a request needs, if it needs one.
    pub(crate) async fn header(
        &self,
        config: &AirflowConfig,
        api: AirflowApi,
        http: &HttpClient,
    ) -> Result<Option<HeaderValue>, PortError> {
        match (&config.credentials, api) {
            (AirflowCredentials::Anonymous, _) => Ok(None),
            (AirflowCredentials::Token(token), _) => bearer(token).map(Some),
            (AirflowCredentials::Password { username, password }, AirflowApi::V1) => {
                let pair = format!("{username}:{}", password.expose_secret());
                header_with(&format!("Basic {}", BASE64_STANDARD.encode(pair))).map(Some)
            }
            (AirflowCredentials::Password { username, password }, AirflowApi::V2) => {
                // Held while a token is fetched, so that requests at the same time share it.
                let mut held = self.0.lock().await;
                if let Some(token) = &*held {
                    return bearer(token).map(Some);
                }
                let token = fetch(config, http, username, password).await?;
                let header = bearer(&token)?;
                *held = Some(token);
                Ok(Some(header))
            }
        }
    }

    /// Takes note that a request with `used` was not let in, and tells whether asking again can end
    /// differently: a token that was given for a password runs out.
    pub(crate) async fn refused(&self, used: Option<&HeaderValue>) -> Result<bool, PortError> {
        let mut held = self.0.lock().await;
        let Some(token) = &*held else { return Ok(false) };
        // If somebody else has a newer one by now, that is used.
        if Some(&bearer(token)?) == used {
            *held = None;
        }
        Ok(true)
    }
}

async fn fetch(
    config: &AirflowConfig,
    http: &HttpClient,
    username: &str,
    password: &SecretString,
) -> Result<SecretString, PortError> {
    let action = format!("a token for {username}");
    let body = json!({ "username": username, "password": password.expose_secret() });
    let url = wire::url(config, "auth/token", &[])?;
    let call = wire::json(Call::post(url, Bytes::from(body.to_string())));
    // One token more changes nothing, so it may be asked for again.
    let answer = http.read(&call, &action).await?;
    if !matches!(answer.status, StatusCode::OK | StatusCode::CREATED) {
        // Of a request that it finds invalid Airflow quotes all there is, in the midst of its own words.
        let said = wire::said(&answer).filter(|_| answer.status == StatusCode::UNAUTHORIZED);
        let status = answer.status.canonical_reason().unwrap_or("no details");
        let detail = said.unwrap_or_else(|| status.to_owned());
        return Err(answer.refusal(System::Airflow, &action, detail));
    }
    // The parser's message would quote the body, and with it a secret.
    let found: TokenAnswer = serde_json::from_slice(&answer.body).map_err(|_| {
        wire::malformed(&action, "found something else, expected JSON with access_token".to_owned())
    })?;
    Ok(found.access_token)
}

fn bearer(token: &SecretString) -> Result<HeaderValue, PortError> {
    header_with(&format!("Bearer {}", token.expose_secret()))
}

fn header_with(text: &str) -> Result<HeaderValue, PortError> {
    secret_header(text).map_err(|_| PortError::NotAllowed {
        system: System::Airflow,
        action: "access".to_owned(),
        detail: "the token or password holds a character that no header can carry".to_owned(),
    })
}
