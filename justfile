# Thin: what is checked, and how, is in `.ci/run`, which CI runs too.

_list:
    @{{ just_executable() }} --list --unsorted

# Formatting, clippy and the boundaries between crates
check:
    .ci/run fmt clippy boundaries

# All tests; what needs a component that is not installed says so
test:
    .ci/run test

# All tests, with the real components installed and required
components:
    .ci/run components

# The documentation, without a warning
docs:
    .ci/run docs

# Licences, bans and sources of dependencies
deny:
    .ci/run deny

# Every example, run
examples:
    .ci/run examples

# Every bench, measured
bench *filter:
    cargo bench --workspace --bench '*' -- {{ filter }}

# What other tools say of the same charts and logs
peers:
    .ci/run peers

# This beside petgraph, networkx, pm4py, process_mining, merman-core, mermaid-rs-renderer and mermaid.js, measured
bench-peers:
    cargo bench -p openverse-release-benches --bench peers
    cargo bench --manifest-path crates/openverse-release-mermaid/peers/Cargo.toml
    cargo bench --manifest-path crates/openverse-release-audit/peers/Cargo.toml

# Takes over what the snapshot tests found; read the diff before you commit it
bless:
    cargo insta test --workspace --accept

# Everything, as CI does
ci:
    .ci/run
