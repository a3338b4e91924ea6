//! Real, if empty, images: what CI builds.

use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use openverse_release_core::{CommitSha, Digest, ImageName};
use serde_json::{Value, json};

use super::sha256;

pub(crate) const INDEX_TYPE: &str = "application/vnd.oci.image.index.v1+json";
pub(crate) const MANIFEST_TYPE: &str = "application/vnd.oci.image.manifest.v1+json";
const CONFIG_TYPE: &str = "application/vnd.oci.image.config.v1+json";
const LAYER_TYPE: &str = "application/vnd.oci.image.layer.v1.tar+gzip";
const ARCHITECTURES: [&str; 2] = ["amd64", "arm64"];

/// The label that says which commit an image was built from.
pub(crate) const REVISION_LABEL: &str = "org.opencontainers.image.revision";

/// A tar archive without entries, two blocks of zeros, and the same compressed by gzip. Tools that
/// copy images compress layers that are not, by which the digest would change.
const EMPTY_TAR: [u8; 1024] = [0; 1024];
const EMPTY_LAYER: [u8; 29] = [
    31, 139, 8, 0, 0, 0, 0, 0, 2, 255, 99, 96, 24, 5, 163, 96, 20, 140, 84, 0, 0, 46, 175, 181, 239, 0, 4, 0,
    0,
];
static EMPTY_TAR_DIGEST: LazyLock<Digest> = LazyLock::new(|| sha256(&EMPTY_TAR));
static EMPTY_LAYER_DIGEST: LazyLock<Digest> = LazyLock::new(|| sha256(&EMPTY_LAYER));

/// An image for several architectures, with everything it is made of.
#[derive(Debug)]
pub(crate) struct MultiArchImage {
    pub(crate) index: (Digest, Vec<u8>),
    pub(crate) manifests: Vec<(Digest, Vec<u8>)>,
    /// Configurations and layers.
    pub(crate) blobs: Vec<(Digest, Vec<u8>)>,
}

impl MultiArchImage {
    pub(crate) fn build(name: &ImageName, commit: &CommitSha, at: DateTime<Utc>) -> Self {
        let mut blobs = vec![(EMPTY_LAYER_DIGEST.clone(), EMPTY_LAYER.to_vec())];
        let mut manifests = Vec::new();
        let mut children = Vec::new();
        for architecture in ARCHITECTURES {
            let config = file(&json!({
                "architecture": architecture,
                "os": "linux",
                "created": at.to_rfc3339(),
                "config": { "Labels": {
                    REVISION_LABEL: commit,
                    "org.opencontainers.image.title": name.short(),
                } },
                "rootfs": { "type": "layers", "diff_ids": [*EMPTY_TAR_DIGEST] },
                "history": [{ "created": at.to_rfc3339(), "created_by": "openverse-release sandbox" }],
            }));
            let manifest = file(&json!({
                "schemaVersion": 2,
                "mediaType": MANIFEST_TYPE,
                "config": descriptor(CONFIG_TYPE, &config.0, config.1.len()),
                "layers": [descriptor(LAYER_TYPE, &EMPTY_LAYER_DIGEST, EMPTY_LAYER.len())],
            }));
            let mut child = descriptor(MANIFEST_TYPE, &manifest.0, manifest.1.len());
            child["platform"] = json!({ "architecture": architecture, "os": "linux" });
            children.push(child);
            blobs.push(config);
            manifests.push(manifest);
        }
        let index = file(&json!({ "schemaVersion": 2, "mediaType": INDEX_TYPE, "manifests": children }));
        Self { index, manifests, blobs }
    }

    /// Returns every part with its digest.
    pub(crate) fn into_files(self) -> impl Iterator<Item = (Digest, Vec<u8>)> {
        self.blobs.into_iter().chain(self.manifests).chain([self.index])
    }
}

fn descriptor(media_type: &str, digest: &Digest, size: usize) -> Value {
    json!({ "mediaType": media_type, "digest": digest, "size": size })
}

fn file(content: &Value) -> (Digest, Vec<u8>) {
    let bytes = content.to_string().into_bytes();
    (sha256(&bytes), bytes)
}
