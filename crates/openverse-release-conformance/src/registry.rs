//! The contract of [`ImageRegistry`], rule by rule.

use std::{collections::BTreeSet, fmt::Debug};

use async_trait::async_trait;
use openverse_release_core::{Digest, ImageName, ImageTag};
use openverse_release_ports::{ImageRegistry, WriteError};

use super::{ImageShape, SampleImage};

/// The registry behind the implementation under test.
#[async_trait]
pub trait RegistryFixture: Debug + Send + Sync {
    /// Returns the name of an image that the registry does not hold yet. The suite asks for each
    /// name once.
    fn image(&self, name: &str) -> ImageName;

    /// Pushes an image under a tag, moving the tag if it is there.
    async fn push(&self, image: &ImageName, tag: &ImageTag, sample: &SampleImage);

    /// Returns the bytes of the manifest that a tag names, as stored.
    async fn stored(&self, image: &ImageName, tag: &ImageTag) -> Option<Vec<u8>>;
}

/// Checks every rule.
pub async fn check_registry(registry: &dyn ImageRegistry, fixture: &dyn RegistryFixture) {
    what_is_absent_resolves_to_none(registry, fixture).await;
    a_tag_resolves_to_the_digest_of_the_manifest_as_stored(registry, fixture).await;
    a_new_tag_keeps_the_manifest_byte_for_byte(registry, fixture).await;
    a_tag_moves_from_what_was_seen(registry, fixture).await;
    pointing_again_changes_nothing(registry, fixture).await;
    a_tag_that_moved_is_a_conflict(registry, fixture).await;
    a_tag_that_is_not_what_was_seen_to_be_absent_is_a_conflict(registry, fixture).await;
    a_digest_that_is_not_there_is_a_conflict(registry, fixture).await;
    every_tag_is_listed(registry, fixture).await;
    images_are_independent(registry, fixture).await;
    pointing_at_once_ends_where_both_wanted(registry, fixture).await;
}

fn tag(text: &str) -> ImageTag {
    text.parse().expect("the suite's own tags are well formed")
}

fn release_tag() -> ImageTag {
    tag("rel-2024.01.02.03.04.05")
}

async fn resolved(registry: &dyn ImageRegistry, image: &ImageName, tag: &ImageTag) -> Option<Digest> {
    registry.resolve(image, tag).await.expect("a tag of the registry resolves")
}

async fn pushed(fixture: &dyn RegistryFixture, image: &ImageName, at: &ImageTag, content: &str) -> Digest {
    let sample = SampleImage::new(ImageShape::OciManifest, content);
    fixture.push(image, at, &sample).await;
    sample.manifest.digest
}

fn assert_conflict(outcome: Result<(), WriteError>, mentions: &[&str]) {
    let Err(WriteError::Conflict { found, expected }) = outcome else {
        panic!("expected a conflict, found {outcome:?}");
    };
    let message = format!("found {found}, expected {expected}");
    for mentioned in mentions {
        assert!(message.contains(mentioned), "\"{message}\" does not mention {mentioned}");
    }
}

/// Neither an image nor a tag that is absent is an error.
pub async fn what_is_absent_resolves_to_none(registry: &dyn ImageRegistry, fixture: &dyn RegistryFixture) {
    let nothing = fixture.image("absent");
    assert_eq!(resolved(registry, &nothing, &ImageTag::latest()).await, None);
    assert_eq!(registry.tags(&nothing).await.expect("an absent image has no tags"), []);
    let image = fixture.image("absent-tag");
    pushed(fixture, &image, &ImageTag::latest(), "absent-tag").await;
    assert_eq!(resolved(registry, &image, &tag("other")).await, None);
}

