//! Tests over real HTTP on loopback.

mod write;
