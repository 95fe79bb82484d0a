#!/usr/bin/env bats
# needs: root docker docker-compose nginx curl jq ss
# shellcheck disable=SC2016,SC2030,SC2031,SC2154,SC2317 # bats calls and sets what it cannot see

load support.sh
load kill.sh
load slots.sh

setup_file() {
  make_dir
  start_docker
  make_shims
  image v1
  image v2
  export blue_port green_port
  blue_port=$(free_port)
  green_port=$(free_port)
}
teardown_file() {
  stop_docker
  rm -rf "$dir"
}
teardown() { end_server "${proxy-}"; }

patient=(START_SECONDS=20 LOCK_SECONDS=20)

# The version answers, its container is the only one of its service, and no file is left half done.
is_live() { # VERSION PORT CONTAINERS
  equal "$(answer "$2")" "$1" answer &&
    equal "$(docker ps -a --format '{{.Names}}' | grep -cvxE 'financehub-(backend|blue|green)')" \
      0 strays &&
    equal "$(docker ps -aq | wc -l)" "$3" containers &&
    equal "$(find "$dir/project" "$dir/state" -name '.*.new' | wc -l)" 0 leftovers
}

@test "deploy.sh, killed at its commands and its lines" {
  one_slot "${patient[@]}"
  set_up() { "$scripts/deploy.sh" --version v1 >"$dir/set_up.log" 2>&1; }
  check() { is_live v2 "$blue_port" 1; }
  everywhere before 6 "$scripts/deploy.sh" --version v2
  everywhere in 3 "$scripts/deploy.sh" --version v2
  everywhere after 7 "$scripts/deploy.sh" --version v2
  everywhere line "${KILL_STRIDE:-97}" "$scripts/deploy.sh" --version v2
}

@test "rollback_deployment.sh, killed at its commands and its lines" {
  one_slot "${patient[@]}"
  set_up() {
    { "$scripts/deploy.sh" --version v1 && "$scripts/deploy.sh" --version v2; } \
      >"$dir/set_up.log" 2>&1
  }
  check() { is_live v1 "$blue_port" 1; }
  local words=("$scripts/rollback_deployment.sh" --version v2 --to v1)
  everywhere before 6 "${words[@]}"
  everywhere in 4 "${words[@]}"
  everywhere line "${KILL_STRIDE:-151}" "${words[@]}"
}

@test "two slots: a rollback that is killed leaves the good one serving, and the next run ends it" {
  docker ps -aq | xargs -r docker rm -f >/dev/null
  rm -f "$dir/project/.env"
  two_slots "${patient[@]}"
  "$scripts/deploy.sh" --version v1
  "$scripts/shift_traffic.sh" --version v1 --percent 100
  set_up() {
    { "$scripts/deploy.sh" --version v2 &&
      "$scripts/shift_traffic.sh" --version v2 --percent 25; } \
      >"$dir/set_up.log" 2>&1
  }
  check() {
    is_live v1 "$front_port" 2 &&
      equal "$(docker container inspect --format '{{.State.Status}}' financehub-green)" exited green
  }
  everywhere in 5 "$scripts/rollback_deployment.sh" --version v2 --to v1
  everywhere after 7 "$scripts/rollback_deployment.sh" --version v2 --to v1
}
