//! Which images and which commit an image tag names.

use std::collections::BTreeMap;

use openverse_release_core::{
    App, Bundle, CommitSha, DeployableVersion, Digest, GitTag, ImageName, ImageTag, ImageTagKind,
};

use crate::{Advice, EngineError, Refusal, World};

/// Returns the version that an image tag names for an app: its commit, and the digest of each image.
///
/// `rel-…` and the commit SHA are two names of one version, so whichever is given, both are looked
/// up and have to name the same digests.
///
/// # Errors
/// When the tag names no version (`latest` moves), when any image of the app lacks it, or when
/// `rel-…` and the commit SHA name different images.
pub async fn resolve_version(
    world: &World,
    app: &App,
    tag: &ImageTag,
) -> Result<DeployableVersion, EngineError> {
    let commit = match named_version(app, tag)? {
        NamedVersion::Commit(commit) => commit,
        NamedVersion::Release(git_tag) => world.releases.tag_commit(&git_tag).await?.ok_or_else(|| {
            Refusal::new(
                format!("no git tag {git_tag}"),
                format!("the git tag that tells the commit of {tag}"),
                Advice::NameVersionOrCommit,
            )
        })?,
    };
    let images = digests(world, app, tag).await?;
    if *tag != ImageTag::of_commit(&commit) {
        check_aliases(world, app, tag, &commit, &images).await?;
    }
    Ok(DeployableVersion { image_tag: tag.clone(), bundle: Bundle { commit, images } })
}

/// Returns the commit of the version that an image tag names; none if its git tag does not exist.
///
/// # Errors
/// When the tag names no version, or an outside system does not answer.
pub(crate) async fn commit_of(
    world: &World,
    app: &App,
    tag: &ImageTag,
) -> Result<Option<CommitSha>, EngineError> {
    match named_version(app, tag)? {
        NamedVersion::Commit(commit) => Ok(Some(commit)),
        NamedVersion::Release(git_tag) => Ok(world.releases.tag_commit(&git_tag).await?),
    }
}

/// A version as its image tag names it, for ever.
pub(crate) enum NamedVersion {
    Commit(CommitSha),
    Release(GitTag),
}

/// Returns the version that an image tag names, before anybody looks whether there is one.
///
/// # Errors
/// When the tag is of no kind that names a version.
pub(crate) fn named_version(app: &App, tag: &ImageTag) -> Result<NamedVersion, EngineError> {
    let found = match tag.kind() {
        ImageTagKind::Commit(commit) => return Ok(NamedVersion::Commit(commit)),
        ImageTagKind::Release(date) => {
            return Ok(NamedVersion::Release(GitTag::new(app.require_prefix()?.clone(), date)));
        }
        ImageTagKind::Latest => "the tag of the newest build, which moves",
        ImageTagKind::Other => "none of the documented patterns",
    };
    Err(EngineError::NoVersion { tag: tag.to_string(), found })
}

async fn digests(
    world: &World,
    app: &App,
    tag: &ImageTag,
) -> Result<BTreeMap<ImageName, Digest>, EngineError> {
    let mut images = BTreeMap::new();
    let mut missing = Vec::new();
    for image in &app.images {
        match world.registry.resolve(image, tag).await? {
            Some(digest) => {
                images.insert(image.clone(), digest);
            }
            None => missing.push(image.as_str()),
        }
    }
    if missing.is_empty() {
        return Ok(images);
    }
    Err(Refusal::new(
        format!("no tag {tag} on {}", missing.join(" and ")),
        format!("it on every image of the {}", app.name),
        Advice::NameVersionOrAwaitBuild,
    )
    .into())
}

async fn check_aliases(
    world: &World,
    app: &App,
    tag: &ImageTag,
    commit: &CommitSha,
    images: &BTreeMap<ImageName, Digest>,
) -> Result<(), EngineError> {
    let by_commit = digests(world, app, &ImageTag::of_commit(commit)).await?;
    for (image, digest) in images {
        if by_commit.get(image) != Some(digest) {
            let built = by_commit.get(image).map_or("nothing", |digest| digest.short());
            return Err(Refusal::new(
                format!("{}:{tag} naming {}", image.short(), digest.short()),
                format!("{built}, the image built from commit {} that carries the git tag", commit.short()),
                format!("the tag was moved or released wrongly; deploy {commit} itself, or another version"),
            )
            .into());
        }
    }
    Ok(())
}
