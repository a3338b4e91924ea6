//! The image registry: which repository holds which manifests, blobs and tags.

use std::collections::{BTreeMap, BTreeSet};

use openverse_release_core::{CommitSha, Digest};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::{
    Author, World,
    image::{INDEX_TYPE, MANIFEST_TYPE, MultiArchImage, REVISION_LABEL},
};
use crate::{Action, Part};

/// A manifest, without its content.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Manifest {
    pub(crate) media_type: String,
    /// The commit its image was built from, as the image itself says.
    pub(crate) revision: Option<CommitSha>,
}

/// One repository of images.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct ImageRepository {
    pub(crate) manifests: BTreeMap<Digest, Manifest>,
    pub(crate) blobs: BTreeSet<Digest>,
    pub(crate) tags: BTreeMap<String, Digest>,
}

/// All repositories of images, by the path after the registry's host.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Registry {
    repositories: BTreeMap<String, ImageRepository>,
}

/// A manifest was not taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PushError {
    /// It is no manifest.
    Invalid(String),
    /// It is not what the digest in its path says.
    DigestMismatch(Digest),
    /// It names something that the repository does not have.
    Unknown(String),
}

/// Returns the digest of bytes.
pub(crate) fn sha256(bytes: &[u8]) -> Digest {
    let text = format!("sha256:{}", crate::random::digits(&Sha256::digest(bytes)));
    text.parse().expect("64 hexadecimal digits after the algorithm are a digest")
}

impl Registry {
    pub(crate) fn repository(&self, name: &str) -> Option<&ImageRepository> {
        self.repositories.get(name)
    }

    pub(crate) fn repository_mut(&mut self, name: &str) -> &mut ImageRepository {
        self.repositories.entry(name.to_owned()).or_default()
    }

    /// Returns the digest that a tag, or a digest itself, names.
    pub(crate) fn digest(&self, repository: &str, reference: &str) -> Option<&Digest> {
        let repository = self.repository(repository)?;
        match reference.parse::<Digest>() {
            Ok(digest) => repository.manifests.get_key_value(&digest).map(|(digest, _)| digest),
            Err(_) => repository.tags.get(reference),
        }
    }

    pub(crate) fn manifest_of(&self, repository: &str, reference: &str) -> Option<&Manifest> {
        let digest = self.digest(repository, reference)?;
        self.repository(repository)?.manifests.get(digest)
    }

    /// Enters an image that CI built; returns its digest.
    pub(crate) fn take_in(&mut self, repository: &str, image: &MultiArchImage, commit: &CommitSha) -> Digest {
        let repository = self.repository_mut(repository);
        let manifest =
            |media_type: &str| Manifest { media_type: media_type.to_owned(), revision: Some(commit.clone()) };
        repository.blobs.extend(image.blobs.iter().map(|(digest, _)| digest.clone()));
        for (digest, _) in &image.manifests {
            repository.manifests.insert(digest.clone(), manifest(MANIFEST_TYPE));
        }
        repository.manifests.insert(image.index.0.clone(), manifest(INDEX_TYPE));
        image.index.0.clone()
    }
}

impl World {
    /// Stores a manifest under its digest, and under the tag if the reference is one.
    ///
    /// `read` gives the content of a blob of the registry.
    pub(crate) fn put_manifest(
        &mut self,
        repository: &str,
        reference: &str,
        content_type: Option<&str>,
        content: &[u8],
        read: impl Fn(&Digest) -> Option<Vec<u8>>,
        by: &Author<'_>,
    ) -> Result<Digest, PushError> {
        let invalid = |what: &str| PushError::Invalid(what.to_owned());
        let digest = sha256(content);
        let manifest: Value =
            serde_json::from_slice(content).map_err(|error| PushError::Invalid(error.to_string()))?;
        if manifest["schemaVersion"] != 2 {
            return Err(invalid("schemaVersion is not 2"));
        }
        let media_type = manifest["mediaType"].as_str().or(content_type);
        let media_type = media_type.ok_or_else(|| invalid("no media type"))?.to_owned();
        if reference.parse::<Digest>().is_ok_and(|named| named != digest) {
            return Err(PushError::DigestMismatch(digest));
        }
        let none = ImageRepository::default();
        let held = self.registry.repository(repository).unwrap_or(&none);
        let digests = |value: &Value| -> Vec<String> {
            let named = value.as_array().map_or(&[][..], Vec::as_slice).iter();
            named.map(|it| it["digest"].as_str().unwrap_or_default().to_owned()).collect()
        };
        let mut revision = None;
        if manifest["manifests"].is_array() {
            for child in digests(&manifest["manifests"]) {
                let known = child.parse::<Digest>().ok().and_then(|child| held.manifests.get(&child));
                let known = known.ok_or(PushError::Unknown(child))?;
                revision = revision.or_else(|| known.revision.clone());
            }
        } else if manifest["config"].is_object() {
            let config = manifest["config"]["digest"].as_str().unwrap_or_default().to_owned();
            for blob in [vec![config.clone()], digests(&manifest["layers"])].concat() {
                if !blob.parse::<Digest>().is_ok_and(|digest| held.blobs.contains(&digest)) {
                    return Err(PushError::Unknown(blob));
                }
            }
            let config = config.parse().ok().and_then(|config| read(&config)).unwrap_or_default();
            let config: Value = serde_json::from_slice(&config).unwrap_or_default();
            revision = config["config"]["Labels"][REVISION_LABEL].as_str().and_then(|sha| sha.parse().ok());
        } else {
            return Err(invalid("neither an image nor an index"));
        }
        let held = self.registry.repository_mut(repository);
        held.manifests.insert(digest.clone(), Manifest { media_type, revision });
        if reference.parse::<Digest>().is_err() {
            held.tags.insert(reference.to_owned(), digest.clone());
        }
        self.outbox.blobs.push((digest.clone(), content.to_vec()));
        self.note(Part::Registry, Action::PutManifest, format!("{repository}:{reference}"), by);
        Ok(digest)
    }

    /// Enters a blob whose content is stored already.
    pub(crate) fn put_blob(&mut self, repository: &str, digest: &Digest, by: &Author<'_>) {
        self.registry.repository_mut(repository).blobs.insert(digest.clone());
        self.note(Part::Registry, Action::PutBlob, format!("{repository}@{}", digest.short()), by);
    }
}
