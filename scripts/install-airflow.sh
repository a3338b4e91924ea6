#!/usr/bin/env bash
# Installs Airflow 3 (PyPI) into .components/airflow, for the tests of its adapter, and beside it the
# description of the API of Airflow 2. About 300 MB. What is there already is left alone. Nothing is
# started; the tests start what they need, on loopback.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly airflow_version=3.3.2
# Of this one only the description of its API is kept.
readonly airflow_2_version=2.10.5
readonly venv=.components/airflow
readonly description=$venv/airflow-2-api.yaml

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

installed() {
    "$venv/bin/python" -c 'from importlib.metadata import version; print(version("apache-airflow"))' 2>/dev/null || true
}
if [ "$(installed)" != "$airflow_version" ]; then
    rm -rf "$venv"
    if ! python3 -m venv "$venv"; then
        # Debian keeps that part of Python in a package of its own.
        as_root apt-get update -q
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -yq --no-install-recommends python3-venv
        rm -rf "$venv"
        python3 -m venv "$venv"
    fi
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-input \
        --only-binary :all: "apache-airflow==$airflow_version"
fi

if [ ! -f "$description" ]; then
    folder=$(mktemp -d)
    trap 'rm -rf "$folder"' EXIT
    "$venv/bin/python" -m pip download --quiet --disable-pip-version-check --no-input --no-deps \
        --only-binary :all: --dest "$folder" "apache-airflow==$airflow_2_version"
    (cd "$folder" && python3 -m zipfile -e ./*.whl unpacked)
    cp "$folder/unpacked/airflow/api_connexion/openapi/v1.yaml" "$description"
fi

echo "airflow:         $venv $(installed)"
echo "airflow 2 API:   $description"
