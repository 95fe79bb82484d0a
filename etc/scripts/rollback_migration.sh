#!/usr/bin/env bash
# Brings the schema of the database back to the version that it had when the deployment began.
# shellcheck source-path=SCRIPTDIR source=common.sh
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/common.sh"
# shellcheck source-path=SCRIPTDIR source=database.sh
source "$scripts/database.sh"

usage() {
  cat <<'END'
Usage: rollback_migration.sh [--dry-run] [--deployment ID] [--version V] [--config FILE]

Undoes the migrations that this deployment has applied, newest first, by their NNNN_name.down.sql,
all of them in one transaction: the schema is at the version that safe_migrate.sh recorded, or as it
was. It never goes further.

A deployment that has recorded nothing leaves a version that had succeeded: then it goes back to
before the deployments that brought that version, if they were the last that recorded something.
Else nothing is to be undone.

It begins when nobody migrates any more. A database that does not answer, or goes away in the
middle, is waited for, DB_WAIT_SECONDS at the most: it may be restarting.
Before it touches anything it refuses when a .down.sql is missing, and when one of the migrations
belongs to another deployment.

  --dry-run        do it, and roll it back
  --deployment ID  instead of RIPCORD_DEPLOYMENT
  --version V      the version to leave, instead of RIPCORD_VERSION
  --config FILE    instead of RIPCORD_SCRIPTS_CONF and of deployment.conf beside this script

Exits 0 done or nothing to do, 1 failed or refused (nothing has changed), 64 called wrongly,
69 no database, 75 another run migrates, 78 configuration.
END
}
deployment=${RIPCORD_DEPLOYMENT-} bad=${RIPCORD_VERSION-}
option() {
  dry_run_option "$@"
  case $1 in
    --deployment) needs_value "$@" && deployment=$2 ;;
    --version) needs_value "$@" && bad=$2 ;;
  esac
}

declare -a undone=() # newest first

# What a killed run has left in the server may still be migrating: nothing is read before its end.
wait_until_nobody_migrates() {
  local text
  text=$(sql_session)
  migrate <<<"$text" || fail "nobody knows whether another run migrates"
}

# What is to be undone: everything above the start, which must be ours.
look() {
  read_applied
  find_start "$deployment" "$bad"
  undone=()
  if [[ -z $start ]]; then
    refuse_unrecorded
    return
  fi
  if ((current < start)); then
    fail "the schema has version $current, below that of the start ($start): a person must look"
  fi
  local version by
  while IFS='|' read -r version _ _ by; do
    if [[ -z $version ]] || ((version <= start)); then continue; fi
    if ! grep -qxF -- "$by" <<<"$ours"; then
      fail "migration $version was applied by the deployment $by: a person must decide"
    fi
    undone=("$version" "${undone[@]}")
  done <<<"$applied"
}

refuse_unrecorded() {
  if cut -d '|' -f 4 <<<"$applied" | grep -cxF -- "$deployment" >/dev/null; then
    fail "the deployment has migrated, and there is no record of where it began"
  fi
}

find_way_back() {
  local version
  if [[ -z $migrations_dir ]]; then use_kept_migrations "$bad"; fi
  read_migrations
  for version in "${undone[@]}"; do
    if [[ -z ${down_files[$version]-} ]]; then
      fail "migration $version has no .down.sql in $migrations_dir: nothing has been touched"
    fi
  done
}

sql_of_way_back() {
  local version
  printf 'BEGIN;\n'
  sql_unchanged
  for version in "${undone[@]}"; do
    printf '\\echo undoing %s\n' "$(name_of "$version")"
    sql_of_file "${down_files[$version]}"
    printf 'DELETE FROM ripcord.migrations WHERE version = %s;\n' "$version"
  done
  sql_of_undone
  if [[ -n $dry_run ]]; then printf 'ROLLBACK;\n'; else printf 'COMMIT;\n'; fi
}

# Their records do not hide from a later rollback what was there before them.
sql_of_undone() {
  if [[ -z $start ]]; then return; fi
  sql_of_columns
  local one
  while IFS= read -r one; do
    printf 'UPDATE ripcord.deployments SET undone_at = now() WHERE deployment = %s;\n' \
      "$(literal "$one")"
  done <<<"$ours"
}

# That nothing is to be undone is looked at alone, too.
undo() {
  local text status=0
  if ((${#undone[@]})); then
    find_way_back
    text=$(sql_session; sql_of_way_back)
  else
    text=$(sql_session; printf 'BEGIN;\n'; sql_unchanged; sql_of_undone
      if [[ -n $dry_run ]]; then printf 'ROLLBACK;\n'; else printf 'COMMIT;\n'; fi)
  fi
  migrate <<<"$text" || status=$?
  overtaken=
  if ((status == 75)); then
    overtaken=1
  elif ((status)); then
    fail "the way back failed; nothing has changed, version $current stays"
  fi
}

tell() {
  if [[ -z $start ]]; then
    say "the deployment $deployment has migrated nothing," \
      "${bad:+and the newest record is not of $bad: }the schema stays at version $current"
  elif ((${#undone[@]} == 0)); then
    say "nothing to undo: the schema has version $current, as at the start"
  elif [[ -n $dry_run ]]; then
    say "dry run: would go from version $current to $start"
  else
    read_applied
    if ((current != start)); then fail "the schema has version $current, not $start"; fi
    say "the schema has version $current, as at the start of ${ours%%$'\n'*}"
  fi
}

# When another run has migrated after we had looked, we look anew.
roll_back() {
  local looks
  for looks in 1 2 3 4 5; do
    wait_until_nobody_migrates
    look
    undo
    if [[ -z $overtaken ]]; then
      tell
      return
    fi
  done
  stop 75 "other runs have migrated $looks times meanwhile; try again"
}

parse "$@"
check_deployment "$deployment"
if [[ -n $bad ]]; then
  check_version_or_noticed 'the bad version (RIPCORD_VERSION or --version)' "$bad"
fi
load_config
needs MIGRATIONS_DIR
needs_version "$bad"
use_database
# The database may go away in the middle: all of it has happened then, or nothing, and the next try
# finds out which.
anew_while_away "$DB_WAIT_SECONDS" wait_for_database roll_back
