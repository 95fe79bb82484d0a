#!/usr/bin/env bash
# Brings back the version that was good, from the image that it was deployed as.
# shellcheck source-path=SCRIPTDIR source=common.sh
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/common.sh"
# shellcheck source-path=SCRIPTDIR source=engine.sh
source "$scripts/engine.sh"
# shellcheck source-path=SCRIPTDIR source=traffic.sh
source "$scripts/traffic.sh"

usage() {
  cat <<'END'
Usage: rollback_deployment.sh [--dry-run] [--version V] [--to V] [--config FILE]

Looks first whether the engine still has the image that the good version was deployed as, and stops
nothing when it has not. Then it starts that version (with two slots: in its own slot, where it may
run still), gives it all of the traffic, and stops the slot of the bad one once that has answered
what it was asked before, DRAIN_SECONDS at the most. It pulls and builds nothing.

  --to V         the good version, instead of RIPCORD_PREVIOUS_VERSION
  --version V    the bad one, instead of RIPCORD_VERSION
  --dry-run      say what would be done; fails when the rollback would not be possible
  --config FILE  instead of RIPCORD_SCRIPTS_CONF and of deployment.conf beside this script

Exits 0 done (whether the service is well is for post_deployment_validate.sh to say), 1 failed,
64 called wrongly, 69 the engine does not answer, 75 another run is at work, 78 configuration.
An engine that does not answer, or goes away in the middle, is waited for, ENGINE_WAIT_SECONDS at
the most, and all of it is done anew.
END
}
bad=${RIPCORD_VERSION-} good=${RIPCORD_PREVIOUS_VERSION-}
option() {
  dry_run_option "$@"
  case $1 in
    --to) needs_value "$@" && good=$2 ;;
    --version) needs_value "$@" && bad=$2 ;;
  esac
}

# The slot of the good version, else one that the bad one is not in: it serves until then.
choose_slot() {
  if ((${#SLOTS[@]} == 1)); then
    echo 0
    return
  fi
  slot_of "$good" && return
  local i
  for i in 0 1; do
    if [[ $(version_in "$i") != "$bad" ]]; then
      echo "$i"
      return
    fi
  done
  echo 0
}

# The bad version is known to be bad: one that runs, but is not ready yet, is no worse.
start_good() { # SLOT_INDEX IMAGE_ID
  start_slot "$1" "$2"
  # Restarts that it has had until now are not counted against it by post_deployment_validate.sh.
  inspect "$1" '{{.Id}} {{.RestartCount}}' | replace "$STATE_DIR/rollback_container"
  if within "$START_SECONDS" is_ready "$1" "$2"; then
    say "$good is ready in the slot ${SLOTS[$1]}"
  elif runs_image "$1" "$2"; then
    warn "$good runs, but is not ready after ${START_SECONDS}s: going on"
  else
    fail "$good does not stay up; nothing else has been stopped"
  fi
}

stop_other() { # SLOT_INDEX
  if ((${#SLOTS[@]} == 1)); then return; fi
  local id
  drain $((1 - $1))
  for id in $(containers_of $((1 - $1)) status=running status=restarting); do
    say "stopping the slot ${SLOTS[1 - $1]}"
    docker container stop "$id" >/dev/null || fail "${SLOTS[1 - $1]} cannot be stopped"
  done
}

# What fails because the engine has gone away has failed for that reason.
end_of_roll_back() { # STATUS
  if (($1 != 0 && $1 != 69)) && ! engine_answers; then
    stop 69 "the Docker engine has gone away"
  fi
}

roll_back() {
  trap 'end_of_roll_back $?' EXIT
  local id slot
  engine_must_answer
  id=$(pinned_image "$good" "$good_id")
  if [[ -z $id ]]; then
    fail "the engine no longer has the image of $good: nothing has been stopped"
  fi
  slot=$(choose_slot)
  if [[ -n $dry_run ]]; then
    say "would start $IMAGE:$good ($id) in the slot ${SLOTS[slot]}"
    return
  fi
  date +%s | replace "$STATE_DIR/rollback_began" # from then on the log of the good version counts
  if [[ -n $good_id ]]; then remember_image "$good" "$id"; fi
  tag_as_deployed "$good" "$id"
  pin "$slot" "$good"
  say "starting $IMAGE:$good ($id) in the slot ${SLOTS[slot]}"
  start_good "$slot" "$id"
  if [[ $TRAFFIC_VIA != none ]]; then
    "$scripts/shift_traffic.sh" --config "$config_file" --version "$good" --percent 100
  fi
  stop_other "$slot"
  say "$good is back"
}

parse "$@"
check_version_or_noticed 'the good version (RIPCORD_PREVIOUS_VERSION or --to)' "$good"
if [[ -n $bad ]]; then
  check_version_or_noticed 'the bad version (RIPCORD_VERSION or --version)' "$bad"
fi
if [[ $bad == "$good" ]]; then wrong_call "a rollback from $bad to $good is none"; fi
load_config
use_engine
check_traffic_settings
good_id=$(id_of "$good")
good=$(tag_of "$good")
bad=$(tag_of "$bad")
if [[ -z $dry_run ]]; then
  take_lock deployment
else
  ENGINE_WAIT_SECONDS=0
fi
# The engine may go away in the middle: what was done then is done again, which changes nothing.
anew_while_away "$ENGINE_WAIT_SECONDS" wait_for_engine roll_back
