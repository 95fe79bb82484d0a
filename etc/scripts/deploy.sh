#!/usr/bin/env bash
# Starts a version of the service from an image that is pinned.
# shellcheck source-path=SCRIPTDIR source=common.sh
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/common.sh"
# shellcheck source-path=SCRIPTDIR source=engine.sh
source "$scripts/engine.sh"
# shellcheck source-path=SCRIPTDIR source=traffic.sh
source "$scripts/traffic.sh"

usage() {
  cat <<'END'
Usage: deploy.sh [--dry-run] [--version V] [--config FILE]

Gets the image IMAGE:V (IMAGE_SOURCE: it is there already, pulled, or built from a tag of a git
repository), remembers its id under STATE_DIR/images, pins the slot to it in COMPOSE_DIR/.env,
starts the slot and waits until it is ready. With two slots the version goes to the one without
traffic, and no traffic is shifted. It does not migrate: safe_migrate.sh does.

  --version V    instead of RIPCORD_VERSION
  --dry-run      say what would be done
  --config FILE  instead of RIPCORD_SCRIPTS_CONF and of deployment.conf beside this script

Exits 0 done, 1 failed (what it has started stays, for rollback_deployment.sh), 64 called wrongly,
69 the engine does not answer, 75 another deployment or rollback runs, 78 configuration.
END
}
version=${RIPCORD_VERSION-}
option() {
  dry_run_option "$@"
  if [[ $1 == --version ]]; then needs_value "$@" && version=$2; fi
}

get_image() {
  case $IMAGE_SOURCE in
    local) ;;
    pull) docker image pull --quiet "$IMAGE:$version" || fail "$IMAGE:$version cannot be pulled" ;;
    git) build_image ;;
    *) bad_config "IMAGE_SOURCE: local, pull or git, not '$IMAGE_SOURCE'" ;;
  esac
}

# Exactly what the tag holds, whatever lies in the working tree.
build_image() {
  needs SOURCE_DIR
  fetch_source
  needs_tag "$version"
  git -C "$SOURCE_DIR" archive --format=tar "refs/tags/$version" |
    docker image build --quiet --tag "$IMAGE:$version" - || fail "$version cannot be built"
}

# The slot of this version, else the one that users do not reach.
choose_slot() {
  if ((${#SLOTS[@]} == 1)); then
    echo 0
    return
  fi
  slot_of "$version" && return
  local first second
  first=$(weight_of 0)
  second=$(weight_of 1)
  if [[ -z $first$second ]]; then
    choose_still_slot
  elif [[ $first == 0 ]]; then
    echo 0
  elif [[ $second == 0 ]]; then
    echo 1
  else
    fail "both slots have traffic ($first to $second): a canary is under way"
  fi
}

# Where no traffic was ever shifted: one in which nothing runs.
choose_still_slot() {
  local i
  for i in 0 1; do
    if [[ $(inspect "$i" '{{.State.Running}}') != true ]]; then
      echo "$i"
      return
    fi
  done
  fail "both slots run, and nobody knows which has the traffic: shift it first"
}

# What a version that does not come up says for itself.
show_trouble() { # SLOT_INDEX
  inspect "$1" '{{.State.Status}}, exit code {{.State.ExitCode}}, {{.RestartCount}} restarts' >&2
  docker container logs --tail 20 "${SLOT_CONTAINERS[$1]}" >&2 2>&1 || true
}

parse "$@"
check_version 'the version (RIPCORD_VERSION or --version)' "$version"
load_config
use_engine
check_traffic_settings
engine_must_answer
if [[ -n $dry_run ]]; then
  slot=$(choose_slot)
  say "would start $IMAGE:$version ($IMAGE_SOURCE) in the slot ${SLOTS[slot]}," \
    "which is pinned to '$(version_in "$slot")'"
  exit 0
fi
take_lock deployment
get_image
id=$(image_id "$IMAGE:$version")
if [[ -z $id ]]; then fail "the engine has no image $IMAGE:$version"; fi
slot=$(choose_slot)
remember_image "$version" "$id"
date +%s | replace "$STATE_DIR/deploy_began" # from then on its log counts
pin "$slot" "$version"
say "starting $IMAGE:$version ($id) in the slot ${SLOTS[slot]}"
if ! runs_image "$slot" "$id"; then drain "$slot"; fi
start_slot "$slot" "$id"
if ! within "$START_SECONDS" is_ready "$slot" "$id"; then
  show_trouble "$slot"
  fail "$version is not ready after ${START_SECONDS}s"
fi
say "$version is ready in the slot ${SLOTS[slot]}"
