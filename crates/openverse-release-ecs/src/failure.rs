//! What a request that did not succeed says about what happened.

use std::error::Error;

use aws_sdk_ecs::{
    config::http::HttpResponse,
    error::{ProvideErrorMetadata, SdkError},
};
use hyper_util::client::legacy;
use openverse_release_ports::{PortError, System};

use crate::wire::Wire;

/// Their messages quote what was signed, the session token included.
const ABOUT_SIGNATURES: [&str; 4] = [
    "IncompleteSignature",
    "IncompleteSignatureException",
    "InvalidSignatureException",
    "SignatureDoesNotMatch",
];

const NOT_ALLOWED: [&str; 11] = [
    "AccessDenied",
    "AccessDeniedException",
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidClientTokenId",
    "MissingAuthenticationToken",
    "MissingAuthenticationTokenException",
    "NotAuthorized",
    "OptInRequired",
    "UnauthorizedOperation",
    "UnrecognizedClientException",
];

/// AWS refuses these before it does anything.
const THROTTLED: [&str; 8] = [
    "BandwidthLimitExceeded",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
];

/// Why a request did not succeed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Nothing left this machine, for want of credentials or by a setting.
    NotReady(String),
    /// No connection came about.
    NoConnection(String),
    /// It was sent, and no usable answer came.
    NoAnswer(String),
    /// An answer came that is not one of ECS.
    Unreadable { status: u16, detail: String },
    /// ECS refused it.
    Refused { status: u16, code: String, message: String },
}

impl Failure {
    pub(crate) fn of<E>(error: &SdkError<E, HttpResponse>, wire: &Wire) -> Self
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        let status = error.raw_response().map(|response| response.status().as_u16());
        match (error, status) {
            (SdkError::ServiceError(_), Some(status)) if error.code().is_some() => Self::Refused {
                status,
                code: error.code().unwrap_or_default().to_owned(),
                message: error.message().unwrap_or_default().to_owned(),
            },
            // Not with its cause: that can quote the answer.
            (_, Some(status)) => {
                let detail = "found no answer of ECS, expected JSON".to_owned();
                Self::Unreadable { status, detail }
            }
            (_, None) if !wire.was_sent() => Self::NotReady(describe(error)),
            (_, None) if never_connected(error) => Self::NoConnection(describe(error)),
            (_, None) => Self::NoAnswer(describe(error)),
        }
    }

    /// Tells whether ECS says that it did nothing, because it was asked too often.
    pub(crate) fn is_throttled(&self) -> bool {
        match self {
            Self::Refused { status, code, message } => {
                let too_many_at_once = "Too many concurrent attempts";
                *status == 429
                    || THROTTLED.contains(&code.as_str())
                    || (code == "ClientException" && message.starts_with(too_many_at_once))
            }
            Self::Unreadable { status, .. } => *status == 429,
            _ => false,
        }
    }

    /// Tells whether asking again may help, where asking changes nothing.
    pub(crate) fn may_pass(&self) -> bool {
        match self {
            Self::NotReady(_) => false,
            Self::NoConnection(_) | Self::NoAnswer(_) => true,
            Self::Unreadable { status, .. } | Self::Refused { status, .. } => {
                self.is_throttled() || *status >= 500
            }
        }
    }

    /// Returns the code and message of a refusal.
    pub(crate) fn refusal(&self) -> Option<(&str, &str)> {
        match self {
            Self::Refused { code, message, .. } => Some((code, message)),
            _ => None,
        }
    }

    /// Returns what the failure of a request that changes nothing means.
    pub(crate) fn of_read(self, action: &str) -> PortError {
        let (system, action) = (System::Ecs, action.to_owned());
        match self {
            throttled if throttled.is_throttled() => PortError::RateLimited { system, until: None },
            Self::NotReady(detail) => PortError::NotAllowed { system, action, detail },
            Self::NoConnection(detail) | Self::NoAnswer(detail) => PortError::Unreachable { system, detail },
            Self::Unreadable { status, detail } if status >= 400 => {
                PortError::Refused { system, action, status, detail }
            }
            Self::Unreadable { detail, .. } => PortError::Malformed { system, action, detail },
            Self::Refused { status, code, message } => refused(action, status, &code, &message),
        }
    }

    /// Returns what the failure of a request that changes something means.
    pub(crate) fn of_write(self, action: &str) -> PortError {
        let (system, action) = (System::Ecs, action.to_owned());
        match self {
            throttled if throttled.is_throttled() => PortError::RateLimited { system, until: None },
            Self::NotReady(detail) => PortError::NotAllowed { system, action, detail },
            Self::NoConnection(detail) => PortError::Unreachable { system, detail },
            Self::NoAnswer(detail) => PortError::ReplyLost { system, action, detail },
            Self::Unreadable { status, detail } => {
                let detail = format!("status {status}: {detail}");
                PortError::ReplyLost { system, action, detail }
            }
            // An error of its own leaves open how far it came.
            Self::Refused { status, code, message } if status >= 500 => {
                let detail = format!("status {status}: {}", words(&code, &message));
                PortError::ReplyLost { system, action, detail }
            }
            Self::Refused { status, code, message } => refused(action, status, &code, &message),
        }
    }
}

fn refused(action: String, status: u16, code: &str, message: &str) -> PortError {
    let system = System::Ecs;
    let detail = words(code, message);
    let not_allowed =
        ABOUT_SIGNATURES.contains(&code) || NOT_ALLOWED.contains(&code) || matches!(status, 401 | 403);
    if not_allowed {
        PortError::NotAllowed { system, action, detail }
    } else {
        PortError::Refused { system, action, status, detail }
    }
}

/// Returns code and message in one short line.
fn words(code: &str, message: &str) -> String {
    const SHOWN: usize = 300;
    if ABOUT_SIGNATURES.contains(&code) {
        return format!(
            "{code}: the signature is not accepted; the secret key or the machine's clock is wrong"
        );
    }
    let line = message.split_whitespace().collect::<Vec<_>>().join(" ");
    let shown: String = line.chars().take(SHOWN).collect();
    let more = if shown.len() < line.len() { "…" } else { "" };
    if shown.is_empty() { code.to_owned() } else { format!("{code}: {shown}{more}") }
}

/// Returns an error and what caused it, down to the first cause.
fn chain<'a>(error: &'a (dyn Error + 'static)) -> Vec<&'a (dyn Error + 'static)> {
    let mut causes = vec![error];
    while let Some(cause) = causes.last().copied().and_then(|last| last.source()) {
        causes.push(cause);
    }
    causes
}

fn never_connected<E: Error + 'static>(error: &SdkError<E, HttpResponse>) -> bool {
    chain(error)
        .into_iter()
        .any(|cause| cause.downcast_ref::<legacy::Error>().is_some_and(legacy::Error::is_connect))
}

/// Returns an error with its causes in one line.
fn describe<E: Error + 'static>(error: &SdkError<E, HttpResponse>) -> String {
    let mut texts: Vec<String> = Vec::new();
    for text in chain(error).into_iter().map(ToString::to_string) {
        // Many of them repeat the one below.
        if !texts.last().is_some_and(|last| last.contains(&text)) {
            texts.push(text);
        }
    }
    texts.join(": ")
}
