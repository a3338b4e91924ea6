#!/usr/bin/env bash
# Installs pm4py from PyPI into .components/pm4py, to be asked by tests as a program of its own: it is under
# the AGPL, so nothing here links with it or is shipped with it. What is there already is left alone.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly pm4py_version=2.7.23.11
readonly folder=.components/pm4py

installed() {
    "$folder/bin/python" -c 'from importlib.metadata import version; print(version("pm4py"))' 2>/dev/null || true
}
if [ "$(installed)" != "$pm4py_version" ]; then
    rm -rf "$folder"
    python3 -m venv "$folder"
    "$folder/bin/python" -m pip install --quiet --disable-pip-version-check --no-input --only-binary :all: \
        "pm4py==$pm4py_version"
fi
echo "pm4py: $folder $(installed)"
