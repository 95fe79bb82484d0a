# shellcheck shell=bash disable=SC2016,SC2154
# Scripts that are killed at every point, and run again. Loaded by .bats files after support.sh.
#
# The points: before, in and after every command that changes something (by a shim in the PATH), and
# before the lines of bash (by a DEBUG trap; every KILL_STRIDEth, all of them with KILL_STRIDE=1).
# SIGKILL goes to the whole process group. Each kill costs a whole deployment: of the points that a
# test names, every twelfth is tried, and all of them with KILL_THINNING=1.

shimmed=(psql pg_dump pg_restore mv ln rm sync touch docker docker-compose nginx socat git)

make_shims() {
  mkdir "$dir/shims"
  cat >"$dir/shims/.shim" <<'END'
#!/bin/bash -p
PATH=${PATH#*:}
name=${0##*/}
exec {lock}>"$KILL_DIR/lock"
flock "$lock"
n=$(($(<"$KILL_DIR/count") + 1))
echo "$n" >"$KILL_DIR/count"
exec {lock}>&-
if ((n != KILL_AT)); then exec "$name" "$@"; fi
echo "$name $*" >"$KILL_DIR/killed"
case $KILL_HOW in
  before) ;;
  in)
    "$name" "$@" <&0 &
    sleep "0.0$((RANDOM % 9))"
    ;;
  after) "$name" "$@" ;;
esac
kill -KILL 0
END
  chmod +x "$dir/shims/.shim"
  local name
  for name in "${shimmed[@]}"; do ln -s .shim "$dir/shims/$name"; done
  # In a shell that was forked the count goes on from where it was.
  cat >"$dir/lines.sh" <<'END'
set -T
ripcord_line=0
ripcord_at_line() {
  if ((++ripcord_line != KILL_LINE)); then return; fi
  echo "$BASH_COMMAND" >"$KILL_DIR/killed"
  kill -KILL 0
}
trap ripcord_at_line DEBUG
END
}

# run_killed MODE N COMMAND…: `status` is 137 when it was killed.
run_killed() {
  export KILL_DIR=$dir/kill KILL_AT=0 KILL_HOW=$1 KILL_LINE=0
  mkdir -p "$KILL_DIR"
  echo 0 >"$KILL_DIR/count"
  rm -f "$KILL_DIR/killed"
  if [[ $1 == line ]]; then
    KILL_LINE=$2 BASH_ENV=$dir/lines.sh run setsid "${@:3}"
  else
    KILL_AT=$2 PATH=$dir/shims:$PATH run setsid "${@:3}"
  fi
}

# everywhere MODE STRIDE COMMAND…: calls `set_up`, runs the command killed at the next point, runs
# it again undisturbed, and calls `check`; until it ends before its point comes.
everywhere() {
  local mode=$1 stride=$2 n=1 kills=0
  shift 2
  while true; do
    set_up
    run_killed "$mode" "$n" "$@"
    if ((status != 137)); then break; fi
    kills=$((kills + 1))
    run "$@"
    if ((status)) || ! check; then
      printf 'killed %s point %s (%s), the second run exited with %s:\n%s\n' "$mode" "$n" \
        "$(cat "$KILL_DIR/killed" 2>&1)" "$status" "$output"
      return 1
    fi
    n=$((n + stride * ${KILL_THINNING:-12}))
  done
  if ((status)) || ! check; then
    printf 'not killed, it exited with %s:\n%s\n' "$status" "$output"
    return 1
  fi
  if ((kills == 0)); then
    echo 'it was never killed'
    return 1
  fi
  printf '# %s kills (%s)\n' "$kills" "$mode" >&3
}
