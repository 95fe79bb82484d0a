#!/usr/bin/env bats
# needs: root docker docker-compose postgres nginx socat setpriv curl jq ss
# shellcheck disable=SC2016,SC2030,SC2031,SC2154,SC2317 # bats calls and sets what it cannot see

# The example host of tests/demo/financehub, and the deployments that it is there for, by hand.
load support.sh

setup_file() {
  make_dir
  start_docker
  local demo=$here/../demo/financehub
  "$demo/images.sh" >"$dir/images.log"
  "$demo/set_up.sh" "$dir/host" >"$dir/set_up.log" 2>&1
  export RIPCORD_SCRIPTS_CONF=$dir/host/scripts/deployment.conf
  export PGHOST=127.0.0.1 PGUSER=financehub PGDATABASE=finance_hub front_port PGPORT
  front_port=$(sed -n 's/^FRONT_PORT=//p' "$dir/host/project/.env")
  PGPORT=$(sed -n 's/^DB_PORT=//p' "$dir/host/project/.env")
  within 30 psql -X -c 'SELECT 1'
  # The first version, before anything is watched.
  RIPCORD_DEPLOYMENT=d0 "$dir/host/scripts/safe_migrate.sh"
  "$dir/host/scripts/deploy.sh" --version 1.0
  "$dir/host/scripts/shift_traffic.sh" --version 1.0 --percent 100
}
teardown_file() {
  stop_docker
  rm -rf "$dir"
}
setup() {
  # shellcheck disable=SC2034 # try uses it
  scripts=$dir/host/scripts
}

# deployed VERSION: what ripcord tells its steps.
deployed() {
  export RIPCORD_DEPLOYMENT=deployment-$1 RIPCORD_VERSION=$1 RIPCORD_PREVIOUS_VERSION=$2
}
shift_to() { RIPCORD_TRAFFIC_PERCENT=$1 try 0 shift_traffic.sh; }
roll_back() {
  try 0 rollback_migration.sh
  try 0 rollback_deployment.sh
  RIPCORD_STEP=verify try 0 post_deployment_validate.sh
}

# ask REQUESTS: "ANSWERS STATUS VERSION" of as many users, one line for each kind.
ask() {
  local _
  for _ in $(seq "$1"); do
    curl -s --max-time 10 -w '\n%{http_code}\n' "http://127.0.0.1:$front_port/" |
      awk 'NR == 1 { text = $1 } { status = $1 } END { print status, text }'
  done | sort | uniq -c | sed 's/^ *//'
}
# Sorted: an UPDATE and its way back leave the rows in another order.
schema_and_rows() { pg_dump --schema=public | grep -v '^\\\(un\)\?restrict' | sort | sha256sum; }

@test "a good version: checked, migrated, at 5, 25 and 100 percent" {
  deployed 1.1 1.0
  try 0 pre_deployment_check.sh
  try 0 safe_migrate.sh
  try 0 deploy.sh
  equal "$(ask 10)" '10 200 1.0'
  shift_to 5
  equal "$(ask 40)" "$(printf '38 200 1.0\n2 200 1.1')"
  shift_to 25
  equal "$(ask 40)" "$(printf '30 200 1.0\n10 200 1.1')"
  shift_to 100
  equal "$(ask 10)" '10 200 1.1'
  try 0 post_deployment_validate.sh
}

@test "a bad canary: at 5 percent two of a hundred users see it, and after the rollback none" {
  deployed 1.2 1.1
  try 0 deploy.sh
  shift_to 5
  ask 100 >"$dir/asked"
  equal "$(grep -v ' 200 ' "$dir/asked")" '2 500 an'
  equal "$(awk '$3 == "1.1" { print $1 }' "$dir/asked")" 95
  try 1 post_deployment_validate.sh
  says 'FAILED  log: 2 lines of errors'
  roll_back
  equal "$(ask 20)" '20 200 1.1'
}

@test "a bad migration: the schema and every row are as before" {
  deployed 1.4 1.1
  before=$(schema_and_rows)
  cp "$here/../demo/financehub/bad-migration/"* "$dir/host/migrations/"
  try 0 safe_migrate.sh --dry-run
  says 'public.accounts | AccessExclusive | reads and writes'
  try 0 safe_migrate.sh
  equal "$(ask 3)" '3 500 the'
  try 0 deploy.sh
  try 1 post_deployment_validate.sh
  says 'health/v2/detailed'
  roll_back
  equal "$(schema_and_rows)" "$before"
  equal "$(ask 10)" '10 200 1.1'
  rm "$dir/host/migrations/"0003*
}

@test "a crash loop: no user is led to it" {
  deployed 1.3 1.1
  try 1 deploy.sh
  says '1.3 is not ready'
  says 'ERROR: financehub 1.3: out of memory'
  equal "$(ask 10)" '10 200 1.1'
  roll_back
  equal "$(ask 10)" '10 200 1.1'
}

@test "a lost database: the version is not well, and is again with the database" {
  docker stop financehub-postgres
  try 1 post_deployment_validate.sh --version 1.1
  says 'FAILED  schema: the database does not say its version'
  try 0 post_deployment_validate.sh --help
  docker start financehub-postgres
  within 30 psql -X -c 'SELECT 1'
  equal "$(ask 3)" '3 200 1.1'
}

@test "a slow rot: the older it is, the longer it takes" {
  deployed 1.5 1.1
  try 0 deploy.sh
  shift_to 100
  took() { curl -s -o /dev/null -w '%{time_total}' "http://127.0.0.1:$front_port/"; }
  # At 20 ms more with each second, it passes any second soon.
  within 120 eval '(($(took | tr -d .) > 1000000))'
  roll_back
  equal "$(ask 5)" '5 200 1.1'
}
