#!/usr/bin/env bats
# needs: root postgres
# shellcheck disable=SC2016,SC2030,SC2031,SC2154,SC2317 # bats calls and sets what it cannot see

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
  rm -rf "$dir/backups" "$dir/state" "$dir/migrations"
  configure
  export RIPCORD_DEPLOYMENT=d1
  migration 0001_notes "CREATE TABLE notes (id integer, text text);" "DROP TABLE notes;"
  migration 0002_limit "ALTER TABLE accounts ADD COLUMN cents_max bigint NOT NULL DEFAULT 7;
    CREATE INDEX ON accounts (owner);" \
    "DROP INDEX accounts_owner_idx; ALTER TABLE accounts DROP COLUMN cents_max;"
}

@test "up, and back to exactly what was there" {
  before=$(state_of_database)
  try 0 safe_migrate.sh
  says 'the schema has version 2'
  equal "$(applied)" '1 2'
  equal "$(db "SELECT sum(cents_max) FROM accounts")" 3500
  try 0 rollback_migration.sh
  says 'the schema has version 0, as at the start of d1'
  equal "$(state_of_database)" "$before"
  try 0 rollback_migration.sh
  says 'nothing to undo'
  equal "$(state_of_database)" "$before"
}

@test "a backup is taken first, and without one nothing is migrated" {
  try 0 safe_migrate.sh
  equal "$(find "$dir/backups" -name '*.dump' | wc -l)" 1
  migration 0003_more "CREATE TABLE more ();" "DROP TABLE more;"
  configure "BACKUP_DIR=/proc/nowhere"
  try 1 safe_migrate.sh
  says 'no backup, no migration'
  equal "$(applied)" '1 2'
}

@test "a second run has nothing to do, and takes no backup" {
  try 0 safe_migrate.sh
  try 0 safe_migrate.sh
  equal "$(applied)" '1 2'
  equal "$(find "$dir/backups" -name '*.dump' | wc -l)" 1
}

@test "the way back ends where the deployment began" {
  try 0 safe_migrate.sh
  migration 0003_more "CREATE TABLE more ();" "DROP TABLE more;"
  RIPCORD_DEPLOYMENT=d2 try 0 safe_migrate.sh
  equal "$(applied)" '1 2 3'
  RIPCORD_DEPLOYMENT=d2 try 0 rollback_migration.sh
  equal "$(applied)" '1 2'
  RIPCORD_DEPLOYMENT=d2 try 0 rollback_migration.sh
  equal "$(applied)" '1 2'
}

@test "the start is recorded once: a later run of the same deployment does not move it" {
  rm "$dir/migrations/"0002*
  try 0 safe_migrate.sh
  migration 0002_more "CREATE TABLE more ();" "DROP TABLE more;"
  try 0 safe_migrate.sh
  try 0 rollback_migration.sh
  equal "$(applied)" ''
}

@test "what another deployment has migrated on top is a person's to decide" {
  try 0 safe_migrate.sh
  migration 0003_more "CREATE TABLE more ();" "DROP TABLE more;"
  RIPCORD_DEPLOYMENT=d2 try 0 safe_migrate.sh
  try 1 rollback_migration.sh
  says 'migration 3 was applied by the deployment d2'
  equal "$(applied)" '1 2 3'
}

@test "a deployment that has recorded nothing has migrated nothing" {
  try 0 rollback_migration.sh
  says 'has migrated nothing'
  try 0 safe_migrate.sh
  RIPCORD_DEPLOYMENT=other try 0 rollback_migration.sh
  equal "$(applied)" '1 2'
}

@test "a missing way back is found before anything is touched" {
  try 0 safe_migrate.sh
  rm "$dir/migrations/0001_notes.down.sql"
  before=$(state_of_database)
  try 1 rollback_migration.sh
  says 'migration 1 has no .down.sql'
  equal "$(state_of_database)" "$before"
  equal "$(applied)" '1 2'
}

@test "a way back that fails changes nothing at all" {
  echo 'SELECT 1/0;' >"$dir/migrations/0001_notes.down.sql"
  try 0 safe_migrate.sh
  before=$(state_of_database)
  try 1 rollback_migration.sh
  says 'division by zero'
  equal "$(state_of_database)" "$before"
  equal "$(applied)" '1 2'
}

@test "without its way back a migration is refused, or the deployment is told" {
  migration 0003_gone "DROP TABLE accounts;"
  try 1 safe_migrate.sh
  says '0003_gone has no .down.sql'
  equal "$(db "SELECT to_regnamespace('ripcord') IS NULL")" t
  try 0 safe_migrate.sh --irreversible
  equal "$(grep -c '^ripcord: irreversible: no way back from migration 0003_gone$' <<<"$output")" 1
  equal "$(db "SELECT version FROM ripcord.migrations WHERE irreversible")" 3
  try 0 safe_migrate.sh --irreversible
  says 'ripcord: irreversible: no way back from migration 3'
  try 1 rollback_migration.sh
}

@test "with a way back --irreversible tells nothing" {
  try 0 safe_migrate.sh --irreversible
  [[ $output != *irreversible* ]]
}

