//! Tests over real HTTP on loopback.

mod live;
mod policy;
mod read;
mod server;
mod write;
