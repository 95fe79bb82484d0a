# shellcheck shell=bash
# shellcheck source-path=SCRIPTDIR source=common.sh disable=SC2154
# The database and its migrations, for the scripts that source this after common.sh.
#
# The schema `ripcord` of the database keeps two tables: `migrations`, a row for every migration
# that is applied, and `deployments`, the version of the schema at each deployment's start.

# The number that those who migrate lock in the database: "ripcord" in ASCII.
readonly migration_lock=32204078770516580

use_database() {
  needs DB_NAME DB_USER
  needs_programs psql
  export PGDATABASE=$DB_NAME PGUSER=$DB_USER PGPORT=$DB_PORT PGCLIENTENCODING=UTF8
  export PGAPPNAME=$script PGCONNECT_TIMEOUT=10 PGOPTIONS=''
  if [[ -n $DB_HOST ]]; then export PGHOST=$DB_HOST; fi
  if [[ -n $DB_PASSFILE ]]; then export PGPASSFILE=$DB_PASSFILE; fi
}

# A database that is being restarted may be what a rollback is for: it is worth some waiting.
wait_for_database() {
  local until=$((SECONDS + DB_WAIT_SECONDS)) status
  while true; do
    status=0
    sql <<<'SELECT' >/dev/null 2>&1 || status=$?
    # Only when nobody answers; all else is for the query to tell that comes next.
    if ((status != 2 || SECONDS >= until)); then return; fi
    sleep 0.5
  done
}

# sql: runs standard input, all of which is there before psql begins: psql would run the half of a
# statement that a killed writer left.
sql() {
  local text
  text=$(cat)
  psql -X -q -A -t -w -v ON_ERROR_STOP=1 <<<"$text"
}

# query SQL: what it answers. 69 when nobody answers.
query() {
  local answer status=0
  answer=$(sql <<<"$1") || status=$?
  if ((status == 2)); then stop 69 "the database $DB_NAME cannot be reached"; fi
  if ((status)); then fail "the database $DB_NAME refuses a query"; fi
  printf '%s' "$answer"
}

# literal TEXT: as SQL has it, with standard_conforming_strings on.
literal() { printf "'%s'" "${1//\'/\'\'}"; }

# literal_of FILE: its content.
literal_of() {
  local content
  content=$(cat -- "$1")
  literal "$content"
}

# ── the migrations that are there ─────────────────────────────────────────────────────────────────
declare -A up_files=() down_files=() # by version, without leading zeros
declare -a versions=()               # ascending

read_migrations() {
  needs MIGRATIONS_DIR
  if [[ ! -d $MIGRATIONS_DIR ]]; then bad_config "MIGRATIONS_DIR: no folder $MIGRATIONS_DIR"; fi
  local file
  while IFS= read -r -d '' file; do read_migration "$file"; done \
    < <(find "$MIGRATIONS_DIR" -maxdepth 1 -name '*.sql' -print0 | sort -z)
  # shellcheck disable=SC2034 # they are the scripts'
  mapfile -t versions < <(printf '%s\n' "${!up_files[@]}" | sed '/^$/d' | sort -n)
  local version
  for version in "${!down_files[@]}"; do
    if [[ -z ${up_files[$version]-} ]]; then
      fail "$(basename "${down_files[$version]}") has no .up.sql"
    fi
  done
}

