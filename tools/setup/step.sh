#!/usr/bin/env bash
# Runs one step of the work and says what it did and how long it took.
#
#   tools/setup/step.sh [-q] "what it does" command [argument...]
#
# With -q the output is kept in build/log and shown only when the step fails.
set -uo pipefail

quiet=no
if [ "$1" = -q ]; then
  quiet=yes
  shift
fi
what=$1
shift

started_ms=$(date +%s%3N)
if [ "$quiet" = yes ]; then
  mkdir -p build/log
  log="build/log/$(tr -cs 'a-z0-9\n' - <<<"${what,,}").log"
  "$@" >"$log" 2>&1 </dev/null
  status=$?
  [ "$status" -eq 0 ] || cat "$log"
else
  printf '....  %s\n' "$what"
  "$@"
  status=$?
fi
took_ms=$(($(date +%s%3N) - started_ms))

result=ok
[ "$status" -eq 0 ] || result=FAIL
printf '%-4s  %s (%d.%d s)\n' "$result" "$what" $((took_ms / 1000)) $((took_ms % 1000 / 100))
exit "$status"
