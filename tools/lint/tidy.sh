#!/usr/bin/env bash
# Runs clang-tidy over the sources that the dev preset compiles.
#
#   tools/lint/tidy.sh all|changed [base]      changed: against the commit `base` (HEAD), and new files
set -euo pipefail

cd "$(dirname "$0")/../.."
which=${1:-changed}
base=${2:-HEAD}

if [ "$which" = all ]; then
  mapfile -t files < <(find src -name '*.cpp' ! -name '*_fuzz.cpp' ! -name '*_bench.cpp' | sort)
else
  mapfile -t files < <(
    {
      git diff --name-only --diff-filter=d "$base" -- 'src/*.cpp'
      git ls-files --others --exclude-standard -- 'src/*.cpp'
    } | grep -vE '_(fuzz|bench)\.cpp$' | sort -u
  )
fi
echo "      ${#files[@]} files"
[ "${#files[@]}" -gt 0 ] || exit 0

# The compile commands are GCC's: clang does not know some of its warnings.
printf '%s\0' "${files[@]}" | xargs -0 -n 1 -P "$(nproc)" \
  clang-tidy-14 --quiet -p build/dev --extra-arg=-Wno-unknown-warning-option --extra-arg=-Wno-unused-command-line-argument \
  2> >(grep -vE '^[0-9]+ warnings? (generated|treated)|^Suppressed|^Use -header-filter' >&2)
