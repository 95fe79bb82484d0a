#!/usr/bin/env bats
# needs: root docker docker-compose nginx curl jq ss
# shellcheck disable=SC2016,SC2030,SC2031,SC2154,SC2317 # bats calls and sets what it cannot see

# What the way back finds that these scripts have not deployed, and containers with a past.
load support.sh
load slots.sh

setup_file() {
  make_dir
  start_docker
  export blue_port green_port
  blue_port=$(free_port)
  green_port=$(free_port)
  image v2
  image other
}
teardown_file() {
  stop_docker
  rm -rf "$dir"
}
setup() {
  docker ps -aq | xargs -r docker rm -f >/dev/null
  rm -rf "$dir/project" "$dir/state"
  image v1
  proxy=
  one_slot
}
teardown() { end_server "$proxy"; }

by_hand() { # IMAGE
  (cd "$dir/project" && BACKEND_IMAGE=$1 docker-compose -p financehub up -d 2>&1)
}

# What ripcord calls it.
noticed() { docker container inspect --format '{{.Config.Image}}@{{.Image}}' financehub-backend; }

@test "one slot: back to what ripcord has noticed, though its tag has moved" {
  by_hand financehub-backend:v1
  export RIPCORD_VERSION=v2 RIPCORD_PREVIOUS_VERSION
  RIPCORD_PREVIOUS_VERSION=$(noticed)
  try 0 pre_deployment_check.sh
  says "ok      way back: $RIPCORD_PREVIOUS_VERSION is sha256:"
  try 0 deploy.sh
  docker tag financehub-backend:other financehub-backend:v1
  try 0 rollback_deployment.sh --dry-run
  try 0 rollback_deployment.sh
  says 'has moved since it was deployed'
  equal "$(noticed)" "$RIPCORD_PREVIOUS_VERSION"
  equal "$(answer)" v1
  RIPCORD_STEP=verify try 0 post_deployment_validate.sh
  # From now on it is v1 by its tag as well.
  docker tag financehub-backend:other financehub-backend:v1
  try 0 post_deployment_validate.sh --version v1
  RIPCORD_VERSION=$(noticed) RIPCORD_TRAFFIC_PERCENT=100 try 0 shift_traffic.sh
}

@test "one slot: from one that ripcord has noticed to another of the same tag" {
  by_hand financehub-backend:v1
  good=$(noticed)
  docker tag financehub-backend:other financehub-backend:v1
  by_hand financehub-backend:v1
  bad=$(noticed)
  equal "$(answer)" other
  try 0 rollback_deployment.sh --version "$bad" --to "$good"
  equal "$(answer)" v1
  equal "$(noticed)" "$good"
  try 0 post_deployment_validate.sh --version "$good"
  try 1 post_deployment_validate.sh --version "$bad"
  try 64 rollback_deployment.sh --version "$good" --to "$good"
}

@test "a version of another image, one that is only an id, and one whose image is gone" {
  try 0 deploy.sh --version v2
  local none text
  none=sha256:$(printf '0%.0s' {1..64})
  for text in "other:v1@$none" "registry:5000/financehub-backend@$none" "$none"; do
    try 1 rollback_deployment.sh --version v2 --to "$text"
    [[ $output == *'is no version of financehub-backend' || $output == *'is the id of an image'* ]]
    try 1 rollback_deployment.sh --version "$text" --to v2
    try 1 post_deployment_validate.sh --version "$text"
    try 1 shift_traffic.sh --version "$text" --percent 100
    try 1 pre_deployment_check.sh --previous "$text"
    says 'FAILED  way back: '
    says '1 checks failed'
    try 64 deploy.sh --version "$text"
  done
  try 1 rollback_deployment.sh --version v2 --to "financehub-backend:v1@$none"
  says 'the engine no longer has the image of v1: nothing has been stopped'
  try 1 pre_deployment_check.sh --previous "financehub-backend:v1@$none" --version v2
  says "no longer has the image of financehub-backend:v1@$none"
  try 1 pre_deployment_check.sh --previous v1 --version "financehub-backend:v2@$none"
  says "FAILED  new version: pre_deployment_check.sh: no image $none"
  equal "$(answer)" v2
}

has_restarted() { # TIMES
  [[ $(docker container inspect --format '{{.RestartCount}} {{.State.Running}}' \
    financehub-blue) == "$1 true" ]]
}

@test "two slots: restarts from before the rollback are not counted, those since then are" {
  image flaky '[ -e /ran ] || { : >/ran; exit 1; }; exec httpd -f -p 127.0.0.1:$PORT -h /www'
  two_slots
  try 0 deploy.sh --version flaky
  try 0 shift_traffic.sh --version flaky --percent 100
  has_restarted 1
  try 1 post_deployment_validate.sh --version flaky
  says 'FAILED  container financehub-blue: running, 1 restarts'
  export RIPCORD_VERSION=v2 RIPCORD_PREVIOUS_VERSION=flaky
  try 0 deploy.sh
  try 0 rollback_deployment.sh
  has_restarted 1
  RIPCORD_STEP=verify try 0 post_deployment_validate.sh
  says 'ok      container financehub-blue: running, 0 restarts'
  # It is not what the engine calls stopped.
  kill -KILL "$(docker container inspect --format '{{.State.Pid}}' financehub-blue)"
  within 20 has_restarted 2
  RIPCORD_STEP=verify try 1 post_deployment_validate.sh
  says 'FAILED  container financehub-blue: running, 1 restarts'
  # Another container begins anew.
  docker rm -f financehub-blue
  try 0 rollback_deployment.sh
  within 20 has_restarted 1
  try 0 rollback_deployment.sh
  RIPCORD_STEP=verify try 0 post_deployment_validate.sh
}
