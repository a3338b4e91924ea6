//! Small images of every shape that a registry holds.

use openverse_release_core::Digest;
use sha2::{Digest as _, Sha256};

/// The shape of an image: which of the four kinds of manifest it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImageShape {
    /// One architecture, OCI.
    OciManifest,
    /// Several architectures, OCI.
    OciIndex,
    /// One architecture, Docker.
    DockerManifest,
    /// Several architectures, Docker.
    DockerList,
}

impl ImageShape {
    /// Every shape.
    pub const ALL: [Self; 4] = [Self::OciManifest, Self::OciIndex, Self::DockerManifest, Self::DockerList];

    /// Returns the media type of its manifest.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::OciManifest => "application/vnd.oci.image.manifest.v1+json",
            Self::OciIndex => "application/vnd.oci.image.index.v1+json",
            Self::DockerManifest => "application/vnd.docker.distribution.manifest.v2+json",
            Self::DockerList => "application/vnd.docker.distribution.manifest.list.v2+json",
        }
    }

    /// Returns the shape of the parts, for a shape that has parts.
    fn part(self) -> Option<Self> {
        match self {
            Self::OciIndex => Some(Self::OciManifest),
            Self::DockerList => Some(Self::DockerManifest),
            Self::OciManifest | Self::DockerManifest => None,
        }
    }
}

/// A manifest as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleManifest {
    /// Its media type.
    pub media_type: &'static str,
    /// Its very bytes.
    pub bytes: Vec<u8>,
    /// Their digest.
    pub digest: Digest,
}

/// A small image: everything that must be pushed so that a registry takes it.
///
/// Its manifests are spaced as no JSON writer would space them, so that whoever reads and writes
/// one again instead of keeping its bytes changes the digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleImage {
    /// The blobs, to be pushed first.
    pub blobs: Vec<(Digest, Vec<u8>)>,
    /// The manifests of the architectures, to be pushed next; empty for one architecture.
    pub parts: Vec<SampleManifest>,
    /// The manifest of the image.
    pub manifest: SampleManifest,
}

impl SampleImage {
    /// Returns an image of a shape. Images of different content have different digests.
    pub fn new(shape: ImageShape, content: &str) -> Self {
        let Some(part) = shape.part() else { return Self::single(shape, "amd64", content) };
        let images = ["amd64", "arm64"].map(|architecture| Self::single(part, architecture, content));
        let entries = images.iter().zip(["amd64", "arm64"]).map(|(image, architecture)| {
            let SampleManifest { media_type, bytes, digest } = &image.manifest;
            format!(
                "\n    {{\"digest\" : \"{digest}\",\"mediaType\":\"{media_type}\",  \"size\":{},\n     \
                 \"platform\":{{\"os\":\"linux\",\"architecture\":\"{architecture}\"}}}}",
                bytes.len()
            )
        });
        let entries = entries.collect::<Vec<_>>().join(",");
        let media_type = shape.media_type();
        let text = format!(
            "{{ \"schemaVersion\": 2,\n \"mediaType\":\"{media_type}\",\n  \"manifests\" : [{entries}]\n}}\n"
        );
        let manifest = SampleManifest { media_type, digest: digest_of(text.as_bytes()), bytes: text.into() };
        let (mut blobs, mut parts) = (Vec::new(), Vec::new());
        for image in images {
            blobs.extend(image.blobs);
            parts.push(image.manifest);
        }
        Self { blobs, parts, manifest }
    }

    fn single(shape: ImageShape, architecture: &str, content: &str) -> Self {
        let (config_type, layer_type) = match shape {
            ImageShape::DockerManifest | ImageShape::DockerList => (
                "application/vnd.docker.container.image.v1+json",
                "application/vnd.docker.image.rootfs.diff.tar.gzip",
            ),
            ImageShape::OciManifest | ImageShape::OciIndex => {
                ("application/vnd.oci.image.config.v1+json", "application/vnd.oci.image.layer.v1.tar+gzip")
            }
        };
        let layer = format!("layer of {content} for {architecture}").into_bytes();
        let config = format!(
            "{{\"architecture\":\"{architecture}\",\"os\":\"linux\",\"author\":\"{content}\",\
             \"rootfs\":{{\"type\":\"layers\",\"diff_ids\":[\"{}\"]}}}}",
            digest_of(&layer)
        )
        .into_bytes();
        let blobs = vec![(digest_of(&config), config), (digest_of(&layer), layer)];
        let descriptor = |media_type: &str, (digest, bytes): &(Digest, Vec<u8>)| {
            format!("{{\"mediaType\":\"{media_type}\" ,\"size\":{}, \"digest\":\"{digest}\"}}", bytes.len())
        };
        let media_type = shape.media_type();
        let text = format!(
            "{{\"schemaVersion\":2, \"mediaType\":\"{media_type}\",\n\t\"layers\":[ {} ],\n\t\"config\":{}}}",
            descriptor(layer_type, &blobs[1]),
            descriptor(config_type, &blobs[0]),
        );
        let manifest = SampleManifest { media_type, digest: digest_of(text.as_bytes()), bytes: text.into() };
        Self { blobs, parts: Vec::new(), manifest }
    }
}

fn digest_of(bytes: &[u8]) -> Digest {
    let hex: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hex}").parse().expect("64 hexadecimal digits are a digest")
}
