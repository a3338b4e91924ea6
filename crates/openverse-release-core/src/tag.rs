//! Git tags and release tags.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{
    AppSlug, ImageTag, ReleaseDate,
    parse::{ParseError, check_characters, serde_through_text, text_newtype},
};

const SUBJECT: &str = "git tag";

fn check_prefix(text: &str) -> Result<(), ParseError> {
    let subject = "git tag prefix";
    let expected = "lower-case letters and digits, and between them \"_\" or \"-\"";
    check_characters(subject, text, 64, expected, |offset, c| {
        c.is_ascii_lowercase() || c.is_ascii_digit() || (offset > 0 && matches!(c, '_' | '-'))
    })?;
    if text == "rel" {
        return Err(ParseError::new(subject, text, 0, "an app; \"rel-{date}\" is an image tag"));
    }
    Ok(())
}

text_newtype!(
    /// What the git tags of an app start with.
    ///
    /// Often the app's slug, but not always: the ingestion server's is `ingestion_server`.
    GitTagPrefix, check_prefix
);

/// The name that a release gives a commit: `{prefix}-{date}`.
///
/// The prefix may hold hyphens itself, so the text is split at the last one.
///
/// ```
/// use openverse_release_core::GitTag;
///
/// let tag: GitTag = "ingestion_server-2023.07.03.17.52.00".parse()?;
/// assert_eq!(tag.prefix().as_str(), "ingestion_server");
/// assert!("rel-2023.07.03.17.52.00".parse::<GitTag>().is_err());
/// # Ok::<(), openverse_release_core::ParseError>(())
/// ```
///
/// A git tag is not a commit SHA either:
///
/// ```compile_fail,E0308
/// use openverse_release_core::{CommitSha, GitTag};
/// fn check_out(_: CommitSha) {}
/// let tag: GitTag = "api-2023.07.03.17.52.00".parse().unwrap();
/// check_out(tag);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GitTag {
    prefix: GitTagPrefix,
    date: ReleaseDate,
}

impl GitTag {
    /// Returns the git tag of a prefix and a date.
    pub fn new(prefix: GitTagPrefix, date: ReleaseDate) -> Self {
        Self { prefix, date }
    }

    /// Returns what stands before the last hyphen.
    pub fn prefix(&self) -> &GitTagPrefix {
        &self.prefix
    }

    /// Returns the date after the last hyphen.
    pub fn date(&self) -> ReleaseDate {
        self.date
    }
}

impl FromStr for GitTag {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let Some((prefix, date)) = text.rsplit_once('-') else {
            return Err(ParseError::new(SUBJECT, text, text.len(), "an app's prefix, \"-\" and a date"));
        };
        let at = |offset: usize, error: &ParseError| {
            ParseError::new(SUBJECT, text, offset + error.position(), error.expected())
        };
        Ok(Self {
            prefix: prefix.parse().map_err(|error| at(0, &error))?,
            date: date.parse().map_err(|error| at(prefix.len() + 1, &error))?,
        })
    }
}

impl fmt::Display for GitTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}-{}", self.prefix, self.date))
    }
}

serde_through_text!(GitTag);

/// The tag of a release: one value with two renderings, a git tag and an image tag.
///
/// It comes from an [`App`](crate::App) that has releases, so none exists for the indexer worker.
///
/// ```
/// use openverse_release_core::Project;
///
/// let openverse = Project::openverse();
/// let api = openverse.app("api").unwrap();
/// let tag = api.release_tag("2023.07.03.17.52.00".parse()?)?;
/// assert_eq!(tag.git_tag().to_string(), "api-2023.07.03.17.52.00");
/// assert_eq!(tag.image_tag().as_str(), "rel-2023.07.03.17.52.00");
///
/// let worker = openverse.app("indexer-worker").unwrap();
/// assert!(worker.release_tag("2023.07.03.17.52.00".parse()?).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// It is neither of its renderings:
///
/// ```compile_fail,E0308
/// use openverse_release_core::{ImageTag, ReleaseTag};
/// fn deploy(_: ImageTag) {}
/// fn after(tag: ReleaseTag) { deploy(tag) }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ReleaseTag {
    app: AppSlug,
    git_tag: GitTag,
}

impl ReleaseTag {
    pub(crate) fn new(app: AppSlug, git_tag: GitTag) -> Self {
        Self { app, git_tag }
    }

    /// Returns the app that is released.
    pub fn app(&self) -> &AppSlug {
        &self.app
    }

    /// Returns the date.
    pub fn date(&self) -> ReleaseDate {
        self.git_tag.date()
    }

    /// Returns the rendering on a commit, which is also the GitHub Release's name.
    pub fn git_tag(&self) -> &GitTag {
        &self.git_tag
    }

    /// Returns the rendering on an image.
    pub fn image_tag(&self) -> ImageTag {
        ImageTag::of_release(self.date())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_last_hyphen_separates_prefix_and_date() {
        let tag: GitTag = "my-own-app-2024.01.02.03.04.05".parse().unwrap();
        assert_eq!(tag.prefix().as_str(), "my-own-app");
    }

    #[test]
    fn errors_say_what_was_found_where_and_what_was_expected() {
        let message = |text: &str| text.parse::<GitTag>().unwrap_err().to_string();
        insta::assert_snapshot!(message("api-2023.07.33.17.52.00"), @r#""api-2023.07.33.17.52.00" is not a valid git tag: found "33.17.52.00" at character 13, expected a day from 01 to 31"#);
        insta::assert_snapshot!(message("API-2023.07.03.17.52.00"), @r#""API-2023.07.03.17.52.00" is not a valid git tag: found "API-2023.07.03.17.52.00" at character 1, expected lower-case letters and digits, and between them "_" or "-""#);
        insta::assert_snapshot!(message("api\u{1b}[31m"), @r#""api\u{1b}[31m" is not a valid git tag: found the end at character 9, expected an app's prefix, "-" and a date"#);
    }

    proptest! {
        #[test]
        fn printing_then_reading_gives_the_same_tag(prefix in "[a-z][a-z0-9_-]{0,12}", seconds in 0i64..4_000_000_000) {
            prop_assume!(prefix != "rel");
            let moment = chrono::DateTime::from_timestamp(seconds, 0).unwrap();
            let tag = GitTag::new(prefix.parse().unwrap(), ReleaseDate::from_moment(moment).unwrap());
            prop_assert_eq!(tag.to_string().parse::<GitTag>().unwrap(), tag);
        }
    }
}
