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

# Takes over what the snapshot tests found; read the diff before you commit it
bless:
    cargo insta test --workspace --accept

# Everything, as CI does
ci:
    .ci/run
