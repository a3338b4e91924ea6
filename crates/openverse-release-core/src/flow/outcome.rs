//! How a step can end.

use crate::parse::{ParseError, check_characters, text_newtype};

fn check_outcome(text: &str) -> Result<(), ParseError> {
    let expected = "lower-case letters, and between them digits and \"_\"";
    check_characters("outcome", text, 40, expected, |offset, c| {
        c.is_ascii_lowercase() || (offset > 0 && (c.is_ascii_digit() || c == '_'))
    })
}

text_newtype!(
    /// How a step ended: `done`, or another name that the step declares, such as `passed` and `failed`.
    ///
    /// The first that a step declares is the good one, by which the process goes on where a link names none.
    Outcome, check_outcome
);

impl Outcome {
    /// Returns the outcome of a step that declares none: `done`.
    pub fn done() -> Self {
        Self("done".to_owned())
    }

    /// Returns the outcomes that a step declares as a list for people: `done` if it declares none.
    pub(crate) fn listed(declared: &[Self], between: &str) -> String {
        match declared {
            [] => "done".to_owned(),
            declared => declared.iter().map(Self::as_str).collect::<Vec<_>>().join(between),
        }
    }

    /// Tells whether it is `done`.
    pub fn is_done(&self) -> bool {
        self.as_str() == "done"
    }
}
