//! An image registry in memory.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use openverse_release_core::{Digest, ImageName, ImageReference, ImageTag};
use openverse_release_ports::{ImageRegistry, PortError, WriteError};

/// An image registry in memory. Clones share the images.
#[derive(Debug, Clone, Default)]
pub struct InMemoryRegistry(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    images: BTreeMap<ImageName, Image>,
    writes: Vec<(ImageReference, Digest)>,
}

#[derive(Debug, Default)]
struct Image {
    tags: BTreeMap<ImageTag, Digest>,
    manifests: BTreeMap<Digest, Vec<u8>>,
}

impl InMemoryRegistry {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Stores a manifest under its digest, which is taken on trust.
    pub fn store(&self, image: &ImageName, digest: Digest, manifest: Vec<u8>) {
        self.state().images.entry(image.clone()).or_default().manifests.insert(digest, manifest);
    }

    /// Makes a tag name a digest, whatever it named before.
    pub fn set_tag(&self, image: &ImageName, tag: &ImageTag, digest: Digest) {
        self.state().images.entry(image.clone()).or_default().tags.insert(tag.clone(), digest);
    }

    /// Removes a tag; the image stays.
    pub fn remove_tag(&self, image: &ImageName, tag: &ImageTag) {
        if let Some(image) = self.state().images.get_mut(image) {
            image.tags.remove(tag);
        }
    }

    /// Returns the manifest that a tag names.
    pub fn manifest(&self, image: &ImageName, tag: &ImageTag) -> Option<Vec<u8>> {
        let state = self.state();
        let image = state.images.get(image)?;
        image.manifests.get(image.tags.get(tag)?).cloned()
    }

    /// Returns what was written through the port, in order.
    pub fn writes(&self) -> Vec<(ImageReference, Digest)> {
        self.state().writes.clone()
    }
}

#[async_trait]
impl ImageRegistry for InMemoryRegistry {
    async fn resolve(&self, image: &ImageName, tag: &ImageTag) -> Result<Option<Digest>, PortError> {
        Ok(self.state().images.get(image).and_then(|image| image.tags.get(tag)).cloned())
    }

    async fn point(
        &self,
        image: &ImageName,
        tag: &ImageTag,
        to: &Digest,
        seen: Option<&Digest>,
    ) -> Result<(), WriteError> {
        let mut state = self.state();
        let reference = ImageReference::Tagged(image.clone(), tag.clone());
        let held = state.images.get(image);
        let found = held.and_then(|image| image.tags.get(tag));
        if found == Some(to) {
            return Ok(());
        }
        if found != seen {
            return Err(WriteError::tag_moved(&reference, found, seen));
        }
        if !held.is_some_and(|image| image.manifests.contains_key(to)) {
            return Err(WriteError::no_such_image(&reference, to));
        }
        state.images.entry(image.clone()).or_default().tags.insert(tag.clone(), to.clone());
        state.writes.push((reference, to.clone()));
        Ok(())
    }

    async fn tags(&self, image: &ImageName) -> Result<Vec<ImageTag>, PortError> {
        Ok(self
            .state()
            .images
            .get(image)
            .map(|image| image.tags.keys().cloned().collect())
            .unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        SampleImage,
        registry::{self, RegistryFixture},
    };

    #[async_trait]
    impl RegistryFixture for InMemoryRegistry {
        fn image(&self, name: &str) -> ImageName {
            format!("ghcr.io/conformance/{name}").parse().unwrap()
        }

        async fn push(&self, image: &ImageName, tag: &ImageTag, sample: &SampleImage) {
            let manifests = sample.parts.iter().chain([&sample.manifest]);
            for manifest in manifests {
                self.store(image, manifest.digest.clone(), manifest.bytes.clone());
            }
            self.set_tag(image, tag, sample.manifest.digest.clone());
        }

        async fn stored(&self, image: &ImageName, tag: &ImageTag) -> Option<Vec<u8>> {
            self.manifest(image, tag)
        }
    }

    #[tokio::test]
    async fn the_registry_in_memory_keeps_the_contract() {
        let registry = InMemoryRegistry::default();
        registry::check_registry(&registry, &registry).await;
    }
}
