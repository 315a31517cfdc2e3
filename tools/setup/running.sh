# Sourced by up.sh and down.sh: is the process of a pid file still ours?
# shellcheck shell=bash

# A pid may have been given to another program since; the name tells.
running() {
  local name
  name=$(cat "/proc/$1/comm" 2>/dev/null) && [ "$name" = fuel-analyzer ]
}

# Prints the pid in the file when that process runs.
pid_in() {
  local pid
  [ -s "$1" ] && pid=$(cat "$1") && running "$pid" && echo "$pid"
}
