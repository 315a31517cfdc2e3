#!/bin/sh
# Runs the benchmarks.
#   bench/run.sh                 all of them; writes bench/reports/<date>.md and .json
#   bench/run.sh --quick         all of them, small; prints a report and writes nothing
#   bench/run.sh batch|http|start [options]     one of them; see its --help
#   bench/run.sh test            the tests of the benchmarks themselves
# $GREENLANG_BINARY names another program, $TMPDIR another place for the temporary files (not a tmpfs:
# fsync would cost nothing there). Needs about 3 GB there for the 5 million rows.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
export PYTHONPATH="$here" PYTHONDONTWRITEBYTECODE=1 LC_ALL=C
venv=$("$here/setup.sh" | tail -n 1)
python="$venv/bin/python"

case "${1:-}" in
batch | http | start)
  section=$1
  shift
  exec "$python" "$here/$section/run.py" "$@"
  ;;
test)
  cd "$here"
  exec "$python" -m unittest discover -s tests -t .
  ;;
--quick)
  batch="--rows 100000 --python-rows 50000 --repeat 1"
  http="--duration 1 --repeat 1"
  start="--times 3"
  ;;
"")
  batch="--repeat 2" http="" start=""
  ;;
*)
  sed -n '2,8p' "$0" >&2
  exit 2
  ;;
esac

sections=$(mktemp -d)
trap 'rm -rf "$sections"' EXIT
trap 'exit 130' INT TERM
# A copy, so that a build in the meantime does not change what is measured.
cp "$("$python" -m benchlib.machine)" "$sections/fuel-analyzer"
export GREENLANG_BINARY="$sections/fuel-analyzer"
# shellcheck disable=SC2086 # the options are words
{
  "$python" "$here/start/run.py" --json "$sections/start.json" $start
  "$python" "$here/http/run.py" --json "$sections/http.json" $http
  "$python" "$here/batch/run.py" --json "$sections/batch.json" $batch
}
out="$here/reports"
[ "${1:-}" = "--quick" ] && out="$sections/report"
"$python" -m benchlib.report "$sections/batch.json" "$sections/http.json" "$sections/start.json" \
  --out "$out" --name "$(date -u +%Y-%m-%d)"
