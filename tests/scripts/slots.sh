# shellcheck shell=bash disable=SC2016,SC2034,SC2154
# One slot, or two behind a proxy, in real containers. Loaded by .bats files after support.sh, which
# choose blue_port and green_port, and end `proxy`.

one_slot() { # LINE…
  compose_file "backend=$blue_port"
  configure 'SLOTS=(backend)' 'SLOT_CONTAINERS=(financehub-backend)' \
    'SLOT_IMAGE_VARIABLES=(BACKEND_IMAGE)' "SLOT_ADDRESSES=(127.0.0.1:$blue_port)" \
    READY_PATH=/health/v2/ready START_SECONDS=15 HEALTH_SECONDS=3 DB_NAME= DISK_FREE_MIN_MB=1 \
    'HEALTH_PATHS=(/health/v2/simple /health/v2/detailed /health/v2/ready /health/v2/live)' "$@"
}

# two_slots LINE…: behind nginx.
two_slots() {
  front_port=$(free_port)
  configure_two_slots TRAFFIC_VIA=nginx "NGINX=(nginx -c $dir/nginx.conf)" \
    "NGINX_UPSTREAM_FILE=$dir/upstream.conf" "NGINX_PID_FILE=$dir/nginx.pid" "$@"
  printf '%s\n' "daemon off; pid $dir/nginx.pid; error_log $dir/nginx.log; events {}" \
    "http { access_log off; include $dir/upstream.conf;" \
    "server { listen 127.0.0.1:$front_port; location / { proxy_pass http://backend; } } }" \
    >"$dir/nginx.conf"
  echo "upstream backend { server 127.0.0.1:$blue_port; }" >"$dir/upstream.conf"
  start_server "$dir/nginx.out" nginx -c "$dir/nginx.conf"
  proxy=$server
  within 10 curl -s "http://127.0.0.1:$front_port/"
}

two_slots_behind_haproxy() { # LINE…
  front_port=$(free_port)
  configure_two_slots TRAFFIC_VIA=haproxy "HAPROXY_SOCKET=$dir/haproxy.sock" \
    "HAPROXY_STATE_FILE=$dir/server-state" "$@"
  printf '%s\n' global "stats socket $dir/haproxy.sock mode 600 level admin" defaults 'mode http' \
    'timeout connect 5s' 'timeout client 30s' 'timeout server 30s' 'frontend front' \
    "bind 127.0.0.1:$front_port" 'default_backend backend' 'backend backend' \
    "server blue 127.0.0.1:$blue_port weight 0" "server green 127.0.0.1:$green_port weight 200" \
    >"$dir/haproxy.cfg"
  start_server "$dir/haproxy.out" haproxy -W -f "$dir/haproxy.cfg"
  proxy=$server
  within 10 curl -s "http://127.0.0.1:$front_port/"
}

configure_two_slots() { # LINE…
  compose_file "blue=$blue_port" "green=$green_port"
  configure 'SLOTS=(blue green)' 'SLOT_CONTAINERS=(financehub-blue financehub-green)' \
    'SLOT_IMAGE_VARIABLES=(BLUE_IMAGE GREEN_IMAGE)' READY_PATH=/health/v2/ready START_SECONDS=15 \
    "SLOT_ADDRESSES=(127.0.0.1:$blue_port 127.0.0.1:$green_port)" UPSTREAM=backend DB_NAME= \
    HEALTH_SECONDS=3 DISK_FREE_MIN_MB=1 'HEALTH_PATHS=(/health/v2/ready)' \
    "HEALTH_URLS=(http://127.0.0.1:$front_port/health/v2/live)" "$@"
}

answer() { curl -s --max-time 2 "http://127.0.0.1:${1:-$blue_port}/version"; }
runs() { docker container inspect --format '{{.Config.Image}} {{.State.Status}}' "financehub-$1"; }
