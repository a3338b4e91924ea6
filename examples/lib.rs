//! Holds the examples; run one with `cargo run -p openverse-release-examples --example NAME`.
