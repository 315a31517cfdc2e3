#!/bin/sh
# Makes (or brings up to date) the virtual environment with the Python peers, and says which of the other
# programs are missing. Prints the environment's folder on the last line.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
venv="${XDG_CACHE_HOME:-$HOME/.cache}/greenlang/bench-venv"

if [ ! -x "$venv/bin/python" ]; then
  mkdir -p "$(dirname "$venv")"
  python3 -m venv "$venv"
fi
stamp="$venv/requirements.installed"
if ! cmp -s "$here/requirements.txt" "$stamp"; then
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    --requirement "$here/requirements.txt" >&2
  cp "$here/requirements.txt" "$stamp"
fi

missing=""
for program in wrk nginx taskset strip; do
  PATH="$PATH:/usr/sbin:/sbin" command -v "$program" >/dev/null 2>&1 || missing="$missing $program"
done
if [ -n "$missing" ]; then
  echo "missing programs:$missing (Debian packages: wrk nginx-light util-linux binutils)" >&2
  exit 1
fi
echo "$venv"
