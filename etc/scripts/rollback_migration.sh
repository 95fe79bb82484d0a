#!/usr/bin/env bash
# Brings the schema of the database back to the version that it had when the deployment began.
# shellcheck source-path=SCRIPTDIR source=common.sh
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/common.sh"
# shellcheck source-path=SCRIPTDIR source=database.sh
source "$scripts/database.sh"

usage() {
  cat <<'END'
Usage: rollback_migration.sh [--dry-run] [--deployment ID] [--config FILE]

Undoes the migrations that this deployment has applied, newest first, by their NNNN_name.down.sql,
all of them in one transaction: the schema is at the version that safe_migrate.sh recorded, or as it
was. It never goes further. A deployment that has recorded nothing has migrated nothing.

A database that does not answer, or goes away in the middle, is waited for, DB_WAIT_SECONDS at the
most: it may be restarting.
Before it touches anything it refuses when a .down.sql is missing, and when one of the migrations
belongs to another deployment.

  --dry-run        do it, and roll it back
  --deployment ID  instead of RIPCORD_DEPLOYMENT
  --config FILE    instead of RIPCORD_SCRIPTS_CONF and of deployment.conf beside this script

Exits 0 done or nothing to do, 1 failed or refused (nothing has changed), 64 called wrongly,
69 no database, 75 another run migrates, 78 configuration.
END
}
deployment=${RIPCORD_DEPLOYMENT-}
option() {
  dry_run_option "$@"
  if [[ $1 == --deployment ]]; then needs_value "$@" && deployment=$2; fi
}

declare -a undone=() # newest first

# Everything above the start, which must be ours and have its way back.
find_undone() { # START
  local version by
  while IFS='|' read -r version _ _ by; do
    if [[ -z $version ]] || ((version <= $1)); then continue; fi
    if [[ $by != "$deployment" ]]; then
      fail "migration $version was applied by the deployment $by: a person must decide"
    fi
    if [[ -z ${down_files[$version]-} ]]; then
      fail "migration $version has no .down.sql in $MIGRATIONS_DIR: nothing has been touched"
    fi
    undone=("$version" "${undone[@]}")
  done <<<"$applied"
}

sql_of_way_back() { # START
  local version
  sql_session
  printf 'BEGIN;\n'
  sql_unchanged
  for version in "${undone[@]}"; do
    printf '\\echo undoing %s\n' "$(name_of "$version")"
    sql_of_file "${down_files[$version]}"
    printf 'DELETE FROM ripcord.migrations WHERE version = %s;\n' "$version"
  done
  if [[ -n $dry_run ]]; then printf 'ROLLBACK;\n'; else printf 'COMMIT;\n'; fi
}

roll_back() {
  read_migrations
  read_applied
  start=$(version_at_start "$deployment")
  if [[ -z $start ]]; then
    if cut -d '|' -f 4 <<<"$applied" | grep -cxF -- "$deployment" >/dev/null; then
      fail "the deployment has migrated, and there is no record of where it began"
    fi
    say "the deployment $deployment has migrated nothing: the schema stays at version $current"
    return
  fi
  if ((current < start)); then
    fail "the schema has version $current, below that of the start ($start): a person must look"
  fi
  find_undone "$start"
  if ((${#undone[@]} == 0)); then
    say "nothing to undo: the schema has version $current, as at the start"
    return
  fi
  text=$(sql_of_way_back "$start")
  migrate <<<"$text" || fail "the way back failed; nothing has changed, version $current stays"
  if [[ -n $dry_run ]]; then
    say "dry run: would go from version $current to $start"
    return
  fi
  read_applied
  if ((current != start)); then fail "the schema has version $current, not $start"; fi
  say "the schema has version $current, as at the start of $deployment"
}

parse "$@"
check_deployment "$deployment"
load_config
use_database
# The database may go away in the middle: all of it has happened then, or nothing, and the next try
# finds out which.
anew_while_away "$DB_WAIT_SECONDS" wait_for_database roll_back
