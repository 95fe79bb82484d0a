#!/usr/bin/env bash
# Ends the version of the shop that runs, and starts another in its place.
#
#   switch_version.sh VERSION [OPTION OF demo_app…]
#
# DEMO_DIR holds shop.pid and shop.log, DEMO_APP is the program, DEMO_PORT is where it listens.
set -euo pipefail
version=$1

is_running() { [[ $(readlink "/proc/$1/exe" 2>/dev/null) == "$DEMO_APP"* ]]; }

# within SECONDS COMMAND…: tries it again and again until it succeeds.
within() {
  local until=$((SECONDS + $1))
  until "${@:2}"; do
    ((SECONDS < until)) || return 1
    sleep 0.05
  done
}

answers() {
  local answer
  answer=$(curl --silent --max-time 1 "http://127.0.0.1:$DEMO_PORT/version") || return
  [[ $answer == "$version" ]]
}

is_gone() { ! is_running "$1"; }

if [[ -s $DEMO_DIR/shop.pid ]]; then
  old=$(<"$DEMO_DIR/shop.pid")
  if is_running "$old"; then
    echo "ending the version that runs (pid $old)"
    kill "$old"
    within 3 is_gone "$old" || kill -KILL "$old"
    within 3 is_gone "$old"
  else
    echo "the version that should run (pid $old) is gone already"
  fi
fi

# In a session of its own, and with nothing of ours open: it outlives this script.
setsid "$DEMO_APP" --port "$DEMO_PORT" --version "$version" "${@:2}" \
  </dev/null >>"$DEMO_DIR/shop.log" 2>&1 &
new=$!
echo "$new" >"$DEMO_DIR/shop.pid"
echo "starting $version (pid $new)"
if ! within 5 answers; then
  echo "$version does not answer on port $DEMO_PORT" >&2
  exit 1
fi
echo "$version answers"
