//! Being let in to one registry.

use std::collections::BTreeMap;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use http_auth::parser::ChallengeParser;
use openverse_release_core::HttpUrl;
use openverse_release_http::{Answer, Call, HttpClient, secret_header, with_query};
use openverse_release_ports::{PortError, System};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use tokio::sync::Mutex;

use crate::config::Credentials;

/// What a token must allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Access {
    /// To read an image.
    Pull,
    /// To read and to write it.
    Push,
}

impl Access {
    fn actions(self) -> &'static str {
        match self {
            Self::Pull => "pull",
            Self::Push => "pull,push",
        }
    }
}

/// The credentials for one registry, and what it has asked for so far.
///
/// A registry is first asked without a token. What it demands then is remembered, and so is every
/// token, so that each is asked for once.
#[derive(Debug)]
pub(crate) struct Authorization {
    credentials: Credentials,
    demands: Mutex<Demands>,
}

#[derive(Debug, Default)]
struct Demands {
    scheme: Option<Scheme>,
    tokens: BTreeMap<(String, Access), SecretString>,
}

#[derive(Debug, Clone)]
enum Scheme {
    Basic,
    Token { realm: HttpUrl, service: Option<String> },
}

#[derive(Deserialize)]
struct TokenAnswer {
    token: Option<SecretString>,
    access_token: Option<SecretString>,
}

impl Authorization {
    pub(crate) fn new(credentials: Credentials) -> Self {
        Self { credentials, demands: Mutex::default() }
    }

    /// Returns the header that a request needs by all that is known, if it needs one.
    pub(crate) async fn header(
        &self,
        http: &HttpClient,
        repository: &str,
        access: Access,
    ) -> Result<Option<HeaderValue>, PortError> {
        if let Credentials::Bearer(token) = &self.credentials {
            return bearer(token).map(Some);
        }
        // Held while a token is fetched, so that requests at the same time share it.
        let mut demands = self.demands.lock().await;
        let (realm, service) = match &demands.scheme {
            None => return Ok(None),
            Some(Scheme::Basic) => return self.basic(),
            Some(Scheme::Token { realm, service }) => (realm.clone(), service.clone()),
        };
        let key = (repository.to_owned(), access);
        if let Some(token) = demands.tokens.get(&key) {
            return bearer(token).map(Some);
        }
        let token = self.fetch_token(http, &realm, service.as_deref(), repository, access).await?;
        let header = bearer(&token)?;
        demands.tokens.insert(key, token);
        Ok(Some(header))
    }

    /// Takes note of an answer with status 401 to a request that was sent with `used`, and tells
    /// whether asking again can end differently.
    pub(crate) async fn refused(
        &self,
        answer: &Answer,
        registry: &HttpUrl,
        repository: &str,
        access: Access,
        used: Option<&HeaderValue>,
    ) -> Result<bool, PortError> {
        if matches!(self.credentials, Credentials::Bearer(_)) {
            return Ok(false);
        }
        let mut demands = self.demands.lock().await;
        let key = (repository.to_owned(), access);
        let again = match demanded(&answer.headers) {
            // A token that was good may have run out; if somebody else has a newer one, use that.
            Some(Scheme::Token { realm, service }) => {
                if realm.as_str().starts_with("http://") && registry.as_str().starts_with("https://") {
                    let detail = format!("the token service {realm} would see the password in clear text");
                    return Err(not_allowed(repository, detail));
                }
                let held = demands.tokens.get(&key).map(bearer).transpose()?;
                if held.is_some() && held.as_ref() == used {
                    demands.tokens.remove(&key);
                }
                demands.scheme = Some(Scheme::Token { realm, service });
                true
            }
            Some(Scheme::Basic) => {
                demands.scheme = Some(Scheme::Basic);
                used.is_none() && matches!(self.credentials, Credentials::Basic { .. })
            }
            None => false,
        };
        Ok(again)
    }

    fn basic(&self) -> Result<Option<HeaderValue>, PortError> {
        let Credentials::Basic { username, password } = &self.credentials else { return Ok(None) };
        let pair = format!("{username}:{}", password.expose_secret());
        header_with(&format!("Basic {}", BASE64_STANDARD.encode(pair))).map(Some)
    }

    async fn fetch_token(
        &self,
        http: &HttpClient,
        realm: &HttpUrl,
        service: Option<&str>,
        repository: &str,
        access: Access,
    ) -> Result<SecretString, PortError> {
        let action = format!("a token to {} {repository}", access.actions());
        let malformed =
            |detail| PortError::Malformed { system: System::Registry, action: action.clone(), detail };
        let scope = format!("repository:{repository}:{}", access.actions());
        let mut parameters = vec![("scope", scope.as_str())];
        parameters.extend(service.map(|service| ("service", service)));
        let Some(url) = with_query(realm, &parameters) else {
            return Err(malformed(format!("found the token service {realm}, expected a URL")));
        };
        let mut call = Call::get(url);
        if let Some(header) = self.basic()? {
            call = call.header(header::AUTHORIZATION, header);
        }
        let answer = http.read(&call, &action).await?;
        if answer.status != StatusCode::OK {
            return Err(answer.refusal(System::Registry, &action, said(&answer)));
        }
        // The parser's message would quote the body, and with it a secret.
        let found: TokenAnswer = serde_json::from_slice(&answer.body)
            .map_err(|_| malformed("found something else, expected a token in JSON".to_owned()))?;
        let token = found.token.or(found.access_token).filter(|token| !token.expose_secret().is_empty());
        token.ok_or_else(|| malformed("found neither token nor access_token, expected one".to_owned()))
    }
}

