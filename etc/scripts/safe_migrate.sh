#!/usr/bin/env bash
# Brings the schema of the database up to the newest migration, so that it can be brought back.
# shellcheck source-path=SCRIPTDIR source=common.sh
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/common.sh"
# shellcheck source-path=SCRIPTDIR source=database.sh
source "$scripts/database.sh"

usage() {
  cat <<'END'
Usage: safe_migrate.sh [--dry-run] [--irreversible] [--deployment ID] [--version V] [--config FILE]

Records the version that the schema has now as that of the deployment's start, takes a backup, and
applies every NNNN_name.up.sql of MIGRATIONS_DIR that has not been applied, each in one transaction
with its record. Without pending migrations it only records. With IMAGE_SOURCE=git and a
MIGRATIONS_DIR below SOURCE_DIR the migrations are those of the version's tag, and a copy of them
stays in STATE_DIR/migrations for the way back.

  --dry-run        apply all of them in one transaction, and their way back, and roll it back: shows
                   the SQL, how long it took, the locks and the size of what they lock. It waits for
                   locks and holds them for as long as it takes, as the migration itself would
  --irreversible   accept migrations without their .down.sql, and say so for the deployment
                   (`ripcord: irreversible: …`)
  --deployment ID  instead of RIPCORD_DEPLOYMENT
  --version V      what is deployed, instead of RIPCORD_VERSION; it may be missing unless it is the
                   tag of the migrations, but then only this deployment finds the way back
  --config FILE    instead of RIPCORD_SCRIPTS_CONF and of deployment.conf beside this script

Exits 0 done, 1 failed or refused (what was applied before stays, and rollback_migration.sh knows
the way), 64 called wrongly, 69 no database, 75 another run migrates, 78 configuration.
END
}
irreversible=
deployment=${RIPCORD_DEPLOYMENT-} version=${RIPCORD_VERSION-}
option() {
  dry_run_option "$@"
  case $1 in
    --irreversible) irreversible=1 taken=1 ;;
    --deployment) needs_value "$@" && deployment=$2 ;;
    --version) needs_value "$@" && version=$2 ;;
  esac
}

# ── what is to be done ────────────────────────────────────────────────────────────────────────────
# Said before anything is applied, and again by a run after a kill.
tell_irreversible() {
  local one_way='' version is_one_way by
  while IFS='|' read -r version _ is_one_way by; do
    if [[ $is_one_way == t && $by == "$deployment" ]]; then one_way+=" $version"; fi
  done <<<"$applied"
  for version in "${pending[@]}"; do
    if [[ -z ${down_files[$version]-} ]]; then one_way+=" $(name_of "$version")"; fi
  done
  if [[ -n $one_way ]]; then
    say "ripcord: irreversible: no way back from migration$one_way"
  fi
}

# ── the dry run ───────────────────────────────────────────────────────────────────────────────────
sql_of_dry_run() {
  local version i
  cat <<'END'
BEGIN;
CREATE TEMP TABLE ripcord_before ON COMMIT DROP AS
  SELECT c.oid, format('%I.%I', n.nspname, c.relname) AS name, c.reltuples AS rows,
         pg_total_relation_size(c.oid) AS bytes
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'm') AND n.nspname NOT LIKE 'pg\_%'
    AND n.nspname NOT IN ('information_schema', 'ripcord');
