//! Lost replies, rate limits, errors and other people: never wrong, never written twice.

use std::time::Duration;

use openverse_release_core::{Digest, ImageTag};
use openverse_release_ports::{ImageRegistry as _, PortError, System, WriteError};
use openverse_release_testkit::Reply;

use crate::fake_registry::{FakeRegistry, Fault};

fn release_tag() -> ImageTag {
    "rel-2024.01.02.03.04.05".parse().unwrap()
}

async fn registry_with_latest() -> (FakeRegistry, Digest) {
    let registry = FakeRegistry::start().await;
    let digest = registry.push(&ImageTag::latest(), "one");
    (registry, digest)
}

async fn point(registry: &FakeRegistry, to: &Digest) -> Result<(), WriteError> {
    registry.adapter.point(&FakeRegistry::image(), &release_tag(), to, None).await
}

fn puts_sent(registry: &FakeRegistry) -> usize {
    registry.lines().iter().filter(|line| line.starts_with("PUT")).count()
}

#[tokio::test]
async fn a_reply_lost_after_the_effect_is_cleared_up_by_reading() {
    for reply in [Reply::HangUp, Reply::answer(500, "oops"), Reply::answer(504, "")] {
        let (registry, digest) = registry_with_latest().await;
        registry.fault("PUT", Fault::After(reply));
        point(&registry, &digest).await.unwrap();
        assert_eq!((puts_sent(&registry), registry.puts().len()), (1, 1));
    }
}

#[tokio::test]
async fn a_reply_lost_before_the_effect_is_reported_and_not_sent_again() {
    for reply in [Reply::HangUp, Reply::answer(502, "bad gateway")] {
        let (registry, digest) = registry_with_latest().await;
        registry.fault("PUT", Fault::Instead(reply));
        let outcome = point(&registry, &digest).await;
        let Err(WriteError::Port(error @ PortError::ReplyLost { .. })) = outcome else {
            panic!("{outcome:?}")
        };
        assert!(error.may_have_happened());
        assert_eq!((puts_sent(&registry), registry.puts().len()), (1, 0));
        // Asked again, as after looking, it is done, once.
        point(&registry, &digest).await.unwrap();
        assert_eq!(registry.puts().len(), 1);
    }
}

#[tokio::test]
async fn an_accepted_write_that_cannot_be_read_back_may_have_happened() {
    let (registry, digest) = registry_with_latest().await;
    registry.fault("HEAD", Fault::After(Reply::answer(404, "")));
    registry.fault("HEAD", Fault::Instead(Reply::answer(403, "")));
    let outcome = point(&registry, &digest).await;
    let Err(WriteError::Port(PortError::ReplyLost { detail, .. })) = outcome else { panic!("{outcome:?}") };
    assert!(detail.starts_with("accepted, but reading it back failed"), "{detail}");
    assert_eq!(registry.puts().len(), 1);
}

