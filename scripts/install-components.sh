#!/usr/bin/env bash
# Installs the real components that some tests run against: docker-registry, skopeo and valgrind
# (Debian packages), and mermaid (npm), ansible-core, awscli and moto (PyPI) into .components/. What is there already is
# left alone. terraform is in none of these registries: where it is missing, so are its tests.
# Nothing is started; the tests start what they need, on loopback.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly mermaid_version=11.17.2
readonly ansible_version=2.19.14
readonly awscli_version=1.45.11
readonly moto_version=5.2.1

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

packages=()
for program in docker-registry skopeo valgrind; do
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

ansible() {
    .components/ansible/bin/python -c 'import ansible.release; print(ansible.release.__version__)' 2>/dev/null || true
}
# A folder of .components with packages of PyPI in it.
python_packages() {
    local folder=.components/$1
    rm -rf "$folder"
    if ! python3 -m venv "$folder"; then
        # Debian keeps that part of Python in a package of its own.
        as_root apt-get update -q
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -yq --no-install-recommends python3-venv
        rm -rf "$folder"
        python3 -m venv "$folder"
    fi
    "$folder/bin/python" -m pip install --quiet --disable-pip-version-check --no-input --only-binary :all: "${@:2}"
}
[ "$(ansible)" = "$ansible_version" ] || python_packages ansible "ansible-core==$ansible_version"

# Where the machine has both, they are as good.
if ! command -v aws >/dev/null || ! command -v moto_server >/dev/null || ! python3 -c 'import botocore' 2>/dev/null; then
    [ -x .components/aws/bin/aws ] || python_packages aws "awscli==$awscli_version" "moto[server]==$moto_version"
fi

echo "docker-registry: $(command -v docker-registry)"
echo "skopeo:          $(command -v skopeo)"
echo "mermaid:         .components/node_modules/mermaid $(installed)"
echo "ansible-core:    .components/ansible $(ansible)"
echo "aws:             $(command -v aws || echo .components/aws/bin/aws)"
echo "moto_server:     $(command -v moto_server || echo .components/aws/bin/moto_server)"
echo "terraform:       $(command -v terraform || echo "missing; HashiCorp offers it for download")"