read_migration() { # FILE
  local name
  name=$(basename "$1")
  if [[ ! $name =~ ^([0-9]{4,9})_[A-Za-z0-9_-]+\.(up|down)\.sql$ ]]; then
    fail "$(printf '%q' "$name") is no migration: its name must be NNNN_name.up.sql or .down.sql"
  fi
  local version=$((10#${BASH_REMATCH[1]}))
  local -n files=${BASH_REMATCH[2]}_files
  if ((version == 0)); then fail "$name: versions begin with 0001"; fi
  if [[ -n ${files[$version]-} ]]; then
    fail "$name and $(basename "${files[$version]}") have the same version"
  fi
  # shellcheck disable=SC2004 # the array is associative
  files[$version]=$1
}

name_of() { # VERSION
  local name
  name=$(basename "${up_files[$1]}")
  printf '%s' "${name%.up.sql}"
}

checksum_of() { # FILE
  local sum rest
  read -r sum rest < <(sha256sum <"$1")
  printf '%s' "$sum"
}

# ── what the database says of them ────────────────────────────────────────────────────────────────
# Reads `applied`: lines of VERSION|CHECKSUM|IRREVERSIBLE|DEPLOYMENT, ascending; and `current`.
read_applied() {
  local known
  known=$(query "SELECT to_regclass('ripcord.migrations') IS NOT NULL")
  applied=
  if [[ $known == t ]]; then applied=$(query "$applied_query"); fi
  current=$(tail -n 1 <<<"$applied")
  current=${current%%|*}
  current=${current:-0}
}
readonly applied_query="SELECT version, checksum, irreversible, deployment
                        FROM ripcord.migrations ORDER BY version"

# The version of the schema when the deployment began to migrate; empty when it never did.
version_at_start() { # DEPLOYMENT
  local known
  known=$(query "SELECT to_regclass('ripcord.deployments') IS NOT NULL")
  if [[ $known != t ]]; then return; fi
  query "SET standard_conforming_strings = on;
         SELECT version_at_start FROM ripcord.deployments WHERE deployment = $(literal "$1")"
}

check_deployment() { # DEPLOYMENT
  if [[ ! $1 =~ ^[A-Za-z0-9_.:/@-]{1,200}$ ]]; then
    wrong_call "RIPCORD_DEPLOYMENT (or --deployment) names no deployment: $(printf '%q' "$1")"
  fi
}

# ── changing it ───────────────────────────────────────────────────────────────────────────────────
# The beginning of every session that migrates: it is alone. The lock is the session's; that of a
# killed one goes when its server has noticed, which may take a moment.
sql_session() {
  cat <<SQL
SET standard_conforming_strings = on;
SET client_min_messages = warning;
DO \$\$ DECLARE until timestamptz := clock_timestamp() + interval '$LOCK_SECONDS s'; BEGIN
  WHILE NOT pg_try_advisory_lock($migration_lock) LOOP
    IF clock_timestamp() > until THEN RAISE 'ripcord: another run migrates'; END IF;
    PERFORM pg_sleep(0.1);
  END LOOP;
END \$\$;
SQL
}

sql_unchanged() {
  cat <<SQL
DO \$\$ BEGIN
  IF $(literal "$applied") IS DISTINCT FROM coalesce((SELECT string_agg(concat_ws('|', version,
      checksum, CASE WHEN irreversible THEN 't' ELSE 'f' END, deployment), E'\\n' ORDER BY version)
      FROM ripcord.migrations), '') THEN
    RAISE 'ripcord: another run has migrated meanwhile';
  END IF;
END \$\$;
SQL
}

# A file runs as one EXECUTE: there PostgreSQL refuses COMMIT and the like, so that a file cannot
# leave the transaction that it is in; and what it sets ends with it.
sql_of_file() { # FILE
  cat <<END
SET LOCAL lock_timeout = '$LOCK_TIMEOUT';
SET LOCAL statement_timeout = '$STATEMENT_TIMEOUT';
SELECT set_config(name, '1s', true) FROM pg_settings
  WHERE name = 'client_connection_check_interval' \\g /dev/null
SELECT set_config('ripcord.file', $(literal_of "$1"), true) \\g /dev/null
DO \$\$ BEGIN EXECUTE current_setting('ripcord.file'); END \$\$;
SET CONSTRAINTS ALL IMMEDIATE;
RESET SESSION AUTHORIZATION;
RESET ROLE;
RESET ALL;
SET standard_conforming_strings = on;
SET client_min_messages = warning;
END
}

# migrate: runs standard input as `sql` does, and says why it could not.
migrate() {
  local errors status=0
  { errors=$(sql 2>&1 >&3) || status=$?; } 3>&1
  if [[ -n $errors ]]; then printf '%s\n' "$errors" >&2; fi
  if ((status == 0)); then return; fi
  if [[ $errors == *'ripcord: another run'* ]]; then stop 75 "another run is at work; try again"; fi
  if ((status == 2)); then stop 69 "the database $DB_NAME cannot be reached, or went away"; fi
  return 1
}
