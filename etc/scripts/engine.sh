# shellcheck shell=bash
# The slots that versions run in, for the scripts that source this after common.sh.
#
# A slot is a service of the compose file with one container, whose image comes from a variable in
# the file `.env` beside the compose file: that line pins the version of the slot, for these scripts
# and for whoever calls docker-compose by hand. With one slot a version replaces the other; with two
# the new one starts in the slot without traffic.

use_engine() {
  needs IMAGE COMPOSE_DIR COMPOSE_PROJECT SLOTS
  needs_programs docker "${COMPOSE[0]}" curl
  pins_file=$COMPOSE_DIR/.env
  local key count=${#SLOTS[@]}
  if ((count > 2)); then bad_config "SLOTS: one or two, not $count"; fi
  for key in SLOT_CONTAINERS SLOT_IMAGE_VARIABLES SLOT_ADDRESSES; do
    local -n values=$key
    if ((${#values[@]} != count)); then bad_config "$key: one for each of SLOTS ($count)"; fi
  done
  for key in "${SLOT_IMAGE_VARIABLES[@]}"; do
    if [[ ! $key =~ ^[A-Z][A-Z0-9_]*$ ]]; then bad_config "SLOT_IMAGE_VARIABLES: '$key'"; fi
  done
  if [[ ! -f $COMPOSE_DIR/$COMPOSE_FILE ]]; then
    bad_config "COMPOSE_FILE: there is no $COMPOSE_DIR/$COMPOSE_FILE"
  fi
}

# In the foreground: whoever ends all of the script's processes means this one too.
engine_answers() {
  timeout --foreground 10 docker version --format '{{.Server.Version}}' >/dev/null 2>&1
}

engine_must_answer() { engine_answers || stop 69 "the Docker engine does not answer"; }

# An engine that is being restarted takes the service with it: a rollback waits for it.
wait_for_engine() { within "$ENGINE_WAIT_SECONDS" engine_answers || true; }

# ── images ────────────────────────────────────────────────────────────────────────────────────────
# The id behind a name; nothing when there is no such image, 69 when nobody knows.
image_id() { docker image inspect --format '{{.Id}}' "$1" 2>/dev/null || engine_must_answer; }

record_of() { printf '%s/images/%s' "$STATE_DIR" "$1"; } # VERSION

# Remembers which image a version was when it was deployed: tags move.
remember_image() { # VERSION ID
  mkdir -p "$STATE_DIR/images"
  if [[ -f $(record_of "$1") && $(<"$(record_of "$1")") == "$2" ]]; then return; fi
  printf '%s\n' "$2" | replace "$(record_of "$1")"
}

# The id that ripcord has noticed for a version; else the one that it was deployed as; else that of
# its tag, when it was never deployed from here. Nothing when the engine does not have it any more.
pinned_image() { # VERSION [NOTICED_ID]
  if [[ -n ${2-} ]]; then
    image_id "$2"
  elif [[ -f $(record_of "$1") ]]; then
    image_id "$(<"$(record_of "$1")")"
  else
    image_id "$IMAGE:$1"
  fi
}

# Lets the tag of a version mean again what was deployed under it.
tag_as_deployed() { # VERSION ID
  if [[ $(image_id "$IMAGE:$1") == "$2" ]]; then return; fi
  warn "the tag $IMAGE:$1 has moved since it was deployed: set back to $2"
  docker image tag "$2" "$IMAGE:$1"
}

# ── slots ─────────────────────────────────────────────────────────────────────────────────────────
# The version that a slot is pinned to; nothing when it is to none.
version_in() { # SLOT_INDEX
  local line prefix="${SLOT_IMAGE_VARIABLES[$1]}=$IMAGE:"
  if [[ ! -f $pins_file ]]; then return; fi
  while IFS= read -r line || [[ -n $line ]]; do
    if [[ $line == "$prefix"* ]]; then printf '%s' "${line#"$prefix"}"; fi
  done <"$pins_file"
}

# The slot that is pinned to a version; fails when none is.
slot_of() { # VERSION
  local i
  for i in "${!SLOTS[@]}"; do
    if [[ $(version_in "$i") == "$1" ]]; then
      printf '%s' "$i"
      return
    fi
  done
  return 1
}

pin() { # SLOT_INDEX VERSION
  if [[ $(version_in "$1") == "$2" ]]; then return; fi
  touch "$pins_file"
  { grep -v "^${SLOT_IMAGE_VARIABLES[$1]}=" "$pins_file" || true
    printf '%s=%s:%s\n' "${SLOT_IMAGE_VARIABLES[$1]}" "$IMAGE" "$2"; } | replace "$pins_file"
}

# compose WORD…: with the pins of the file, whatever our environment says.
compose() {
  local without=() name
  for name in "${SLOT_IMAGE_VARIABLES[@]}"; do without+=(--unset="$name"); done
  (cd "$COMPOSE_DIR" &&
    env "${without[@]}" "${COMPOSE[@]}" -f "$COMPOSE_FILE" -p "$COMPOSE_PROJECT" "$@")
}

# `FORMAT` of the slot's container; nothing when there is none.
inspect() { # SLOT_INDEX FORMAT
  docker container inspect --format "$2" "${SLOT_CONTAINERS[$1]}" 2>/dev/null || true
}

# Every container that compose counts to the slot, strays of a killed docker-compose too.
containers_of() { # SLOT_INDEX [FILTER…]
  local filter filters=(--filter "label=com.docker.compose.project=$COMPOSE_PROJECT"
    --filter "label=com.docker.compose.service=${SLOTS[$1]}")
  for filter in "${@:2}"; do filters+=(--filter "$filter"); done
  docker container ls --all --quiet --no-trunc "${filters[@]}"
}

runs_image() { # SLOT_INDEX IMAGE_ID
  [[ $(inspect "$1" '{{.Image}} {{.State.Running}}') == "$2 true" ]]
}

# Starts the slot as it is pinned. A docker-compose that was killed may have left containers that
# the next one stumbles over; they go, and the slot starts anew.
start_slot() { # SLOT_INDEX IMAGE_ID
  compose up -d --no-deps --no-build "${SLOTS[$1]}" || true
  if ! runs_image "$1" "$2"; then
    say "the slot ${SLOTS[$1]} does not run the image: its containers are removed first"
    remove_containers "$1"
    compose up -d --no-deps --no-build "${SLOTS[$1]}" || fail "${SLOTS[$1]} could not be started"
  fi
  remove_strays "$1"
}

remove_containers() { # SLOT_INDEX
  local id
  for id in $(containers_of "$1") $(inspect "$1" '{{.Id}}'); do
    docker container rm --force "$id" >/dev/null 2>&1 || true
  done
}

remove_strays() { # SLOT_INDEX
  local own id
  own=$(inspect "$1" '{{.Id}}')
  for id in $(containers_of "$1"); do
    if [[ -n $own && $id != "$own" ]]; then docker container rm --force "$id" >/dev/null; fi
  done
}

# Whether the slot runs the image and says that it is ready.
is_ready() { # SLOT_INDEX IMAGE_ID
  runs_image "$1" "$2" || return
  local health
  health=$(inspect "$1" '{{if .State.Health}}{{.State.Health.Status}}{{end}}')
  [[ -z $health || $health == healthy ]] || return
  if [[ -n $READY_PATH ]]; then answers "http://${SLOT_ADDRESSES[$1]}$READY_PATH"; fi
}

# Whether a GET is answered with 2xx.
answers() { # URL
  curl --silent --fail --noproxy '*' --max-time 5 --output /dev/null "$1"
}
