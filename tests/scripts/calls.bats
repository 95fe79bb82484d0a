#!/usr/bin/env bats
# needs: root git jq
# shellcheck disable=SC2016,SC2030,SC2031,SC2154,SC2317 # bats calls and sets what it cannot see

# How the scripts are called and configured; no real part is needed for that.
load support.sh

setup() {
  make_dir
  configure
}
teardown() { rm -rf "$dir"; }

all=(backup deploy post_deployment_validate pre_deployment_check rollback_deployment
  rollback_migration safe_migrate shift_traffic)

@test "each says how it is called" {
  local name
  for name in "${all[@]}"; do
    try 0 "$name.sh" --help
    says "Usage: $name.sh"
    says '--config FILE'
    says 'Exits 0'
  done
}

@test "each that changes something has a dry run" {
  local name
  for name in backup deploy rollback_deployment rollback_migration safe_migrate shift_traffic; do
    try 0 "$name.sh" --help
    says '--dry-run'
  done
  try 64 pre_deployment_check.sh --dry-run
}

@test "each refuses what it does not know" {
  local name
  for name in "${all[@]}"; do
    try 64 "$name.sh" --no-such-option
    says "there is no option '--no-such-option'"
    try 64 "$name.sh" stray
    try 64 "$name.sh" --config
  done
}

@test "a version is the tag of an image, and nothing else" {
  local version
  for version in '' ' ' 'v1 v2' "v'1" 'v"1' '$(id)' '-v1' '.v1' 'v/1' 'v:1' $'v1\nv2' 'v1;id' \
    "$(printf 'v%.0s' {1..129})"; do
    RIPCORD_VERSION=$version try 64 deploy.sh
    RIPCORD_VERSION=v1 RIPCORD_PREVIOUS_VERSION=$version try 64 rollback_deployment.sh
    RIPCORD_VERSION=$version RIPCORD_TRAFFIC_PERCENT=5 try 64 shift_traffic.sh
    RIPCORD_VERSION=$version try 64 post_deployment_validate.sh
    if [[ -z $version ]]; then continue; fi # whoever migrates by hand may leave it out
    RIPCORD_DEPLOYMENT=d1 RIPCORD_VERSION=$version try 64 safe_migrate.sh
    RIPCORD_DEPLOYMENT=d1 RIPCORD_VERSION=$version try 64 rollback_migration.sh
  done
  RIPCORD_VERSION=$'v1\nv2' try 64 pre_deployment_check.sh
}

@test "a rollback to the version that is bad is none" {
  RIPCORD_VERSION=v1 RIPCORD_PREVIOUS_VERSION=v1 try 64 rollback_deployment.sh
}

@test "a share of traffic is a number of percents" {
  local percent
  for percent in '' -1 101 100.01 1e1 5% ' 5' '5;id' 5.555 '$(id)' 1000; do
    RIPCORD_VERSION=v1 RIPCORD_TRAFFIC_PERCENT=$percent try 64 shift_traffic.sh
  done
}

@test "a configuration that is not there, or is not bash, is 78" {
  try 78 backup.sh --config "$dir/nothing"
  says "$dir/nothing: cannot be read"
  configure 'if'
  try 78 backup.sh
  configure 'false'
  try 78 backup.sh
}

@test "a misspelt key is 78" {
  configure 'BACKUP_KEEPS=4'
  try 78 backup.sh
  says 'BACKUP_KEEPS: unknown key'
}

@test "values that make no sense are 78" {
  local line
  for line in BACKUP_KEEP=0 BACKUP_KEEP=many LOCK_SECONDS=-1 DB_PORT=x LOCK_TIMEOUT=soon \
    "STATEMENT_TIMEOUT=\"1s'; DROP\"" STATE_DIR= BACKUP_DIR= DB_NAME= 'DB_NAME=../../etc' \
    "DB_NAME=\"a'b\"" BACKUP_DIR=/proc/no; do
    configure "$line"
    try 78 backup.sh
  done
  local slots='SLOTS=(a b) SLOT_CONTAINERS=(a b) SLOT_IMAGE_VARIABLES=(A B)
    SLOT_ADDRESSES=(h:1 h:2)'
  mkdir "$dir/project"
  touch "$dir/project/docker-compose.yml"
  for line in 'SLOTS=()' 'SLOTS=(a b c)' 'SLOT_CONTAINERS=(a)' 'SLOT_IMAGE_VARIABLES=(A "B C")' \
    'COMPOSE_FILE=none.yml' 'IMAGE=' TRAFFIC_VIA=magic TRAFFIC_VIA=nginx \
    'TRAFFIC_VIA=nginx UPSTREAM=u NGINX_UPSTREAM_FILE=/x SLOT_ADDRESSES=(a "b;}")' \
    'TRAFFIC_VIA=haproxy' "UPSTREAM='a b'"; do
    configure "$slots" "$line"
    RIPCORD_VERSION=v1 try 78 deploy.sh
  done
}

@test "a configuration that others could write is not sourced" {
  configure "touch $dir/sourced"
  chmod 622 "$RIPCORD_SCRIPTS_CONF"
  try 78 backup.sh
  says 'others may write it'
  chmod 600 "$RIPCORD_SCRIPTS_CONF"
  chown 1234 "$RIPCORD_SCRIPTS_CONF"
  try 78 backup.sh
  says 'belongs to somebody else'
  [[ ! -e $dir/sourced ]]
}

@test "--config goes before RIPCORD_SCRIPTS_CONF, and that before the file beside the script" {
  echo 'WHICH=option' >"$dir/option.conf"
  try 78 backup.sh --config "$dir/option.conf"
  says "$dir/option.conf: WHICH"
  cp -r "$scripts" "$dir/scripts"
  echo 'WHICH=beside' >"$dir/scripts/deployment.conf"
  configure WHICH=environment
  run "$dir/scripts/backup.sh"
  says "$RIPCORD_SCRIPTS_CONF: WHICH"
  unset RIPCORD_SCRIPTS_CONF
  run "$dir/scripts/backup.sh"
  says "$dir/scripts/deployment.conf: WHICH"
}

@test "called by a link, a script finds what is beside it" {
  ln -s "$scripts/backup.sh" "$dir/backup"
  run "$dir/backup" --help
  equal "$status" 0
}

# The keys that the code knows, from where it gives them their defaults.
known_keys() {
  sed -n '/^default_settings() {/,/^}/p' "$scripts/common.sh" |
    grep -oE '(^| )[A-Z][A-Z_]*=' | tr -d ' =' | sort
}

@test "the sample sets every key that there is, and no other" {
  equal "$(grep -oE '^[A-Z][A-Z_]*=' "$scripts/deployment.conf" | tr -d = | sort)" "$(known_keys)"
}

@test "the document explains every key, and no other" {
  local document=$here/../../docs/scripts.md
  equal "$(sed -n 's/^| `\([A-Z][A-Z_]*\)` |.*/\1/p' "$document" | sort)" "$(known_keys)"
}

@test "the sample can be used as it is, but for its folder of state" {
  sed "s#^STATE_DIR=[^ ]*#STATE_DIR=$dir/state#" "$scripts/deployment.conf" >"$dir/sample.conf"
  run "$scripts/deploy.sh" --config "$dir/sample.conf" --version v1
  equal "$status" 78
  says 'COMPOSE_FILE: there is no /srv/financehub/docker-compose.yml'
}
