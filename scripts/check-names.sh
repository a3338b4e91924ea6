#!/usr/bin/env bash
# Checks that no public item is called by a word that means several things here: a tag, a version, a
# workflow or a service is always a certain one (git tag, image tag; GitHub Workflow; app). Reads the
# pages that `cargo doc` wrote, so that what macros make and what is re-exported counts too.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly ambiguous='(Tag|Version|Workflow|Service)'
doc=${CARGO_TARGET_DIR:-target}/doc
shopt -s nullglob
crates=()
for manifest in crates/*/Cargo.toml; do
    name=$(sed -n 's/^name = "\(.*\)"$/\1/p' "$manifest" | head -n 1)
    [ -f "$doc/${name//-/_}/index.html" ] && crates+=("$doc/${name//-/_}")
done
[ "${#crates[@]}" -gt 0 ] || { echo "names: no documentation in $doc; run cargo doc first" >&2; exit 1; }

pages=$(find "${crates[@]}" -regextype posix-extended -regex ".*/[a-z]+\.$ambiguous\.html")
reexports=$(grep -rlE --include=index.html "id=\"reexport\.$ambiguous\"" "${crates[@]}" || true)
if [ -n "$pages$reexports" ]; then
    printf 'names: a public item has an ambiguous name:\n%s\n%s\n' "$pages" "$reexports" >&2
    exit 1
fi
echo "names: no public item of ${#crates[@]} crates is called by an ambiguous word alone"
