# shellcheck shell=bash
# What the scripts of the deployment process share. Each of them sources it; it is never run.
# Exit codes, as in docs/scripts.md: 0 done, 1 failed or refused, 64 called wrongly, 69 the database
# or the engine cannot be reached, 75 another run is at work, 78 the configuration is wrong.
set -euo pipefail
shopt -s inherit_errexit
umask 027
export LC_ALL=C.UTF-8

scripts=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
script=$(basename "$0")
config_file=
dry_run=

# ── what is said ──────────────────────────────────────────────────────────────────────────────────
say() { printf '%s\n' "$*"; }
warn() { printf '%s: %s\n' "$script" "$*" >&2; }

# stop CODE MESSAGE: the last thing that is said.
stop() {
  warn "$2"
  exit "$1"
}
fail() { stop 1 "$*"; }
wrong_call() { stop 64 "$*; see $script --help"; }
bad_config() { stop 78 "$config_file: $*"; }

# ── how they are called ───────────────────────────────────────────────────────────────────────────
# parse WORD…: the options that all have; for the others asks option(), which sets `taken` to how
# many words it took. `usage` is the script's own.
parse() {
  while (($#)); do
    taken=0
    case $1 in
      -h | --help)
        usage
        exit 0
        ;;
      --config) needs_value "$@" && config_file=$2 ;;
      *) option "$@" ;;
    esac
    ((taken)) || wrong_call "there is no option '$1'"
    shift "$taken"
  done
}

