#!/usr/bin/env bash
# Installs what is missing of the given sections of packages.txt (default: build). Works as root or with
# sudo, asks the package index only when something is missing, and starts no services.
#
#   tools/setup/install.sh [--list] [section...]      --list only prints what is missing
set -euo pipefail

packages_file="$(dirname "$0")/packages.txt"

# The packages of one section.
section() {
  awk -v wanted="$1" '
    /^\[/ { inside = ($1 == "[" wanted "]"); found = found || inside; next }
    inside && /^[a-z0-9]/ { print $1 }
    END { exit !found }' "$packages_file" || {
    echo "install.sh: packages.txt has no section [$1]" >&2
    return 2
  }
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    echo "install.sh: root or sudo is needed to install:" "${missing[@]}" >&2
    return 1
  fi
}

apt() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 -o Acquire::Retries=3 "$@" </dev/null
}

list_only=no
if [ "${1:-}" = --list ]; then
  list_only=yes
  shift
fi
[ $# -gt 0 ] || set -- build

wanted=()
for name in "$@"; do
  packages=$(section "$name")
  while read -r package; do
    [ -z "$package" ] || wanted+=("$package")
  done <<<"$packages"
done

# One call for all: dpkg-query prints a line for each package it knows and complains about the others.
declare -A installed=()
while read -r package state; do
  [ "$state" != installed ] || installed[$package]=yes
done < <(dpkg-query -W -f '${Package} ${db:Status-Status}\n' "${wanted[@]}" 2>/dev/null || true)

missing=()
for package in "${wanted[@]}"; do
  if [ -z "${installed[$package]:-}" ]; then
    missing+=("$package")
    installed[$package]=asked
  fi
done

if [ "${#missing[@]}" -eq 0 ]; then
  exit 0
fi
echo "missing: ${missing[*]}"
if [ "$list_only" = yes ]; then
  exit 0
fi

# A package such as nginx-light starts its service when it is installed, unless this file forbids it.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  trap 'as_root rm -f "$policy"' EXIT
  printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
  as_root chmod 755 "$policy"
fi

apt update
apt install -y --no-install-recommends "${missing[@]}" >/dev/null
echo "installed: ${missing[*]}"
