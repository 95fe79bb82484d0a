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
  local name
  for name in backup safe_migrate rollback_migration deploy rollback_deployment shift_traffic \
    post_deployment_validate pre_deployment_check common database engine traffic; do
    if [[ ! -r $scripts/$name.sh ]]; then fail "$name.sh is missing"; fi
    if [[ -n $(find -L "$scripts/$name.sh" -perm /022) ]]; then fail "others may write $name.sh"; fi
    if [[ $name == *_* && ! -x $scripts/$name.sh ]]; then fail "$name.sh is not executable"; fi
  done
}

compose_file_is_good() { compose config --quiet; }

disks_have_space() {
  local folder free
  for folder in "$STATE_DIR" "$BACKUP_DIR" "$(docker info --format '{{.DockerRootDir}}')"; do
    if [[ ! -d $folder ]]; then continue; fi
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
  read_migrations
  read_applied
  local version sum pending=0
  while IFS='|' read -r version sum _; do
    if [[ -z $version || -z ${up_files[$version]-} ]]; then continue; fi
    if [[ $(checksum_of "${up_files[$version]}") != "$sum" ]]; then
      fail "$(name_of "$version") has been changed since it was applied"
    fi
  done <<<"$applied"
  for version in "${versions[@]}"; do
    if ((version <= current)); then continue; fi
    pending=$((pending + 1))
    if [[ -z ${down_files[$version]-} ]]; then fail "$(name_of "$version") has no .down.sql"; fi
  done
  say "the schema has version $current, $pending to apply"
}

image_is_there() {
  if [[ -z $(image_id "$IMAGE:$version") ]]; then fail "no image $IMAGE:$version"; fi
}

way_back_is_there() {
  local id
  id=$(pinned_image "$previous")
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
  if [[ -n $word ]]; then check_version 'a version' "$word"; fi
done
load_config
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
