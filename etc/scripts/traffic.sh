# shellcheck shell=bash
# Which slot has how much of the traffic, for the scripts that source this after engine.sh.

check_traffic_settings() {
  case $TRAFFIC_VIA in
    none) ;;
    nginx)
      needs UPSTREAM NGINX_UPSTREAM_FILE NGINX
      if [[ -z $NGINX_CONTAINER ]]; then needs NGINX_PID_FILE; fi
      ;;
    haproxy)
      needs UPSTREAM HAPROXY_SOCKET HAPROXY_STATE_FILE
      needs_programs socat
      ;;
    *) bad_config "TRAFFIC_VIA: none, nginx or haproxy, not '$TRAFFIC_VIA'" ;;
  esac
  if [[ ! $UPSTREAM =~ ^[A-Za-z0-9_.-]*$ ]]; then bad_config "UPSTREAM: '$UPSTREAM' is no name"; fi
  local word
  for word in "${SLOT_ADDRESSES[@]}" "${SLOTS[@]}"; do
    if [[ ! $word =~ ^[][A-Za-z0-9_.:-]+$ ]]; then bad_config "SLOT_ADDRESSES, SLOTS: '$word'"; fi
  done
  if [[ $TRAFFIC_VIA != none && ${#SLOTS[@]} != 2 ]]; then
    bad_config "SLOTS: traffic is shifted between two"
  fi
}

nginx_pid() {
  if [[ -n $NGINX_CONTAINER ]]; then
    docker container inspect --format '{{.State.Pid}}' "$NGINX_CONTAINER" 2>/dev/null
  else
    cat -- "$NGINX_PID_FILE" 2>/dev/null
  fi
}

# Its workers, one a line: `PID new`, or `PID old` when it only ends what it began before a reload.
nginx_workers() { # MASTER
  ps --no-headers -o pid=,args= --ppid "$1" |
    awk '/nginx: worker process/ { print $1, /shutting down/ ? "old" : "new" }'
}

# One command to HAProxy; what it answers.
haproxy_says() { # COMMAND
  socat -t 10 -T 10 - "UNIX-CONNECT:$HAPROXY_SOCKET" <<<"$1"
}

# The weight of a slot, 0 for none; nothing when nobody knows.
weight_of() { # SLOT_INDEX
  case $TRAFFIC_VIA in
    none) if ((${#SLOTS[@]} == 1)); then echo 1; fi ;;
    nginx) weight_in_file "$1" ;;
    haproxy) haproxy_weight "$1" ;;
  esac
}

# What a killed run has left half done, nginx may have loaded or not.
weight_in_file() { # SLOT_INDEX
  if [[ -e $NGINX_UPSTREAM_FILE.before ]]; then
    fail "a run of shift_traffic.sh was cut short: run it again first"
  fi
  if [[ -f $NGINX_UPSTREAM_FILE ]]; then
    sed -n "s/^# Weights:.* ${SLOTS[$1]}=\([0-9]*\)\( .*\)\?$/\1/p" "$NGINX_UPSTREAM_FILE"
  fi
}

# "95 (initial 100)"; where HAProxy does not run there is no traffic that one could know of.
haproxy_weight() { # SLOT_INDEX
  local answer
  answer=$(haproxy_says "get weight $UPSTREAM/${SLOTS[$1]}" 2>/dev/null) ||
    stop 69 "HAProxy does not answer on $HAPROXY_SOCKET"
  if [[ $answer =~ ^([0-9]+)\ \(initial ]]; then
    printf '%s' "${BASH_REMATCH[1]}"
  else
    fail "HAProxy knows no server $UPSTREAM/${SLOTS[$1]}: $answer"
  fi
}

# ── what is under way ─────────────────────────────────────────────────────────────────────────────
# The requests that HAProxy has at a slot now.
haproxy_sessions() { # SLOT_INDEX
  haproxy_says 'show stat' 2>/dev/null |
    awk -F , -v backend="$UPSTREAM" -v server="${SLOTS[$1]}" '
      $1 == "# pxname" { for (i = 1; i <= NF; i++) if ($i == "scur") current = i }
      $1 == backend && $2 == server { print $current }'
}

# Whether nothing is under way to a slot that gets nothing new. The old workers of nginx do not tell
# to which slot theirs is.
is_drained() { # SLOT_INDEX
  case $TRAFFIC_VIA in
    nginx)
      local master
      if ! master=$(nginx_pid); then return 0; fi # it does not run, so it has begun nothing
      [[ $(nginx_workers "$master") != *old* ]]
      ;;
    haproxy) [[ $(haproxy_sessions "$1") == 0 ]] ;;
  esac
}

# Before a slot that gets no traffic any more is stopped: whoever has asked it still gets an answer.
drain() { # SLOT_INDEX
  if [[ $TRAFFIC_VIA == none ]] || is_drained "$1"; then return; fi
  say "waiting until ${SLOTS[$1]} has answered what it was asked before"
  within "$DRAIN_SECONDS" is_drained "$1" ||
    warn "requests are still under way to ${SLOTS[$1]} after ${DRAIN_SECONDS}s: going on"
}
