//! Docker images: their names, tags, digests and references.

use std::{fmt, str::FromStr};

use crate::{
    CommitSha, ReleaseDate,
    commit::check_hex,
    parse::{ParseError, check_characters, serde_through_text, text_newtype},
};

const RELEASE_PREFIX: &str = "rel-";
const LATEST: &str = "latest";

fn check_digest(text: &str) -> Result<(), ParseError> {
    const SUBJECT: &str = "digest";
    match text.split_once(':') {
        Some(("sha256", _)) => check_hex(SUBJECT, text, 7, 64),
        Some(("sha512", _)) => check_hex(SUBJECT, text, 7, 128),
        _ => Err(ParseError::new(SUBJECT, text, 0, "\"sha256:\" or \"sha512:\"")),
    }
}

text_newtype!(
    /// The digest of an image manifest: what an image *is*, whatever its tags say.
    ///
    /// Written `sha256:` and 64, or `sha512:` and 128, lower-case hexadecimal digits.
    Digest, check_digest
);

impl Digest {
    /// Returns the algorithm and the first twelve digits, for people to read.
    pub fn short(&self) -> &str {
        &self.as_str()[..19]
    }
}

fn check_image_name(text: &str) -> Result<(), ParseError> {
    const SUBJECT: &str = "image name";
    let Some((host, repository)) = text.split_once('/') else {
        return Err(ParseError::new(SUBJECT, text, text.len(), "a registry, \"/\" and a repository"));
    };
    check_characters(SUBJECT, host, 255, "a registry such as ghcr.io", |_, c| {
        c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':')
    })?;
    let offset = host.len() + 1;
    let fail = |at: usize| {
        let expected = "a repository of lower-case letters, digits and single . _ - / between them";
        ParseError::new(SUBJECT, text, offset + at, expected)
    };
    let mut previous = '/';
    for (at, c) in repository.char_indices() {
        let separator = matches!(c, '.' | '_' | '-' | '/');
        let doubled =
            separator && !previous.is_ascii_alphanumeric() && !(c == previous && matches!(c, '_' | '-'));
        if doubled || !(separator || c.is_ascii_lowercase() || c.is_ascii_digit()) {
            return Err(fail(at));
        }
        previous = c;
    }
    if previous.is_ascii_alphanumeric() { Ok(()) } else { Err(fail(repository.len())) }
}

text_newtype!(
    /// The name of an image: registry and repository, without tag or digest.
    ///
    /// Written `ghcr.io/wordpress/openverse-api`.
    ImageName, check_image_name
);

impl ImageName {
    /// Returns the registry's host, with its port if it has one.
    pub fn registry(&self) -> &str {
        self.0.split_once('/').map_or("", |(host, _)| host)
    }

    /// Returns the repository inside the registry.
    pub fn repository(&self) -> &str {
        self.0.split_once('/').map_or("", |(_, repository)| repository)
    }

    /// Returns the last part, as people call the image: `openverse-api`.
    pub fn short(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or_default()
    }
}

fn check_image_tag(text: &str) -> Result<(), ParseError> {
    let expected = "letters, digits, \"_\", and after the first also \".\" and \"-\"";
    check_characters("image tag", text, 128, expected, |offset, c| {
        c.is_ascii_alphanumeric() || c == '_' || (offset > 0 && matches!(c, '.' | '-'))
    })
}

text_newtype!(
    /// The tag of an image: what stands after the `:` of a reference.
    ///
    /// At one time a tag names one image; moving it makes it name another. Any tag of the OCI
    /// grammar can be read; [`ImageTag::kind`] tells which of Openverse's patterns it has.
    ///
    /// ```
    /// use openverse_release_core::{ImageTag, ImageTagKind};
    ///
    /// let tag: ImageTag = "rel-2023.07.03.17.52.00".parse()?;
    /// assert!(matches!(tag.kind(), ImageTagKind::Release(_)));
    /// # Ok::<(), openverse_release_core::ParseError>(())
    /// ```
    ///
    /// An image tag is not a git tag, and none becomes the other by accident:
    ///
    /// ```compile_fail,E0308
    /// use openverse_release_core::{GitTag, ImageTag};
    /// fn deploy(_: ImageTag) {}
    /// let tag: GitTag = "api-2023.07.03.17.52.00".parse().unwrap();
    /// deploy(tag);
    /// ```
    ImageTag, check_image_tag
);

/// The pattern that an image tag has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImageTagKind {
    /// `latest`: the newest build of `main`. It moves, so it identifies no version.
    Latest,
    /// `rel-{date}`: the image of a published release.
    Release(ReleaseDate),
    /// The full commit SHA from which the image was built.
    Commit(CommitSha),
    /// None of Openverse's patterns.
    Other,
}

impl ImageTag {
    /// Returns the tag `latest`.
    pub fn latest() -> Self {
        Self(LATEST.to_owned())
    }

