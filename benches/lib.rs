//! Holds the benches; run all with `cargo bench -p openverse-release-benches`.
