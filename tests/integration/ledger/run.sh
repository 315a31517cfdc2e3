#!/usr/bin/env bash
# Exports ledgers of several sizes and has Go's sumdb packages check them; then breaks each exported part and
# expects the check to say so.
#
#   run.sh [path of export_ledger]
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
exporter=$(realpath "${1:-$here/../../../build/release/bin/export_ledger}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

(cd "$here/ledgercheck" && go build -o "$work/ledgercheck" .)

for size in 1 2 3 255 256 257 700 66000; do
  "$exporter" "$work/$size" "$size"
  "$work/ledgercheck" "$work/$size"
done

# Flips the lowest bit of one byte of a file.
spoil() { # <file> <offset>
  local byte
  byte=$(od -An -tu1 -j "$2" -N 1 "$1")
  # shellcheck disable=SC2059
  printf "$(printf '\\x%02x' $((byte ^ 1)))" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

expect_refusal() { # <file> <offset> <word in the message>
  rm -rf "$work/broken"
  cp -r "$work/700" "$work/broken"
  spoil "$work/broken/$1" "$2"
  if message=$("$work/ledgercheck" "$work/broken" 2>&1); then
    echo "run.sh: a broken $1 was not noticed" >&2
    exit 1
  fi
  if [[ $message != *"$3"* ]]; then
    echo "run.sh: a broken $1 gave: $message" >&2
    exit 1
  fi
  echo "broken $1 refused: $message"
}

expect_refusal checkpoint 20 checkpoint:
expect_refusal checkpoint 120 checkpoint:
expect_refusal verifier 30 checkpoint:
expect_refusal entries 14 entries:
expect_refusal inclusion 40 inclusion:
expect_refusal consistency 24 consistency:
expect_refusal tile/0/000 5 tiles:
expect_refusal tile/0/002.p/188 6000 tiles:
expect_refusal tile/1/000.p/2 40 tiles:
