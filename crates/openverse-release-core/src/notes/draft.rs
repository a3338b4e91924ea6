//! The drafted GitHub Release of an app, and how it becomes the next one.

use crate::{GitHubRelease, GitTag, ReleaseNotes, ReleaseTag, ReleaseTarget};

/// What a drafted GitHub Release says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftContent {
    /// The git tag that publishing puts on the commit.
    pub git_tag: GitTag,
    /// Its title.
    pub name: String,
    /// What it points at.
    pub target: ReleaseTarget,
    /// The release notes, in Markdown.
    pub notes: String,
}

impl DraftContent {
    /// Tells whether a GitHub Release says the same already. Whether it is a draft is not compared.
    pub fn is_said_by(&self, release: &GitHubRelease) -> bool {
        let Self { git_tag, name, target, notes } = self;
        (git_tag, name, target, notes) == (&release.git_tag, &release.name, &release.target, &release.notes)
    }
}

/// What of a draft is no longer as it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DraftChange {
    /// A published GitHub Release has its git tag.
    GitTag,
    /// The title is not its git tag.
    Name,
    /// It points elsewhere.
    Target,
    /// The release notes say something else.
    Notes,
}

impl DraftChange {
    /// Returns words for people.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::GitTag => "git tag",
            Self::Name => "name",
            Self::Target => "target",
            Self::Notes => "release notes",
        }
    }
}

impl DraftContent {
    /// Returns the draft of a release.
    pub fn of(release: &ReleaseTag, target: ReleaseTarget, notes: &ReleaseNotes) -> Self {
        let git_tag = release.git_tag().clone();
        Self { name: git_tag.to_string(), git_tag, target, notes: notes.to_string() }
    }

    /// Returns what of an existing draft has to change; nothing, if only its date is an older one.
    ///
    /// The date says when the draft was last changed, so it is no reason for a change.
    pub fn difference_from(&self, existing: &GitHubRelease) -> Vec<DraftChange> {
        let mut changes = Vec::new();
        if existing.name != existing.git_tag.to_string() {
            changes.push(DraftChange::Name);
        }
        if existing.target != self.target {
            changes.push(DraftChange::Target);
        }
        if !same_text(&existing.notes, &self.notes) {
            changes.push(DraftChange::Notes);
        }
        changes
    }
}

/// GitHub's editor writes other line ends, and leaves none at the end.
fn same_text(a: &str, b: &str) -> bool {
    a.replace("\r\n", "\n").trim_end() == b.replace("\r\n", "\n").trim_end()
}

/// What makes the drafts of an app into the one that should be there.
///
/// The draft is written before others are deleted, so that there is one at every moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftPlan {
    /// What is written, if anything.
    pub write: DraftWrite,
    /// The duplicates, oldest first.
    pub delete: Vec<GitHubRelease>,
}

/// How the draft comes to say what it should.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DraftWrite {
    /// It does so already.
    Nothing {
        /// The draft.
        draft: GitHubRelease,
    },
    /// There is none: make one.
    Create(DraftContent),
    /// Change the one there is.
    Update {
        /// The draft as it was seen.
        seen: GitHubRelease,
        /// What it should say.
        to: DraftContent,
        /// What changes, beside the date.
        changes: Vec<DraftChange>,
    },
}

/// Why nobody but a person can say what becomes of the drafts.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DraftRefusal {
    /// A draft was published once.
    #[error(
        "found {git_tag} as a draft although it was published before, expected a draft that never was; publish it \
         again, or delete it, on {page}"
    )]
    PublishedBefore {
        /// Its git tag.
        git_tag: GitTag,
        /// Its page.
        page: String,
    },
    /// A published GitHub Release has the git tag of the new draft.
    #[error(
        "found {git_tag} published on {page}, expected a git tag that no release has; try again a second later"
    )]
    GitTagTaken {
        /// The git tag.
        git_tag: GitTag,
        /// The page of the release that has it.
        page: String,
    },
}

/// Returns what makes the drafts among an app's GitHub Releases into the one that is wanted.
///
/// Of several drafts the newest by number is kept, as everybody who looks would choose the same,
/// unless an older one already says what is wanted: then nothing has to be written. Published GitHub
/// Releases are never part of the plan.
///
/// # Errors
/// When a draft was published before, or the wanted git tag belongs to a published GitHub Release.
pub fn plan_draft(releases: &[GitHubRelease], wanted: DraftContent) -> Result<DraftPlan, DraftRefusal> {
    let of_app = |release: &&GitHubRelease| release.git_tag.prefix() == wanted.git_tag.prefix();
    let (mut drafts, published): (Vec<_>, Vec<_>) =
        releases.iter().filter(of_app).partition(|release| release.draft);
    drafts.sort_by_key(|draft| draft.id);
    drafts.dedup_by_key(|draft| draft.id);
    if let Some(draft) = drafts.iter().find(|draft| draft.published_at.is_some()) {
        let (git_tag, page) = (draft.git_tag.clone(), draft.page.clone());
        return Err(DraftRefusal::PublishedBefore { git_tag, page });
    }
    let owner = |git_tag: &GitTag| published.iter().find(|release| release.git_tag == *git_tag);
    let changes = |draft: &GitHubRelease| {
        let mut changes = wanted.difference_from(draft);
        if owner(&draft.git_tag).is_some() {
            changes.insert(0, DraftChange::GitTag);
        }
        changes
    };
    let right = drafts.iter().rposition(|draft| changes(draft).is_empty());
    let kept = right.or(drafts.len().checked_sub(1)).map(|kept| drafts.remove(kept));
    let delete = drafts.into_iter().cloned().collect();
    if let Some(draft) = kept.filter(|_| right.is_some()) {
        return Ok(DraftPlan { write: DraftWrite::Nothing { draft: draft.clone() }, delete });
    }
    if let Some(taken) = owner(&wanted.git_tag) {
        let (git_tag, page) = (taken.git_tag.clone(), taken.page.clone());
        return Err(DraftRefusal::GitTagTaken { git_tag, page });
    }
    let write = match kept {
        None => DraftWrite::Create(wanted),
        Some(draft) => DraftWrite::Update { seen: draft.clone(), changes: changes(draft), to: wanted },
    };
    Ok(DraftPlan { write, delete })
}