/// Whatever shape the image has, and again after the tag has moved.
pub async fn a_tag_resolves_to_the_digest_of_the_manifest_as_stored(
    registry: &dyn ImageRegistry,
    fixture: &dyn RegistryFixture,
) {
    let image = fixture.image("resolve");
    for shape in ImageShape::ALL {
        let sample = SampleImage::new(shape, "resolve");
        fixture.push(&image, &ImageTag::latest(), &sample).await;
        let digest = resolved(registry, &image, &ImageTag::latest()).await;
        assert_eq!(digest, Some(sample.manifest.digest), "{shape:?}");
    }
}

/// A multi-architecture index is one image: no part of it takes its place.
pub async fn a_new_tag_keeps_the_manifest_byte_for_byte(
    registry: &dyn ImageRegistry,
    fixture: &dyn RegistryFixture,
) {
    for (at, shape) in ImageShape::ALL.into_iter().enumerate() {
        let image = fixture.image(&format!("bytes-{at}"));
        let sample = SampleImage::new(shape, "bytes");
        fixture.push(&image, &ImageTag::latest(), &sample).await;
        let digest = sample.manifest.digest;
        registry.point(&image, &release_tag(), &digest, None).await.expect("the tag is new");
        assert_eq!(resolved(registry, &image, &release_tag()).await.as_ref(), Some(&digest), "{shape:?}");
        let stored = fixture.stored(&image, &release_tag()).await;
        assert_eq!(stored.as_ref(), Some(&sample.manifest.bytes), "{shape:?}");
        assert_eq!(resolved(registry, &image, &ImageTag::latest()).await.as_ref(), Some(&digest));
    }
}

/// A tag that is where the caller saw it moves to where the caller wants it.
pub async fn a_tag_moves_from_what_was_seen(registry: &dyn ImageRegistry, fixture: &dyn RegistryFixture) {
    let image = fixture.image("move");
    let old = pushed(fixture, &image, &release_tag(), "old").await;
    let new = pushed(fixture, &image, &ImageTag::latest(), "new").await;
    registry.point(&image, &release_tag(), &new, Some(&old)).await.expect("the tag is where it was seen");
    assert_eq!(resolved(registry, &image, &release_tag()).await, Some(new));
}

/// Asking again succeeds, also when what was seen before the first time is given again.
pub async fn pointing_again_changes_nothing(registry: &dyn ImageRegistry, fixture: &dyn RegistryFixture) {
    let image = fixture.image("again");
    let digest = pushed(fixture, &image, &ImageTag::latest(), "again").await;
    for _ in 0..2 {
        registry.point(&image, &release_tag(), &digest, None).await.expect("pointing is idempotent");
    }
    registry.point(&image, &release_tag(), &digest, Some(&digest)).await.expect("pointing is idempotent");
    assert_eq!(resolved(registry, &image, &release_tag()).await, Some(digest));
}

/// Somebody else moved the tag after the caller looked: nothing is written.
pub async fn a_tag_that_moved_is_a_conflict(registry: &dyn ImageRegistry, fixture: &dyn RegistryFixture) {
    let image = fixture.image("moved");
    let wanted = pushed(fixture, &image, &tag("wanted"), "wanted").await;
    let seen = pushed(fixture, &image, &release_tag(), "seen").await;
    let moved = pushed(fixture, &image, &release_tag(), "moved").await;
    let outcome = registry.point(&image, &release_tag(), &wanted, Some(&seen)).await;
    assert_conflict(outcome, &[moved.as_str(), seen.as_str(), release_tag().as_str()]);
    assert_eq!(resolved(registry, &image, &release_tag()).await, Some(moved));
}

/// A tag that appeared, or vanished, since the caller looked is a conflict as well.
pub async fn a_tag_that_is_not_what_was_seen_to_be_absent_is_a_conflict(
    registry: &dyn ImageRegistry,
    fixture: &dyn RegistryFixture,
) {
    let image = fixture.image("appeared");
    let wanted = pushed(fixture, &image, &tag("wanted"), "wanted").await;
    let there = pushed(fixture, &image, &release_tag(), "there").await;
    assert_conflict(registry.point(&image, &release_tag(), &wanted, None).await, &[there.as_str()]);
    assert_eq!(resolved(registry, &image, &release_tag()).await.as_ref(), Some(&there));
    let vanished = tag("vanished");
    let outcome = registry.point(&image, &vanished, &wanted, Some(&there)).await;
    assert_conflict(outcome, &[there.as_str()]);
    assert_eq!(resolved(registry, &image, &vanished).await, None);
}

