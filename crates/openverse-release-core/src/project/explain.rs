//! What a text says when it is taken for a tag.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Project;
use crate::{AppSlug, CommitSha, GitTag, ImageTag, ImageTagKind, ParseError, ReleaseDate};

/// Which tag a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TagKind {
    /// `{app}-{date}`, on a commit.
    GitTag,
    /// `rel-{date}`, on images.
    ImageTag,
    /// The SHA of a commit, which is also an image tag.
    CommitSha,
    /// The image tag `latest`, which moves.
    Latest,
    /// None of them.
    Invalid,
}

/// What a text says when it is taken for a tag of a project.
///
/// Written with serde it has exactly these fields, and `null` where there is nothing to say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExplainedTag {
    /// The text. It comes from outside: escape it before printing.
    pub input: String,
    /// What it is.
    pub kind: TagKind,
    /// The app that a git tag belongs to.
    pub app: Option<AppSlug>,
    /// The date of a release, in UTC; written as in RFC 3339.
    pub date: Option<DateTime<Utc>>,
    /// The git tag, where the text says it.
    pub git_tag: Option<GitTag>,
    /// The image tag: the text itself, or that of a git tag's release.
    pub image_tag: Option<ImageTag>,
    /// Why it is invalid: what was found, where, and what was expected.
    pub error: Option<String>,
}

/// Explains a text as a tag of a project.
///
/// An image tag `rel-{date}` does not say of which app it is, because two apps can be released
/// with the same date.
///
/// ```
/// use openverse_release_core::{Project, TagKind, explain_tag};
///
/// let tag = explain_tag(&Project::openverse(), "api-2023.07.03.17.52.00");
/// assert_eq!(tag.kind, TagKind::GitTag);
/// assert_eq!(tag.image_tag.unwrap().as_str(), "rel-2023.07.03.17.52.00");
/// ```
pub fn explain_tag(project: &Project, text: &str) -> ExplainedTag {
    let nothing = ExplainedTag {
        input: text.to_owned(),
        kind: TagKind::Invalid,
        app: None,
        date: None,
        git_tag: None,
        image_tag: None,
        error: None,
    };
    match read(project, text) {
        Ok(Read::ImageTag(tag)) => {
            let (kind, date) = match tag.kind() {
                ImageTagKind::Latest => (TagKind::Latest, None),
                ImageTagKind::Commit(_) => (TagKind::CommitSha, None),
                ImageTagKind::Release(date) => (TagKind::ImageTag, Some(date.moment())),
                ImageTagKind::Other => (TagKind::ImageTag, None),
            };
            ExplainedTag { kind, date, image_tag: Some(tag), ..nothing }
        }
        Ok(Read::GitTag(app, tag)) => ExplainedTag {
            kind: TagKind::GitTag,
            app: Some(app),
            date: Some(tag.date().moment()),
            image_tag: Some(ImageTag::of_release(tag.date())),
            git_tag: Some(tag),
            ..nothing
        },
        Err(error) => ExplainedTag { error: Some(error), ..nothing },
    }
}

enum Read {
    ImageTag(ImageTag),
    GitTag(AppSlug, GitTag),
}

fn read(project: &Project, text: &str) -> Result<Read, String> {
    let image_tag = text.parse::<ImageTag>();
    if let Some(tag) = image_tag.ok().filter(|tag| tag.kind() != ImageTagKind::Other) {
        return Ok(Read::ImageTag(tag));
    }
    match read_git_tag(text) {
        Ok(tag) => match project.release_tag(&tag) {
            Ok(release) => Ok(Read::GitTag(release.app().clone(), tag)),
            Err(error) => Err(error.to_string()),
        },
        Err(error) => Err(error.to_string()),
    }
}

/// Reads a git tag; the error is about whatever the text most looks like.
fn read_git_tag(text: &str) -> Result<GitTag, ParseError> {
    if let Some(date) = text.strip_prefix("rel-")
        && let Err(error) = date.parse::<ReleaseDate>()
    {
        return Err(ParseError::new("image tag", text, 4 + error.position(), error.expected()));
    }
    let tag = text.parse::<GitTag>();
    if tag.is_ok() {
        return tag;
    }
    let hexadecimal = text.len() >= 7 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if hexadecimal && let Err(error) = text.parse::<CommitSha>() {
        return Err(error);
    }
    let dated = text.rsplit_once('-').is_some_and(|(_, date)| date.starts_with(|c: char| c.is_ascii_digit()));
    if dated {
        return tag;
    }
    let expected = "a git tag {app}-{date}, an image tag rel-{date}, a commit SHA or latest";
    Err(ParseError::new("tag", text, 0, expected))
}
