#!/usr/bin/env bats
# needs: root docker docker-compose docker-registry postgres nginx haproxy socat curl jq git ss
# shellcheck disable=SC2016,SC2030,SC2031,SC2154,SC2317 # bats calls and sets what it cannot see

# Versions come and go in real containers; with two slots a real nginx stands in front.
load support.sh
load slots.sh

setup_file() {
  make_dir
  start_postgres
  start_docker
  export blue_port green_port
  blue_port=$(free_port)
  green_port=$(free_port)
  image v1
  image v2
  image crashing 'echo ERROR: boom; exit 3'
  image deaf 'echo started; exec sleep 1000'
  image noisy 'echo "ERROR: it hurts"; exec httpd -f -p 127.0.0.1:$PORT -h /www'
}
teardown_file() {
  stop_docker
  stop_postgres
  rm -rf "$dir"
}
setup() {
  docker ps -aq | xargs -r docker rm -f >/dev/null
  rm -rf "$dir/project" "$dir/state" "$dir/migrations" "$dir/backups"
  mkdir "$dir/migrations"
  proxy=
  one_slot
}
teardown() { end_server "$proxy"; }

@test "one slot: up, another version, and back" {
  try 0 deploy.sh --version v1
  equal "$(answer)" v1
  RIPCORD_VERSION=v2 try 0 deploy.sh
  equal "$(answer)" v2
  RIPCORD_VERSION=v2 RIPCORD_PREVIOUS_VERSION=v1 try 0 rollback_deployment.sh
  equal "$(answer)" v1
  equal "$(runs backend)" 'financehub-backend:v1 running'
  # Whoever calls docker-compose by hand gets the same.
  (cd "$dir/project" && docker-compose -p financehub up -d 2>&1 | grep 'up-to-date')
}

@test "running them again changes nothing" {
  try 0 deploy.sh --version v1
  id=$(docker container inspect --format '{{.Id}}' financehub-backend)
  try 0 deploy.sh --version v1
  RIPCORD_VERSION=v2 RIPCORD_PREVIOUS_VERSION=v1 try 0 rollback_deployment.sh
  equal "$(docker container inspect --format '{{.Id}}' financehub-backend)" "$id"
}

@test "other lines of .env stay, and so does its mode" {
  printf "SECRET=it's \$x\nBACKEND_IMAGE=other:1\nLAST=1" >"$dir/project/.env"
  chmod 640 "$dir/project/.env"
  try 0 deploy.sh --version v1
  equal "$(sort "$dir/project/.env")" \
    "$(printf "BACKEND_IMAGE=financehub-backend:v1\nLAST=1\nSECRET=it's \$x")"
  equal "$(stat -c %a "$dir/project/.env")" 640
}

@test "an image that is not there stops nothing: neither forward nor back" {
  try 0 deploy.sh --version v1
  try 1 deploy.sh --version v9
  says 'the engine has no image financehub-backend:v9'
  RIPCORD_VERSION=v1 RIPCORD_PREVIOUS_VERSION=v9 try 1 rollback_deployment.sh
  says 'nothing has been stopped'
  equal "$(answer)" v1
  equal "$(cat "$dir/project/.env")" BACKEND_IMAGE=financehub-backend:v1
}

@test "the way back is to what was deployed, though its tag has moved" {
  image moving
  id=$(docker image inspect --format '{{.Id}}' financehub-backend:moving)
  try 0 deploy.sh --version moving
  try 0 deploy.sh --version v2
  docker tag financehub-backend:crashing financehub-backend:moving
  try 0 rollback_deployment.sh --version v2 --to moving
  says 'has moved since it was deployed'
  equal "$(docker container inspect --format '{{.Image}}' financehub-backend)" "$id"
  equal "$(answer)" moving
  docker rm -f financehub-backend
  docker rmi -f financehub-backend:moving "$id"
  docker tag financehub-backend:v1 financehub-backend:moving
  try 1 rollback_deployment.sh --version v2 --to moving
  says 'no longer has the image of moving'
}