# needs_value OPTION VALUE…: takes both.
needs_value() {
  if (($# < 2)); then wrong_call "$1 needs a value"; fi
  taken=2
}

# dry_run_option WORD: for scripts that change something.
dry_run_option() {
  if [[ $1 == --dry-run ]]; then
    # shellcheck disable=SC2034 # it is the scripts'
    dry_run=1
    taken=1
  fi
}

# A version is the tag of an image; whatever else stands there has come from somewhere else.
check_version() { # WHAT VERSION
  if [[ ! $2 =~ ^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$ ]]; then
    wrong_call "$1 is not a version but $(printf '%q' "$2")"
  fi
}

# What ripcord calls a version that it has noticed by itself: IMAGE:TAG@ID, or only the ID of the
# image when that is all that the container was made from.
readonly noticed_version='^([A-Za-z0-9][A-Za-z0-9_./:-]*@)?(sha256:[0-9a-f]{64})$'

check_version_or_noticed() { # WHAT TEXT
  if [[ ! $2 =~ $noticed_version ]]; then check_version "$1" "$2"; fi
}

# The version in such a text: its tag, which must be one of IMAGE, where there is an IMAGE.
tag_of() { # TEXT
  if [[ ! $1 =~ $noticed_version ]]; then
    printf '%s' "$1"
    return
  fi
  local name=${BASH_REMATCH[1]%@} tag=latest
  if [[ -z $name ]]; then fail "$1 is the id of an image: which version that is, nobody knows"; fi
  if [[ ${name##*/} == *:* ]]; then tag=${name##*:} name=${name%:*}; fi
  if [[ -n $IMAGE && $name != "$IMAGE" ]]; then fail "$1 is no version of $IMAGE"; fi
  check_version 'the tag of the version' "$tag"
  printf '%s' "$tag"
}

# The id of the image in such a text; nothing when there is none.
id_of() { # TEXT
  if [[ $1 =~ $noticed_version ]]; then printf '%s' "${BASH_REMATCH[2]}"; fi
}

# ── the configuration ─────────────────────────────────────────────────────────────────────────────
# Every key, with what it is when the file does not say.
# shellcheck disable=SC2034 # they are the scripts'
default_settings() {
  STATE_DIR='' LOCK_SECONDS=30
  IMAGE='' IMAGE_SOURCE=local SOURCE_DIR=''
  COMPOSE=(docker-compose) COMPOSE_DIR='' COMPOSE_FILE=docker-compose.yml COMPOSE_PROJECT=''
  SLOTS=() SLOT_CONTAINERS=() SLOT_IMAGE_VARIABLES=() SLOT_ADDRESSES=()
  START_SECONDS=60 DOCKER_HOST='' ENGINE_WAIT_SECONDS=30
  READY_PATH='' HEALTH_PATHS=() HEALTH_URLS=() HEALTH_SECONDS=60
  LOG_ERRORS='(^|[^A-Za-z])(ERROR|CRITICAL|FATAL)([^A-Za-z]|$)|^Traceback ' LOG_ERRORS_MAX=0
  DB_HOST='' DB_PORT=5432 DB_NAME='' DB_USER='' DB_PASSFILE='' DB_WAIT_SECONDS=30
  MIGRATIONS_DIR='' LOCK_TIMEOUT=5s STATEMENT_TIMEOUT=0
  BACKUP_DIR='' BACKUP_KEEP=14 BACKUP_MAX_AGE_HOURS=24 BACKUP_MIN_BYTES=1
  DISK_FREE_MIN_MB=1024 CHECKS=()
  TRAFFIC_VIA=none UPSTREAM='' DRAIN_SECONDS=10
  NGINX=(nginx) NGINX_UPSTREAM_FILE='' NGINX_PID_FILE=/run/nginx.pid NGINX_CONTAINER=''
  HAPROXY_SOCKET='' HAPROXY_STATE_FILE=''
}

# load_config: --config, else RIPCORD_SCRIPTS_CONF, else deployment.conf beside the script.
load_config() {
  config_file=${config_file:-${RIPCORD_SCRIPTS_CONF:-$scripts/deployment.conf}}
  if [[ ! -f $config_file || ! -r $config_file ]]; then bad_config "cannot be read"; fi
  check_ownership "$config_file"
  local outer_docker_host=${DOCKER_HOST-}
  local known unknown
  default_settings
  known=$(compgen -A variable)
  # shellcheck disable=SC1090 # it is the administrator's
  source "$config_file" || bad_config "cannot be sourced"
  # A misspelt key would otherwise be silent.
  unknown=$(compgen -A variable | grep -vxF -- "$known" | grep '^[A-Z]' | grep -v '^BASH' || true)
  if [[ -n $unknown ]]; then bad_config "${unknown//$'\n'/, }: unknown key"; fi
  DOCKER_HOST=${DOCKER_HOST:-$outer_docker_host}
  if [[ -n $DOCKER_HOST ]]; then export DOCKER_HOST; else unset DOCKER_HOST; fi
  check_numbers
  needs STATE_DIR
  mkdir -p "$STATE_DIR" || bad_config "STATE_DIR: $STATE_DIR cannot be made"
}

# It is run as whoever deploys: nobody else may be able to write it.
check_ownership() { # FILE
  local danger
  danger=$(danger_of "$1")
  if [[ -n $danger ]]; then bad_config "$danger"; fi
}

# How somebody other than root and the caller could change it; nothing when nobody can.
danger_of() { # FILE
  local owner mode
  read -r owner mode < <(stat -L -c '%u %a' -- "$1")
  if ((owner != 0 && owner != EUID)); then
    printf 'belongs to somebody else (uid %s)' "$owner"
  elif (((8#$mode & 8#022) != 0)); then
    printf 'others may write it (mode %s); chmod go-w' "$mode"
  fi
}

check_numbers() {
  local key
  for key in LOCK_SECONDS START_SECONDS HEALTH_SECONDS LOG_ERRORS_MAX DB_PORT DB_WAIT_SECONDS \
    ENGINE_WAIT_SECONDS DRAIN_SECONDS BACKUP_KEEP BACKUP_MAX_AGE_HOURS BACKUP_MIN_BYTES \
    DISK_FREE_MIN_MB; do
    if [[ ! ${!key} =~ ^[0-9]{1,15}$ ]]; then bad_config "$key: '${!key}' is no number"; fi
  done
  if ((BACKUP_KEEP < 1)); then bad_config "BACKUP_KEEP: at least 1"; fi
  for key in LOCK_TIMEOUT STATEMENT_TIMEOUT; do
    if [[ ! ${!key} =~ ^[0-9]+(ms|s|min|h)?$ ]]; then
      bad_config "$key: '${!key}' is no duration such as 5s, 500ms or 0"
    fi
  done
}

# needs KEY…: that the file says something for each.
needs() {
  local key
  for key; do
    if [[ -z ${!key-} ]]; then bad_config "$key: is needed by $script"; fi
  done
}

needs_programs() { # NAME…
  local name
  for name; do
    command -v -- "$name" >/dev/null || fail "the program $name is not installed"
  done
}

# ── the repository in which versions are tags ─────────────────────────────────────────────────────
fetch_source() {
  if [[ -n $(git -C "$SOURCE_DIR" remote) ]]; then
    git -C "$SOURCE_DIR" fetch --quiet --tags || fail "$SOURCE_DIR cannot be fetched"
  fi
}

needs_tag() { # VERSION
  git -C "$SOURCE_DIR" rev-parse --quiet --verify "refs/tags/$1^{commit}" >/dev/null ||
    fail "$SOURCE_DIR has no tag $1"
}

# ── files and locks ───────────────────────────────────────────────────────────────────────────────
# replace FILE: by standard input, whole or not at all, and surely on disk.
replace() {
  local fresh
  fresh=$(dirname "$1")/.$(basename "$1").new
  cat >"$fresh"
  if [[ -e $1 ]]; then chmod --reference="$1" "$fresh"; fi
  sync "$fresh"
  mv -fT "$fresh" "$1"
  sync "$(dirname "$1")"
}

# take_lock NAME: until the end of this process and of what it has started.
take_lock() {
  local lock
  exec {lock}>"$STATE_DIR/$1.lock"
  flock -w "$LOCK_SECONDS" "$lock" ||
    stop 75 "another run holds $STATE_DIR/$1.lock since more than ${LOCK_SECONDS}s"
}

# anew_while_away SECONDS WAIT BODY: BODY, in a shell of its own, once WAIT has returned; all of it
# anew when it ends with 69 before the time is over. Ends the script as BODY has ended.
anew_while_away() {
  local until=$((SECONDS + $1)) status
  while true; do
    "$2"
    set +e
    (
      set -e
      "$3"
    )
    status=$?
    set -e
    if ((status != 69 || SECONDS >= until)); then exit "$status"; fi
  done
}

# within SECONDS COMMAND…: tries it again and again until it succeeds.
within() {
  local until=$((SECONDS + $1))
  until "${@:2}"; do
    ((SECONDS < until)) || return 1
    sleep 0.3
  done
}
