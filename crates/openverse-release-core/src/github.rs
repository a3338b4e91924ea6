//! What is recorded on GitHub, in the words of the glossary: Releases and runs of GitHub Workflows.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    CommitSha, GitTag, ImageTag,
    parse::{ParseError, check_characters, text_newtype},
};

fn check_repository(text: &str) -> Result<(), ParseError> {
    let subject = "repository";
    let expected = "OWNER/NAME";
    let Some((owner, name)) = text.split_once('/') else {
        return Err(ParseError::new(subject, text, text.len(), expected));
    };
    for (part, offset) in [(owner, 0), (name, owner.len() + 1)] {
        check_characters(subject, part, 100, expected, |_, c| {
            c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-')
        })
        .map_err(|error| ParseError::new(subject, text, offset + error.position(), expected))?;
        // It becomes part of a path.
        if matches!(part, "." | "..") {
            return Err(ParseError::new(subject, text, offset, expected));
        }
    }
    Ok(())
}

text_newtype!(
    /// A repository on GitHub, written `OWNER/NAME`.
    GitHubRepository, check_repository
);

impl GitHubRepository {
    /// Returns the owner.
    pub fn owner(&self) -> &str {
        self.0.split_once('/').map_or("", |(owner, _)| owner)
    }

    /// Returns the name without the owner.
    pub fn name(&self) -> &str {
        self.0.split_once('/').map_or("", |(_, name)| name)
    }
}

fn check_workflow_file(text: &str) -> Result<(), ParseError> {
    let subject = "GitHub Workflow file";
    let expected = "a file name ending in .yml or .yaml";
    check_characters(subject, text, 128, expected, |_, c| {
        c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-')
    })?;
    if text.ends_with(".yml") || text.ends_with(".yaml") {
        Ok(())
    } else {
        Err(ParseError::new(subject, text, text.len(), expected))
    }
}

text_newtype!(
    /// The file name of a GitHub Workflow, such as `deploy-production-api.yml`.
    GitHubWorkflowFile, check_workflow_file
);

fn check_event_type(text: &str) -> Result<(), ParseError> {
    let expected = "letters, digits, \"_\" and \"-\", at most 100";
    check_characters("dispatch event type", text, 100, expected, |_, c| {
        c.is_ascii_alphanumeric() || matches!(c, '_' | '-')
    })
}

text_newtype!(
    /// The event type of a `repository_dispatch`, such as `deploy_production_api`.
    DispatchEventType, check_event_type
);

/// The number GitHub gives a GitHub Release, the same as a draft and after publishing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct GitHubReleaseId(pub u64);

/// What a GitHub Release points at: a branch while it follows one, or a commit.
///
/// GitHub puts the git tag of a draft that names a branch on whatever the branch's head is at
/// publishing, which can be newer than the notes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReleaseTarget {
    /// A branch, by name.
    Branch(String),
    /// One commit.
    Commit(CommitSha),
}

impl ReleaseTarget {
    /// Reads the text GitHub calls `target_commitish`.
    pub fn from_commitish(text: &str) -> Self {
        text.parse().map_or_else(|_| Self::Branch(text.to_owned()), Self::Commit)
    }

    /// Returns the text GitHub calls `target_commitish`.
    pub fn as_commitish(&self) -> &str {
        match self {
            Self::Branch(name) => name,
            Self::Commit(sha) => sha.as_str(),
        }
    }
}

/// A GitHub Release, drafted or published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GitHubRelease {
    /// Its number.
    pub id: GitHubReleaseId,
    /// Its git tag; a draft's does not exist in git yet.
    pub git_tag: GitTag,
    /// Its title, which equals the git tag by convention.
    pub name: String,
    /// The release notes, in Markdown. They come from outside: escape them before printing.
    pub notes: String,
    /// What it points at.
    pub target: ReleaseTarget,
    /// Whether it is still a draft.
    pub draft: bool,
    /// When it was published, in UTC; none for a draft that never was.
    pub published_at: Option<DateTime<Utc>>,
    /// Its page.
    pub page: String,
}

impl GitHubRelease {
    /// Returns what of this release is no longer as it was seen, and how it was seen, in words;
    /// none if a person would read the same on its page. Whether it is a draft is not compared.
    pub fn difference_from(&self, seen: &Self) -> Option<(String, String)> {
        let texts = |release: &Self| {
            let target = release.target.as_commitish();
            [
                ("git tag", release.git_tag.to_string()),
                ("name", release.name.clone()),
                ("target", target.to_owned()),
            ]
        };
        let (mut found, mut expected) = (Vec::new(), Vec::new());
        for ((what, now), (_, before)) in texts(self).into_iter().zip(texts(seen)) {
            if now != before {
                found.push(format!("{what} {now:?}"));
                expected.push(format!("{what} {before:?}"));
            }
        }
        if self.notes != seen.notes {
            // Too long to show.
            found.push("other release notes".to_owned());
            expected.push("the release notes as they were read".to_owned());
        }
        (!found.is_empty()).then(|| (found.join(", "), expected.join(", ")))
    }
}

