//! What a program answers.

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::AnswerText;
use crate::Outcome;

/// The longest answer that is read, in bytes: 1 MiB.
pub const LONGEST_ANSWER: usize = 1 << 20;

/// What a program saw of its step.
// Braces without fields make serde refuse fields there too.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum ObserveAnswer {
    /// Nothing of it is there: performing is safe.
    Absent {},
    /// It goes on by itself.
    InProgress {
        /// What shows it.
        evidence: AnswerText,
    },
    /// It is there.
    Done {
        /// What shows it.
        evidence: AnswerText,
        /// How it ended, if the step has several outcomes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        outcome: Option<Outcome>,
        /// What a person should know all the same.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        warning: Option<AnswerText>,
    },
    /// It ended badly, and nobody is at it any more.
    Failed {
        /// What shows it.
        evidence: AnswerText,
    },
    /// Something else is there, and a person has to look.
    Conflict {
        /// What is there.
        found: AnswerText,
        /// What should be there.
        expected: AnswerText,
    },
    /// Nobody can tell at the moment.
    Unknown {
        /// Why.
        why: AnswerText,
    },
}

/// What came of performing a step.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum PerformAnswer {
    /// It is done, or goes on by itself.
    Accepted {},
    /// Something else is there; nothing was changed.
    Conflict {
        /// What is there.
        found: AnswerText,
        /// What should be there.
        expected: AnswerText,
    },
    /// Nothing was changed.
    NotDone {
        /// Why.
        why: AnswerText,
    },
    /// It may or may not have happened.
    Lost {
        /// Why nobody can tell.
        why: AnswerText,
    },
}

impl ObserveAnswer {
    /// Reads what a program wrote when it was asked to observe.
    ///
    /// # Errors
    /// If it is anything but one such answer: longer, cut, followed by something, with an unknown field.
    pub fn read(written: &[u8]) -> Result<Self, AnswerError> {
        read(written)
    }

    /// Returns the same answer with each text replaced.
    #[must_use]
    pub fn map_texts(self, text: impl Fn(AnswerText) -> AnswerText) -> Self {
        match self {
            Self::Absent {} => self,
            Self::InProgress { evidence } => Self::InProgress { evidence: text(evidence) },
            Self::Done { evidence, outcome, warning } => {
                Self::Done { evidence: text(evidence), outcome, warning: warning.map(text) }
            }
            Self::Failed { evidence } => Self::Failed { evidence: text(evidence) },
            Self::Conflict { found, expected } => {
                Self::Conflict { found: text(found), expected: text(expected) }
            }
            Self::Unknown { why } => Self::Unknown { why: text(why) },
        }
    }
}

impl PerformAnswer {
    /// Reads what a program wrote when it was asked to perform.
    ///
    /// # Errors
    /// As [`ObserveAnswer::read`].
    pub fn read(written: &[u8]) -> Result<Self, AnswerError> {
        read(written)
    }

    /// Returns the same answer with each text replaced.
    #[must_use]
    pub fn map_texts(self, text: impl Fn(AnswerText) -> AnswerText) -> Self {
        match self {
            Self::Accepted {} => self,
            Self::Conflict { found, expected } => {
                Self::Conflict { found: text(found), expected: text(expected) }
            }
            Self::NotDone { why } => Self::NotDone { why: text(why) },
            Self::Lost { why } => Self::Lost { why: text(why) },
        }
    }
}

/// What a program wrote is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AnswerError {
    /// It wrote nothing.
    #[error("found no answer, expected one JSON object")]
    Empty,
    /// It wrote too much.
    #[error("found an answer of more than {LONGEST_ANSWER} bytes, expected at most that")]
    TooLong,
    /// It wrote something else.
    #[error("found no valid answer: {detail}")]
    Invalid {
        /// What is wrong with it. It repeats what came from outside: escape it before printing.
        detail: String,
    },
}

