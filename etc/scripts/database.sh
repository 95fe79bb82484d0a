# shellcheck shell=bash
# shellcheck source-path=SCRIPTDIR source=common.sh disable=SC2154
# The database and its migrations, for the scripts that source this after common.sh.
#
# The schema `ripcord` of the database keeps two tables: `migrations`, a row for every migration
# that is applied, and `deployments`, the version of the schema at each deployment's start, with the
# version of the service that it deploys.

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
migrations_dir=                      # where they are read from

# Whether each version of the service has its own: those of its tag, as its image is built from it,
# whatever lies in the working tree.
are_of_tags() {
  if [[ $IMAGE_SOURCE != git || -z $SOURCE_DIR || -z $MIGRATIONS_DIR ]]; then return 1; fi
  [[ $(realpath -m -- "$MIGRATIONS_DIR")/ == "$(realpath -m -- "$SOURCE_DIR")"/* ]]
}

needs_version() { # VERSION
  if [[ -z $1 ]] && are_of_tags; then
    wrong_call "no version (RIPCORD_VERSION or --version): its migrations are those of its tag"
  fi
}

# use_migrations VERSION: chooses them for the way forward.
use_migrations() {
  needs MIGRATIONS_DIR
  migrations_dir=$MIGRATIONS_DIR
  if are_of_tags; then
    fetch_source
    unpack_migrations "$1"
  fi
}

# use_kept_migrations TEXT: for the way back, as they were when it was migrated to. It fetches
# nothing.
use_kept_migrations() {
  needs MIGRATIONS_DIR
  migrations_dir=$MIGRATIONS_DIR
  if ! are_of_tags; then return; fi
  local tag
  tag=$(tag_of "$1")
  migrations_dir=$(kept_migrations "$tag")
  if [[ ! -d $migrations_dir ]]; then unpack_migrations "$tag"; fi
}

kept_migrations() { printf '%s/migrations/%s' "$STATE_DIR" "$1"; } # VERSION

# Those of a tag, in a folder that goes with this shell.
unpack_migrations() { # VERSION
  local path
  path=$(realpath -m --relative-to="$SOURCE_DIR" -- "$MIGRATIONS_DIR")
  needs_tag "$1"
  unpacked=$(mktemp -d --tmpdir ripcord-migrations.XXXXXX)
  trap 'rm -rf "$unpacked"' EXIT
  git -C "$SOURCE_DIR" archive --format=tar "refs/tags/$1" -- "$path" |
    tar -x --no-same-owner --no-same-permissions -C "$unpacked" ||
    fail "the migrations of $1 cannot be read: $path in its tag in $SOURCE_DIR"
  migrations_dir=$unpacked/$path
}

# Keeps what use_migrations has chosen for the way back: all of it, or what was kept before.
keep_migrations() { # VERSION
  if ! are_of_tags; then return; fi
  # The lock ends with this shell.
  (
    take_lock migrations
    local folder=$STATE_DIR/migrations kept
    kept=$(kept_migrations "$1")
    rm -rf "$folder/.new" "$folder/.old"
    if diff -rq "$migrations_dir" "$kept" >/dev/null 2>&1; then exit; fi
    mkdir -p "$folder"
    cp -r -- "$migrations_dir" "$folder/.new"
    find "$folder/.new" -exec sync {} +
    if [[ -e $kept ]]; then mv -T "$kept" "$folder/.old"; fi
    mv -T "$folder/.new" "$kept"
    sync "$folder"
    rm -rf "$folder/.old"
  )
}

read_migrations() {
  if [[ ! -d $migrations_dir ]]; then bad_config "MIGRATIONS_DIR: no folder $migrations_dir"; fi
  up_files=() down_files=()
  local file
  while IFS= read -r -d '' file; do read_migration "$file"; done \
    < <(find "$migrations_dir" -maxdepth 1 -name '*.sql' -print0 | sort -z)
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

# Where the way back of a deployment ends: `start`, the version of the schema, and `ours`, the
# deployments whose migrations it may undo, one a line, oldest first. Nothing when it has none.
#
# Its own record counts alone. Without one it leaves a version that had succeeded: then the newest
# records count, as far as all of them are of that version. What was gone back from does not count.
find_start() { # DEPLOYMENT VERSION
  local known records='' tag
  known=$(query "SELECT to_regclass('ripcord.deployments') IS NOT NULL")
  if [[ $known == t ]]; then
    records=$(query "$(sql_of_own_record "$1")")
    if [[ -z $records && -n $2 ]]; then
      tag=$(tag_of "$2")
      records=$(query "$(sql_of_newest_records "$tag")")
    fi
  fi
  # shellcheck disable=SC2034 # they are the scripts'
  start=${records%%|*} ours=$(cut -d '|' -f 2 <<<"$records")
}

sql_of_own_record() { # DEPLOYMENT
  cat <<END
SET standard_conforming_strings = on;
SELECT version_at_start, deployment FROM ripcord.deployments WHERE deployment = $(literal "$1");
END
}

# What older tables of deployments lack: the version of the service, and when it was gone back from.
# Looked for first: an ALTER would wait for a dump that is being taken.
sql_of_columns() {
  cat <<'SQL'
DO $$ BEGIN
  IF 2 <> (SELECT count(*) FROM pg_attribute
           WHERE attrelid = 'ripcord.deployments'::regclass AND NOT attisdropped
             AND attname IN ('app_version', 'undone_at')) THEN
    ALTER TABLE ripcord.deployments ADD COLUMN IF NOT EXISTS app_version text,
      ADD COLUMN IF NOT EXISTS undone_at timestamptz;
  END IF;
END $$;
SQL
}

# Older tables lack columns; in JSON they are then null.
sql_of_newest_records() { # VERSION
  cat <<END
SET standard_conforming_strings = on;
WITH records AS (
  SELECT version_at_start, deployment, recorded_at,
         to_jsonb(d) ->> 'app_version' IS NOT DISTINCT FROM $(literal "$1") AS is_of_version
  FROM ripcord.deployments d WHERE to_jsonb(d) ->> 'undone_at' IS NULL)
SELECT version_at_start, deployment FROM records
WHERE is_of_version
  AND recorded_at > ALL (SELECT recorded_at FROM records WHERE NOT is_of_version)
ORDER BY recorded_at, version_at_start;
END
}

check_deployment() { # DEPLOYMENT
  if [[ ! $1 =~ ^[A-Za-z0-9_.:/@-]{1,200}$ ]]; then
    wrong_call "RIPCORD_DEPLOYMENT (or --deployment) names no deployment: $(printf '%q' "$1")"
  fi
}

# ── what a deployment would do ────────────────────────────────────────────────────────────────────
declare -a pending=()

find_pending() {
  local version
  for version in "${versions[@]}"; do
    if grep -q "^$version|" <<<"$applied"; then continue; fi
    if ((version < current)); then
      fail "$(name_of "$version") is older than what is applied ($current): give it a new number"
    fi
    pending+=("$version")
  done
}

refuse_changed() {
  local version sum
  while IFS='|' read -r version sum _; do
    if [[ -z $version || -z ${up_files[$version]-} ]]; then continue; fi
    if [[ $(checksum_of "${up_files[$version]}") != "$sum" ]]; then
      fail "$(name_of "$version") has been changed since it was applied: write another migration"
    fi
  done <<<"$applied"
}

# Unless --irreversible accepts them.
refuse_one_way() {
  local version
  for version in "${pending[@]}"; do
    if [[ -z ${down_files[$version]-} && -z ${irreversible-} ]]; then
      fail "$(name_of "$version") has no .down.sql: write it, or say --irreversible"
    fi
  done
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

# That nobody has migrated since `applied` was read, when there may have been nothing of ours yet.
sql_unchanged() {
  cat <<SQL
DO \$\$ DECLARE applied text; BEGIN
  IF to_regclass('ripcord.migrations') IS NOT NULL THEN
    SELECT string_agg(concat_ws('|', version, checksum,
                                CASE WHEN irreversible THEN 't' ELSE 'f' END, deployment),
                      E'\\n' ORDER BY version)
      INTO applied FROM ripcord.migrations;
  END IF;
  IF coalesce(applied, '') <> $(literal "$applied") THEN
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

# migrate: runs standard input as `sql` does, and says why it could not. 75 when another run has
# migrated since `applied` was read; while one migrates, that ends the script.
migrate() {
  local errors status=0
  { errors=$(sql 2>&1 >&3) || status=$?; } 3>&1
  if [[ -n $errors ]]; then printf '%s\n' "$errors" >&2; fi
  if ((status == 0)); then return; fi
  case $errors in
    *'ripcord: another run migrates'*) stop 75 "another run is at work; try again" ;;
    *'ripcord: another run has migrated'*) return 75 ;;
  esac
  if ((status == 2)); then stop 69 "the database $DB_NAME cannot be reached, or went away"; fi
  return 1
}

# not_migrated STATUS MESSAGE: the end of a script that will not look anew.
not_migrated() {
  if (($1 == 75)); then stop 75 "another run has migrated meanwhile; try again"; fi
  fail "$2"
}
