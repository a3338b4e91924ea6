//! Tests over real HTTP on loopback.

mod live;
mod write;