    /// Returns the image tag of a release, `rel-{date}`.
    pub fn of_release(date: ReleaseDate) -> Self {
        Self(format!("{RELEASE_PREFIX}{date}"))
    }

    /// Returns the image tag that CI gives the images of a commit: its SHA.
    pub fn of_commit(commit: &CommitSha) -> Self {
        Self(commit.as_str().to_owned())
    }

    /// Returns the pattern this tag has.
    pub fn kind(&self) -> ImageTagKind {
        if self.0 == LATEST {
            ImageTagKind::Latest
        } else if let Ok(commit) = self.0.parse() {
            ImageTagKind::Commit(commit)
        } else {
            let date = self.0.strip_prefix(RELEASE_PREFIX).and_then(|date| date.parse().ok());
            date.map_or(ImageTagKind::Other, ImageTagKind::Release)
        }
    }
}

/// A full reference to an image: its name with a tag, or with a digest.
///
/// Written `ghcr.io/wordpress/openverse-api:latest` or `…@sha256:…`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ImageReference {
    /// By a tag, which may name another image later.
    Tagged(ImageName, ImageTag),
    /// By digest, which names the same image for ever.
    Pinned(ImageName, Digest),
}

impl fmt::Display for ImageReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tagged(name, tag) => write!(f, "{name}:{tag}"),
            Self::Pinned(name, digest) => write!(f, "{name}@{digest}"),
        }
    }
}

impl FromStr for ImageReference {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        if let Some((name, digest)) = text.split_once('@') {
            return Ok(Self::Pinned(name.parse()?, digest.parse()?));
        }
        // A registry may have a port, so the tag's colon is the last one, after the last slash.
        let slash = text.rfind('/').unwrap_or(0);
        match text[slash..].rfind(':') {
            Some(colon) => {
                let (name, tag) = text.split_at(slash + colon);
                Ok(Self::Tagged(name.parse()?, tag[1..].parse()?))
            }
            None => Err(ParseError::new(
                "image reference",
                text,
                text.len(),
                "\":\" and an image tag, or \"@\" and a digest",
            )),
        }
    }
}

serde_through_text!(ImageReference);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_tag_has_the_pattern_its_text_shows() {
        let kind = |text: &str| text.parse::<ImageTag>().unwrap().kind();
        let sha = "5fa9e58fed9acb4ddba82d9349e79d85a2b90cb6";
        assert_eq!(kind("latest"), ImageTagKind::Latest);
        assert_eq!(kind(sha), ImageTagKind::Commit(sha.parse().unwrap()));
        let date = "2023.07.03.17.52.00".parse().unwrap();
        assert_eq!(kind("rel-2023.07.03.17.52.00"), ImageTagKind::Release(date));
        assert_eq!(ImageTag::of_release(date).kind(), ImageTagKind::Release(date));
        for other in ["rel-2023.07.03", "v1.2.3", "Latest", "5fa9e58"] {
            assert_eq!(kind(other), ImageTagKind::Other, "{other}");
        }
    }

    #[test]
    fn a_registry_with_a_port_is_not_taken_for_a_tag() {
        let reference: ImageReference = "127.0.0.1:5000/openverse-api:latest".parse().unwrap();
        let ImageReference::Tagged(name, tag) = reference else { panic!("not tagged") };
        assert_eq!((name.registry(), name.repository()), ("127.0.0.1:5000", "openverse-api"));
        assert_eq!(tag, ImageTag::latest());
        assert!("127.0.0.1:5000/openverse-api".parse::<ImageReference>().is_err());
    }

    #[test]
    fn bad_image_names_are_refused_where_they_go_wrong() {
        for (text, position) in [("ghcr.io", 7), ("ghcr.io/Api", 8), ("ghcr.io/a..b", 10), ("ghcr.io/a/", 10)]
        {
            assert_eq!(text.parse::<ImageName>().unwrap_err().position(), position, "{text}");
        }
        assert!("ghcr.io/wordpress/openverse-api_nginx".parse::<ImageName>().is_ok());
    }

    proptest! {
        #[test]
        fn references_round_trip(host in "[a-z]{1,8}(:[0-9]{2,4})?", repo in "[a-z]{1,5}(/[a-z]{1,5}){0,2}", tag in "[A-Za-z0-9_][A-Za-z0-9._-]{0,20}") {
            let text = format!("{host}/{repo}:{tag}");
            prop_assert_eq!(text.parse::<ImageReference>().unwrap().to_string(), text);
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,40}") {
            if let Ok(reference) = text.parse::<ImageReference>() {
                prop_assert_eq!(reference.to_string(), text.clone());
            }
            if let Ok(digest) = text.parse::<Digest>() {
                prop_assert_eq!(digest.as_str(), text);
            }
        }
    }
}
