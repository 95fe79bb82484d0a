#!/usr/bin/env bash
# Makes an example host in a folder: set_up.sh DIRECTORY. The images must be there (images.sh).
#
# The folder then holds what such a host has below /srv, /etc and /var: the compose project, the
# scripts with their deployment.conf, migrations, data, and ripcord.toml. PostgreSQL and nginx run;
# nothing is deployed.
set -euo pipefail
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
dir=$(readlink -m "$1")

free_port() {
  local port
  while true; do
    port=$((10000 + RANDOM % 9000))
    if [[ -z $(ss -Htln "sport = :$port") ]]; then break; fi
  done
  echo "$port"
}

mkdir -p "$dir"/{project,migrations,backups,state,data/postgres,data/nginx}
cp -r "$here/../../../etc/scripts" "$dir/"
cp "$here/docker-compose.yml" "$dir/project/"
cp "$here/migrations/"* "$dir/migrations/"

blue=$(free_port) green=$(free_port) front=$(free_port) database=$(free_port)
printf '%s\n' "BLUE_PORT=$blue" "GREEN_PORT=$green" "FRONT_PORT=$front" "DB_PORT=$database" \
  "DATA_DIR=$dir/data" "SECRET_KEY=hush-$RANDOM$RANDOM" >"$dir/project/.env"
chmod 600 "$dir/project/.env"
sed "s/FRONT_PORT;/$front;/" "$here/nginx/nginx.conf" >"$dir/data/nginx/nginx.conf"
printf '# Weights: backend-blue=10000 backend-green=0\nupstream financehub_backend {\n%s\n}\n' \
  "  server 127.0.0.1:$blue;" >"$dir/data/nginx/upstream.conf"

cat >"$dir/scripts/deployment.conf" <<END
STATE_DIR=$(printf %q "$dir/state")
IMAGE=financehub-backend
IMAGE_SOURCE=local
COMPOSE_DIR=$(printf %q "$dir/project")
COMPOSE_PROJECT=financehub
SLOTS=(backend-blue backend-green)
SLOT_CONTAINERS=(financehub-backend-blue financehub-backend-green)
SLOT_IMAGE_VARIABLES=(BACKEND_BLUE_IMAGE BACKEND_GREEN_IMAGE)
SLOT_ADDRESSES=(127.0.0.1:$blue 127.0.0.1:$green)
READY_PATH=/health/v2/ready
START_SECONDS=15
HEALTH_PATHS=(/health/v2/simple /health/v2/detailed /health/v2/ready /health/v2/live)
HEALTH_SECONDS=5
DB_HOST=127.0.0.1
DB_PORT=$database
DB_NAME=finance_hub
DB_USER=financehub
MIGRATIONS_DIR=$(printf %q "$dir/migrations")
BACKUP_DIR=$(printf %q "$dir/backups")
BACKUP_MIN_BYTES=500
DISK_FREE_MIN_MB=100
TRAFFIC_VIA=nginx
UPSTREAM=financehub_backend
NGINX=(docker exec financehub-nginx nginx)
NGINX_CONTAINER=financehub-nginx
NGINX_UPSTREAM_FILE=$(printf %q "$dir/data/nginx/upstream.conf")
DOCKER_HOST=$(printf %q "${DOCKER_HOST-}")
END
chmod 600 "$dir/scripts/deployment.conf"

# What the ripcord of the staging host would answer: nothing was wrong with any of them there.
seen=$(date -u +%FT%TZ)
for version in 1.0 1.1 1.2 1.3 1.4 1.5; do
  printf '{"service": "backend", "version": "%s", "phase": "succeeded", "started_at": "%s"}\n' \
    "$version" "$seen"
done | jq -s '{deployments: .}' >"$dir/staging.json"

# Deployments are allowed at any time but on one day, long gone.
sed -e "s#@DIR@#$dir#; s#@FRONT_PORT@#$front#; s#@DB_PORT@#$database#; s#@DENIED@#2020-02-29#" \
  -e "s#@BLUE_PORT@#$blue#; s#@GREEN_PORT@#$green#" \
  -e "s#@DOCKER_HOST@#${DOCKER_HOST:-unix:///var/run/docker.sock}#" \
  "$here/ripcord.toml" >"$dir/ripcord.toml"
chmod 600 "$dir/ripcord.toml"
(cd "$dir/project" && docker-compose -p financehub up -d postgres nginx)
