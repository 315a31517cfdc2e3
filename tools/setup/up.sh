#!/usr/bin/env bash
# make up: runs the sample ledger through the fuel analyzer, verifies the answers, starts the service on
# the loopback address and prints where to look. Does nothing when the service runs already.
#
#   PORT=8080 METRICS_PORT=9090 tools/setup/up.sh
set -euo pipefail

cd "$(dirname "$0")/../.."
port=${PORT:-8080}
metrics_port=${METRICS_PORT:-9090}
wait_limit_s=30

program=build/bin/fuel-analyzer
folder=build/up
ledger=$folder/ledger
sample=data/samples/fuel_ledger.csv
answers=$folder/fuel_ledger.out.csv
log=$folder/fuel-analyzer.log
pid_file=$folder/fuel-analyzer.pid
ports_file=$folder/fuel-analyzer.ports

# shellcheck source=tools/setup/running.sh
. tools/setup/running.sh

give_up() {
  echo "up: $1; the end of $log:" >&2
  tail -n 20 "$log" >&2 || true
  exit 1
}

wait_until_ready() {
  local pid=$1 deadline=$((SECONDS + wait_limit_s))
  until "$program" health --port "$port" 2>/dev/null; do
    running "$pid" || give_up "the service ended at once (is port $port or $metrics_port in use?)"
    [ "$SECONDS" -lt "$deadline" ] || give_up "the service was not ready within $wait_limit_s s"
    sleep 0.1
  done
  # Another server on the same port would have answered as well; ours has ended by now in that case.
  sleep 0.2
  running "$pid" || give_up "something else answers on port $port"
}

mkdir -p "$folder"
if pid=$(pid_in "$pid_file"); then
  read -r port metrics_port <"$ports_file"
  echo "The fuel analyzer runs already (pid $pid); after a new build: make down up."
else
  "$program" batch "$sample" -o "$answers" --ledger "$ledger"
  echo
  "$program" verify "$answers"

  setsid "$program" serve --ledger "$ledger" --port "$port" --metrics-port "$metrics_port" >"$log" 2>&1 </dev/null &
  pid=$!
  echo "$pid" >"$pid_file"
  echo "$port $metrics_port" >"$ports_file"
  wait_until_ready "$pid"
fi

cat <<EOF

  answers of the sample     $answers
  their proof               $answers.proof.json
  ledger                    $ledger
  try it in a browser       http://127.0.0.1:$port/docs
  description for machines  http://127.0.0.1:$port/openapi.json
  metrics                   http://127.0.0.1:$metrics_port/metrics
  log                       $log
  stop                      make down
EOF
