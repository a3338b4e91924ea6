//! Tests of the adapter over real HTTP on loopback.

mod answers;
mod conformance;
mod sandbox;
