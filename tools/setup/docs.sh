#!/usr/bin/env bash
# Writes the reference page of each program, as the program itself describes its tools.
#
#   tools/setup/docs.sh [--check] folder program...     --check only compares with what is there
set -euo pipefail

check=no
if [ "$1" = --check ]; then
  check=yes
  shift
fi
folder=$1
shift

mkdir -p "$folder"
page=$(mktemp)
trap 'rm -f "$page"' EXIT
for program in "$@"; do
  "build/bin/$program" tools --markdown >"$page"
  if [ "$check" = no ]; then
    cp "$page" "$folder/$program.md"
  elif ! diff -u "$folder/$program.md" "$page"; then
    echo "docs: $folder/$program.md is not what $program says; run: make docs" >&2
    exit 1
  fi
done
