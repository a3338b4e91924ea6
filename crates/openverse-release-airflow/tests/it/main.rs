//! Tests of the adapter over real HTTP on loopback.

mod answers;
mod fixture;
mod sandbox;
mod tokens;
mod writes;
