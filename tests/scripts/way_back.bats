#!/usr/bin/env bats
# needs: root postgres git
# shellcheck disable=SC2016,SC2030,SC2031,SC2154,SC2317 # bats calls and sets what it cannot see

# How far back the schema goes: of a version that had succeeded, while somebody still migrates, and
# with migrations that lie in the tags of a repository.
load support.sh

setup_file() {
  make_dir
  start_postgres
}
teardown_file() {
  stop_postgres
  rm -rf "$dir"
}
setup() {
  fresh_database
  rm -rf "$dir/backups" "$dir/state" "$dir/migrations" "$dir/source" "$dir/tmp"
  configure
  notes
  before=$(state_of_database)
}

notes() { migration 0001_notes "CREATE TABLE notes (id integer);" "DROP TABLE notes;"; }
more() { migration 0002_more "CREATE TABLE more (id integer);" "DROP TABLE more;"; }

migrate_to() { # DEPLOYMENT VERSION
  RIPCORD_DEPLOYMENT=$1 RIPCORD_VERSION=$2 try 0 safe_migrate.sh
}
roll_back() { # CODE DEPLOYMENT VERSION
  RIPCORD_DEPLOYMENT=$2 RIPCORD_VERSION=$3 try "$1" rollback_migration.sh
}

@test "a version that had succeeded: a new deployment's rollback leads to before it" {
  migrate_to d1 v2
  roll_back 0 d9 v2
  says 'the schema has version 0, as at the start of d1'
  equal "$(state_of_database)" "$before"
  roll_back 0 d9 v2
  says 'has migrated nothing'
  equal "$(state_of_database)" "$before"
}

@test "a version that had succeeded: what came after it and was rolled back does not hide it" {
  migrate_to d1 v2
  more
  migrate_to d3 v3
  roll_back 0 d3 v3
  equal "$(applied)" 1
  roll_back 0 d3 v3
  says 'nothing to undo'
  migrate_to d4 v4
  RIPCORD_DEPLOYMENT=d4 RIPCORD_VERSION=v4 try 0 rollback_migration.sh --dry-run
  equal "$(db "SELECT count(*) FROM ripcord.deployments WHERE undone_at IS NULL")" 2
  roll_back 0 d4 v4
  roll_back 0 d9 v2
  says 'as at the start of d1'
  equal "$(state_of_database)" "$before"
}

@test "a version that had succeeded, by the name that ripcord has noticed" {
  migrate_to d1 v2
  roll_back 1 d9 "sha256:$(printf '0%.0s' {1..64})"
  says 'is the id of an image'
  roll_back 1 d9 "other:v2@sha256:$(printf '0%.0s' {1..64})"
  says 'is no version of financehub-backend'
  roll_back 0 d9 "financehub-backend:v2@sha256:$(printf '0%.0s' {1..64})"
  equal "$(state_of_database)" "$before"
}

@test "another version than the last that was migrated to: nothing is undone" {
  migrate_to d1 v2
  roll_back 0 d9 v1
  says 'd9 has migrated nothing, and the newest record is not of v1'
  roll_back 0 d9 ''
  equal "$(applied)" 1
  # What v3 has brought is not undone for v2, nor what v2 has brought by itself.
  more
  migrate_to d3 v3
  roll_back 0 d9 v2
  equal "$(applied)" '1 2'
  roll_back 0 d9 v3
  says 'as at the start of d3'
  equal "$(applied)" 1
}

@test "a version that was deployed twice: back to before the first time" {
  migrate_to d1 v2
  migrate_to d2 v2
  roll_back 0 d9 v2
  equal "$(state_of_database)" "$before"
}

@test "only an unbroken run of records counts" {
  migrate_to d1 v2
  more
  migrate_to d3 v3
  migration 0003_last "CREATE TABLE last ();" "DROP TABLE last;"
  migrate_to d4 v2
  roll_back 0 d9 v2
  equal "$(applied)" '1 2'
}

@test "what another deployment has migrated meanwhile is a person's to decide" {
  migrate_to d1 v2
  more
  migrate_to d3 v3
  # As when the record of d3 were older than its migration.
  db "UPDATE ripcord.deployments SET recorded_at = recorded_at - interval '1 day'
      WHERE deployment = 'd3'"
  roll_back 1 d9 v2
  says 'migration 2 was applied by the deployment d3: a person must decide'
  equal "$(applied)" '1 2'
}

@test "a deployment that has a record goes by that alone" {
  migrate_to d1 v2
  more
  migrate_to d2 v2
  roll_back 0 d2 v2
  equal "$(applied)" 1
}

