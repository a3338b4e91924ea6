//! Image tags and what they name.

use std::fmt::Debug;

use async_trait::async_trait;
use openverse_release_core::{Digest, ImageName, ImageTag};

use crate::{PortError, WriteError};

/// An image registry.
///
/// # Contract
/// - A digest is that of the manifest as stored. A multi-architecture index is one image with one
///   digest; no operation replaces it by one of its parts.
/// - A registry that hides what the caller may not read answers as if it were absent.
/// - Reads are repeated on rate limits and server errors.
#[async_trait]
pub trait ImageRegistry: Debug + Send + Sync {
    /// Returns the digest a tag names now, `None` if there is no such tag or image.
    async fn resolve(&self, image: &ImageName, tag: &ImageTag) -> Result<Option<Digest>, PortError>;

    /// Makes `tag` name the image with digest `to`, whose manifest is kept byte for byte.
    ///
    /// Idempotent. Registries have no conditional write, so this is guarded, not atomic: it reads
    /// the tag, compares it with `seen`, writes, and reads back. If the tag names `to` already,
    /// nothing is written.
    ///
    /// # Errors
    /// [`WriteError::Conflict`] when the tag names neither `seen` nor `to`, or when `to` is not in
    /// the registry; nothing was written. A conflict after the write means that somebody else
    /// moved the tag in between.
    async fn point(
        &self,
        image: &ImageName,
        tag: &ImageTag,
        to: &Digest,
        seen: Option<&Digest>,
    ) -> Result<(), WriteError>;

    /// Returns every tag of an image that the OCI grammar allows, in no particular order; empty
    /// when there is no such image.
    async fn tags(&self, image: &ImageName) -> Result<Vec<ImageTag>, PortError>;
}
