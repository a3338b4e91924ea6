#!/usr/bin/env bash
# Takes a change through all five apps of Openverse, from a merge on `main` to where the process says it ends,
# and back, in a sandbox of its own. Where ansible-playbook or terraform is missing, the app that is deployed by
# it is left out, with a word.
#
# Usage: examples/all_five_apps.sh [PROGRAM]; the program is built by cargo if none is named.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
if [ $# -gt 0 ]; then
    program=("$1")
else
    program=(cargo run --quiet --manifest-path "$(dirname "${BASH_SOURCE[0]}")/../Cargo.toml" --)
fi

ovr() {
    printf '\n$ openverse-release %s\n' "$*"
    "${program[@]}" --state-dir "$folder/state" --actor ada "$@" </dev/null
}

# A release, and back to the version before.
there_and_back() {
    ovr draft "$1"
    ovr release "$1" --yes
    ovr rollback "$1" production --reason "an example: as if it were broken"
    ovr hold lift "$1" production --reason "an example: as if it were mended"
}

ovr sandbox reset --instant

for app in api frontend; do
    ovr sandbox merge "$app" --title "Change the $app"
    there_and_back "$app"
    ovr changelog "$app"
done

if command -v ansible-playbook >/dev/null; then
    ovr sandbox merge catalog --title "Change the catalog"
    ovr dags sync
    ovr needs-release catalog
    there_and_back catalog
else
    printf '\nThe catalog is left out: no ansible-playbook here.\n'
fi

if command -v terraform >/dev/null; then
    ovr sandbox merge ingestion-server --title "Change the ingestion server"
    there_and_back ingestion-server
    grep -r 'data_refresh_cleared *= *true' "$folder/state/sandbox/infrastructure" && exit 1
else
    printf '\nThe ingestion server is left out: no terraform here.\n'
fi

# Its next execution pulls what was merged; back is a revert on main.
ovr sandbox merge indexer-worker --title "Change the indexer worker"
ovr status indexer-worker
ovr revert indexer-worker

ovr status
