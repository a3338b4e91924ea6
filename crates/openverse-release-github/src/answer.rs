//! Reading what GitHub answers.

use http::header;
use openverse_release_http::{Answer, Policy as _};
use openverse_release_ports::{PortError, System};
use serde::de::DeserializeOwned;

use crate::client::GitHub;

impl GitHub {
    /// Returns the error that an answer other than the wanted one is.
    pub(crate) fn refusal(&self, answer: &Answer, action: &str) -> PortError {
        let policy = &self.0.policy;
        let detail = match answer.status.as_u16() {
            // GitHub does not tell the two apart.
            404 => format!("{} (it is not there, or the token may not see it)", policy.said(answer)),
            status @ 300..400 => {
                let target = answer.header(header::LOCATION.as_str()).unwrap_or("nowhere");
                let detail = format!("it has moved to {}", policy.quote(target));
                return PortError::Refused {
                    system: System::GitHub,
                    action: action.to_owned(),
                    status,
                    detail,
                };
            }
            _ => policy.said(answer),
        };
        answer.refusal(System::GitHub, action, detail)
    }

    /// Reads the JSON of an answer.
    ///
    /// # Errors
    /// The [refusal](Self::refusal) if the answer does not mean success. [`PortError::Malformed`] if
    /// its JSON is not the promised one, with the beginning of what it is.
    pub(crate) fn json_of<T: DeserializeOwned>(&self, answer: &Answer, action: &str) -> Result<T, PortError> {
        if !answer.status.is_success() {
            return Err(self.refusal(answer, action));
        }
        serde_json::from_slice(&answer.body).map_err(|error| {
            let found = self.0.policy.quote(&String::from_utf8_lossy(&answer.body));
            malformed(action, format!("found \"{found}\": {}", self.0.policy.quote(&error.to_string())))
        })
    }
}

/// Returns the error that an answer which breaks GitHub's promises is.
pub(crate) fn malformed(action: &str, detail: String) -> PortError {
    PortError::Malformed { system: System::GitHub, action: action.to_owned(), detail }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, StatusCode};

    use super::*;

    #[test]
    fn an_answer_that_is_not_the_promised_json_is_shown_briefly() {
        let (status, headers) = (StatusCode::OK, HeaderMap::new());
        let answer = Answer { status, headers, body: "<html>\u{1b}[31m proxy says hello".into() };
        let github = GitHub::builder().build().unwrap();
        let error = github.json_of::<Vec<String>>(&answer, "listing").unwrap_err().to_string();
        assert_eq!(
            error,
            "GitHub answered listing with something unexpected: \
             found \"<html>\\u{1b}[31m proxy says hello\": expected value at line 1 column 1"
        );
    }
}
