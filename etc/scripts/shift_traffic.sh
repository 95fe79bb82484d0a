#!/usr/bin/env bash
# Gives a version its share of the traffic, and the rest to the other slot.
# shellcheck source-path=SCRIPTDIR source=common.sh
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/common.sh"
# shellcheck source-path=SCRIPTDIR source=engine.sh
source "$scripts/engine.sh"
# shellcheck source-path=SCRIPTDIR source=traffic.sh
source "$scripts/traffic.sh"

usage() {
  cat <<'END'
Usage: shift_traffic.sh [--dry-run] [--version V] [--percent P] [--config FILE]

Sets the weights of the two slots in nginx (an upstream in a file that its configuration includes,
tested and loaded) or in HAProxy (by its admin socket, and in its state file for the next reload).
0 and 100 are exact: the other slot gets nothing. What does not load leaves everything as it was.

  --version V    whose share it is, instead of RIPCORD_VERSION
  --percent P    0 to 100, instead of RIPCORD_TRAFFIC_PERCENT; nginx has hundredths, HAProxy halves
  --dry-run      say what would be done
  --config FILE  instead of RIPCORD_SCRIPTS_CONF and of deployment.conf beside this script

Exits 0 done, 1 failed or refused (the traffic is as before), 64 called wrongly, 69 HAProxy does not
answer, 75 another run shifts, 78 configuration.
END
}
version=${RIPCORD_VERSION-} percent=${RIPCORD_TRAFFIC_PERCENT-}
option() {
  dry_run_option "$@"
  case $1 in
    --version) needs_value "$@" && version=$2 ;;
    --percent) needs_value "$@" && percent=$2 ;;
  esac
}

