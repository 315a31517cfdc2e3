#!/usr/bin/env bash
# Kills the program without warning and looks at what is left.
# The program is ${GREENLANG_BIN:-build/bin}/fuel-analyzer.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export PYTHONDONTWRITEBYTECODE=1
export PYTHONPATH=$PWD/../../integration/program
/usr/bin/python3 -m pytest -q --tb=short -p no:cacheprovider --basetemp="$work/tests" -rP .
