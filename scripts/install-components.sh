#!/usr/bin/env bash
# Installs the real components that some tests run against: docker-registry and skopeo (Debian
# packages), and mermaid (npm) into .components/. What is there already is left alone.
# Nothing is started; the tests start what they need, on loopback.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly mermaid_version=11.17.2

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

packages=()
for program in docker-registry skopeo; do
    command -v "$program" >/dev/null || packages+=("$program")
done
for program in node npm; do
    command -v "$program" >/dev/null || packages+=("${program/#node/nodejs}")
done
if [ "${#packages[@]}" -gt 0 ]; then
    as_root apt-get update -q
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -yq --no-install-recommends "${packages[@]}"
    # The Debian package starts a registry where there is an init system; the tests start their own.
    if [ -d /run/systemd/system ] && [[ " ${packages[*]} " == *" docker-registry "* ]]; then
        as_root systemctl disable --now docker-registry
    fi
fi

installed() {
    node -p 'require("./.components/node_modules/mermaid/package.json").version' 2>/dev/null || true
}
if [ "$(installed)" != "$mermaid_version" ]; then
    mkdir -p .components
    npm install --prefix .components --no-save --no-audit --no-fund --ignore-scripts \
        "mermaid@$mermaid_version"
fi

echo "docker-registry: $(command -v docker-registry)"
echo "skopeo:          $(command -v skopeo)"
echo "mermaid:         .components/node_modules/mermaid $(installed)"