/// The number GitHub gives a run of a GitHub Workflow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct GitHubRunId(pub u64);

/// Where a run of a GitHub Workflow stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GitHubRunStatus {
    /// Accepted, not started.
    Queued,
    /// Under way.
    InProgress,
    /// Ended well.
    Succeeded,
    /// Ended badly: failed, or ran out of time.
    Failed,
    /// Ended by somebody, or evicted by a newer run of its concurrency group.
    Cancelled,
}

impl GitHubRunStatus {
    /// Tells whether the run has ended, however it did.
    pub fn ended(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Cancelled)
    }

    /// Returns words for people.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::InProgress => "in progress",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Cancelled => "was cancelled",
        }
    }
}

/// One run of a deployment's GitHub Workflow: one deployment, asked for by whomever.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeploymentRun {
    /// Its number.
    pub id: GitHubRunId,
    /// Its title. By convention it holds the image tag. It comes from outside.
    pub title: String,
    /// Where it stands.
    pub status: GitHubRunStatus,
    /// The event that started it: `repository_dispatch` or `workflow_dispatch`.
    pub event: String,
    /// The login of whoever started it.
    pub actor: String,
    /// When it was created, in UTC.
    pub created_at: DateTime<Utc>,
    /// When it last changed, in UTC.
    pub updated_at: DateTime<Utc>,
    /// Its page.
    pub page: String,
}

impl DeploymentRun {
    /// Returns the image tag in the title: the first word that is `rel-{date}` or a commit SHA.
    pub fn image_tag(&self) -> Option<ImageTag> {
        use crate::ImageTagKind::{Commit, Release};
        self.title
            .split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-')))
            .map(|word| word.trim_end_matches('.'))
            .filter_map(|word| word.parse::<ImageTag>().ok())
            .find(|tag| matches!(tag.kind(), Release(_) | Commit(_)))
    }

    /// Tells whether the title names a correlation, as a whole word.
    pub fn names(&self, correlation: &Correlation) -> bool {
        self.title
            .split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'))
            .any(|word| word == correlation.as_str())
    }
}

fn check_correlation(text: &str) -> Result<(), ParseError> {
    let expected = "letters, digits and \"-\", at most 64";
    check_characters("correlation", text, 64, expected, |_, c| c.is_ascii_alphanumeric() || c == '-')
}

text_newtype!(
    /// A word that is put into the title of a GitHub Workflow's run, so that the run can be found
    /// again after a reply was lost: a `repository_dispatch` answers with no number.
    Correlation, check_correlation
);

/// What a live `/version` endpoint answers.
///
/// It comes from the companion image, never shows `rel-…`, and so proves the companion's build.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveVersion {
    /// The commit the running images were built from.
    pub commit: CommitSha,
    /// The environment, in the app's own word for it.
    pub environment: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(title: &str) -> DeploymentRun {
        let moment = DateTime::UNIX_EPOCH;
        DeploymentRun {
            id: GitHubRunId(1),
            title: title.to_owned(),
            status: GitHubRunStatus::Queued,
            event: "workflow_dispatch".to_owned(),
            actor: "ada".to_owned(),
            created_at: moment,
            updated_at: moment,
            page: String::new(),
        }
    }

    #[test]
    fn the_image_tag_is_found_in_the_title() {
        let tag = |title: &str| run(title).image_tag().map(|tag| tag.to_string());
        let release = Some("rel-2023.07.03.17.52.00".to_owned());
        assert_eq!(tag("[ada] deploy rel-2023.07.03.17.52.00: slow queries"), release);
        assert_eq!(tag("Deploy rel-2023.07.03.17.52.00."), release);
        assert_eq!(tag("deploy latest because"), None);
    }

    #[test]
    fn a_correlation_is_found_only_as_a_whole_word() {
        let correlation: Correlation = "run-12".parse().unwrap();
        assert!(run("rel-x (release) [run-12]").names(&correlation));
        assert!(!run("rel-x [run-123]").names(&correlation));
        assert!(!run("rel-x [my-run-12]").names(&correlation));
    }
}