/// Nothing is tagged that is not in the registry, be it in another image of it.
pub async fn a_digest_that_is_not_there_is_a_conflict(
    registry: &dyn ImageRegistry,
    fixture: &dyn RegistryFixture,
) {
    let image = fixture.image("no-digest");
    let other = fixture.image("no-digest-other");
    pushed(fixture, &image, &ImageTag::latest(), "here").await;
    let elsewhere = pushed(fixture, &other, &ImageTag::latest(), "only elsewhere").await;
    let nowhere = SampleImage::new(ImageShape::OciIndex, "nowhere").manifest.digest;
    for missing in [elsewhere, nowhere] {
        let outcome = registry.point(&image, &release_tag(), &missing, None).await;
        assert_conflict(outcome, &[missing.as_str()]);
        assert_eq!(resolved(registry, &image, &release_tag()).await, None);
    }
}

/// More tags than fit on a page, of every documented pattern.
pub async fn every_tag_is_listed(registry: &dyn ImageRegistry, fixture: &dyn RegistryFixture) {
    let image = fixture.image("tags");
    let sample = SampleImage::new(ImageShape::OciManifest, "tags");
    let tags: BTreeSet<ImageTag> = (0..150)
        .map(|number| match number % 3 {
            0 => tag(&format!("{number:040x}")),
            1 => tag(&format!("rel-2024.01.02.03.{:02}.{:02}", number / 60, number % 60)),
            _ => tag(&format!("Other_{number}.x")),
        })
        .chain([ImageTag::latest()])
        .collect();
    assert_eq!(tags.len(), 151, "the suite's own tags differ");
    for tag in &tags {
        fixture.push(&image, tag, &sample).await;
    }
    let listed = registry.tags(&image).await.expect("the image is there");
    assert_eq!(listed.len(), tags.len(), "no tag is listed twice");
    assert_eq!(listed.into_iter().collect::<BTreeSet<_>>(), tags);
}

/// The same tag of another image is another tag.
pub async fn images_are_independent(registry: &dyn ImageRegistry, fixture: &dyn RegistryFixture) {
    let (app, companion) = (fixture.image("app"), fixture.image("app_nginx"));
    let of_app = pushed(fixture, &app, &ImageTag::latest(), "app").await;
    let of_companion = pushed(fixture, &companion, &ImageTag::latest(), "companion").await;
    registry.point(&app, &release_tag(), &of_app, None).await.expect("the tag is new");
    assert_eq!(resolved(registry, &companion, &release_tag()).await, None);
    registry.point(&companion, &release_tag(), &of_companion, None).await.expect("the tag is new");
    assert_eq!(resolved(registry, &app, &release_tag()).await, Some(of_app));
    assert_eq!(resolved(registry, &companion, &release_tag()).await, Some(of_companion));
}

/// Two callers who want the same at the same time both succeed.
pub async fn pointing_at_once_ends_where_both_wanted(
    registry: &dyn ImageRegistry,
    fixture: &dyn RegistryFixture,
) {
    let image = fixture.image("at-once");
    let digest = pushed(fixture, &image, &ImageTag::latest(), "at once").await;
    let at = release_tag();
    let point = || registry.point(&image, &at, &digest, None);
    let (one, two, three) = tokio::join!(point(), point(), point());
    for outcome in [one, two, three] {
        outcome.expect("all wanted the same");
    }
    assert_eq!(resolved(registry, &image, &at).await, Some(digest));
}
