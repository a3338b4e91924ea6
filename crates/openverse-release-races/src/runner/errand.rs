//! What the runner is asked for, and the same as an order of the core.

use std::collections::BTreeMap;

use openverse_release_core::{
    App, Bundle, CommitSha, DeployableVersion, Digest, DraftContent, EnvironmentName, GitHubRelease,
    GitHubReleaseId, GitTag, ImageName, ImageTag, Order, OrderKind, ReleaseDate, ReleaseTarget, RunId,
};

use super::state::{Release, Stage};

/// What somebody asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Errand {
    pub(super) environment: EnvironmentName,
    /// Counted for the environment; 0 is what was done before.
    pub(super) number: u8,
    pub(super) kind: ErrandKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum ErrandKind {
    /// A draft, and the commits of the images that are released.
    Release {
        release: u8,
        notes: u8,
        images: [u8; 2],
    },
    Deploy {
        commit: u8,
    },
    RollBack,
}

impl Errand {
    /// Returns the commit that is to run.
    pub(super) fn commit(self) -> u8 {
        match self.kind {
            ErrandKind::Release { notes, .. } => notes,
            ErrandKind::Deploy { commit } => commit,
            ErrandKind::RollBack => 0,
        }
    }

    pub(super) fn run_id(self) -> RunId {
        let id = format!("{}-{}", self.environment, self.number);
        id.parse().unwrap_or_else(|_| unreachable!("{id} is a run's name"))
    }

    pub(super) fn image_tag(self) -> ImageTag {
        match self.kind {
            ErrandKind::Release { release, notes, .. } => ImageTag::of_release(date(release, notes)),
            _ => ImageTag::of_commit(&sha(self.commit())),
        }
    }

    pub(super) fn order(self, app: &App) -> Order {
        let built_of = match self.kind {
            ErrandKind::Release { images, .. } => images,
            _ => [self.commit(); 2],
        };
        let images = for_each_image(app, |image| digest(image, built_of[image]));
        let kind = match self.kind {
            ErrandKind::Release { release, notes, .. } => {
                let draft = Release { stage: Stage::Draft, notes, ..Release::default() };
                OrderKind::Release { draft: Box::new(github_release(app, release, draft)) }
            }
            ErrandKind::Deploy { .. } => OrderKind::Deploy,
            ErrandKind::RollBack => OrderKind::RollBack,
        };
        Order {
            app: app.slug.clone(),
            environments: vec![self.environment],
            version: DeployableVersion {
                image_tag: self.image_tag(),
                bundle: Bundle { commit: sha(self.commit()), images },
            },
            kind,
            replaces: None,
            last_working: BTreeMap::new(),
            reason: "explored".to_owned(),
            actor: "somebody".to_owned(),
            despite_running: false,
        }
    }
}

/// Returns something for each image of an app. All companions are as one.
pub(super) fn for_each_image<T>(app: &App, of: impl Fn(usize) -> T) -> BTreeMap<ImageName, T> {
    (0..).zip(&app.images).map(|(place, name)| (name.clone(), of(usize::min(place, 1)))).collect()
}

/// Returns the SHA of a commit that is counted.
pub(super) fn sha(commit: u8) -> CommitSha {
    parsed(&commit.to_string().repeat(40))
}

/// Returns the digest of the image of a commit.
pub(super) fn digest(image: usize, commit: u8) -> Digest {
    parsed(&format!("sha256:{}", format!("{image}{commit}").repeat(32)))
}

/// Returns which commit's image has a digest.
pub(super) fn commit_of(digest: &Digest) -> Option<(usize, u8)> {
    let all = (0..2).flat_map(|image| (0..4).map(move |commit| (image, commit)));
    all.into_iter().find(|(image, commit)| self::digest(*image, *commit) == *digest)
}

/// Returns the date of a draft. It moves with what the draft says.
fn date(release: u8, notes: u8) -> ReleaseDate {
    parsed(&format!("2026.11.20.10.{release:02}.{notes:02}"))
}

pub(super) fn git_tag(app: &App, release: u8, notes: u8) -> GitTag {
    let prefix = app.git_tag_prefix.clone();
    GitTag::new(prefix.unwrap_or_else(|| unreachable!("explored apps have releases")), date(release, notes))
}

/// Returns a GitHub Release as GitHub shows it.
pub(super) fn github_release(app: &App, release: u8, it: Release) -> GitHubRelease {
    let git_tag = git_tag(app, release, it.notes);
    let DraftContent { git_tag, name, target, notes } = content(git_tag, it.notes);
    GitHubRelease {
        id: GitHubReleaseId(u64::from(release) + 1),
        git_tag,
        name,
        notes,
        target,
        draft: it.stage == Stage::Draft,
        published_at: it.on.map(|_| super::sight::MOMENT),
        page: String::new(),
    }
}

/// Returns what a draft says that names a commit.
pub(super) fn content(git_tag: GitTag, notes: u8) -> DraftContent {
    DraftContent {
        name: git_tag.to_string(),
        git_tag,
        target: ReleaseTarget::Commit(sha(notes)),
        notes: format!("- everything up to commit {notes}"),
    }
}

fn parsed<T: std::str::FromStr>(text: &str) -> T {
    text.parse().unwrap_or_else(|_| unreachable!("{text} has the right form"))
}