@test "one that fails leaves those before it, and the way back" {
  before=$(state_of_database)
  migration 0003_bad "CREATE TABLE half (); SELECT no_such_function();" "DROP TABLE half;"
  try 1 safe_migrate.sh
  says 'no_such_function'
  equal "$(applied)" '1 2'
  equal "$(db "SELECT to_regclass('half') IS NULL")" t
  try 0 rollback_migration.sh
  equal "$(state_of_database)" "$before"
}

@test "a file cannot leave its transaction" {
  local word
  for word in COMMIT ROLLBACK 'BEGIN' 'PREPARE TRANSACTION '"'x'" 'SAVEPOINT s'; do
    migration 0003_leave "CREATE TABLE half (); $word; CREATE TABLE other ();" "DROP TABLE half;"
    try 1 safe_migrate.sh --dry-run
    try 1 safe_migrate.sh
    equal "$(db "SELECT to_regclass('half') IS NULL")" t "$word"
  done
}

@test "what a file sets ends with it" {
  migration 0001_notes "SET search_path = pg_catalog; SET standard_conforming_strings = off;
    SET lock_timeout = 0; CREATE TABLE public.notes (id integer, text text);" "DROP TABLE notes;"
  migration 0002_limit "CREATE TABLE here AS
    SELECT 'a\\b' AS x, current_setting('lock_timeout') AS y;" "DROP TABLE here;"
  try 0 safe_migrate.sh
  equal "$(db "SELECT x || y FROM public.here")" 'a\b5s'
}

@test "texts with quotes, variables and backslashes arrive as they are" {
  migration 0003_text "CREATE TABLE texts AS SELECT 'it''s :here \\! \$1 \${HOME} \`id\`
second line' AS x, \$\$ 'dollar' :'y' \$\$ AS y;" "DROP TABLE texts;"
  try 0 safe_migrate.sh
  equal "$(db "SELECT x FROM texts")" "it's :here \\! \$1 \${HOME} \`id\`
second line"
  equal "$(db "SELECT y FROM texts")" " 'dollar' :'y' "
}

@test "functions, comments and semicolons in strings are one file's business" {
  migration 0003_function "-- it ends; with a comment
CREATE FUNCTION twice(i integer) RETURNS integer LANGUAGE plpgsql AS \$\$
BEGIN
  RETURN 2 * i; -- COMMIT;
END \$\$;
INSERT INTO accounts VALUES (9999, 'a;b', twice(4));" \
    "DELETE FROM accounts WHERE id = 9999; DROP FUNCTION twice(integer);"
  before=$(state_of_database)
  try 0 safe_migrate.sh
  equal "$(db "SELECT cents FROM accounts WHERE id = 9999")" 8
  try 0 rollback_migration.sh
  equal "$(state_of_database)" "$before"
}

@test "the dry run shows the SQL, the locks and the sizes, and changes nothing" {
  before=$(state_of_database)
  size=$(db "SELECT pg_size_pretty(pg_total_relation_size('accounts'))")
  db "ANALYZE accounts"
  try 0 safe_migrate.sh --dry-run
  says 'CREATE INDEX ON accounts (owner);'
  says '── 0002_limit'
  grep -E "^ public.accounts +\| AccessExclusive +\| reads and writes +\| 500 +\| $size" \
    <<<"$output"
  grep -E '^ public.notes +\| AccessExclusive +\| nothing \(it is new\)' <<<"$output"
  grep -E '^── took [0-9]+ ms' <<<"$output"
  says 'trying the way back: 0002_limit.down.sql'
  equal "$(state_of_database)" "$before"
  equal "$(db "SELECT to_regnamespace('ripcord') IS NULL")" t
  [[ ! -e $dir/backups ]]
}

@test "the dry run knows weaker locks, and tables that go" {
  rm "$dir/migrations/"*
  migration 0001_go "DROP TABLE accounts;" "CREATE TABLE accounts ();"
  try 0 safe_migrate.sh --dry-run
  grep -E '^ public.accounts +\| AccessExclusive' <<<"$output"
  rm "$dir/migrations/"*
  migration 0001_row "UPDATE accounts SET cents = 0 WHERE id = 1;" "SELECT 1;"
  try 0 safe_migrate.sh --dry-run
  grep -E '^ public.accounts +\| RowExclusive +\| nothing' <<<"$output"
}

@test "the dry run finds a way back that does not work" {
  echo 'DROP TABLE nots;' >"$dir/migrations/0001_notes.down.sql"
  try 1 safe_migrate.sh --dry-run
  says 'nothing has changed'
}

@test "a dry run of the way back changes nothing" {
  try 0 safe_migrate.sh
  before=$(state_of_database)
  try 0 rollback_migration.sh --dry-run
  says 'would go from version 2 to 0'
  equal "$(state_of_database)" "$before"
}

