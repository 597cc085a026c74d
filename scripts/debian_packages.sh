#!/bin/sh
# Installs the Debian packages named as arguments where they are missing: by apt as
# root, else by saying the one line to run. Fails in CI if one stays missing.
set -eu
missing=""
for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q "ok installed" ||
        missing="$missing $package"
done
[ -z "$missing" ] && exit 0
if ! command -v apt-get >/dev/null; then
    echo "This is not Debian: install what corresponds to$missing" >&2
elif [ "$(id -u)" = 0 ]; then
    echo "Installing$missing"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    # shellcheck disable=SC2086  The list is meant to be split.
    apt-get install -y -qq --no-install-recommends $missing >/dev/null
    exit 0
else
    echo "Some features need more packages. Run: sudo apt-get install -y$missing" >&2
fi
[ -z "${CI:-}" ]
