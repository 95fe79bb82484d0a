# shellcheck shell=bash disable=SC2016,SC2154
# What the tests of etc/scripts share. Each .bats file loads it.
#
# `dir` is a folder of the file's own, below which everything lies that a test makes; servers are
# ended with the file, and with bats however that ends.

here=$(cd "$BATS_TEST_DIRNAME" && pwd)
scripts=$(cd "$here/../../etc/scripts" && pwd)
pg=/usr/lib/postgresql/15/bin
PATH=$pg:$PATH:/usr/sbin:/sbin # Debian's own psql is slow: it asks Perl which version to take

make_dir() {
  dir=$(mktemp -d "${TMPDIR:-/tmp}/ripcord-scripts.XXXXXX")
  chmod 711 "$dir"
  export dir
}

# within SECONDS COMMAND…: until it succeeds.
within() {
  local until=$((SECONDS + $1))
  until "${@:2}" >/dev/null 2>&1; do
    ((SECONDS < until)) || return 1
    sleep 0.05
  done
}

# A server that dies with bats; its process number is in `server`.
start_server() { # LOG COMMAND…
  setsid setpriv --pdeathsig TERM "${@:2}" >"$1" 2>&1 3>&- 4>&- </dev/null &
  server=$!
  disown
}

end_server() { # PID [SIGNAL]
  if [[ -z ${1-} ]]; then return; fi
  kill "-${2:-TERM}" "$1" 2>/dev/null || true
  within 20 is_gone "$1" || kill -KILL "$1"
}
is_gone() { [[ ! -e /proc/$1 ]]; }

# Not where connections come from.
free_port() {
  local port
  while true; do
    port=$((10000 + RANDOM % 9000))
    if [[ -z $(ss -Htln "sport = :$port") ]]; then
      echo "$port"
      return
    fi
  done
}

# ── PostgreSQL ────────────────────────────────────────────────────────────────────────────────────
start_postgres() {
  mkdir "$dir/pg"
  chown postgres "$dir/pg"
  as_postgres "$pg/initdb" -D "$dir/pg/data" -N -A trust -U postgres --locale=C -E UTF8 \
    >"$dir/initdb"
  start_server "$dir/pg.log" setpriv --reuid postgres --regid postgres --init-groups \
    --pdeathsig INT "$pg/postgres" -D "$dir/pg/data" -k "$dir/pg" -c listen_addresses= \
    -c fsync=off -c autovacuum=off
  export postgres_pid=$server PGHOST=$dir/pg PGUSER=postgres PGDATABASE=postgres
  within 30 "$pg/pg_isready" -q
  psql -q -X -c "CREATE ROLE financehub LOGIN"
}
as_postgres() { (cd / && setpriv --reuid postgres --regid postgres --init-groups "$@"); }
stop_postgres() { end_server "${postgres_pid-}" INT; }

# A database with some rows, as it is before every test.
fresh_database() {
  psql -q -X -c "DROP DATABASE IF EXISTS finance_hub WITH (FORCE)" 2>/dev/null
  psql -q -X -c "CREATE DATABASE finance_hub OWNER financehub"
  db "CREATE TABLE accounts (id integer PRIMARY KEY, owner text NOT NULL, cents bigint NOT NULL);
      INSERT INTO accounts SELECT i, 'owner ' || i, i * 100 FROM generate_series(1, 500) i"
}
db() { psql -q -X -A -t -v ON_ERROR_STOP=1 -U financehub -d finance_hub -c "$1"; }

# The versions of the migrations that are applied.
applied() {
  db "SELECT coalesce(string_agg(version::text, ' ' ORDER BY version), '') FROM ripcord.migrations"
}

# How many of the database's sessions are like that.
sessions() { # CONDITION
  psql -X -A -t -c "SELECT count(*) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND $1"
}
one_is() { [[ $(sessions "$1") == 1 ]]; }
end_sessions() {
  psql -X -q -A -t -o /dev/null -c \
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND $1"
}

# All that a user of the database can see, in one number: columns, indexes and rows.
state_of_database() {
  {
    db "SELECT table_name, column_name, data_type, is_nullable, column_default
        FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2"
    db "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1"
    local table
    for table in $(db "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"); do
      db "SELECT '$table', t::text FROM \"$table\" t ORDER BY 2"
    done
  } | sha256sum
}

# ── Docker ────────────────────────────────────────────────────────────────────────────────────────
start_docker() {
  mkdir "$dir/docker"
  echo '{}' >"$dir/docker/daemon.json"
  start_server "$dir/dockerd.log" dockerd "--host=unix://$dir/docker.sock" \
    --data-root="$dir/docker/data" --exec-root="$dir/docker/exec" --pidfile="$dir/docker/pid" \
    --config-file="$dir/docker/daemon.json" --containerd-namespace=ripcord-test \
    --containerd-plugins-namespace=ripcord-test-plugins --bridge=none --iptables=false \
    --ip-masq=false --ip-forward=false --userland-proxy=false --shutdown-timeout=1
  export docker_pid=$server DOCKER_HOST=unix://$dir/docker.sock
  within 30 docker version
}