# ── the weights ───────────────────────────────────────────────────────────────────────────────────
# "12.5" is 1250 hundredths.
in_hundredths() { # PERCENT
  if [[ ! $1 =~ ^([0-9]{1,3})(\.([0-9]{1,2}))?$ ]]; then
    wrong_call "$(printf '%q' "$1") is no share: 0 to 100, with at most two decimals"
  fi
  local decimals=${BASH_REMATCH[3]}00
  local hundredths=$((10#${BASH_REMATCH[1]} * 100 + 10#${decimals:0:2}))
  if ((hundredths > 10000)); then wrong_call "$1 is more than 100 percent"; fi
  printf '%s' "$hundredths"
}

# Sets `weights`, by slot, whose sum is `sum`.
choose_weights() { # SLOT_INDEX HUNDREDTHS
  local sum=10000
  if [[ $TRAFFIC_VIA == haproxy ]]; then sum=200; fi # it takes up to 256
  if (($2 * sum % 10000)); then wrong_call "HAProxy's weights cannot express $percent percent"; fi
  weights[$1]=$(($2 * sum / 10000))
  weights[1 - $1]=$((sum - weights[$1]))
}

# ── nginx ─────────────────────────────────────────────────────────────────────────────────────────
upstream_text() {
  local i
  printf '# Written by shift_traffic.sh; changes are lost.\n# Weights:'
  for i in 0 1; do printf ' %s=%s' "${SLOTS[i]}" "${weights[i]}"; done
  printf '\nupstream %s {\n  zone %s 64k;\n' "$UPSTREAM" "$UPSTREAM"
  for i in 0 1; do
    # A server of weight 0 is one that is not there.
    if ((weights[i])); then
      printf '  server %s weight=%s;\n' "${SLOT_ADDRESSES[i]}" "${weights[i]}"
    fi
  done
  printf '}\n'
}

# Those that take new connections.
new_workers() { nginx_workers "$1" | sed -n 's/ new$//p'; }

# nginx reports a reload that fails only in its log; new workers are the sign that it did not.
has_new_workers() { # MASTER OLD_WORKERS
  local now
  now=$(new_workers "$1")
  [[ -n $now && -z $(comm -12 <(sort <<<"$2") <(sort <<<"$now")) ]]
}

reload_nginx() {
  local master old
  master=$(nginx_pid) || { warn "nginx does not run" && return 1; }
  old=$(new_workers "$master")
  if [[ -z $old ]]; then warn "nginx (process $master) has no workers" && return 1; fi
  "${NGINX[@]}" -t || return
  "${NGINX[@]}" -s reload || return
  within 20 has_new_workers "$master" "$old" || { warn "nginx keeps its old workers" && return 1; }
}

put_back() {
  if [[ -e $NGINX_UPSTREAM_FILE.before ]]; then
    mv -fT "$NGINX_UPSTREAM_FILE.before" "$NGINX_UPSTREAM_FILE"
  else
    rm -f "$NGINX_UPSTREAM_FILE"
  fi
}

# What was there stays as FILE.before until nginx has loaded the new: also over a kill.
shift_nginx() {
  local before=$NGINX_UPSTREAM_FILE.before
  if [[ ! -e $before && -e $NGINX_UPSTREAM_FILE ]]; then
    ln -T "$NGINX_UPSTREAM_FILE" "$before" || fail "nothing can be kept in $before"
  fi
  upstream_text | replace "$NGINX_UPSTREAM_FILE"
  chmod a+r "$NGINX_UPSTREAM_FILE"
  if ! reload_nginx; then
    put_back
    fail "nginx has not loaded the new weights: the old file is back, and it runs as before"
  fi
  rm -f "$before"
}

# ── HAProxy ───────────────────────────────────────────────────────────────────────────────────────
# Both in one go, and read back: HAProxy answers a command that it has taken with an empty line.
set_weights() { # WEIGHT WEIGHT
  local answer
  local first="set weight $UPSTREAM/${SLOTS[0]} $1" second="set weight $UPSTREAM/${SLOTS[1]} $2"
  answer=$(haproxy_says "$first;$second") || return
  if [[ -n ${answer//$'\n'/} ]]; then
    warn "HAProxy: ${answer//$'\n'/}"
    return 1
  fi
  [[ $(haproxy_weight 0) == "$1" && $(haproxy_weight 1) == "$2" ]]
}

# What a reload reads (load-server-state-from-file).
persist_state() {
  local state
  state=$(haproxy_says 'show servers state') || return
  if [[ $state != *" $UPSTREAM "*" ${SLOTS[0]} "* ]]; then
    warn "HAProxy does not tell the state of its servers"
    return 1
  fi
  replace "$HAPROXY_STATE_FILE" <<<"$state" || return
  chmod a+r "$HAPROXY_STATE_FILE"
}

shift_haproxy() {
  local first second
  first=$(haproxy_weight 0)
  second=$(haproxy_weight 1)
  if ! set_weights "${weights[0]}" "${weights[1]}" || ! persist_state; then
    set_weights "$first" "$second" || warn "and the old weights cannot be set either"
    fail "HAProxy has not taken the new weights"
  fi
}

# ── all of it ─────────────────────────────────────────────────────────────────────────────────────
parse "$@"
check_version_or_noticed 'the version (RIPCORD_VERSION or --version)' "$version"
hundredths=$(in_hundredths "$percent")
load_config
needs SLOTS SLOT_ADDRESSES IMAGE COMPOSE_DIR
pins_file=$COMPOSE_DIR/.env
check_traffic_settings
version=$(tag_of "$version")
slot=$(slot_of "$version") || fail "no slot is pinned to $version ($pins_file)"
if [[ $TRAFFIC_VIA == none ]]; then
  if ((hundredths != 10000)); then fail "there is one slot: it has all of the traffic"; fi
  say "there is one slot: $version has all of the traffic"
  exit 0
fi
declare -a weights
choose_weights "$slot" "$hundredths"
summary="${SLOTS[slot]} ($version) gets $percent percent by $TRAFFIC_VIA"
if [[ -n $dry_run ]]; then
  say "would shift: $summary"
  if [[ $TRAFFIC_VIA == nginx ]]; then upstream_text; else say "weights: ${weights[*]}"; fi
  exit 0
fi
take_lock traffic
"shift_$TRAFFIC_VIA"
say "shifted: $summary"
