#!/usr/bin/env bash
# Looks at everything that a deployment and its rollback need, and says all that is missing.
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
Usage: pre_deployment_check.sh [--version V] [--previous V] [--config FILE]

Changes nothing. Checks, and prints a line for each: that the scripts are there and nobody else can
write them; the engine, the compose file, the disks; the database; a backup that is young enough and
whole; the migrations and their way back; the image of the new version, if it has to be there
already; the image of the previous one; the proxy; and every program of CHECKS.

  --version V    the new version, instead of RIPCORD_VERSION; without it its image is not looked for
  --previous V   the one to go back to, instead of RIPCORD_PREVIOUS_VERSION
  --config FILE  instead of RIPCORD_SCRIPTS_CONF and of deployment.conf beside this script

Exits 0 when all is well, 1 when something is not, 64 called wrongly, 78 configuration.
END
}
version=${RIPCORD_VERSION-} previous=${RIPCORD_PREVIOUS_VERSION-}
option() {
  case $1 in
    --version) needs_value "$@" && version=$2 ;;
    --previous) needs_value "$@" && previous=$2 ;;
  esac
}

# check WHAT FUNCTION: in a shell of its own, so that what stops it stops only this check.
failed=0
check() {
  local said status
  # Not behind `||`: there a command that fails would not end the function.
  set +e
  said=$(set -e; "$2" 2>&1)
  status=$?
  set -e
  if ((status == 0)); then
    printf 'ok      %s%s\n' "$1" "${said:+: $(tail -n 1 <<<"$said")}"
  else
    failed=$((failed + 1))
    printf 'FAILED  %s: %s\n' "$1" "${said//$'\n'/; }"
  fi
}

# Whoever may write them may do whatever the deployment may.
scripts_are_safe() {
  local name danger
  danger=$(danger_of "$scripts")
  if [[ -n $danger ]]; then fail "$scripts: $danger"; fi
  for name in backup safe_migrate rollback_migration deploy rollback_deployment shift_traffic \
    post_deployment_validate pre_deployment_check common database engine traffic; do
    if [[ ! -r $scripts/$name.sh ]]; then fail "$name.sh is missing"; fi
    danger=$(danger_of "$scripts/$name.sh")
    if [[ -n $danger ]]; then fail "$name.sh: $danger"; fi
    if [[ $name == *_* && ! -x $scripts/$name.sh ]]; then fail "$name.sh is not executable"; fi
  done
}

compose_file_is_good() { compose config --quiet; }

# A BACKUP_DIR that is not there is what backup_is_good tells.
disks_have_space() {
  local folder free folders=("$STATE_DIR")
  if [[ -d $BACKUP_DIR ]]; then folders+=("$BACKUP_DIR"); fi
  folders+=("$(docker info --format '{{.DockerRootDir}}')") ||
    fail "unknown: the engine does not tell where its images are"
  for folder in "${folders[@]}"; do
    if [[ ! -d $folder ]]; then fail "unknown: there is no folder '$folder'"; fi
    free=$(df --output=avail -B 1M "$folder" | tail -n 1)
    if ((free < DISK_FREE_MIN_MB)); then fail "$folder: $free MB, less than $DISK_FREE_MIN_MB"; fi
  done
}

database_answers() { query 'SELECT 1' >/dev/null; }

# The newest one alone: an older one is no consolation.
backup_is_good() {
  needs BACKUP_DIR
  local newest age
  if [[ ! -d $BACKUP_DIR ]]; then fail "there is no folder $BACKUP_DIR"; fi
  newest=$(find "$BACKUP_DIR" -maxdepth 1 -type f -name "$DB_NAME-*.dump" -printf '%T@ %f\n' |
    sort -g | tail -n 1)
  newest=${newest#* }
  if [[ -z $newest ]]; then fail "there is none in $BACKUP_DIR"; fi
  age=$((($(date +%s) - $(stat -c %Y "$BACKUP_DIR/$newest")) / 60))
  if ((age >= BACKUP_MAX_AGE_HOURS * 60)); then
    fail "$newest is $((age / 60)) h old, at most $BACKUP_MAX_AGE_HOURS h"
  fi
  (cd "$BACKUP_DIR" && sha256sum --check --status "$newest.sha256") ||
    fail "$newest is not what its checksum says"
  say "$newest, $age min old"
}

migrations_are_good() {
  local tag
  tag=$(tag_of "$version")
  use_migrations "$tag"
  read_migrations
  read_applied
  refuse_changed
  find_pending
  refuse_one_way
  say "the schema has version $current, ${#pending[@]} to apply"
}

image_is_there() {
  local tag id
  tag=$(tag_of "$version")
  id=$(id_of "$version")
  if [[ -z $(image_id "${id:-$IMAGE:$tag}") ]]; then fail "no image ${id:-$IMAGE:$tag}"; fi
}

way_back_is_there() {
  local tag id
  tag=$(tag_of "$previous")
  id=$(id_of "$previous")
  id=$(pinned_image "$tag" "$id")
  if [[ -z $id ]]; then fail "the engine no longer has the image of $previous"; fi
  say "$previous is $id"
}

no_previous_version() { fail "no previous version is known (RIPCORD_PREVIOUS_VERSION)"; }

proxy_answers() {
  check_traffic_settings
  case $TRAFFIC_VIA in
    nginx) "${NGINX[@]}" -t ;;
    haproxy) say "weights $(haproxy_weight 0) to $(haproxy_weight 1)" ;;
  esac
}

parse "$@"
for word in "$version" "$previous"; do
  if [[ -n $word ]]; then check_version_or_noticed 'a version' "$word"; fi
done
load_config
if [[ -n $DB_NAME ]]; then needs_version "$version"; fi
check 'scripts' scripts_are_safe
use_engine
check 'Docker engine' engine_must_answer
check 'compose file' compose_file_is_good
check 'disk space' disks_have_space
if [[ -n $DB_NAME ]]; then
  use_database
  check 'database' database_answers
  check 'backup' backup_is_good
  check 'migrations' migrations_are_good
fi
if [[ -n $version && $IMAGE_SOURCE == local ]]; then check 'new version' image_is_there; fi
if [[ -n $previous ]]; then
  check 'way back' way_back_is_there
else
  check 'way back' no_previous_version
fi
if [[ $TRAFFIC_VIA != none ]]; then check 'proxy' proxy_answers; fi
for program in "${CHECKS[@]}"; do check "$program" "$program"; done
if ((failed)); then fail "$failed checks failed"; fi
say "ready to deploy"