END
  for version in "${pending[@]}"; do
    printf '\\echo\n\\echo ── %s\n' "$(name_of "$version")"
    printf '\\! cat -- "$%s"\n' "RIPCORD_UP_$version"
    printf "SELECT clock_timestamp() AS ripcord_began \\\\gset\n"
    sql_of_file "${up_files[$version]}"
    printf "%s\n" "SELECT format('── took %s ms', round(extract(epoch FROM" \
      "  clock_timestamp() - :'ripcord_began'::timestamptz) * 1000));"
  done
  sql_of_impact
  for ((i = ${#pending[@]} - 1; i >= 0; i--)); do
    version=${pending[i]}
    if [[ -z ${down_files[$version]-} ]]; then continue; fi
    printf '\\echo trying the way back: %s\n' "$(basename "${down_files[$version]}")"
    sql_of_file "${down_files[$version]}"
  done
  printf 'ROLLBACK;\n'
}

# The strongest lock of each table, as the documentation of PostgreSQL orders them (13.3.1).
sql_of_impact() {
  cat <<'END'
\echo
\echo ── locked until the end of its migration
\pset tuples_only off
\pset format aligned
\pset footer off
WITH locks AS (
  SELECT l.relation, max(array_position(ARRAY['AccessShareLock', 'RowShareLock', 'RowExclusiveLock',
    'ShareUpdateExclusiveLock', 'ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock',
    'AccessExclusiveLock'], l.mode)) AS strength, max(l.mode) AS one
  FROM pg_locks l WHERE l.pid = pg_backend_pid() AND l.locktype = 'relation' AND l.granted
  GROUP BY l.relation)
SELECT coalesce(b.name, format('%I.%I', n.nspname, c.relname)) AS "table",
       (ARRAY['AccessShare', 'RowShare', 'RowExclusive', 'ShareUpdateExclusive', 'Share',
              'ShareRowExclusive', 'Exclusive', 'AccessExclusive'])[strength] AS lock,
       CASE WHEN b.oid IS NULL THEN 'nothing (it is new)'
            WHEN strength = 8 THEN 'reads and writes' WHEN strength >= 5 THEN 'writes'
            WHEN strength = 4 THEN 'other changes of the schema' ELSE 'nothing' END AS "holds up",
       CASE WHEN b.rows < 0 THEN 'unknown' ELSE b.rows::bigint::text END AS "rows (estimated)",
       pg_size_pretty(b.bytes) AS size
FROM locks LEFT JOIN ripcord_before b ON b.oid = locks.relation
     LEFT JOIN pg_class c ON c.oid = locks.relation
     LEFT JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE b.oid IS NOT NULL
   OR (c.relkind IN ('r', 'p', 'm') AND n.nspname NOT LIKE 'pg\_%'
       AND n.nspname NOT IN ('information_schema', 'ripcord'))
ORDER BY strength DESC, b.bytes DESC NULLS LAST, 1;
\pset format unaligned
\pset tuples_only on
END
}

dry_run() {
  local version
  if ((${#pending[@]} == 0)); then
    say "nothing to migrate: the schema has version $current"
    return
  fi
  for version in "${pending[@]}"; do export "RIPCORD_UP_$version=${up_files[$version]}"; done
  local text
  text=$(sql_session; sql_of_dry_run)
  migrate <<<"$text" || not_migrated $? "the dry run failed; nothing has changed"
  say "dry run: rolled back, the schema has version $current as before"
}

# ── in earnest ────────────────────────────────────────────────────────────────────────────────────
# Before the first migration can be recorded there must be where. What a deployment has recorded
# stays once it has applied something, whatever a later run of the same deployment finds. A column
# that is there already is left alone: a dump would hold up the lock.
sql_of_start() {
  cat <<SQL
BEGIN;
CREATE SCHEMA IF NOT EXISTS ripcord;
CREATE TABLE IF NOT EXISTS ripcord.migrations (
  version integer PRIMARY KEY, name text NOT NULL, checksum text NOT NULL,
  irreversible boolean NOT NULL, deployment text NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT now());
CREATE TABLE IF NOT EXISTS ripcord.deployments (
  deployment text PRIMARY KEY, version_at_start integer NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now());
$(sql_of_columns)
$(sql_unchanged)
INSERT INTO ripcord.deployments AS known (deployment, version_at_start, app_version)
  VALUES ($(literal "$deployment"), $current, nullif($(literal "$version"), ''))
  ON CONFLICT (deployment) DO UPDATE
    SET version_at_start = excluded.version_at_start, recorded_at = excluded.recorded_at,
        app_version = coalesce(excluded.app_version, known.app_version), undone_at = NULL
    WHERE NOT EXISTS (SELECT FROM ripcord.migrations m WHERE m.deployment = known.deployment);
COMMIT;
SQL
}

sql_of_migration() { # VERSION
  local is_one_way=false
  if [[ -z ${down_files[$1]-} ]]; then is_one_way=true; fi
  printf '\\echo applying %s\n' "$(name_of "$1")"
  printf 'BEGIN;\n'
  sql_of_file "${up_files[$1]}"
  cat <<END
INSERT INTO ripcord.migrations (version, name, checksum, irreversible, deployment)
  VALUES ($1, '$(name_of "$1")', '$(checksum_of "${up_files[$1]}")', $is_one_way,
          $(literal "$deployment"));
COMMIT;
END
}

# On its own and first: whatever fails afterwards, there is a record that leads back.
record_start() {
  local text
  text=$(sql_session; sql_of_start)
  migrate <<<"$text" || not_migrated $? "the start cannot be recorded; nothing has been migrated"
}

apply_pending() {
  local version text
  # All of it is read before any of it is done.
  text=$(sql_session; sql_unchanged)
  for version in "${pending[@]}"; do text+=$'\n'$(sql_of_migration "$version"); done
  migrate <<<"$text" ||
    not_migrated $? "the migration failed; what was applied before it stays applied"
}

take_backup() {
  say "taking a backup first"
  "$scripts/backup.sh" --config "$config_file" || fail "no backup, no migration"
}

parse "$@"
if [[ -z $dry_run ]]; then check_deployment "$deployment"; fi
if [[ -n $version ]]; then
  check_version_or_noticed 'the version (RIPCORD_VERSION or --version)' "$version"
fi
load_config
needs_version "$version"
version=$(tag_of "$version")
use_database
use_migrations "$version"
read_migrations
read_applied
refuse_changed
find_pending
refuse_one_way
if [[ -n $dry_run ]]; then
  dry_run
  exit
fi
tell_irreversible
keep_migrations "$version"
record_start
if ((${#pending[@]})); then
  take_backup
  apply_pending
fi
read_applied
say "the schema has version $current"