@test "a table from before there were versions in it is read, and gets the column" {
  migrate_to d1 v2
  db "ALTER TABLE ripcord.deployments DROP COLUMN app_version"
  roll_back 0 d9 v2
  says 'd9 has migrated nothing'
  roll_back 0 d1 v2
  equal "$(state_of_database)" "$before"
  migrate_to d2 v2
  equal "$(db "SELECT app_version FROM ripcord.deployments WHERE deployment = 'd2'")" v2
  roll_back 0 d9 v2
  equal "$(state_of_database)" "$before"
}

@test "there is a record before the backup is taken" {
  configure "BACKUP_DIR=/proc/nowhere"
  RIPCORD_DEPLOYMENT=d1 RIPCORD_VERSION=v2 try 1 safe_migrate.sh
  says 'no backup, no migration'
  equal "$(db "SELECT deployment, version_at_start, app_version FROM ripcord.deployments")" \
    'd1|0|v2'
}

@test "a start that was recorded too early is recorded anew, until something has been applied" {
  configure "BACKUP_DIR=/proc/nowhere"
  RIPCORD_DEPLOYMENT=d2 RIPCORD_VERSION=v2 try 1 safe_migrate.sh
  configure
  migrate_to d1 v1
  migrate_to d2 v2
  roll_back 0 d2 v2
  says 'nothing to undo'
  equal "$(applied)" 1
}

# migrate_late TEXT: as a session of a killed run does that still has the lock.
migrate_late() {
  psql -q -X -U financehub -d finance_hub -v ON_ERROR_STOP=1 >"$dir/late" 2>&1 3>&- <<<"
    SELECT pg_advisory_lock(32204078770516580); SELECT pg_sleep(3); $1" &
  late=$!
  within 10 one_is "wait_event = 'PgSleep'"
}
late_migration() {
  printf '%s\n' "BEGIN; CREATE TABLE notes (id integer);" "INSERT INTO ripcord.migrations
    VALUES (1, '0001_notes', 'sum', false, 'd1', now()); COMMIT;"
}

@test "the way back waits for who still migrates, and undoes that too" {
  rm "$dir/migrations/"*
  migrate_to d1 v2
  notes
  migrate_late "$(late_migration)"
  roll_back 0 d1 v2
  says 'the schema has version 0, as at the start of d1'
  wait "$late"
  equal "$(state_of_database)" "$before"
}

@test "the way back waits for who migrates for the first time ever" {
  migrate_to d1 v2
  local schema # what there is to be made again
  schema=$(pg_dump -U financehub --schema=ripcord --schema-only finance_hub |
    grep -v -e restrict -e search_path)
  db "DROP SCHEMA ripcord CASCADE; DROP TABLE notes" 2>/dev/null
  migrate_late "$schema
    INSERT INTO ripcord.deployments VALUES ('d1', 0, now(), 'v2'); $(late_migration)"
  roll_back 0 d1 v2
  says 'the schema has version 0, as at the start of d1'
  wait "$late"
  equal "$(state_of_database)" "$before"
}

@test "who migrates for too long keeps the way back out" {
  configure LOCK_SECONDS=1
  migrate_late ''
  roll_back 75 d1 v2
  wait "$late"
  roll_back 0 d1 v2
  equal "$(db "SELECT to_regnamespace('ripcord') IS NULL")" t
}

# The next session of psql that only looks whether something has changed comes too late.
@test "that nothing is to be undone is found anew when somebody has migrated meanwhile" {
  rm "$dir/migrations/"*
  migrate_to d1 v2
  notes
  mkdir -p "$dir/bin"
  late_migration >"$dir/late.sql"
  printf '%s\n' '#!/bin/bash' "PATH=$PATH" 'text=$(cat)' \
    "if [[ \$text == *meanwhile* && ! -e $dir/was_late ]]; then" \
    "  touch $dir/was_late; psql -q -X -f $dir/late.sql; fi" \
    'psql "$@" <<<"$text"' >"$dir/bin/psql"
  chmod +x "$dir/bin/psql"
  PATH=$dir/bin:$PATH roll_back 0 d1 v2
  says 'another run has migrated meanwhile'
  says 'the schema has version 0, as at the start of d1'
  equal "$(state_of_database)" "$before"
  rm "$dir/was_late"
}

# ── migrations that lie in the tags of a repository ───────────────────────────────────────────────
in_source() { git -C "$dir/source" -c user.name=a -c user.email=a@b "$@"; }

