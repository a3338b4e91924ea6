//! Reading what GitHub answers.

use http::header;
use openverse_release_http::Answer;
use openverse_release_ports::{PortError, System};
use secrecy::SecretString;
use serde::{Deserialize, de::DeserializeOwned};

use crate::quote::quote;

/// The form in which GitHub says what is wrong.
#[derive(Deserialize)]
struct ErrorBody {
    message: String,
    #[serde(default)]
    errors: Vec<serde_json::Value>,
}

/// Returns what an answer that is not the wanted one says, quoted.
pub(crate) fn said(answer: &Answer, token: Option<&SecretString>) -> String {
    match serde_json::from_slice::<ErrorBody>(&answer.body) {
        Ok(body) if body.errors.is_empty() => quote(&body.message, token),
        Ok(body) => {
            let errors: Vec<String> = body.errors.iter().map(describe).collect();
            quote(&format!("{}: {}", body.message, errors.join(", ")), token)
        }
        Err(_) => match quote(&String::from_utf8_lossy(&answer.body), token) {
            empty if empty.is_empty() => answer.status.canonical_reason().unwrap_or("no details").to_owned(),
            text => text,
        },
    }
}

/// One of the errors of a body: text, or an object with a message, or with a field and a code.
fn describe(error: &serde_json::Value) -> String {
    let part = |name: &str| error[name].as_str();
    match (error.as_str().or_else(|| part("message")), part("field"), part("code")) {
        (Some(message), ..) => message.to_owned(),
        (None, Some(field), Some(code)) => format!("{field} {code}"),
        _ => error.to_string(),
    }
}

/// Returns the error that an answer other than the wanted one is.
pub(crate) fn refusal(answer: &Answer, action: &str, token: Option<&SecretString>) -> PortError {
    let (system, action, detail) = (System::GitHub, action.to_owned(), said(answer, token));
    match answer.status.as_u16() {
        401 | 403 => PortError::NotAllowed { system, action, detail },
        // GitHub does not tell the two apart.
        404 => {
            let detail = format!("{detail} (it is not there, or the token may not see it)");
            PortError::Refused { system, action, status: 404, detail }
        }
        status @ 300..400 => {
            let target = answer.header(header::LOCATION.as_str()).unwrap_or("nowhere");
            let detail = format!("it has moved to {}", quote(target, token));
            PortError::Refused { system, action, status, detail }
        }
        status @ 400.. => PortError::Refused { system, action, status, detail },
        status => {
            let detail = format!("found status {status}, expected another: {detail}");
            PortError::Malformed { system, action, detail }
        }
    }
}

/// Reads the JSON of an answer.
///
/// # Errors
/// [`PortError::Malformed`] when it is not the promised one, with the beginning of what it is.
pub(crate) fn json<T: DeserializeOwned>(
    answer: &Answer,
    action: &str,
    token: Option<&SecretString>,
) -> Result<T, PortError> {
    serde_json::from_slice(&answer.body).map_err(|error| {
        let found = quote(&String::from_utf8_lossy(&answer.body), token);
        malformed(action, format!("found \"{found}\": {}", quote(&error.to_string(), token)))
    })
}

/// Returns the error that an answer which breaks GitHub's promises is.
pub(crate) fn malformed(action: &str, detail: String) -> PortError {
    PortError::Malformed { system: System::GitHub, action: action.to_owned(), detail }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::{HeaderMap, StatusCode};

    use super::*;

    fn answer(status: u16, body: &'static str) -> Answer {
        let status = StatusCode::from_u16(status).unwrap();
        Answer { status, headers: HeaderMap::new(), body: Bytes::from_static(body.as_bytes()) }
    }

    #[test]
    fn what_github_says_is_shown_with_its_details() {
        let said = |body| said(&answer(422, body), None);
        assert_eq!(said(r#"{"message":"Validation Failed","errors":["no"]}"#), "Validation Failed: no");
        let fields =
            r#"{"message":"Validation Failed","errors":[{"field":"tag_name","code":"already_exists"}]}"#;
        assert_eq!(said(fields), "Validation Failed: tag_name already_exists");
        assert_eq!(said(r#"{"message":"Not Found","status":"404"}"#), "Not Found");
        assert_eq!(said("<html>\n"), "<html>");
        assert_eq!(said(""), "Unprocessable Entity");
    }

    #[test]
    fn an_answer_that_is_not_the_promised_json_is_shown_briefly() {
        let body = answer(200, "<html>\u{1b}[31m proxy says hello");
        let error = json::<Vec<String>>(&body, "listing", None).unwrap_err().to_string();
        assert_eq!(
            error,
            "GitHub answered listing with something unexpected: \
             found \"<html>\\u{1b}[31m proxy says hello\": expected value at line 1 column 1"
        );
    }
}