#[tokio::test]
async fn a_rate_limit_is_waited_out_before_the_write_is_sent_again() {
    let (registry, digest) = registry_with_latest().await;
    let limited = Reply::answer(429, r#"{"errors":[{"code":"TOOMANYREQUESTS"}]}"#).with("retry-after", "12");
    registry.fault("PUT", Fault::Instead(limited));
    point(&registry, &digest).await.unwrap();
    assert_eq!(registry.clock.sleeps(), [Duration::from_secs(12)]);
    assert_eq!((puts_sent(&registry), registry.puts().len()), (2, 1));
}

#[tokio::test]
async fn a_refused_write_did_not_happen_and_says_why() {
    let (registry, digest) = registry_with_latest().await;
    let denied = r#"{"errors":[{"code":"DENIED","message":"permission_denied: write_package"}]}"#;
    registry.fault("PUT", Fault::Instead(Reply::answer(403, denied)));
    let outcome = point(&registry, &digest).await;
    let Err(WriteError::Port(error @ PortError::NotAllowed { .. })) = outcome else { panic!("{outcome:?}") };
    assert!(!error.may_have_happened());
    assert!(error.to_string().ends_with("DENIED permission_denied: write_package"), "{error}");
    let invalid = r#"{"errors":[{"code":"MANIFEST_BLOB_UNKNOWN","message":"blob unknown to registry"}]}"#;
    registry.fault("PUT", Fault::Instead(Reply::answer(400, invalid)));
    let outcome = point(&registry, &digest).await;
    let Err(WriteError::Port(error @ PortError::Refused { status: 400, .. })) = outcome else {
        panic!("{outcome:?}")
    };
    assert!(error.to_string().ends_with("MANIFEST_BLOB_UNKNOWN blob unknown to registry"), "{error}");
    assert_eq!((puts_sent(&registry), registry.puts().len()), (2, 0));
}

#[tokio::test]
async fn a_tag_that_somebody_else_moves_right_after_is_a_conflict() {
    let (registry, digest) = registry_with_latest().await;
    let theirs = registry.push(&"theirs".parse().unwrap(), "theirs");
    registry.fault("PUT", Fault::ThenMovedTo(theirs.clone()));
    let outcome = point(&registry, &digest).await;
    let Err(WriteError::Conflict { found, expected }) = outcome else { panic!("{outcome:?}") };
    assert!(found.contains(theirs.as_str()) && expected.contains(digest.as_str()), "{found}; {expected}");
}

#[tokio::test]
async fn a_manifest_that_does_not_have_its_digest_is_never_tagged() {
    let (registry, digest) = registry_with_latest().await;
    registry.corrupt(&digest);
    let outcome = point(&registry, &digest).await;
    let Err(WriteError::Port(PortError::Malformed { detail, .. })) = outcome else { panic!("{outcome:?}") };
    assert!(detail.contains(&format!("expected {digest}")), "{detail}");
    assert_eq!(puts_sent(&registry), 0);
}

#[tokio::test]
async fn reads_are_repeated_through_a_bad_moment() {
    let (registry, digest) = registry_with_latest().await;
    for reply in [Reply::answer(503, ""), Reply::HangUp, Reply::answer(429, "").with("retry-after", "5")] {
        registry.fault("HEAD", Fault::Instead(reply));
    }
    let found = registry.adapter.resolve(&FakeRegistry::image(), &ImageTag::latest()).await;
    assert_eq!(found, Ok(Some(digest)));
    assert_eq!(registry.lines().len(), 4);
    let pauses: Vec<_> = registry.clock.sleeps().iter().map(Duration::as_millis).collect();
    assert_eq!(pauses, [500, 1_000, 5_000]);
}

#[tokio::test]
async fn a_read_ends_in_the_error_that_it_was() {
    let (registry, _) = registry_with_latest().await;
    let resolve = || async { registry.adapter.resolve(&FakeRegistry::image(), &ImageTag::latest()).await };
    registry.fault("HEAD", Fault::Instead(Reply::answer(429, "").with("retry-after", "600")));
    let limited = resolve().await;
    assert!(matches!(limited, Err(PortError::RateLimited { until: Some(_), .. })), "{limited:?}");
    registry.fault("HEAD", Fault::Instead(Reply::answer(401, "")));
    let refused = resolve().await;
    assert!(matches!(refused, Err(PortError::NotAllowed { system: System::Registry, .. })), "{refused:?}");
    let moved = Reply::answer(301, "").with("location", "https://elsewhere.example/");
    registry.fault("HEAD", Fault::Instead(moved));
    let moved = resolve().await;
    assert!(
        matches!(&moved, Err(PortError::Malformed { detail, .. }) if detail.contains("elsewhere")),
        "{moved:?}"
    );
    let odd = Reply::answer(200, "").with("docker-content-digest", "md5:1");
    registry.fault("HEAD", Fault::Instead(odd));
    let odd = resolve().await;
    assert!(matches!(&odd, Err(PortError::Malformed { detail, .. }) if detail.contains("md5:1")), "{odd:?}");
    for _ in 0..5 {
        registry.fault("HEAD", Fault::Instead(Reply::answer(500, "")));
    }
    let failed = resolve().await;
    assert!(matches!(failed, Err(PortError::Refused { status: 500, .. })), "{failed:?}");
}
