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