# A repository with the migrations of v1 and v2 in their tags, and a working tree that is dirty.
source_with_tags() {
  mkdir -p "$dir/source/db" "$dir/tmp"
  mv "$dir/migrations" "$dir/source/db/migrations"
  ln -s "$dir/source/db/migrations" "$dir/migrations"
  in_source init -q
  in_source add .
  in_source commit -q -m one
  in_source tag v1
  more
  in_source add .
  in_source commit -q -m two
  in_source tag v2
  migration 0002_dirty "CREATE TABLE dirty ();"
  rm "$dir/migrations/0002_more."*
  configure IMAGE_SOURCE=git "SOURCE_DIR=$dir/source" "MIGRATIONS_DIR=$dir/source/db/migrations"
  export TMPDIR=$dir/tmp
}

@test "the migrations are those of the version's tag, whatever lies in the folder" {
  source_with_tags
  migrate_to d2 v2
  equal "$(applied)" '1 2'
  equal "$(db "SELECT to_regclass('more') IS NOT NULL AND to_regclass('dirty') IS NULL")" t
  # The way back needs neither the checkout nor the tag.
  in_source checkout -q -f --orphan empty
  in_source rm -r -q -f .
  in_source clean -q -d -f
  in_source tag -d v2
  roll_back 0 d2 v2
  equal "$(state_of_database)" "$before"
  equal "$(find "$dir/tmp" -mindepth 1)" ''
}

@test "without its copy the way back is that of the tag" {
  source_with_tags
  migrate_to d1 v1
  migrate_to d2 v2
  rm -r "$dir/state/migrations/v2"
  roll_back 0 d2 v2
  equal "$(applied)" 1
  in_source tag -d v2
  roll_back 0 d2 v2
  roll_back 0 d9 v2
  rm -r "$dir/state/migrations"
  in_source tag -d v1
  roll_back 1 d1 v1
  says 'has no tag v1'
  equal "$(applied)" 1
  equal "$(find "$dir/tmp" -mindepth 1)" ''
}

@test "the copy of a tag that has moved is made anew" {
  source_with_tags
  migrate_to d1 v1
  rm "$dir/migrations/"*dirty*
  echo '-- better' >>"$dir/migrations/0001_notes.down.sql"
  in_source add .
  in_source commit -q -m three
  in_source tag -f v1
  mkdir -p "$dir/state/migrations/.new" "$dir/state/migrations/.old" # as a killed run leaves them
  touch "$dir/state/migrations/.new/x"
  migrate_to d1 v1
  grep -q better "$dir/state/migrations/v1/0001_notes.down.sql"
  equal "$(ls -A "$dir/state/migrations")" v1
}

@test "a dry run shows the migrations of the tag, and leaves nothing behind" {
  source_with_tags
  RIPCORD_VERSION=v2 try 0 safe_migrate.sh --dry-run
  says 'CREATE TABLE more'
  equal "$(find "$dir/tmp" -mindepth 1)" ''
  [[ ! -e $dir/state/migrations ]]
}

@test "migrations of a tag need a version, and a tag that has them" {
  source_with_tags
  export RIPCORD_DEPLOYMENT=d1
  try 64 safe_migrate.sh
  says 'its migrations are those of its tag'
  try 64 safe_migrate.sh --dry-run
  try 64 rollback_migration.sh
  try 1 safe_migrate.sh --version v9
  says 'has no tag v9'
  in_source rm -r -q -f --cached db
  in_source commit -q -m none
  in_source tag v0
  try 1 safe_migrate.sh --version v0
  says 'the migrations of v0 cannot be read'
  # A tag that only the repository has that this one was cloned from.
  git clone -q "$dir/source" "$dir/clone"
  in_source tag v4 v2
  configure IMAGE_SOURCE=git "SOURCE_DIR=$dir/clone" "MIGRATIONS_DIR=$dir/clone/db/migrations"
  try 0 safe_migrate.sh --version v4
  equal "$(applied)" '1 2'
  rm -rf "$dir/clone"
}

@test "migrations outside of the repository are those of the folder" {
  source_with_tags
  rm "$dir/migrations"
  notes
  configure IMAGE_SOURCE=git "SOURCE_DIR=$dir/source"
  RIPCORD_DEPLOYMENT=d1 try 0 safe_migrate.sh
  equal "$(applied)" 1
  RIPCORD_DEPLOYMENT=d1 try 0 rollback_migration.sh
  equal "$(state_of_database)" "$before"
}