fn read<T: DeserializeOwned>(written: &[u8]) -> Result<T, AnswerError> {
    if written.len() > LONGEST_ANSWER {
        return Err(AnswerError::TooLong);
    }
    if written.trim_ascii().is_empty() {
        return Err(AnswerError::Empty);
    }
    serde_json::from_slice(written).map_err(|error| AnswerError::Invalid { detail: error.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn observed(text: &str) -> Result<ObserveAnswer, String> {
        ObserveAnswer::read(text.as_bytes()).map_err(|error| error.to_string())
    }

    fn performed(text: &str) -> Result<PerformAnswer, String> {
        PerformAnswer::read(text.as_bytes()).map_err(|error| error.to_string())
    }

    #[test]
    fn every_answer_is_read_as_it_is_written() {
        for text in [
            r#"{"answer":"absent"}"#,
            r#"{"answer":"in_progress","evidence":"1 of 2 replicas"}"#,
            r#"{"answer":"done","evidence":"2 of 2 replicas"}"#,
            r#"{"answer":"done","evidence":"status 500","outcome":"failed","warning":"slow"}"#,
            r#"{"answer":"failed","evidence":"the image is not there"}"#,
            r#"{"answer":"conflict","found":"blue","expected":"green"}"#,
            r#"{"answer":"unknown","why":"no route to host"}"#,
        ] {
            let answer = observed(text).unwrap();
            assert_eq!(serde_json::to_string(&answer).unwrap(), text);
        }
        for text in [
            r#"{"answer":"accepted"}"#,
            r#"{"answer":"conflict","found":"blue","expected":"green"}"#,
            r#"{"answer":"not_done","why":"no credentials"}"#,
            r#"{"answer":"lost","why":"the connection broke"}"#,
        ] {
            let answer = performed(text).unwrap();
            assert_eq!(serde_json::to_string(&answer).unwrap(), text);
        }
    }

    #[test]
    fn an_unknown_field_is_refused_by_name_in_every_answer() {
        for answer in [
            r#"{"answer":"absent""#,
            r#"{"answer":"in_progress","evidence":"x""#,
            r#"{"answer":"done","evidence":"x""#,
            r#"{"answer":"failed","evidence":"x""#,
            r#"{"answer":"conflict","found":"x","expected":"y""#,
            r#"{"answer":"unknown","why":"x""#,
        ] {
            let error = observed(&format!("{answer},\"colour\":1}}")).unwrap_err();
            assert!(error.contains("unknown field `colour`"), "{answer}: {error}");
        }
        for answer in [
            r#"{"answer":"accepted""#,
            r#"{"answer":"conflict","found":"x","expected":"y""#,
            r#"{"answer":"not_done","why":"x""#,
            r#"{"answer":"lost","why":"x""#,
        ] {
            let error = performed(&format!("{answer},\"colour\":1}}")).unwrap_err();
            assert!(error.contains("unknown field `colour`"), "{answer}: {error}");
        }
    }

    #[test]
    fn what_is_no_answer_says_what_is_wrong_with_it() {
        for (text, says) in [
            ("", "found no answer"),
            (" \n", "found no answer"),
            ("ok", "expected value at line 1 column 1"),
            (r#"{"answer":"absent"} {"answer":"absent"}"#, "trailing characters"),
            (r#"{"answer":"absent""#, "EOF while parsing"),
            (r#"{"answer":"finished"}"#, "unknown variant `finished`, expected one of `absent`"),
            (r#"{"answer":"accepted"}"#, "unknown variant `accepted`"),
            (r#"{"answer":"done"}"#, "missing field `evidence`"),
            (r#"{"answer":"done","evidence":" "}"#, "at least one word"),
            (r#"{"answer":"done","evidence":"x","evidence":"y"}"#, "duplicate field `evidence`"),
            (r#"{"answer":"done","evidence":"x","outcome":"It Passed"}"#, "not a valid outcome"),
            (r#"{"evidence":"x"}"#, "missing field `answer`"),
        ] {
            let error = observed(text).unwrap_err();
            assert!(error.contains(says), "{text:?}: {error}");
        }
        let long = format!(r#"{{"answer":"absent"}}{}"#, " ".repeat(LONGEST_ANSWER));
        assert_eq!(ObserveAnswer::read(long.as_bytes()), Err(AnswerError::TooLong));
    }

    #[test]
    fn every_text_of_an_answer_can_be_replaced() {
        let shout = |text: AnswerText| AnswerText::cut(&text.as_str().to_uppercase());
        for (text, expected) in [
            (r#"{"answer":"absent"}"#, r#"{"answer":"absent"}"#),
            (r#"{"answer":"in_progress","evidence":"a"}"#, r#"{"answer":"in_progress","evidence":"A"}"#),
            (
                r#"{"answer":"done","evidence":"a","outcome":"passed","warning":"b"}"#,
                r#"{"answer":"done","evidence":"A","outcome":"passed","warning":"B"}"#,
            ),
            (r#"{"answer":"failed","evidence":"a"}"#, r#"{"answer":"failed","evidence":"A"}"#),
            (
                r#"{"answer":"conflict","found":"a","expected":"b"}"#,
                r#"{"answer":"conflict","found":"A","expected":"B"}"#,
            ),
            (r#"{"answer":"unknown","why":"a"}"#, r#"{"answer":"unknown","why":"A"}"#),
        ] {
            assert_eq!(observed(text).unwrap().map_texts(shout), observed(expected).unwrap());
        }
        for (text, expected) in [
            (r#"{"answer":"accepted"}"#, r#"{"answer":"accepted"}"#),
            (
                r#"{"answer":"conflict","found":"a","expected":"b"}"#,
                r#"{"answer":"conflict","found":"A","expected":"B"}"#,
            ),
            (r#"{"answer":"not_done","why":"a"}"#, r#"{"answer":"not_done","why":"A"}"#),
            (r#"{"answer":"lost","why":"a"}"#, r#"{"answer":"lost","why":"A"}"#),
        ] {
            assert_eq!(performed(text).unwrap().map_texts(shout), performed(expected).unwrap());
        }
    }
}
