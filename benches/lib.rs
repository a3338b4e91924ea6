//! Holds the benches; run all with `cargo bench -p openverse-release-benches`.
//!
//! | bench | measures |
//! | --- | --- |
//! | `tags` | reading git tags and image tags, and explaining them with a project |
//! | `flows` | checking a flow, and drawing it: the API's, and made-up ones of up to a million steps |
//! | `peers` | checking a flow beside petgraph, networkx and pm4py, with its memory; prints one table for each |
//! | `journal` | recording one event so that it survives a crash, beside a plain SQLite insert |
//! | `release` | a whole release in a sandbox through the real adapters, and replaying it |
//! | `start` | starting the binary, which it builds first |
//!
//! One of them: `cargo bench -p openverse-release-benches --bench start`. A clean debug build of
//! the binary is timed by this one command:
//!
//! ```text
//! rm -rf target/clean && time CARGO_TARGET_DIR=target/clean cargo build -p openverse-release-cli
//! ```
