//! Asking live apps for their version.

mod answers;
mod conformance;
mod sandbox;
