#!/usr/bin/env bash
# Checks which crates depend on which: the core is pure, arrows between layers only point down, and
# the workspace has one HTTP client and one TLS stack. And that nothing asks of which kind a step is.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

status=0
refuse() {
    echo "boundary: $*" >&2
    status=1
}

# The crates that a package is made of, as `name version features`, without its dev-dependencies.
normal_tree() {
    cargo tree --locked -p "$1" -e normal --target all --prefix none --no-dedupe -f '{p} {f}' | sort -u
}

# By name: runtimes and async, network and TLS, databases, clocks and chance.
readonly impure='(tokio|async|futures|smol|mio|polling|reqwest|hyper|http|h2|ureq|curl|axum|tower|oci|rustls|native-tls|openssl|ring|aws-lc|socket2|rusqlite|libsqlite3|redb|git2|gix|time|jiff|iana-time-zone|quanta|instant|web-time|rand|getrandom|fastrand)'
core=$(normal_tree openverse-release-core)
while read -r crate; do
    refuse "openverse-release-core depends on $crate; it has no async, network, database, clock or chance"
done < <(grep -E "^$impure([-_][^ ]*)? " <<<"$core" || true)
chrono=$(grep '^chrono ' <<<"$core")
if grep -qwE 'clock|now|wasmbind' <<<"${chrono##* }"; then
    refuse "openverse-release-core turns on the clock of $chrono"
fi

# Whoever brings a journal of their own compiles no SQLite.
engine=$(cargo tree --locked -p openverse-release-engine --no-default-features -e normal,build --target all --prefix none)
if grep -qE '^(rusqlite|libsqlite3-sys) ' <<<"$engine"; then
    refuse "openverse-release-engine without features depends on SQLite"
fi
cargo check --locked --quiet -p openverse-release-engine --no-default-features

# What acts on the live world is configured by no type of the sandbox.
live=$(cargo tree --locked -p openverse-release-cli --no-default-features -e normal --prefix none)
if grep -q '^openverse-release-sandbox ' <<<"$live"; then
    refuse "openverse-release-cli without features depends on the sandbox"
fi
cargo check --locked --quiet -p openverse-release-cli --no-default-features

# A crate, and the crates of this workspace that it may be made of.
layers() {
    local layer=openverse-release${1:+-$1} tree crate
    local own=" $layer "
    shift
    for crate in "$@"; do own+="openverse-release-$crate "; done
    tree=$(normal_tree "$layer")
    while read -r crate; do
        [[ $own == *" $crate "* ]] || refuse "$layer depends on $crate, which is no layer below it"
    done < <(grep -o '^openverse-release-[a-z]*' <<<"$tree" | sort -u)
}
layers core
layers ports core
layers http core ports
layers github core ports http
layers oci core ports http
layers airflow core ports http
layers ecs core ports http
layers infra core ports
layers mermaid core
layers docs core mermaid
layers audit core
layers races core
layers engine core ports
layers conformance core ports engine
layers sandbox core ports
layers "" core

# The front door opens to the library, not to the tool, the simulator or what is for development.
front=$(cargo tree --locked -p openverse-release --all-features -e normal --prefix none)
while read -r crate; do
    refuse "openverse-release depends on $crate"
done < <(grep -oE '^openverse-release-(cli|sandbox|conformance|testkit) ' <<<"$front" | sort -u || true)

all=$(cargo tree --locked --workspace --target all -e normal,build,dev --prefix none -f '{p}' | awk '{ print $1, $2 }' | sort -u)
while read -r crate; do
    refuse "the workspace depends on $crate"
done < <(grep -E '^(ring|openssl|openssl-sys|native-tls) |^hyper v0\.' <<<"$all" || true)
for crate in reqwest rustls; do
    versions=$(grep -c "^$crate " <<<"$all" || true)
    [ "$versions" -eq 1 ] || refuse "the workspace has $versions versions of $crate, expected one"
done

# Whoever wants to know something of a step asks its nature. A kind asks of itself, and so do its half in the
# engine and the project file, which holds its name.
kinds=$(sed -n 's/.*entry::<\([A-Za-z]*\)>().*/\1/p' crates/openverse-release-core/src/kind/installed.rs | paste -sd '|')
[ -n "$kinds" ] || refuse "no kind of step is installed"
while read -r place; do
    refuse "$place asks of which kind a step is, expected a question to its nature"
done < <(grep -rnE "get::<($kinds)>|\<($kinds)::NAME|operation\.kind\(\)|== Operation::of\(" crates/*/src |
    grep -vE '^crates/openverse-release-(core/src/kind|core/src/project/file|engine/src/kinds)/' | cut -d: -f1,2 || true)

# With what it asks for itself, and nothing that another crate turned on for it.
cargo check --locked --quiet -p openverse-release-core

[ "$status" -ne 0 ] || echo "boundaries: the core is pure, layers only point down, SQLite and the sandbox are choices, one HTTP client, one TLS stack, no question for a kind"
exit "$status"