@test "a lock that is not given in time is a failure, not a queue behind which all wait" {
  configure LOCK_TIMEOUT=300ms
  psql -q -X -U financehub -d finance_hub \
    -c "BEGIN; SELECT * FROM accounts LIMIT 1; SELECT pg_sleep(60)" >/dev/null 2>&1 3>&- &
  reader=$!
  within 10 one_is "wait_event = 'PgSleep'"
  try 1 safe_migrate.sh
  says 'lock timeout'
  equal "$(applied)" '1'
  end_sessions "wait_event = 'PgSleep'"
  wait "$reader" || true
}

@test "two never migrate at once" {
  configure LOCK_SECONDS=30 # their backups wait for each other too
  migration 0001_notes "SELECT pg_sleep(2); CREATE TABLE notes ();" "DROP TABLE notes;"
  "$scripts/safe_migrate.sh" >"$dir/first" 2>&1 3>&- &
  first=$!
  "$scripts/safe_migrate.sh" >"$dir/second" 2>&1 3>&- &
  second=$!
  codes=()
  wait "$first" && codes+=(0) || codes+=($?)
  wait "$second" && codes+=(0) || codes+=($?)
  # The second finds that it was overtaken, or nothing to do.
  [[ ${codes[*]} =~ ^(0\ 75|75\ 0|0\ 0)$ ]] || { cat "$dir/first" "$dir/second" && false; }
  equal "$(applied)" '1 2'
}

@test "one that migrates too long keeps the other out" {
  configure LOCK_SECONDS=1
  psql -q -X -U financehub -d finance_hub \
    -c "SELECT pg_advisory_lock(32204078770516580); SELECT pg_sleep(60)" >/dev/null 2>&1 3>&- &
  within 10 one_is "wait_event = 'PgSleep'"
  try 75 safe_migrate.sh
  end_sessions "wait_event = 'PgSleep'"
}

@test "names that are none are refused, whatever they hold" {
  local name
  for name in '0003 space.up.sql' "0003_it's.up.sql" '0003_$(id).up.sql' '3_short.up.sql' \
    '0003_x.sql' $'0003_new\nline.up.sql' '0000_zero.up.sql' '0001_twice.up.sql' \
    '0003_lonely.down.sql'; do
    echo 'SELECT 1;' >"$dir/migrations/$name"
    try 1 safe_migrate.sh
    try 1 safe_migrate.sh --dry-run
    rm "$dir/migrations/$name"
  done
  try 0 safe_migrate.sh
}

@test "folders with spaces and quotes in their names are fine" {
  mv "$dir/migrations" "$dir/it's a \"folder\""
  configure "MIGRATIONS_DIR=$(printf %q "$dir/it's a \"folder\"")" \
    "BACKUP_DIR=$(printf %q "$dir/b a'c")"
  try 0 safe_migrate.sh --dry-run
  says 'CREATE INDEX ON accounts (owner);'
  try 0 safe_migrate.sh
  try 0 rollback_migration.sh
}

@test "a deployment must have a name that can be one" {
  local id
  for id in '' 'a b' "x'; DROP TABLE accounts; --" $'a\nb'; do
    RIPCORD_DEPLOYMENT=$id try 64 safe_migrate.sh
    RIPCORD_DEPLOYMENT=$id try 64 rollback_migration.sh
  done
  try 0 safe_migrate.sh --deployment 2026-11-28T19:00/backend.7
}

@test "an applied migration that was changed, or one with an old number, is refused" {
  try 0 safe_migrate.sh
  echo '-- better' >>"$dir/migrations/0001_notes.up.sql"
  try 1 safe_migrate.sh
  says '0001_notes has been changed since it was applied'
  migration 0001_notes "CREATE TABLE notes (id integer, text text);" "DROP TABLE notes;"
  try 0 safe_migrate.sh
  rm "$dir/migrations/"*
  migration 0005_five "SELECT 1;" "SELECT 1;"
  try 0 safe_migrate.sh
  migration 0004_four "SELECT 1;" "SELECT 1;"
  try 1 safe_migrate.sh
  says 'give it a new number'
}

@test "without a database it is 69" {
  configure "DB_HOST=$dir/nowhere"
  try 69 safe_migrate.sh
  try 69 safe_migrate.sh --dry-run
  try 69 rollback_migration.sh
}

@test "a database that comes back is waited for by the way back" {
  try 0 safe_migrate.sh
  before=$(applied)
  equal "$before" '1 2'
  configure "DB_HOST=$dir/later" DB_WAIT_SECONDS=20
  (sleep 2 && ln -s "$dir/pg" "$dir/later") 3>&- &
  try 69 safe_migrate.sh
  try 0 rollback_migration.sh
  equal "$(applied)" ''
  rm "$dir/later"
}

@test "a database that goes away in the middle of the way back: all of it is tried anew" {
  migration 0003_slow "CREATE TABLE slow ();" "SELECT pg_sleep(2); DROP TABLE slow;"
  try 0 safe_migrate.sh
  configure DB_WAIT_SECONDS=20
  (within 15 one_is "wait_event = 'PgSleep'" &&
    end_sessions "wait_event = 'PgSleep'") 3>&- &
  try 0 rollback_migration.sh
  says 'went away'
  says 'the schema has version 0'
  equal "$(applied)" ''
}