@test "a version that does not come up is a failure, and the way back works" {
  try 0 deploy.sh --version v1
  configure "$(grep -vE '^START_SECONDS' "$RIPCORD_SCRIPTS_CONF")" START_SECONDS=3
  local version
  for version in crashing deaf; do
    try 1 deploy.sh --version "$version"
    says "$version is not ready after 3s"
    try 1 post_deployment_validate.sh --version "$version"
    try 0 rollback_deployment.sh --version "$version" --to v1
    equal "$(answer)" v1
  done
}

@test "validation: a version that is well, one that says it is not, and another one than expected" {
  try 0 deploy.sh --version v1
  try 0 post_deployment_validate.sh --version v1
  equal "$(grep -c '^ok ' <<<"$output")" 6
  # What is to run after a rollback is the previous version.
  export RIPCORD_VERSION=v2 RIPCORD_PREVIOUS_VERSION=v1
  RIPCORD_STEP=verify try 0 post_deployment_validate.sh
  RIPCORD_STEP=deploy.1 try 1 post_deployment_validate.sh
  try 0 deploy.sh --version noisy
  within 20 eval 'docker logs financehub-backend 2>&1 | grep hurts' # the engine is not that fast
  try 1 post_deployment_validate.sh --version noisy
  says 'log: 1 lines of errors, at most 0'
  says 'ERROR: it hurts'
  one_slot LOG_ERRORS_MAX=1
  try 0 post_deployment_validate.sh --version noisy
  docker stop -t 0 financehub-backend
  try 1 post_deployment_validate.sh --version noisy
  says 'FAILED  GET'
  says 'FAILED  container financehub-backend: exited'
}

@test "validation: what an older run of the container has said is another story" {
  image once '[ -e /ran ] || echo "ERROR: it hurts"; : >/ran
              exec httpd -f -p 127.0.0.1:$PORT -h /www'
  try 0 deploy.sh --version once
  within 20 eval 'docker logs financehub-backend 2>&1 | grep hurts'
  try 1 post_deployment_validate.sh --version once
  docker restart -t 0 financehub-backend
  try 0 post_deployment_validate.sh --version once
}

@test "validation: what a version has said before it was deployed once more is another story" {
  try 0 deploy.sh --version noisy
  within 20 eval 'docker logs financehub-backend 2>&1 | grep hurts'
  try 1 post_deployment_validate.sh --version noisy
  # Marks are of whole seconds.
  within 5 eval '(($(date +%s) > $(cat "$dir/state/deploy_began") + 1))'
  try 0 deploy.sh --version noisy
  try 0 post_deployment_validate.sh --version noisy
}

@test "validation: the version of the schema, forward and back" {
  fresh_database
  one_slot DB_NAME=finance_hub
  export RIPCORD_DEPLOYMENT=d1
  migration 0001_notes "CREATE TABLE notes (id integer);" "DROP TABLE notes;"
  try 0 safe_migrate.sh
  try 0 deploy.sh --version v2
  try 0 post_deployment_validate.sh --version v2
  says 'schema: version 1, expected 1'
  migration 0002_more "CREATE TABLE more ();" "DROP TABLE more;"
  try 1 post_deployment_validate.sh --version v2
  says 'FAILED  schema: version 1, expected 2'
  rm "$dir/migrations/"0002*
  image v1
  try 0 rollback_deployment.sh --version v2 --to v1
  export RIPCORD_STEP=verify RIPCORD_VERSION=v2 RIPCORD_PREVIOUS_VERSION=v1
  try 1 post_deployment_validate.sh
  says 'FAILED  schema: version 1, expected 0'
  try 0 rollback_migration.sh
  try 0 post_deployment_validate.sh
  one_slot DB_NAME=finance_hub "DB_HOST=$dir/nowhere"
  try 1 post_deployment_validate.sh
  says 'FAILED  schema: the database does not say its version'
}

