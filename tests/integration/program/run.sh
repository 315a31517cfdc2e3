#!/usr/bin/env bash
# The command line as people and scripts use it. The program is ${GREENLANG_BIN:-build/bin}/fuel-analyzer.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")"
# Mounts of the tests (a small disk) are in a namespace of their own and end with it.
if [[ -z ${GREENLANG_MOUNTS:-} ]]; then
  namespace=(unshare --mount)
  ((EUID == 0)) || namespace+=(--map-root-user)
  GREENLANG_MOUNTS=own exec "${namespace[@]}" "$PWD/run.sh"
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export PYTHONDONTWRITEBYTECODE=1
/usr/bin/python3 -m pytest -q --tb=short -p no:cacheprovider --basetemp="$work/tests" .
