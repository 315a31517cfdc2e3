#!/usr/bin/env bash
# Takes the ledger's disk away from a server and gives it back.
# The program is ${GREENLANG_BIN:-build/bin}/fuel-analyzer.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")"
# The small disk is mounted in a namespace of its own and ends with it.
if [[ -z ${GREENLANG_MOUNTS:-} ]]; then
  namespace=(unshare --mount)
  ((EUID == 0)) || namespace+=(--map-root-user)
  GREENLANG_MOUNTS=own exec "${namespace[@]}" "$PWD/run.sh"
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export PYTHONDONTWRITEBYTECODE=1
export PYTHONPATH=$PWD/../../integration/program
/usr/bin/python3 -m pytest -q --tb=short -p no:cacheprovider --basetemp="$work/tests" -rP .
