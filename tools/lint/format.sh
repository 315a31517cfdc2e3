#!/usr/bin/env bash
# Lays out the C++ of src/ by .clang-format.
#
#   tools/lint/format.sh [--check]      --check changes nothing and names what would change
set -euo pipefail

cd "$(dirname "$0")/../.."
mapfile -t files < <(find src -name '*.[ch]pp' | sort)

if [ "${1:-}" != --check ]; then
  printf '%s\0' "${files[@]}" | xargs -0 -n 8 -P "$(nproc)" clang-format-14 -i
  exit 0
fi

wrong=$(printf '%s\0' "${files[@]}" | xargs -0 -n 8 -P "$(nproc)" clang-format-14 --dry-run 2>&1 |
  awk -F : '/ code should be clang-formatted / && $1 ~ /pp$/ { places[$1]++ }
    END { for (file in places) print file ": " places[file] " places" }' | sort)
if [ -n "$wrong" ]; then
  printf '%s\nrun: make format\n' "$wrong"
  exit 1
fi
