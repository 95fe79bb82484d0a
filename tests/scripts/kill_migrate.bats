#!/usr/bin/env bats
# needs: root postgres git
# shellcheck disable=SC2016,SC2030,SC2031,SC2154,SC2317 # bats calls and sets what it cannot see

load support.sh
load kill.sh

setup_file() {
  make_dir
  start_postgres
  make_shims
  migration 0001_notes "CREATE TABLE notes (id integer); INSERT INTO notes VALUES (1);" \
    "DROP TABLE notes;"
  migration 0002_cents \
    "UPDATE accounts SET cents = cents + 1; ALTER TABLE accounts ADD COLUMN x int;" \
    "ALTER TABLE accounts DROP COLUMN x; UPDATE accounts SET cents = cents - 1;"
  fresh_database
  configure 'LOCK_SECONDS=20'
  export RIPCORD_DEPLOYMENT=d1
  # How it is before, and how an undisturbed run leaves it.
  export before after
  before=$(state_of_database)
  psql -q -X -c "CREATE DATABASE pristine TEMPLATE finance_hub OWNER financehub"
  "$scripts/safe_migrate.sh" >/dev/null
  after=$(state_of_database)
  psql -q -X -c "CREATE DATABASE migrated TEMPLATE finance_hub OWNER financehub"
}
teardown_file() {
  stop_postgres
  rm -rf "$dir"
}
setup() {
  configure LOCK_SECONDS=20
  export RIPCORD_DEPLOYMENT=d1
}

# The servers of killed clients may still be at work: they do not survive.
database_like() { # TEMPLATE
  psql -q -X -c "DROP DATABASE IF EXISTS finance_hub WITH (FORCE)" \
    -c "CREATE DATABASE finance_hub TEMPLATE $1 OWNER financehub"
}

applied() {
  db "SELECT string_agg(version || deployment, ' ' ORDER BY version) FROM ripcord.migrations"
}

is_migrated() {
  equal "$(state_of_database)" "$after" 'the database' &&
    equal "$(applied)" '1d1 2d1' 'the migrations' &&
    equal "$(db "SELECT version_at_start FROM ripcord.deployments")" 0 'the start'
}

is_back() {
  equal "$(state_of_database)" "$before" 'the database' &&
    equal "$(db "SELECT count(*) FROM ripcord.migrations")" 0 'the migrations'
}

has_good_backups() {
  equal "$(find "$dir/backups" -name '.*' -type f | wc -l)" 0 'leftovers' || return
  local dump
  for dump in "$dir"/backups/*.dump; do
    (cd "$dir/backups" && sha256sum --check --status "$dump.sha256") || return
    pg_restore --list "$dump" >/dev/null || return
  done
  equal "$(find "$dir/backups" -name '*.sha256' | wc -l)" \
    "$(find "$dir/backups" -name '*.dump' | wc -l)" checksums
}

@test "safe_migrate.sh, killed at its commands" {
  set_up() { database_like pristine; }
  check() { is_migrated && has_good_backups; }
  everywhere before 4 "$scripts/safe_migrate.sh"
  everywhere in 2 "$scripts/safe_migrate.sh"
  everywhere after 3 "$scripts/safe_migrate.sh"
}

@test "safe_migrate.sh, killed at its lines" {
  set_up() { database_like pristine; }
  check() { is_migrated && has_good_backups; }
  everywhere line "${KILL_STRIDE:-29}" "$scripts/safe_migrate.sh"
}

@test "safe_migrate.sh that is killed, and the way back at once" {
  set_up() { database_like pristine; }
  local n
  for n in $(seq 1 3 40); do
    set_up
    run_killed in "$n" "$scripts/safe_migrate.sh"
    try 0 rollback_migration.sh
    equal "$(state_of_database)" "$before"
    if [[ ! -e $dir/kill/killed ]]; then break; fi
  done
  ((n > 6))
}

@test "rollback_migration.sh, killed at its commands and its lines" {
  set_up() { database_like migrated; }
  check() { is_back; }
  local mode
  for mode in before in after; do everywhere "$mode" 1 "$scripts/rollback_migration.sh"; done
  everywhere line "${KILL_STRIDE:-29}" "$scripts/rollback_migration.sh"
}

# The migrations lie in the tag v2, and what the folder holds is of no account.
has_its_copy() {
  equal "$(ls -A "$dir/state/migrations")" v2 copies &&
    equal "$(cat "$dir/state/migrations/v2/"* | sha256sum)" "$copy" 'the copy' &&
    equal "$(db "SELECT app_version FROM ripcord.deployments")" v2 'the version'
}

@test "safe_migrate.sh with the migrations of a tag, killed at its commands" {
  mkdir -p "$dir/source" "$dir/tmp"
  export TMPDIR=$dir/tmp # where a killed run leaves what it has unpacked
  cp -r "$dir/migrations" "$dir/source/migrations"
  copy=$(cat "$dir/source/migrations/"* | sha256sum)
  git -C "$dir/source" init -q
  git -C "$dir/source" add .
  git -C "$dir/source" -c user.name=a -c user.email=a@b commit -q -m one
  git -C "$dir/source" tag v2
  rm "$dir/source/migrations/"*
  configure LOCK_SECONDS=20 IMAGE_SOURCE=git "SOURCE_DIR=$dir/source" \
    "MIGRATIONS_DIR=$dir/source/migrations"
  export RIPCORD_VERSION=v2
  set_up() {
    database_like pristine
    rm -rf "$dir/state/migrations"
  }
  check() { is_migrated && has_its_copy; }
  # The copying is but a few commands of all: more points than elsewhere.
  export KILL_THINNING=${KILL_THINNING:-4}
  everywhere before 1 "$scripts/safe_migrate.sh"
  everywhere in 1 "$scripts/safe_migrate.sh"
}

@test "backup.sh, killed at its commands and its lines" {
  database_like pristine
  set_up() { :; }
  check() { has_good_backups && [[ ${lines[-1]} == "$dir"/backups/*.dump && -s ${lines[-1]} ]]; }
  local mode
  for mode in before in after; do everywhere "$mode" 1 "$scripts/backup.sh"; done
  everywhere line "${KILL_STRIDE:-29}" "$scripts/backup.sh"
}

@test "a server that dies in the middle leaves all or nothing, and the next run does the rest" {
  database_like pristine
  echo 'SELECT pg_sleep(2);' >>"$dir/migrations/0002_cents.up.sql"
  "$scripts/safe_migrate.sh" >"$dir/said" 2>&1 3>&- &
  local first=$! code=0
  # It succeeds once there is such a session.
  within 20 eval 'psql -X -A -t -c "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                                    WHERE wait_event = '"'PgSleep'"'" | grep t'
  wait "$first" || code=$?
  equal "$code" 69
  equal "$(applied)" 1d1
  try 0 safe_migrate.sh
  is_migrated
}
