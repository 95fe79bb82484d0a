#!/usr/bin/env bash
# Is the service well, and is it the version that it should be?
# shellcheck source-path=SCRIPTDIR source=common.sh
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/common.sh"
# shellcheck source-path=SCRIPTDIR source=engine.sh
source "$scripts/engine.sh"
# shellcheck source-path=SCRIPTDIR source=traffic.sh
source "$scripts/traffic.sh"
# shellcheck source-path=SCRIPTDIR source=database.sh
source "$scripts/database.sh"

usage() {
  cat <<'END'
Usage: post_deployment_validate.sh [--version V] [--schema N] [--config FILE]

Changes nothing. Checks, and prints a line for each: that the container of the version runs, from
the image that was deployed, without restarts; that every one of HEALTH_PATHS (of the slot) and
HEALTH_URLS is answered with 2xx within HEALTH_SECONDS; that no more than LOG_ERRORS_MAX lines of
the container's log, since its start or that of the deployment or rollback, match LOG_ERRORS; and
the version of the schema.

  --version V    the version that should run. Without it: RIPCORD_PREVIOUS_VERSION when RIPCORD_STEP
                 says that this is a rollback or its verification, else RIPCORD_VERSION
  --schema N     the version that the schema should have. Without it: after a rollback the one of
                 the start of the deployment, else that of the newest migration
  --config FILE  instead of RIPCORD_SCRIPTS_CONF and of deployment.conf beside this script

Exits 0 when all is well, 1 when something is not, 64 called wrongly, 69 the engine does not
answer, 78 configuration.
END
}
case ${RIPCORD_STEP-} in
  verify | rollback*) is_rollback=1 version=${RIPCORD_PREVIOUS_VERSION-} ;;
  *) is_rollback='' version=${RIPCORD_VERSION-} ;;
esac
schema=
option() {
  case $1 in
    --version) needs_value "$@" && version=$2 ;;
    --schema) needs_value "$@" && schema=$2 ;;
  esac
}

failed=0
judge() { # STATUS WHAT
  if (($1 == 0)); then
    printf 'ok      %s\n' "$2"
  else
    failed=$((failed + 1))
    printf 'FAILED  %s\n' "$2"
  fi
}

# How often the container has been restarted, after a rollback since that had started it: its
# restarts from before may have been due to the bad version. Nothing when there is no container.
count_restarts() {
  local id restarts started before
  read -r id restarts < <(inspect "$slot" '{{.Id}} {{.RestartCount}}') || return 0
  if [[ -n $is_rollback && -f $STATE_DIR/rollback_container ]]; then
    read -r started before <"$STATE_DIR/rollback_container"
    # A start by hand begins anew at 0.
    if [[ $started == "$id" ]] && ((restarts >= before)); then restarts=$((restarts - before)); fi
  fi
  printf '%s' "$restarts"
}

check_container() {
  local id state restarts status=1
  id=$(pinned_image "$version" "$version_id")
  state=$(inspect "$slot" '{{.State.Status}}{{if .State.Health}}, {{.State.Health.Status}}{{end}}')
  restarts=$(count_restarts)
  if [[ -n $id && $state != *unhealthy && $restarts == 0 ]] && runs_image "$slot" "$id"; then
    status=0
  fi
  judge "$status" \
    "container ${SLOT_CONTAINERS[slot]}: ${state:-not there}, ${restarts:-no} restarts"
  if [[ -n $state && $(inspect "$slot" '{{.Image}}') != "$id" ]]; then
    judge 1 "image: not that of $version (${id:-gone})"
  fi
}

check_health() {
  local path url urls=("${HEALTH_URLS[@]}") until=$((SECONDS + HEALTH_SECONDS))
  for path in "${HEALTH_PATHS[@]}"; do urls+=("http://${SLOT_ADDRESSES[slot]}$path"); done
  for url in "${urls[@]}"; do
    local left=$((until - SECONDS)) status=0
    within $((left > 0 ? left : 0)) answers "$url" || status=1
    judge "$status" "GET $url"
  done
}

# From when on the log counts: the end of the run before, for what that one has said is another
# story (the engine notes a start when the container may have said something already). Not before
# the deployment began, whose version may have run already; nor, when this is a rollback, before
# that: until then the good version may have suffered from what the bad one had done. Nothing when
# there is no container.
log_begins() {
  local since began mark=$STATE_DIR/deploy_began
  if [[ -n $is_rollback ]]; then mark=$STATE_DIR/rollback_began; fi
  since=$(inspect "$slot" '{{.State.FinishedAt}}')
  if [[ $since == 0001-* ]]; then since=$(inspect "$slot" '{{.Created}}'); fi
  if [[ -n $since && -f $mark ]]; then
    began=$(<"$mark")
    if (($(date -d "$since" +%s) < began)); then since=$began; fi
  fi
  printf '%s' "$since"
}

check_log() {
  local since log lines status=0
  since=$(log_begins)
  if [[ -z $since ]] ||
    ! log=$(docker container logs --since "$since" "${SLOT_CONTAINERS[slot]}" 2>&1); then
    judge 1 "log: cannot be read"
    return
  fi
  lines=$(grep -E -c -- "$LOG_ERRORS" <<<"$log") || status=$?
  if ((status > 1)); then bad_config "LOG_ERRORS: no extended regular expression"; fi
  judge $((lines > LOG_ERRORS_MAX)) "log: $lines lines of errors, at most $LOG_ERRORS_MAX"
  if ((lines)); then grep -E -- "$LOG_ERRORS" <<<"$log" | tail -n 5 | sed 's/^/          /'; fi
}

# The version that the schema should have; nothing when nobody knows.
expected_schema() {
  if [[ -n $schema ]]; then
    printf '%s' "$schema"
  elif [[ -n $is_rollback ]]; then
    find_start "${RIPCORD_DEPLOYMENT-}" "${RIPCORD_VERSION-}"
    printf '%s' "$start"
  else
    use_migrations "$version"
    read_migrations
    if ((${#versions[@]})); then printf '%s' "${versions[-1]}"; else printf 0; fi
  fi
}

applied_schema() {
  read_applied
  printf '%s' "$current"
}

# ask FUNCTION: sets `answer` to what it prints, and `asked` to how it ends. In a shell of its own:
# what stops it stops only this check.
ask() {
  # Not behind `||`: there a command that fails would not end the function.
  set +e
  answer=$(set -e; "$1")
  asked=$?
  set -e
}

check_schema() {
  local said expected
  ask applied_schema
  said=$answer
  if ((asked)); then
    judge 1 "schema: the database does not say its version"
    return
  fi
  ask expected_schema
  expected=$answer
  if ((asked)); then
    judge 1 "schema: version $said, and nobody knows which it should be"
  elif [[ -z $expected ]]; then
    judge 0 "schema: version $said (none is recorded to compare with)"
  else
    judge $((said != expected)) "schema: version $said, expected $expected"
  fi
}

parse "$@"
check_version_or_noticed \
  'the version (RIPCORD_VERSION, RIPCORD_PREVIOUS_VERSION or --version)' "$version"
if [[ ! $schema =~ ^[0-9]{0,9}$ ]]; then wrong_call "--schema needs a number"; fi
load_config
use_engine
engine_must_answer
version_id=$(id_of "$version")
version=$(tag_of "$version")
slot=$(slot_of "$version") || fail "no slot is pinned to $version ($pins_file)"
check_health
check_container
check_log
if [[ -n $DB_NAME ]]; then
  use_database
  check_schema
fi
if ((failed)); then fail "$failed checks of $version failed"; fi
say "$version is well"
