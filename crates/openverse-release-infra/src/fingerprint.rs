//! Comparing what must not be seen.

use std::fmt;

use sha2::{Digest as _, Sha256};

/// What is left of a secret: enough to tell whether it is the same as another, nothing to show.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// Returns the fingerprint of a secret.
    pub fn of(secret: impl AsRef<[u8]>) -> Self {
        Self(Sha256::digest(secret.as_ref()).into())
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Short secrets could be guessed from it.
        f.write_str("Fingerprint(hidden)")
    }
}