stop_docker() {
  docker ps -aq | xargs -r docker rm -f -v >/dev/null
  end_server "${docker_pid-}"
  local mount
  while read -r mount; do umount -l "$mount"; done \
    < <(awk -v below="$dir/" 'index($2, below) == 1 { print $2 }' /proc/self/mounts | sort -r)
}

# image VERSION [COMMAND]: financehub-backend:VERSION, which answers the health paths, and
# /cgi-bin/slow, from whose question on there is a file /asked, once there is a file /answer, unless
# told otherwise. Made of busybox, without any network.
image() {
  local tree=$dir/image
  rm -rf "$tree"
  mkdir -p "$tree/bin" "$tree/tmp" "$tree/www/health/v2" "$tree/www/cgi-bin"
  cp "$(command -v busybox)" "$tree/bin/busybox"
  local name
  for name in sh echo sleep httpd nc cat false; do ln -s busybox "$tree/bin/$name"; done
  for name in simple detailed ready live; do
    echo '{"status": "healthy"}' >"$tree/www/health/v2/$name"
  done
  echo "$1" >"$tree/www/version"
  printf '%s\n' '#!/bin/sh' ': >/asked' 'until [ -e /answer ]; do sleep 0.1; done' \
    'echo Content-Type: text/plain' echo 'echo slow' >"$tree/www/cgi-bin/slow"
  chmod +x "$tree/www/cgi-bin/slow"
  local command=${2:-'echo started; exec httpd -f -p 127.0.0.1:$PORT -h /www'}
  command=$(jq -cn --arg c "$command" '["/bin/sh", "-c", $c]')
  tar -C "$tree" -c . | docker import -c "CMD $command" - "financehub-backend:$1" >/dev/null
}

# One service for each name, on the port of it.
compose_file() { # NAME=PORT…
  mkdir -p "$dir/project"
  {
    printf 'version: "3.8"\nservices:\n'
    local slot name
    for slot; do
      name=${slot%=*}
      printf '  %s:\n    image: ${%s:-financehub-backend:none}\n' "$name" "$(variable_of "$name")"
      printf '    container_name: financehub-%s\n    network_mode: host\n' "$name"
      printf '    restart: unless-stopped\n    init: false\n    stop_grace_period: 1s\n'
      printf '    environment: { PORT: "%s" }\n' "${slot#*=}"
    done
  } >"$dir/project/docker-compose.yml"
}
variable_of() { tr 'a-z-' 'A-Z_' <<<"$1_IMAGE"; }

# ── the configuration ─────────────────────────────────────────────────────────────────────────────
# configure LINE…: the common part, and these lines.
configure() {
  export RIPCORD_SCRIPTS_CONF=$dir/deployment.conf
  {
    printf 'STATE_DIR=%q/state\nLOCK_SECONDS=5\nENGINE_WAIT_SECONDS=0\n' "$dir"
    printf 'IMAGE=financehub-backend\nCOMPOSE_DIR=%q/project\nCOMPOSE_PROJECT=financehub\n' "$dir"
    printf 'DB_HOST=%q/pg\nDB_NAME=finance_hub\nDB_USER=financehub\nDB_WAIT_SECONDS=0\n' "$dir"
    printf 'MIGRATIONS_DIR=%q/migrations\nBACKUP_DIR=%q/backups\nBACKUP_KEEP=3\n' "$dir" "$dir"
    printf '%s\n' "$@"
  } >"$RIPCORD_SCRIPTS_CONF"
  chmod 600 "$RIPCORD_SCRIPTS_CONF"
}

migration() { # NAME UP [DOWN]
  mkdir -p "$dir/migrations"
  printf '%s\n' "$2" >"$dir/migrations/$1.up.sql"
  if (($# > 2)); then printf '%s\n' "$3" >"$dir/migrations/$1.down.sql"; fi
}

# ── what is expected ──────────────────────────────────────────────────────────────────────────────
# try CODE SCRIPT WORD…: runs it and compares what it exits with; `output` is all that it said.
try() {
  run "$scripts/$2" "${@:3}"
  if ((status != $1)); then
    printf '%s exited with %s instead of %s:\n%s\n' "$2" "$status" "$1" "$output"
    return 1
  fi
}

says() { # TEXT
  if [[ $output != *"$1"* ]]; then
    printf 'it does not say "%s" but:\n%s\n' "$1" "$output"
    return 1
  fi
}

equal() { # HAVE WANT [WHAT]
  if [[ $1 != "$2" ]]; then
    printf '%s: %q instead of %q\n' "${3:-value}" "$1" "$2"
    return 1
  fi
}
