//! Exactly which requests each operation takes.

use openverse_release_conformance::{ImageShape, SampleImage};
use openverse_release_core::{Digest, ImageTag};
use openverse_release_ports::{ImageRegistry as _, WriteError};
use openverse_release_testkit::Reply;

use crate::fake_registry::{FakeRegistry, Fault};

fn release_tag() -> ImageTag {
    "rel-2024.01.02.03.04.05".parse().unwrap()
}

async fn point(registry: &FakeRegistry, to: &Digest, seen: Option<&Digest>) -> Result<(), WriteError> {
    registry.adapter.point(&FakeRegistry::image(), &release_tag(), to, seen).await
}

#[tokio::test]
async fn resolving_takes_one_request_be_the_tag_there_or_not() {
    let registry = FakeRegistry::start().await;
    let digest = registry.push(&ImageTag::latest(), "one");
    let image = FakeRegistry::image();
    assert_eq!(registry.adapter.resolve(&image, &ImageTag::latest()).await, Ok(Some(digest)));
    assert_eq!(registry.adapter.resolve(&image, &release_tag()).await, Ok(None));
    assert_eq!(registry.lines(), ["HEAD latest", "HEAD rel-2024.01.02.03.04.05"]);
    let accepted = registry.server.seen()[0].header("accept").unwrap().to_owned();
    for shape in ImageShape::ALL {
        assert!(accepted.contains(shape.media_type()), "{accepted} lacks {shape:?}");
    }
}

#[tokio::test]
async fn a_registry_that_keeps_the_digest_to_itself_is_asked_for_the_manifest() {
    let registry = FakeRegistry::start().await;
    let manifest = SampleImage::new(ImageShape::DockerList, "one").manifest;
    registry.fault("HEAD", Fault::Instead(Reply::answer(200, "")));
    registry.fault("GET", Fault::Instead(Reply::answer(200, manifest.bytes)));
    let found = registry.adapter.resolve(&FakeRegistry::image(), &ImageTag::latest()).await;
    assert_eq!(found, Ok(Some(manifest.digest)));
    assert_eq!(registry.lines(), ["HEAD latest", "GET latest"]);
}

#[tokio::test]
async fn pointing_reads_compares_writes_and_reads_back() {
    let registry = FakeRegistry::start().await;
    let digest = registry.push(&ImageTag::latest(), "one");
    point(&registry, &digest, None).await.unwrap();
    let tag = release_tag();
    let expected =
        [format!("HEAD {tag}"), format!("GET {digest}"), format!("PUT {tag}"), format!("HEAD {tag}")];
    assert_eq!(registry.lines(), expected);
    assert_eq!(registry.puts(), [(tag.to_string(), ImageShape::OciIndex.media_type().to_owned())]);
    assert_eq!(registry.tag(&tag).as_deref(), Some(digest.as_str()));
}

#[tokio::test]
async fn nothing_is_written_where_nothing_is_to_be_done_or_allowed() {
    let registry = FakeRegistry::start().await;
    let digest = registry.push(&release_tag(), "one");
    let other = registry.push(&ImageTag::latest(), "other");
    point(&registry, &digest, None).await.unwrap();
    assert_eq!(registry.lines(), ["HEAD rel-2024.01.02.03.04.05"]);
    assert!(matches!(point(&registry, &other, None).await, Err(WriteError::Conflict { .. })));
    assert_eq!(registry.lines().len(), 2);
    let missing = SampleImage::new(ImageShape::OciIndex, "missing").manifest.digest;
    let outcome = point(&registry, &missing, Some(&digest)).await;
    assert!(matches!(outcome, Err(WriteError::Conflict { .. })), "{outcome:?}");
    assert_eq!(registry.lines().len(), 4);
    assert_eq!(registry.puts(), []);
}
