#!/usr/bin/env bash
# Takes a backup of the database that is whole, verified, and there under its name only then.
# shellcheck source-path=SCRIPTDIR source=common.sh
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/common.sh"
# shellcheck source-path=SCRIPTDIR source=database.sh
source "$scripts/database.sh"

usage() {
  cat <<'END'
Usage: backup.sh [--dry-run] [--config FILE]

Dumps the database in PostgreSQL's custom format into BACKUP_DIR, as NAME-TIME.dump with its
checksum in NAME-TIME.dump.sha256. The dump is read back by pg_restore before it gets its name.
Afterwards the oldest dumps beyond BACKUP_KEEP are deleted; the one that was just taken never is,
nor is any other file. The last line on standard output is the path of the dump.

  --dry-run      say what would be done
  --config FILE  instead of RIPCORD_SCRIPTS_CONF and of deployment.conf beside this script

Exits 0 done, 1 failed, 64 called wrongly, 69 no database, 75 another backup runs, 78 configuration.
END
}
option() { dry_run_option "$@"; }

parse "$@"
load_config
needs BACKUP_DIR
use_database
needs_programs pg_dump pg_restore sha256sum
if [[ ! $DB_NAME =~ ^[A-Za-z0-9_.-]+$ || $DB_NAME == [.-]* ]]; then
  bad_config "DB_NAME: '$DB_NAME' cannot be part of a file's name"
fi
mkdir -p "$BACKUP_DIR" || bad_config "BACKUP_DIR: $BACKUP_DIR cannot be made"

# The dumps of this database that are complete, newest first.
dumps() {
  find "$BACKUP_DIR" -maxdepth 1 -type f -name "$DB_NAME-????????T??????*Z.dump" \
    -printf '%T@ %p\0' | sort -z -k1,1 -g -r | sed -z 's/^[^ ]* //' |
    while IFS= read -r -d '' dump; do
      if [[ -e $dump.sha256 ]]; then printf '%s\0' "$dump"; fi
    done
}

# What killed runs have left, and checksums without a dump.
clear_leftovers() {
  find "$BACKUP_DIR" -maxdepth 1 -type f -name ".$DB_NAME-????????T*" -delete
  local sum
  while IFS= read -r -d '' sum; do
    if [[ ! -e ${sum%.sha256} ]]; then rm -f "$sum"; fi
  done < <(find "$BACKUP_DIR" -maxdepth 1 -type f \
    -name "$DB_NAME-????????T??????*Z.dump.sha256" -print0)
}

# Beyond those that are kept; `fresh` is kept wherever its time puts it.
too_many() { # FRESH
  local kept=1 dump
  while IFS= read -r -d '' dump; do
    if [[ $dump == "$1" ]]; then continue; fi
    if ((kept < BACKUP_KEEP)); then kept=$((kept + 1)); else printf '%s\0' "$dump"; fi
  done < <(dumps)
}

# Both: the list stands at the beginning of the file, and tells nothing of a dump that was cut.
verify() { # DUMP
  local list entries tables
  list=$(pg_restore --list "$1") || fail "pg_restore cannot list the dump"
  entries=$(grep -c '^[0-9]' <<<"$list" || true)
  tables=$(query "SELECT count(*) FROM pg_tables
                  WHERE schemaname NOT IN ('pg_catalog', 'information_schema')")
  if ((entries == 0 && tables > 0)); then fail "the dump holds nothing of $tables tables"; fi
  pg_restore --file=/dev/null "$1" || fail "pg_restore cannot read the whole dump"
  local bytes
  bytes=$(stat -c %s "$1")
  if ((bytes < BACKUP_MIN_BYTES)); then
    fail "the dump has $bytes bytes, fewer than BACKUP_MIN_BYTES ($BACKUP_MIN_BYTES)"
  fi
  say "verified: $entries entries, $bytes bytes"
}

take() { # DUMP
  local folder name partial
  folder=$(dirname "$1") name=$(basename "$1")
  partial=$folder/.$name.partial
  umask 077
  pg_dump --format=custom --no-password --file="$partial" || fail "pg_dump failed: no new backup"
  verify "$partial"
  sync "$partial"
  printf '%s  %s\n' "$(checksum_of "$partial")" "$name" | replace "$1.sha256"
  mv -nT "$partial" "$1"
  sync "$folder"
}

delete_old() { # FRESH
  local dump
  while IFS= read -r -d '' dump; do
    say "deleting $dump"
    rm -f "$dump"
    rm -f "$dump.sha256"
  done < <(too_many "$1")
}

# A name of its own, though two were taken in one second.
name_of_now() {
  local name
  name=$BACKUP_DIR/$DB_NAME-$(date -u +%Y%m%dT%H%M%S)
  local suffix=''
  while [[ -e $name${suffix}Z.dump ]]; do suffix=-$((${suffix#-} + 1)); done
  printf '%s' "$name${suffix}Z.dump"
}

dump=$(name_of_now)
if [[ -n $dry_run ]]; then
  query 'SELECT 1' >/dev/null
  say "would dump $DB_NAME to $dump"
  while IFS= read -r -d '' old; do say "would delete $old"; done < <(too_many "$dump")
  exit 0
fi
take_lock backup
query 'SELECT 1' >/dev/null
clear_leftovers
dump=$(name_of_now)
take "$dump"
delete_old "$dump"
say "$dump"
