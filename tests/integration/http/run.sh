#!/usr/bin/env bash
# The HTTP face of a real server, mostly with requests it should refuse. The program is
# ${GREENLANG_BIN:-build/bin}/fuel-analyzer.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export PYTHONDONTWRITEBYTECODE=1
export PYTHONPATH=$PWD/../program
/usr/bin/python3 -m pytest -q --tb=short -p no:cacheprovider --basetemp="$work/tests" .
