//! The texts of requests and answers, each with its own type.

use crate::parse::{ParseError, check_characters, text_newtype};

/// In bytes.
const LONGEST_NAME: usize = 200;
/// In bytes.
const LONGEST_TEXT: usize = 4000;

fn check_git_tag(text: &str) -> Result<(), ParseError> {
    check_characters("git tag", text, LONGEST_NAME, "a name without spaces", |_, c| {
        !c.is_control() && !c.is_whitespace()
    })
}

fn check_attempt(text: &str) -> Result<(), ParseError> {
    let expected = "letters, digits, \"-\", \"_\" and \".\"";
    check_characters("name of an attempt", text, LONGEST_NAME, expected, |_, c| {
        c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')
    })
}

fn check_text(text: &str) -> Result<(), ParseError> {
    const SUBJECT: &str = "text of an answer";
    if text.trim().is_empty() {
        return Err(ParseError::new(SUBJECT, text, 0, "at least one word"));
    }
    check_characters(SUBJECT, text, LONGEST_TEXT, "at least one word", |_, _| true)
}

text_newtype!(
    /// The name of a git tag, of whatever version scheme: at most 200 bytes without spaces.
    GitTagName, check_git_tag
);

text_newtype!(
    /// The name of one attempt to perform a step. No two attempts have the same.
    ///
    /// At most 200 letters, digits, `-`, `_` and `.`, so that a program can use it in a file name.
    AttemptName, check_attempt
);

text_newtype!(
    /// What a program says in an answer: at most 4,000 bytes, not blank.
    ///
    /// It comes from outside and may hold any other character: escape it before printing.
    AnswerText, check_text
);

impl AnswerText {
    /// Returns the text, cut where it is too long for an answer; if it is blank, words that say so.
    pub fn cut(text: &str) -> Self {
        let text = text.trim();
        let mut end = text.len().min(LONGEST_TEXT);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        Self(if end == 0 { "(nothing was said)".to_owned() } else { text[..end].to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_is_too_long_is_cut_between_characters() {
        let long = format!(" {}é{}", "a".repeat(LONGEST_TEXT - 1), "b".repeat(9));
        let cut = AnswerText::cut(&long);
        assert_eq!(cut.as_str(), "a".repeat(LONGEST_TEXT - 1));
        assert_eq!(cut.as_str().parse(), Ok(cut.clone()));
        assert_eq!(AnswerText::cut(" \n").as_str(), "(nothing was said)");
        assert!("b".repeat(LONGEST_TEXT + 1).parse::<AnswerText>().is_err());
        assert!("\t".parse::<AnswerText>().is_err());
    }

    #[test]
    fn names_are_refused_where_they_go_wrong() {
        let position = |error: ParseError| error.position();
        assert_eq!("a/b".parse::<AttemptName>().map_err(position), Err(1));
        assert_eq!("a b".parse::<GitTagName>().map_err(position), Err(1));
    }
}
