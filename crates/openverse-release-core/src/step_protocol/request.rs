//! What a program is asked.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{AttemptName, GitTagName};
use crate::{AppSlug, CommitSha, EnvironmentName, ImageTag, RunId, StepId};

/// The version of the protocol: 1, the only one that there is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct ProtocolVersion;

impl ProtocolVersion {
    /// The version, as requests say it.
    pub const NUMBER: u32 = 1;
}

impl From<ProtocolVersion> for u32 {
    fn from(_: ProtocolVersion) -> Self {
        ProtocolVersion::NUMBER
    }
}

impl TryFrom<u32> for ProtocolVersion {
    type Error = String;

    fn try_from(number: u32) -> Result<Self, String> {
        if number == Self::NUMBER {
            Ok(Self)
        } else {
            Err(format!("found protocol {number}, expected {}", Self::NUMBER))
        }
    }
}

/// One request, as it is written to the standard input of a program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepRequest {
    /// The version of the protocol.
    pub protocol: ProtocolVersion,
    /// What to do.
    #[serde(flatten)]
    pub action: StepAction,
    /// For which step.
    #[serde(flatten)]
    pub call: StepCall,
}

impl StepRequest {
    /// Returns the JSON, in the form that the protocol promises: one member a line.
    pub fn to_json(&self) -> String {
        let json = serde_json::to_string_pretty(self);
        let mut json = json.unwrap_or_else(|_| unreachable!("every key of a request is a text"));
        json.push('\n');
        json
    }
}

/// What a program is to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum StepAction {
    /// Tell whether the step is done, and change nothing.
    Observe,
    /// Do it.
    Perform {
        /// The name of this attempt, which no other has.
        attempt: AttemptName,
    },
}

/// The step of a run that a program is asked about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepCall {
    /// The run.
    pub run: RunId,
    /// The step of its flow.
    pub step: StepId,
    /// The app.
    pub app: AppSlug,
    /// The environment, if the step has one.
    pub environment: Option<EnvironmentName>,
    /// The version that the run is about.
    pub version: StepVersion,
    /// The version before, if it is known.
    pub previous: Option<StepVersion>,
    /// What the project says about the step.
    pub parameters: Parameters,
}

/// The names of a version, as far as it has them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct StepVersion {
    /// The tag of its images.
    pub image_tag: Option<ImageTag>,
    /// The git tag of its release.
    pub git_tag: Option<GitTagName>,
    /// The commit.
    pub commit: Option<CommitSha>,
}

/// The parameters of a step: a JSON object of at most 64 KiB. No secrets.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Map<String, Value>", into = "Map<String, Value>")]
pub struct Parameters(Map<String, Value>);

impl Parameters {
    /// In bytes of JSON.
    const LONGEST: usize = 64 << 10;

    /// Returns them as a JSON object.
    pub fn as_object(&self) -> &Map<String, Value> {
        &self.0
    }
}

impl TryFrom<Map<String, Value>> for Parameters {
    type Error = ParametersTooLong;

    fn try_from(object: Map<String, Value>) -> Result<Self, ParametersTooLong> {
        let object = Value::Object(object);
        let found = object.to_string().len();
        match object {
            Value::Object(object) if found <= Self::LONGEST => Ok(Self(object)),
            _ => Err(ParametersTooLong { found }),
        }
    }
}

impl From<Parameters> for Map<String, Value> {
    fn from(parameters: Parameters) -> Self {
        parameters.0
    }
}

/// Parameters are too long for a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("found parameters of {found} bytes, expected at most {}", Parameters::LONGEST)]
pub struct ParametersTooLong {
    /// Their length as JSON, in bytes.
    pub found: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(action: StepAction) -> StepRequest {
        let parameters =
            serde_json::json!({ "url": "https://example.org/\"\n}", "tries": 3, "deep": { "a": 1 } });
        let Value::Object(parameters) = parameters else { unreachable!() };
        let call = StepCall {
            run: "run-7f3a".parse().unwrap(),
            step: "Smoke".parse().unwrap(),
            app: "api".parse().unwrap(),
            environment: Some("production-eu".parse().unwrap()),
            version: StepVersion {
                image_tag: Some("v2.4.0".parse().unwrap()),
                git_tag: Some("api/v2.4.0".parse().unwrap()),
                commit: None,
            },
            previous: None,
            parameters: parameters.try_into().unwrap(),
        };
        StepRequest { protocol: ProtocolVersion, action, call }
    }

    #[test]
    fn a_request_has_one_member_a_line_in_the_promised_order() {
        let attempt = "run-7f3a-Smoke-1".parse().unwrap();
        insta::assert_snapshot!(request(StepAction::Perform { attempt }).to_json(), @r#"
        {
          "protocol": 1,
          "action": "perform",
          "attempt": "run-7f3a-Smoke-1",
          "run": "run-7f3a",
          "step": "Smoke",
          "app": "api",
          "environment": "production-eu",
          "version": {
            "image_tag": "v2.4.0",
            "git_tag": "api/v2.4.0",
            "commit": null
          },
          "previous": null,
          "parameters": {
            "deep": {
              "a": 1
            },
            "tries": 3,
            "url": "https://example.org/\"\n}"
          }
        }
        "#);
        let lines = request(StepAction::Observe).to_json();
        assert!(
            lines.starts_with("{\n  \"protocol\": 1,\n  \"action\": \"observe\",\n  \"run\": "),
            "{lines}"
        );
        assert!(lines.ends_with("\n}\n"), "{lines}");
    }

    #[test]
    fn a_request_is_read_as_it_is_written_and_may_hold_more() {
        for action in [StepAction::Observe, StepAction::Perform { attempt: "a-1".parse().unwrap() }] {
            let request = request(action);
            assert_eq!(serde_json::from_str::<StepRequest>(&request.to_json()).unwrap(), request);
            let more = request.to_json().replacen('{', "{\"new\": 1,", 1);
            assert_eq!(serde_json::from_str::<StepRequest>(&more).unwrap(), request);
        }
    }

    #[test]
    fn another_protocol_an_unknown_action_and_an_attempt_without_a_name_are_refused() {
        let good = request(StepAction::Perform { attempt: "a-1".parse().unwrap() }).to_json();
        for (from, to, says) in [
            ("\"protocol\": 1", "\"protocol\": 2", "found protocol 2, expected 1"),
            ("\"perform\"", "\"undo\"", "unknown variant `undo`"),
            ("\"attempt\": \"a-1\",", "", "missing field `attempt`"),
        ] {
            let error = serde_json::from_str::<StepRequest>(&good.replace(from, to)).unwrap_err();
            assert!(error.to_string().contains(says), "{error}");
        }
    }

    #[test]
    fn parameters_are_not_of_any_size() {
        let of = |length| Map::from_iter([("a".to_owned(), Value::from("x".repeat(length)))]);
        let around = r#"{"a":""}"#.len();
        assert!(Parameters::try_from(of(Parameters::LONGEST - around)).is_ok());
        let error = Parameters::try_from(of(Parameters::LONGEST - around + 1)).unwrap_err();
        assert_eq!(error.to_string(), "found parameters of 65537 bytes, expected at most 65536");
    }
}