/// Returns what a registry's error says, in its own words.
pub(crate) fn said(answer: &Answer) -> String {
    #[derive(Deserialize)]
    struct Envelope {
        errors: Vec<Fault>,
    }
    #[derive(Deserialize)]
    struct Fault {
        code: String,
        #[serde(default)]
        message: String,
    }
    match serde_json::from_slice::<Envelope>(&answer.body) {
        Ok(Envelope { errors }) if !errors.is_empty() => {
            let faults = errors.iter().map(|Fault { code, message }| format!("{code} {message}"));
            faults.map(|fault| fault.trim().to_owned()).collect::<Vec<_>>().join(", ")
        }
        _ => answer.excerpt(),
    }
}

/// Returns what the registry demands: a token if it offers that, else name and password.
fn demanded(headers: &HeaderMap) -> Option<Scheme> {
    let values = headers.get_all(header::WWW_AUTHENTICATE).iter().filter_map(|value| value.to_str().ok());
    let challenges: Vec<_> = values.flat_map(ChallengeParser::new).filter_map(Result::ok).collect();
    let token =
        challenges.iter().filter(|found| found.scheme.eq_ignore_ascii_case("Bearer")).find_map(|found| {
            let parameter = |name: &str| {
                let found = found.params.iter().find(|(found, _)| found.eq_ignore_ascii_case(name));
                found.map(|(_, value)| value.to_unescaped())
            };
            Some(Scheme::Token { realm: parameter("realm")?.parse().ok()?, service: parameter("service") })
        });
    let basic = || challenges.iter().any(|found| found.scheme.eq_ignore_ascii_case("Basic"));
    token.or_else(|| basic().then_some(Scheme::Basic))
}

fn bearer(token: &SecretString) -> Result<HeaderValue, PortError> {
    header_with(&format!("Bearer {}", token.expose_secret()))
}

fn header_with(text: &str) -> Result<HeaderValue, PortError> {
    let no_header = "the token or password holds a character that no header can carry";
    secret_header(text).map_err(|_| not_allowed("the registry", no_header.to_owned()))
}

fn not_allowed(what: &str, detail: String) -> PortError {
    PortError::NotAllowed { system: System::Registry, action: format!("access to {what}"), detail }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn demand(values: &[&'static str]) -> Option<Scheme> {
        let values = values.iter().map(|value| (header::WWW_AUTHENTICATE, HeaderValue::from_static(value)));
        demanded(&values.collect())
    }

    #[test]
    fn the_token_service_is_read_from_the_challenge() {
        let found = demand(&[
            r#"Bearer realm="https://ghcr.io/token",service="ghcr.io",scope="repository:a/b:pull,push""#,
        ]);
        let Some(Scheme::Token { realm, service }) = found else { panic!("{found:?}") };
        assert_eq!((realm.as_str(), service.as_deref()), ("https://ghcr.io/token", Some("ghcr.io")));
    }

    #[test]
    fn a_token_is_preferred_to_a_password_in_every_request() {
        let both = [r#"Basic realm="r""#, r#"bearer realm="https://auth.test/t""#];
        assert!(matches!(demand(&both), Some(Scheme::Token { service: None, .. })));
        assert!(matches!(demand(&both[..1]), Some(Scheme::Basic)));
        assert!(demand(&["Negotiate", "garbage \""]).is_none());
        assert!(demand(&[]).is_none());
    }

    #[tokio::test]
    async fn a_password_is_not_sent_in_clear_text_because_a_registry_says_so() {
        let challenge = HeaderValue::from_static(r#"Bearer realm="http://ghcr.io/token""#);
        let headers = HeaderMap::from_iter([(header::WWW_AUTHENTICATE, challenge)]);
        let answer = Answer { status: StatusCode::UNAUTHORIZED, headers, body: "".into() };
        let refused = async |registry: &str| {
            let authorization = Authorization::new(Credentials::Anonymous);
            let registry = registry.parse().unwrap();
            authorization.refused(&answer, &registry, "a/b", Access::Pull, None).await
        };
        assert!(matches!(refused("https://ghcr.io").await, Err(PortError::NotAllowed { .. })));
        assert_eq!(refused("http://127.0.0.1:5000").await, Ok(true));
    }

    #[test]
    fn an_error_is_told_in_the_registry_s_own_words() {
        let answer = |body: &'static str| Answer {
            status: StatusCode::FORBIDDEN,
            headers: HeaderMap::new(),
            body: body.into(),
        };
        let envelope =
            r#"{"errors":[{"code":"DENIED","message":"no access"},{"code":"UNKNOWN","detail":[]}]}"#;
        assert_eq!(said(&answer(envelope)), "DENIED no access, UNKNOWN");
        assert_eq!(said(&answer("")), "Forbidden");
    }
}
