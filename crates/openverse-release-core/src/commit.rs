//! Commits of the git history.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::parse::{ParseError, text_newtype};

const SHA_LENGTH: usize = 40;

fn check_sha(text: &str) -> Result<(), ParseError> {
    check_hex("commit SHA", text, 0, SHA_LENGTH)
}

/// Checks that `text` from `start` on is exactly `digits` lower-case hexadecimal digits.
pub(crate) fn check_hex(
    subject: &'static str,
    text: &str,
    start: usize,
    digits: usize,
) -> Result<(), ParseError> {
    let expected = || format!("{digits} lower-case hexadecimal digits");
    let tail = text.get(start..).unwrap_or_default();
    let good = tail.bytes().take_while(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')).count();
    match good {
        _ if good == digits && tail.len() == digits => Ok(()),
        _ if good > digits => Err(ParseError::new(subject, text, start + digits, expected())),
        _ => Err(ParseError::new(subject, text, start + good, expected())),
    }
}

text_newtype!(
    /// The full name of a commit: 40 lower-case hexadecimal digits.
    ///
    /// It is also the image tag under which CI publishes the images built from that commit
    /// ([`ImageTag::from`](crate::ImageTag)), and what a live `/version` endpoint answers.
    ///
    /// ```
    /// use openverse_release_core::CommitSha;
    ///
    /// let sha: CommitSha = "5fa9e58fed9acb4ddba82d9349e79d85a2b90cb6".parse()?;
    /// assert_eq!(sha.short(), "5fa9e58");
    /// assert!("5fa9e58".parse::<CommitSha>().is_err());
    /// # Ok::<(), openverse_release_core::ParseError>(())
    /// ```
    CommitSha, check_sha
);

impl CommitSha {
    /// Returns the first seven digits, for people to read.
    pub fn short(&self) -> &str {
        &self.as_str()[..7]
    }
}

/// A commit as the history of `main` shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commit {
    /// Its full name.
    pub sha: CommitSha,
    /// The first line of its message. It comes from outside: escape it before printing.
    pub subject: String,
    /// Who wrote it, as their login or name.
    pub author: String,
    /// When it was committed, in UTC.
    pub committed_at: DateTime<Utc>,
}
