//! Patterns of paths within a repository.

use crate::parse::{ParseError, check_characters, text_newtype};

fn check_pattern(text: &str) -> Result<(), ParseError> {
    let subject = "path pattern";
    let expected =
        "a path from the top of the repository, in which * and ? stand for characters and ** for folders";
    check_characters(subject, text, 512, expected, |_, c| !c.is_control() && c != '\\')?;
    let mut offset = 0;
    for segment in text.split('/') {
        let good = !matches!(segment, "" | "." | "..") && (segment == "**" || !segment.contains("**"));
        if !good {
            return Err(ParseError::new(subject, text, offset, expected));
        }
        offset += segment.len() + 1;
    }
    Ok(())
}

text_newtype!(
    /// A pattern of paths within a repository, such as `catalog/requirements*.txt`.
    ///
    /// `*` stands for any characters of a file's or folder's name, `?` for one of them, and a whole
    /// `**` for any folders, also none.
    ///
    /// ```
    /// use openverse_release_core::PathPattern;
    ///
    /// let pattern: PathPattern = "catalog/**/requirements*.txt".parse()?;
    /// assert!(pattern.matches("catalog/requirements-prod.txt"));
    /// assert!(pattern.matches("catalog/dags/requirements.txt"));
    /// assert!(!pattern.matches("catalog/dags/requirements.txt/readme.md"));
    /// # Ok::<(), openverse_release_core::ParseError>(())
    /// ```
    PathPattern, check_pattern
);

impl PathPattern {
    /// Tells whether a path, from the top of the repository, is one of those meant.
    pub fn matches(&self, path: &str) -> bool {
        let wanted: Vec<_> = self.as_str().split('/').collect();
        let found: Vec<_> = path.split('/').collect();
        any_number(
            &wanted,
            &found,
            |&segment| segment == "**",
            |segment, name| {
                let (wanted, found): (Vec<_>, Vec<_>) = (segment.chars().collect(), name.chars().collect());
                any_number(&wanted, &found, |&c| c == '*', |&wanted, &found| wanted == '?' || wanted == found)
            },
        )
    }
}

/// Matches a list against a pattern in which some elements stand for any number of things.
///
/// Takes time in proportion to the product of the lengths: only the last such element is ever
/// tried again.
pub(crate) fn any_number<P, T>(
    pattern: &[P],
    list: &[T],
    is_any: impl Fn(&P) -> bool,
    same: impl Fn(&P, &T) -> bool,
) -> bool {
    let (mut at, mut read) = (0, 0);
    let mut last_any: Option<(usize, usize)> = None;
    while read < list.len() {
        match pattern.get(at) {
            Some(element) if is_any(element) => {
                last_any = Some((at, read));
                at += 1;
            }
            Some(element) if same(element, &list[read]) => {
                at += 1;
                read += 1;
            }
            _ => match last_any {
                Some((any, from)) => {
                    last_any = Some((any, from + 1));
                    (at, read) = (any + 1, from + 1);
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(is_any)
}

/// Tells whether a file lies in a folder, or is the path itself; both from the top of a repository.
pub fn lies_within(file: &str, path: &str) -> bool {
    let path = path.trim_matches('/');
    path.is_empty() || file.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn stars_stay_within_a_name_and_two_reach_across_folders() {
        for (pattern, path, expected) in [
            ("a/Dockerfile", "a/Dockerfile", true),
            ("a/Dockerfile", "a/b/Dockerfile", false),
            ("a/*", "a/b", true),
            ("a/*", "a/b/c", false),
            ("a/*", "a", false),
            ("a/**", "a/b/c", true),
            ("a/**", "a", true),
            ("**/c", "c", true),
            ("**/c", "a/b/c", true),
            ("a/**/c", "a/c", true),
            ("a/**/c/**/d", "a/x/c/y/c/z/d", true),
            ("a/**/c/**/d", "a/x/y/d", false),
            ("r*s*.txt", "requirements.txt", true),
            ("r*s*.txt", "rs.txt", true),
            ("r*s*.txt", "r.txt", false),
            ("r?q", "req", true),
            ("r?q", "rq", false),
            ("?", "é", true),
        ] {
            let matches = pattern.parse::<PathPattern>().unwrap().matches(path);
            assert_eq!(matches, expected, "{pattern} {path}");
        }
    }

    #[test]
    fn a_path_that_leaves_the_repository_is_no_pattern() {
        for (text, position) in
            [("", 0), ("/a", 0), ("a/../b", 2), ("a//b", 2), ("a/", 2), ("a/b**", 2), ("a\\b", 1)]
        {
            assert_eq!(text.parse::<PathPattern>().unwrap_err().position(), position, "{text:?}");
        }
    }

    #[test]
    fn a_folder_holds_what_is_below_it_and_no_namesake() {
        assert!(
            lies_within("api/x.py", "api") && lies_within("api/x.py", "/api/") && lies_within("api/x.py", "")
        );
        assert!(lies_within("api", "api"));
        assert!(!lies_within("api_client/x.py", "api") && !lies_within("a/api", "api"));
    }

    /// The definition, tried in every way.
    fn matches_naively(pattern: &[char], text: &[char]) -> bool {
        match pattern.split_first() {
            None => text.is_empty(),
            Some(('*', rest)) => (0..=text.len()).any(|skip| matches_naively(rest, &text[skip..])),
            Some((c, rest)) => text
                .split_first()
                .is_some_and(|(found, after)| (*c == '?' || c == found) && matches_naively(rest, after)),
        }
    }

    proptest! {
        #[test]
        fn a_pattern_matches_what_it_would_in_every_way(pattern in "[ab?]{0,3}\\*?[ab?]{1,2}\\*?[ab]{0,2}", text in "[ab]{1,8}") {
            let chars = |text: &str| text.chars().collect::<Vec<_>>();
            let expected = matches_naively(&chars(&pattern), &chars(&text));
            prop_assert_eq!(pattern.parse::<PathPattern>().unwrap().matches(&text), expected);
        }
    }
}