@test "before a deployment: all that is missing is said at once" {
  fresh_database
  one_slot DB_NAME=finance_hub
  try 0 deploy.sh --version v1
  export RIPCORD_VERSION=v2 RIPCORD_PREVIOUS_VERSION=v1
  try 1 pre_deployment_check.sh
  says 'FAILED  backup: pre_deployment_check.sh: there is no folder'
  mkdir "$dir/backups"
  try 1 pre_deployment_check.sh
  says 'FAILED  backup: pre_deployment_check.sh: there is none in'
  try 0 backup.sh
  try 0 pre_deployment_check.sh
  says 'ready to deploy'
  printf '#!/bin/sh\necho no team\nexit 4\n' >"$dir/team"
  chmod +x "$dir/team"
  one_slot DB_NAME=finance_hub DISK_FREE_MIN_MB=999999999 "CHECKS=($dir/team)"
  migration 0001_gone "DROP TABLE accounts;"
  touch -d '25 hours ago' "$dir"/backups/*.dump
  RIPCORD_VERSION=v9 RIPCORD_PREVIOUS_VERSION=v8 try 1 pre_deployment_check.sh
  says 'is 25 h old, at most 24 h'
  says '0001_gone has no .down.sql'
  says 'no image financehub-backend:v9'
  says 'no longer has the image of v8'
  says 'less than 999999999'
  says "FAILED  $dir/team: no team"
  says '6 checks failed'
  RIPCORD_PREVIOUS_VERSION='' try 1 pre_deployment_check.sh
  says 'no previous version is known'
}

# pre_deployment_check.sh of a copy of the scripts that is not safe.
unsafe() { # TEXT COMMAND…
  rm -rf "$dir/scripts"
  cp -r "$scripts" "$dir/scripts"
  "${@:2}"
  scripts=$dir/scripts try 1 pre_deployment_check.sh --previous v1
  says "FAILED  scripts: pre_deployment_check.sh: $1"
}

@test "before a deployment: scripts that somebody else could change" {
  try 0 deploy.sh --version v1
  unsafe 'engine.sh: belongs to somebody else (uid 1234)' chown 1234 "$dir/scripts/engine.sh"
  unsafe 'backup.sh: others may write it (mode 775)' chmod 775 "$dir/scripts/backup.sh"
  unsafe "$dir/scripts: others may write it (mode 1777)" chmod 1777 "$dir/scripts"
  unsafe "$dir/scripts: belongs to somebody else (uid 1234)" chown 1234 "$dir/scripts"
  rm -rf "$dir/scripts"
  try 0 pre_deployment_check.sh --previous v1
}

@test "before a deployment: a disk that nobody knows is not one with space" {
  try 0 deploy.sh --version v1
  mkdir -p "$dir/bin"
  local answer
  for answer in 'exit 1' 'echo /nowhere; exit'; do
    printf '%s\n' '#!/bin/bash' "PATH=$PATH" "if [[ \$1 == info ]]; then $answer; fi" \
      'exec docker "$@"' >"$dir/bin/docker"
    chmod +x "$dir/bin/docker"
    PATH=$dir/bin:$PATH try 1 pre_deployment_check.sh --previous v1
    says 'FAILED  disk space: pre_deployment_check.sh: unknown: '
    says '1 checks failed'
  done
}

@test "before a deployment: what safe_migrate.sh would refuse is refused" {
  fresh_database
  one_slot DB_NAME=finance_hub
  try 0 deploy.sh --version v1
  export RIPCORD_DEPLOYMENT=d1 RIPCORD_PREVIOUS_VERSION=v1
  migration 0002_notes "CREATE TABLE notes ();" "DROP TABLE notes;"
  try 0 safe_migrate.sh
  try 0 pre_deployment_check.sh
  says 'ok      migrations: the schema has version 2, 0 to apply'
  migration 0001_old "SELECT 1;" "SELECT 1;"
  try 1 safe_migrate.sh
  try 1 pre_deployment_check.sh
  says 'FAILED  migrations: pre_deployment_check.sh: 0001_old is older than what is applied (2)'
  rm "$dir/migrations/"0001*
  echo '-- better' >>"$dir/migrations/0002_notes.up.sql"
  try 1 pre_deployment_check.sh
  says '0002_notes has been changed since it was applied'
}

@test "before a deployment: a backup that was damaged, a compose file with a mistake, no database" {
  fresh_database
  one_slot DB_NAME=finance_hub
  try 0 deploy.sh --version v1
  try 0 backup.sh
  echo x >>"$(find "$dir/backups" -name '*.dump')"
  try 1 pre_deployment_check.sh --previous v1
  says 'is not what its checksum says'
  echo ' nonsense' >>"$dir/project/docker-compose.yml"
  try 1 pre_deployment_check.sh --previous v1
  says 'FAILED  compose file'
  one_slot DB_NAME=finance_hub "DB_HOST=$dir/nowhere"
  try 1 pre_deployment_check.sh --previous v1
  says 'FAILED  database'
}

@test "an image is built from the tag of a repository, whatever lies in its folder" {
  rm -rf "$dir/source" && mkdir "$dir/source"
  git -C "$dir/source" init -q
  printf 'FROM financehub-backend:v1\nCOPY version /www/version\n' >"$dir/source/Dockerfile"
  echo from-git >"$dir/source/version"
  git -C "$dir/source" add .
  git -C "$dir/source" -c user.name=a -c user.email=a@b commit -q -m one
  git -C "$dir/source" tag 3.0
  echo dirty >"$dir/source/version"
  one_slot IMAGE_SOURCE=git "SOURCE_DIR=$dir/source"
  try 0 deploy.sh --version 3.0
  equal "$(answer)" from-git
  try 1 deploy.sh --version 4.0
  says 'has no tag 4.0'
  equal "$(answer)" from-git
}

@test "checks look at the migrations of the tag that the image is built from" {
  rm -rf "$dir/source" && mkdir -p "$dir/source/migrations"
  git -C "$dir/source" init -q
  printf 'FROM financehub-backend:v1\nCOPY version /www/version\n' >"$dir/source/Dockerfile"
  echo 5.0 >"$dir/source/version"
  echo 'CREATE TABLE notes ();' >"$dir/source/migrations/0001_notes.up.sql"
  echo 'DROP TABLE notes;' >"$dir/source/migrations/0001_notes.down.sql"
  git -C "$dir/source" add .
  git -C "$dir/source" -c user.name=a -c user.email=a@b commit -q -m one
  git -C "$dir/source" tag 5.0
  echo 'CREATE TABLE dirty ();' >"$dir/source/migrations/0002_dirty.up.sql"
  fresh_database
  one_slot DB_NAME=finance_hub IMAGE_SOURCE=git "SOURCE_DIR=$dir/source" \
    "MIGRATIONS_DIR=$dir/source/migrations"
  try 64 pre_deployment_check.sh --previous v1
  says 'its migrations are those of its tag'
  try 0 backup.sh
  export RIPCORD_VERSION=5.0 RIPCORD_PREVIOUS_VERSION=v1 RIPCORD_DEPLOYMENT=d1
  try 0 pre_deployment_check.sh
  says 'ok      migrations: the schema has version 0, 1 to apply'
  try 0 safe_migrate.sh
  try 0 deploy.sh
  try 0 post_deployment_validate.sh
  says 'ok      schema: version 1, expected 1'
}

@test "an image is pulled; without its registry nothing is stopped" {
  local port registry
  port=$(free_port)
  printf '%s\n' 'version: 0.1' "storage: { filesystem: { rootdirectory: $dir/registry } }" \
    "http: { addr: '127.0.0.1:$port' }" >"$dir/registry.yml"
  start_server "$dir/registry.log" docker-registry serve "$dir/registry.yml"
  registry=$server
  within 10 curl -s "http://127.0.0.1:$port/v2/"
  docker tag financehub-backend:v1 "127.0.0.1:$port/backend:r1"
  docker push -q "127.0.0.1:$port/backend:r1"
  docker rmi "127.0.0.1:$port/backend:r1"
  one_slot IMAGE_SOURCE=pull "IMAGE=127.0.0.1:$port/backend"
  try 0 deploy.sh --version r1
  equal "$(answer)" v1
  try 1 deploy.sh --version r2
  says 'cannot be pulled'
  end_server "$registry"
  try 1 deploy.sh --version r1
  equal "$(answer)" v1
  # The way back needs no registry.
  one_slot IMAGE_SOURCE=pull "IMAGE=127.0.0.1:$port/backend"
  try 0 rollback_deployment.sh --version r2 --to r1
}

@test "dry runs start and stop nothing" {
  try 0 deploy.sh --version v1
  try 0 deploy.sh --version v2 --dry-run
  says "would start financehub-backend:v2 (local) in the slot backend, which is pinned to 'v1'"
  try 0 rollback_deployment.sh --version v1 --to v2 --dry-run
  try 1 rollback_deployment.sh --version v1 --to v9 --dry-run
  equal "$(answer)" v1
}

@test "an engine that does not answer is 69, and another run is 75" {
  DOCKER_HOST=unix://$dir/nobody try 69 deploy.sh --version v1
  DOCKER_HOST=unix://$dir/nobody try 69 rollback_deployment.sh --version v2 --to v1
  DOCKER_HOST=unix://$dir/nobody try 69 post_deployment_validate.sh --version v1
  one_slot LOCK_SECONDS=0
  mkdir -p "$dir/state"
  exec {lock}>"$dir/state/deployment.lock"
  flock "$lock"
  try 75 deploy.sh --version v1
  try 75 rollback_deployment.sh --version v2 --to v1
  exec {lock}>&-
}

@test "an engine that comes back is waited for by the way back" {
  try 0 deploy.sh --version v1
  try 0 deploy.sh --version v2
  one_slot ENGINE_WAIT_SECONDS=20
  (sleep 2 && ln -s "$dir/docker.sock" "$dir/later.sock") 3>&- &
  DOCKER_HOST=unix://$dir/later.sock try 0 rollback_deployment.sh --version v2 --to v1
  equal "$(answer)" v1
  rm "$dir/later.sock"
}

@test "an engine that goes away in the middle of the way back: all of it is done anew" {
  try 0 deploy.sh --version v1
  try 0 deploy.sh --version v2
  one_slot ENGINE_WAIT_SECONDS=20 "COMPOSE=($dir/compose)"
  ln -s "$dir/docker.sock" "$dir/link.sock"
  # The first time it takes the engine away for a while.
  printf '%s\n' '#!/bin/bash' "if [[ ! -e $dir/link.sock ]]; then exit 9; fi" \
    "if [[ -e $dir/was_away ]]; then exec docker-compose \"\$@\"; fi" \
    "touch $dir/was_away; rm $dir/link.sock" \
    "(sleep 2; ln -s $dir/docker.sock $dir/link.sock) >/dev/null 2>&1 &" 'exit 1' >"$dir/compose"
  chmod +x "$dir/compose"
  DOCKER_HOST=unix://$dir/link.sock try 0 rollback_deployment.sh --version v2 --to v1
  says 'has gone away'
  equal "$(answer)" v1
  rm "$dir/link.sock" "$dir/was_away" "$dir/compose"
}

@test "two slots: a canary from nothing to everything, and the next one in the other slot" {
  two_slots
  try 0 deploy.sh --version v1
  try 0 shift_traffic.sh --version v1 --percent 100
  equal "$(answer "$front_port")" v1
  try 0 deploy.sh --version v2
  equal "$(answer "$green_port")" v2
  equal "$(answer "$front_port")" v1
  try 0 shift_traffic.sh --version v2 --percent 25
  equal "$(for _ in {1..40}; do answer "$front_port"; done | grep -c v2)" 10
  try 1 deploy.sh --version noisy
  says 'a canary is under way'
  try 0 shift_traffic.sh --version v2 --percent 100
  equal "$(answer "$front_port")" v2
  try 0 post_deployment_validate.sh --version v2
  # As a shift leaves it that was killed before nginx was told.
  cp "$dir/upstream.conf" "$dir/upstream.conf.before"
  try 1 deploy.sh --version noisy
  says 'was cut short'
  try 0 shift_traffic.sh --version v2 --percent 100
  try 0 deploy.sh --version noisy
  equal "$(runs blue)" 'financehub-backend:noisy running'
  equal "$(answer "$front_port")" v2
}

@test "two slots: back from a canary, and the good version was never touched" {
  two_slots
  try 0 deploy.sh --version v1
  try 0 shift_traffic.sh --version v1 --percent 100
  try 0 deploy.sh --version v2
  try 0 shift_traffic.sh --version v2 --percent 25
  id=$(docker container inspect --format '{{.Id}} {{.State.StartedAt}}' financehub-blue)
  try 0 rollback_deployment.sh --version v2 --to v1
  equal "$(for _ in {1..20}; do answer "$front_port"; done | sort | uniq -c | xargs)" '20 v1'
  equal "$(docker container inspect --format '{{.Id}} {{.State.StartedAt}}' financehub-blue)" "$id"
  equal "$(runs green)" 'financehub-backend:v2 exited'
  try 0 deploy.sh --version v2
  equal "$(runs green)" 'financehub-backend:v2 running'
}

@test "two slots: back to a version that neither has any more" {
  two_slots
  image v0
  try 0 deploy.sh --version v1
  try 0 shift_traffic.sh --version v1 --percent 100
  try 0 deploy.sh --version v2
  try 0 shift_traffic.sh --version v2 --percent 100
  try 0 rollback_deployment.sh --version v2 --to v0
  equal "$(answer "$front_port")" v0
  equal "$(runs green)" 'financehub-backend:v2 exited'
}

# A version that ends at once when it is told to, whoever waits for an answer. What a user gets who
# asks it for a slow page now is in `$dir/page` once `$asking` has ended.
ask_slow_version() {
  image slow 'trap "exit" TERM; httpd -f -p 127.0.0.1:$PORT -h /www & wait'
  try 0 deploy.sh --version v1
  try 0 shift_traffic.sh --version v1 --percent 100
  try 0 deploy.sh --version slow
  try 0 shift_traffic.sh --version slow --percent 100
  curl -s -w '%{http_code}' "http://127.0.0.1:$front_port/cgi-bin/slow" >"$dir/page" 3>&- &
  asking=$!
  within 10 docker exec financehub-green /bin/sh -c '[ -e /asked ]'
}

# lets_users_finish SCRIPT WORD…: it waits until the slow page has been answered.
lets_users_finish() {
  "$scripts/$1" "${@:2}" >"$dir/said" 2>&1 3>&- &
  local script=$!
  within 60 grep 'waiting until green has answered' "$dir/said"
  docker exec financehub-green /bin/sh -c ': >/answer'
  wait "$script"
  wait "$asking"
  equal "$(xargs <"$dir/page")" 'slow 200'
}

rollback_lets_users_finish() {
  ask_slow_version
  lets_users_finish rollback_deployment.sh --version slow --to v1
  equal "$(runs green)" 'financehub-backend:slow exited'
  equal "$(answer "$front_port")" v1
}

@test "two slots behind nginx: who had asked the bad version still gets an answer" {
  two_slots DRAIN_SECONDS=60
  rollback_lets_users_finish
}

@test "two slots behind HAProxy: who had asked the bad version still gets an answer" {
  two_slots_behind_haproxy DRAIN_SECONDS=60
  rollback_lets_users_finish
}

@test "two slots: a version that never answers is stopped after DRAIN_SECONDS" {
  two_slots DRAIN_SECONDS=1
  ask_slow_version
  try 0 rollback_deployment.sh --version slow --to v1
  says 'requests are still under way to green after 1s'
  wait "$asking"
  equal "$(tail -c 3 "$dir/page")" 502
  equal "$(runs green)" 'financehub-backend:slow exited'
  equal "$(answer "$front_port")" v1
}

@test "two slots: the next version waits for what is still asked of the one in its slot" {
  two_slots DRAIN_SECONDS=60
  ask_slow_version
  try 0 shift_traffic.sh --version v1 --percent 100
  lets_users_finish deploy.sh --version v2
  equal "$(answer "$green_port")" v2
}
