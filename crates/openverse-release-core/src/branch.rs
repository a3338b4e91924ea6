//! Branches of a repository.

use crate::parse::{ParseError, check_characters, text_newtype};

const SUBJECT: &str = "branch name";
const EXPECTED: &str = "a name that git allows for a branch";

/// Checks what `git check-ref-format --branch` checks.
fn check_branch(text: &str) -> Result<(), ParseError> {
    check_characters(SUBJECT, text, 255, EXPECTED, |_, c| {
        !c.is_control() && !matches!(c, ' ' | '~' | '^' | ':' | '?' | '*' | '[' | '\\')
    })?;
    let wrong = |offset: usize| Err(ParseError::new(SUBJECT, text, offset, EXPECTED));
    for bad in ["..", "@{", "//", "/."] {
        if let Some(offset) = text.find(bad) {
            return wrong(offset);
        }
    }
    if text.starts_with(['-', '/', '.']) || matches!(text, "@" | "HEAD") {
        return wrong(0);
    }
    if let Some(offset) = text.find(".lock/") {
        return wrong(offset);
    }
    match ["/", ".", ".lock"].iter().find(|end| text.ends_with(*end)) {
        Some(end) => wrong(text.len() - end.len()),
        None => Ok(()),
    }
}

text_newtype!(
    /// The name of a branch, such as `main` or `changelog/api-2023.07.03.17.52.00`.
    ///
    /// ```
    /// use openverse_release_core::BranchName;
    ///
    /// assert!("changelog/api-2023.07.03.17.52.00".parse::<BranchName>().is_ok());
    /// let error = "changelog/../main".parse::<BranchName>().unwrap_err();
    /// assert_eq!(error.position(), 10);
    /// ```
    BranchName, check_branch
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_git_refuses_is_refused_where_it_goes_wrong() {
        let position = |text: &str| text.parse::<BranchName>().unwrap_err().position();
        for (text, wrong) in [
            ("", 0),
            ("a b", 1),
            ("a\u{7f}", 1),
            ("a..b", 1),
            ("a//b", 1),
            ("a/.b", 1),
            (".a", 0),
            ("/a", 0),
            ("-a", 0),
            ("@", 0),
            ("HEAD", 0),
            ("a@{1}", 1),
            ("a/", 1),
            ("a.", 1),
            ("a.lock", 1),
            ("a.lock/b", 1),
            ("a\\b", 1),
        ] {
            assert_eq!(position(text), wrong, "{text:?}");
        }
        for text in ["main", "feature/äö", "a.b", "@a", "a#1", "dependabot/npm_and_yarn/x-1.2.3"] {
            assert_eq!(text.parse::<BranchName>().unwrap().to_string(), text);
        }
    }
}
