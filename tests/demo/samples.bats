#!/usr/bin/env bats
# shellcheck disable=SC2154 # bats sets what it cannot see
bats_require_minimum_version 1.5.0

# The two samples, etc/ripcord.toml and etc/scripts/deployment.conf, describe one host, and
# docs/scripts.md shows the same steps. A team that takes them as they are can deploy.

root=$BATS_TEST_DIRNAME/../..
toml=$root/etc/ripcord.toml
folder=/srv/financehub/scripts
daemon=${DEMO_BIN:-${RIPCORD_BIN:-$root/build/dev/bin}}/ripcordd

setup() {
  # shellcheck source-path=SCRIPTDIR source=../../etc/scripts/deployment.conf
  source "$root/etc/scripts/deployment.conf"
}

# value TABLE KEY [FILE]: as it stands in the sample, without quotes and the comment after it.
value() {
  awk -v table="[$1]" -v key="$2" '
    /^\[/ { here = $1 == table }
    here && $1 == key { sub(/^[^=]*= */, ""); sub(/ +#.*$/, ""); gsub(/"/, ""); print }' \
    "${3:-$toml}"
}

# steps FILE: "TABLE NAME TIMEOUT IDEMPOTENT SCRIPT" of everything that is run for a deployment.
steps() {
  awk '
    function tell() { if (table) print table, name, timeout, idempotent, script }
    /^ *\[/ {
      tell(); table = ""; name = timeout = script = "-"; idempotent = "false"
      if ($1 ~ /\.(step|shift|verify)\]+$/) table = $1
    }
    $1 == "name" { name = $3 }
    $1 == "timeout" { timeout = $3 }
    $1 == "idempotent" { idempotent = $3 }
    $1 == "run" { script = $3 }
    END { tell() }' "$1" | tr -d '[]"'
}

# The sample with its canary: without the comment signs of that block.
with_canary() { sed '/^# \[\[service\.backend\.stage/,/^$/s/^# //' "$toml"; }

# loads FILE: with the scripts where they are here.
loads() {
  sed "s#$folder/#$root/etc/scripts/#" "$1" >"$BATS_TEST_TMPDIR/loaded.toml"
  run "$daemon" --check --config "$BATS_TEST_TMPDIR/loaded.toml"
  printf '%s\n' "$output"
  ((status == 0))
}

@test "they name the same image, project, slot, port, database and backups" {
  [[ $(value service.backend.gate.way_back image) == "$IMAGE:{version}" ]]
  [[ $(value service.backend.probe.containers compose_project) == "$COMPOSE_PROJECT" ]]
  [[ $(value service.backend.probe.containers compose_service) == "${SLOTS[*]}" ]]
  local probe path front=http://localhost:${SLOT_ADDRESSES[0]#*:}/
  for probe in ready detailed app; do
    [[ $(value "service.backend.probe.$probe" url) == "$front"* ]]
  done
  for path in "$READY_PATH" /health/v2/detailed; do
    [[ " ${HEALTH_PATHS[*]} " == *" $path "* ]]
    grep -q "^url .*$path\"$" "$toml"
  done
  [[ $(value service.backend.probe.db dsn) == *"dbname=$DB_NAME "* ]]
  [[ $(value service.backend.gate.backup files) == "$BACKUP_DIR/*.dump" ]]
  [[ $(value service.backend.gate.backup max_age) == "${BACKUP_MAX_AGE_HOURS}h" ]]
  [[ $(value service.backend.gate.backup size_min) == "${BACKUP_MIN_BYTES}B" ]]
  [[ $(value service.backend.gate.way_back disk_min) == "$((DISK_FREE_MIN_MB / 1024))GiB" ]]
}

@test "the traffic is moved by the one exactly when the other has two slots and a proxy" {
  local stages is_canary=0
  stages=$(grep -c '^\[\[service\.backend\.stage\]\]' "$toml" || true)
  if grep -q '^\[service\.backend\.shift\]' "$toml"; then is_canary=1; fi
  (((stages > 0) == is_canary))
  (((${#SLOTS[@]} == 2) == is_canary))
  [[ $TRAFFIC_VIA == none ]] || ((is_canary))
  for list in SLOT_CONTAINERS SLOT_IMAGE_VARIABLES SLOT_ADDRESSES; do
    local -n of_slots=$list
    ((${#of_slots[@]} == ${#SLOTS[@]}))
  done
}

@test "every script that is named is there, and may be run again" {
  local step script idempotent count=0
  while read -r step _ _ idempotent script; do
    printf '%s %s %s\n' "$step" "$idempotent" "$script"
    [[ $script == "$folder"/*.sh && -x $root/etc/scripts/${script##*/} ]]
    [[ $idempotent == true ]]
    count=$((count + 1))
  done < <(with_canary | steps /dev/stdin)
  ((count == 7))
}

@test "docs/scripts.md shows no step that the sample does not have" {
  local step name timeout script count=0
  while read -r step name timeout _ script; do
    printf '%s %s %s %s\n' "$step" "$name" "$timeout" "$script"
    with_canary | steps /dev/stdin | grep -q "^$step $name $timeout [a-z]* $script$"
    count=$((count + 1))
  done < <(sed -n 's/^    //p' "$root/docs/scripts.md" | steps /dev/stdin)
  ((count > 5))
}

@test "the sample loads as it is, and with its canary" {
  loads "$toml"
  with_canary >"$BATS_TEST_TMPDIR/canary.toml"
  run -1 cmp -s "$toml" "$BATS_TEST_TMPDIR/canary.toml"
  loads "$BATS_TEST_TMPDIR/canary.toml"
}

@test "the sample of the scripts has in its comments what a canary needs" {
  sed -n 's/^#  *\([A-Z_]*=\)/\1/p' "$root/etc/scripts/deployment.conf" >"$BATS_TEST_TMPDIR/conf"
  # shellcheck source=/dev/null
  source "$BATS_TEST_TMPDIR/conf"
  [[ $TRAFFIC_VIA != none ]]
  ((${#SLOTS[@]} == 2))
  ((${#SLOT_CONTAINERS[@]} == 2 && ${#SLOT_IMAGE_VARIABLES[@]} == 2 && ${#SLOT_ADDRESSES[@]} == 2))
}
