#!/usr/bin/env bash
# Runs every libFuzzer target for a while, as many at once as there are processors.
# Inputs that reached new code stay in build/fuzz/corpus; one that broke something in build/fuzz/found.
#
#   SECONDS_EACH=60 tools/setup/fuzz.sh [target...]
set -euo pipefail

cd "$(dirname "$0")/../.."
seconds_each=${SECONDS_EACH:-60}

# A random layout of memory that is too wild breaks the sanitizers of clang 14.
launcher=()
if setarch "$(uname -m)" -R true 2>/dev/null; then launcher=(setarch "$(uname -m)" -R); fi

run_one() {
  local target=$1 name corpus log
  name=$(basename "$target")
  corpus=build/fuzz/corpus/$name
  log=build/fuzz/log/$name.log
  mkdir -p "$corpus" build/fuzz/found build/fuzz/log
  local folders=("$corpus")
  [ ! -d "tests/corpus/$name" ] || folders+=("tests/corpus/$name")
  if "${launcher[@]}" "$target" -max_total_time="$seconds_each" -timeout=10 -rss_limit_mb=2048 -max_len=65536 \
    -print_final_stats=1 -artifact_prefix="build/fuzz/found/$name-" "${folders[@]}" >"$log" 2>&1; then
    printf '      %-28s %s inputs\n' "$name" "$(awk '/number_of_executed_units/ { print $2 }' "$log")"
  else
    tail -n 60 "$log"
    printf '      %-28s FAILED, see build/fuzz/found and %s\n' "$name" "$log"
    return 1
  fi
}

if [ $# -gt 0 ]; then
  targets=("${@/#/build/fuzz/bin/}")
else
  mapfile -t targets < <(find build/fuzz/bin -name '*_fuzz' -type f | sort)
fi
if [ "${#targets[@]}" -eq 0 ]; then
  echo "fuzz: there is no target in build/fuzz/bin" >&2
  exit 1
fi

failed=0
running=0
for target in "${targets[@]}"; do
  if [ "$running" -ge "$(nproc)" ]; then
    wait -n || failed=$((failed + 1))
    running=$((running - 1))
  fi
  run_one "$target" &
  running=$((running + 1))
done
while [ "$running" -gt 0 ]; do
  wait -n || failed=$((failed + 1))
  running=$((running - 1))
done
echo "fuzz: ${#targets[@]} targets for $seconds_each s each, $failed failed"
[ "$failed" -eq 0 ]
