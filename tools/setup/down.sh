#!/usr/bin/env bash
# make down: stops what make up started. The ledger and the answers stay.
set -euo pipefail

cd "$(dirname "$0")/../.."
pid_file=build/up/fuel-analyzer.pid
wait_limit_s=30

# shellcheck source=tools/setup/running.sh
. tools/setup/running.sh

if ! pid=$(pid_in "$pid_file"); then
  echo "The fuel analyzer does not run."
  rm -f "$pid_file"
  exit 0
fi

# SIGTERM lets it finish what is in flight and flush the ledger.
kill "$pid"
deadline=$((SECONDS + wait_limit_s))
while running "$pid"; do
  if [ "$SECONDS" -ge "$deadline" ]; then
    echo "down: pid $pid did not end within $wait_limit_s s; killing it" >&2
    kill -KILL "$pid" || true
    break
  fi
  sleep 0.1
done
rm -f "$pid_file"
echo "Stopped the fuel analyzer (pid $pid)."
