//! Manifests, as the very bytes that a registry stores.

use bytes::Bytes;
use http::HeaderValue;
use openverse_release_core::{Digest, ParseError};
use serde::Deserialize;
use sha2::{Digest as _, Sha256, Sha512};

/// The media types of everything that an image tag can name.
const MEDIA_TYPES: [&str; 4] = [
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
];

/// All of them, as an `Accept` header. A registry that is not told of indexes answers one with one
/// of its parts, or not at all.
pub(crate) const ACCEPTED: &str = "application/vnd.oci.image.index.v1+json, \
    application/vnd.docker.distribution.manifest.list.v2+json, \
    application/vnd.oci.image.manifest.v1+json, \
    application/vnd.docker.distribution.manifest.v2+json";

/// A manifest and the media type it is stored under. The bytes are never read and written again:
/// that would change the digest.
#[derive(Debug)]
pub(crate) struct Manifest {
    pub(crate) media_type: HeaderValue,
    pub(crate) bytes: Bytes,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Declared {
    media_type: Option<String>,
}

impl Manifest {
    /// Returns the manifest in an answer to a request for `digest`.
    ///
    /// # Errors
    /// What was found and what was expected, when the bytes have another digest or are not a
    /// manifest that an image tag can name.
    pub(crate) fn verified(
        content_type: Option<&str>,
        bytes: Bytes,
        digest: &Digest,
    ) -> Result<Self, String> {
        let found = digest_like(digest, &bytes).map_err(|error| error.to_string())?;
        if &found != digest {
            return Err(format!("found a manifest with digest {found}, expected {digest}"));
        }
        let content_type = content_type.map(|value| value.split(';').next().unwrap_or(value).trim());
        // Some registries label every manifest as plain JSON; then the manifest itself says it.
        let declared = serde_json::from_slice::<Declared>(&bytes).ok().and_then(|found| found.media_type);
        let known = |found: &str| MEDIA_TYPES.into_iter().find(|&known| known == found);
        match content_type.and_then(known).or_else(|| declared.as_deref().and_then(known)) {
            Some(media_type) => Ok(Self { media_type: HeaderValue::from_static(media_type), bytes }),
            None => {
                let found = content_type.or(declared.as_deref()).unwrap_or("no media type");
                Err(format!("found {found}, expected an image manifest or index of OCI or Docker"))
            }
        }
    }
}

/// Returns the SHA-256 digest of some bytes.
pub(crate) fn sha256(bytes: &[u8]) -> Result<Digest, ParseError> {
    written("sha256", &Sha256::digest(bytes))
}

/// Returns the digest of some bytes by the algorithm of another digest.
fn digest_like(digest: &Digest, bytes: &[u8]) -> Result<Digest, ParseError> {
    if digest.as_str().starts_with("sha512:") {
        written("sha512", &Sha512::digest(bytes))
    } else {
        sha256(bytes)
    }
}

fn written(algorithm: &str, hash: &[u8]) -> Result<Digest, ParseError> {
    let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{algorithm}:{hex}").parse()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_with_another_digest_are_refused() {
        let bytes = Bytes::from_static(b"{}");
        let digest = sha256(b"{ }").unwrap();
        let error = Manifest::verified(Some(MEDIA_TYPES[0]), bytes, &digest).unwrap_err();
        assert!(
            error.contains("44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"),
            "{error}"
        );
        assert!(error.contains(digest.as_str()), "{error}");
    }

    #[test]
    fn every_media_type_is_accepted() {
        assert_eq!(ACCEPTED, MEDIA_TYPES.join(", "));
    }

    #[test]
    fn both_digest_algorithms_are_verified() {
        let bytes = Bytes::from_static(b"{}");
        let digest = written("sha512", &Sha512::digest(b"{}")).unwrap();
        assert!(Manifest::verified(Some(MEDIA_TYPES[2]), bytes.clone(), &digest).is_ok());
        let other = written("sha512", &Sha512::digest(b"{ }")).unwrap();
        assert!(Manifest::verified(Some(MEDIA_TYPES[2]), bytes, &other).is_err());
    }

    #[test]
    fn the_media_type_is_the_stored_one_and_else_the_declared_one() {
        let of = |content_type: Option<&str>, text: &'static str| {
            let digest = sha256(text.as_bytes()).unwrap();
            Manifest::verified(content_type, Bytes::from(text), &digest)
                .map(|manifest| manifest.media_type.to_str().unwrap().to_owned())
        };
        let list = r#"{"mediaType":"application/vnd.docker.distribution.manifest.list.v2+json"}"#;
        assert_eq!(of(Some("application/json; charset=utf-8"), list).unwrap(), MEDIA_TYPES[1]);
        assert_eq!(of(None, list).unwrap(), MEDIA_TYPES[1]);
        // An OCI manifest need not declare its type.
        assert_eq!(of(Some("application/vnd.oci.image.manifest.v1+json"), "{}").unwrap(), MEDIA_TYPES[2]);
        let error = of(Some("text/html"), "<html>").unwrap_err();
        assert!(error.starts_with("found text/html, expected an image manifest"), "{error}");
    }
}
