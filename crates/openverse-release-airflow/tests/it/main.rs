//! Tests of the adapter over real HTTP on loopback.
